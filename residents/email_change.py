"""A new e-mail address: believed only once somebody has opened the link that went there."""

from __future__ import annotations

import smtplib
from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.models import User

SALT = "residents.email_change"
LINK_AGE = timedelta(hours=24)
SECONDS = 10


class EmailError(ValueError):
    """Why an address is not changed."""


def ask_for_email(*, user: User, email: str) -> None:
    """Send the link to the new address. Nothing is changed yet."""
    email = email.strip()
    if email.casefold() == user.email.casefold():
        raise EmailError(_("This is your address already."))
    token = signing.dumps({"user": user.pk, "old": user.email, "new": email}, salt=SALT)
    link = settings.PUBLIC_URL + reverse("email_confirm", args=[token])
    words = _("Open this link within a day, logged in, and press the button: notices then come to this address.")
    spare = _("You asked for nothing? Then do nothing.")
    _send(email, _("Confirm your new address"), f"{words}\n\n{link}\n\n{spare}")


def read_token(*, user: User, token: str) -> str:
    """The address the link stands for. A link is good for its own user, for a day, and for one change."""
    try:
        told = signing.loads(token, salt=SALT, max_age=LINK_AGE)
    except signing.BadSignature:  # an expired one is among them
        told = {}
    if told.get("user") != user.pk or told.get("old") != user.email:
        raise EmailError(_("This link is not yours, or it is over a day old, or was used. Ask for a new one."))
    return told["new"]


@transaction.atomic
def confirm_email(*, user: User, token: str) -> str:
    """The new address holds from now on; the old one is told."""
    email = read_token(user=user, token=token)
    old = user.email
    if not User.objects.filter(pk=user.pk, email=old).update(email=email):
        raise EmailError(_("This link is not yours, or it is over a day old, or was used. Ask for a new one."))
    user.email = email
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, "email", single_object=True)
    if old:
        transaction.on_commit(lambda: _tell_old(old))
    return email


def _tell_old(old: str) -> None:
    """A courtesy: a mail server that is down must not undo what was confirmed."""
    try:
        _send(
            old,
            _("Your address in the portal was changed"),
            _("Notices no longer come here. If this was not you, tell whoever runs the portal."),
        )
    except EmailError:
        return


def _send(to: str, subject: str, body: str) -> None:
    email = EmailMessage(subject=subject, body=body, to=[to], connection=get_connection(timeout=SECONDS))
    try:
        email.send()
    except (OSError, smtplib.SMTPException) as error:
        raise EmailError(_("The mail could not be sent. Look at the address, or try again later.")) from error
