"""A volunteer's phone: bound by an invite, known afterwards by its token alone.

The token is made on the phone and never stored here, only its hash; it reads nothing once the phone, the
volunteer or the user has been ended.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Device, Invite, User, Volunteer
from residents.statements import Writes, as_given, columns, fetch, reader

TOKEN = re.compile(r"[0-9a-f-]{36}\.[A-Za-z0-9_-]{43,128}")
LONGEST_TOKEN = 200
LABEL_LENGTH = 80


class BindError(ValueError):
    """Why a phone could not be bound; `code` for the phone, the sentence for the person."""

    code = "bad_request"


class InviteUnknown(BindError):
    code = "invite_unknown"


class InviteGone(BindError):
    code = "invite_gone"


def token_hash(token: str) -> str:
    """What is stored of a secret with 256 random bits: no salt or slow hash is needed for those."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_invite(code: str) -> Invite:
    """The invite if it may still be used. Raises InviteUnknown or InviteGone. Changes nothing."""
    invite = (
        Invite.objects.filter(code_hash=token_hash(code))
        .select_related("volunteer__user", "volunteer__compound")
        .first()
    )
    if invite is None:
        raise InviteUnknown(_("There is no such invitation. Ask for a new one."))
    if invite.used_at is None:
        _refuse_if_over(invite)
        return invite
    raise InviteGone(_("This invitation was used already. Ask for a new one."))


def bind_device(*, code: str, device_id: str, token: str, label: str = "") -> Device:
    """Use up the invite for this phone. The same call again gives the same phone: its first answer may be lost."""
    if not _is_own_token(device_id, token):
        raise BindError(_("The phone sent an unusable key."))
    try:
        with transaction.atomic():
            return _use_invite(code, uuid.UUID(device_id), token_hash(token), _clean_label(label))
    except IntegrityError as error:  # another invite binds the same phone at this moment
        raise InviteGone(_("This phone's key is in use already. Open the invitation again.")) from error


def authenticate_device(request: HttpRequest) -> Device | None:
    """The phone that sent this request, with its volunteer, user and compound, in one statement.

    None when it may not read.
    """
    token = _token_of(request)
    device = token and (
        Device.objects.filter(token_hash=token_hash(token))
        .select_related("volunteer__user", "volunteer__compound")
        .first()
    )
    return device if device and may_read(device) else None


def recognise_device(request: HttpRequest) -> Device | None:
    """The phone that sent this request, signed out or not, in one statement. No more of it is loaded than SENDER."""
    hashed = hash_sent(request)
    rows = fetch(_find_sender(), [hashed]) if hashed else []
    return read_sender(rows[0]) if rows else None


def read_sender(row: Sequence[Any]) -> Device:
    """From a row that begins with the columns of `sender_columns`."""
    parts, place = [], 0
    for model, _alias, *names in SENDER:
        parts.append(reader(model, *names)(row[place : place + len(names)]))
        place += len(names)
    device, volunteer, user = parts
    device.volunteer, volunteer.user = volunteer, user
    return device


def note_contact(device: Device, *, at: datetime, last_seq: int, queued: int, writes: Writes) -> None:
    """What the phone says of itself. Its newest number never goes back: a phone may forget its counter."""
    writes.add(NOTE_CONTACT, contact_of(device, at=at, last_seq=last_seq, queued=queued))


def contact_of(device: Device, *, at: datetime, last_seq: int, queued: int) -> list[Any]:
    """What NOTE_CONTACT is given."""
    return [as_given(at), queued, last_seq, last_seq, as_given(device.pk)]


SENDER: tuple[tuple, ...] = (
    (Device, "device", "id", "volunteer", "ended_at"),
    (Volunteer, "volunteer", "id", "user", "compound", "ended_at"),
    (User, "person", "id", "is_active"),
)
SENDER_WIDTH = sum(len(names) for _model, _alias, *names in SENDER)
SENDERS = """
    residents_device device
    JOIN residents_volunteer volunteer ON volunteer.id = device.volunteer_id
    JOIN residents_user person ON person.id = volunteer.user_id
"""
NOTE_CONTACT = """
    UPDATE residents_device SET last_seen_at = %s, queued_count = %s,
        last_seq = CASE WHEN last_seq < %s THEN %s ELSE last_seq END
    WHERE id = %s
"""


def sender_columns() -> str:
    return ", ".join(columns(*part) for part in SENDER)


@cache
def _find_sender() -> str:
    return f"SELECT {sender_columns()} FROM {SENDERS} WHERE device.token_hash = %s"  # noqa: S608 - our own names


def hash_sent(request: HttpRequest) -> str:
    """Of the token that came with the request; empty without one."""
    token = _token_of(request)
    return token_hash(token) if token else ""


def _token_of(request: HttpRequest) -> str:
    scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token if scheme.lower() == "bearer" and len(token) <= LONGEST_TOKEN else ""


def may_read(device: Device) -> bool:
    """False once the phone, its volunteer or the user has been ended."""
    volunteer = device.volunteer
    return device.ended_at is None and volunteer.ended_at is None and volunteer.user.is_active


def _use_invite(code: str, device_id: uuid.UUID, hashed: str, label: str) -> Device:
    # Locked without joins: after waiting for another phone, a joined device would still be read as it was before.
    invite = Invite.objects.select_for_update().filter(code_hash=token_hash(code)).first()
    if invite is None:
        raise InviteUnknown(_("There is no such invitation. Ask for a new one."))
    invite.volunteer = Volunteer.objects.select_related("user", "compound").get(pk=invite.volunteer_id)
    _refuse_if_over(invite, but_not_for_age=invite.used_at is not None)
    if invite.device is not None:
        same = invite.device.pk == device_id and invite.device.token_hash == hashed
        if not same or invite.device.ended_at is not None:
            raise InviteGone(_("This invitation was used already. Ask for a new one."))
        invite.device.volunteer = invite.volunteer  # loaded with its user and compound
        return invite.device
    device = Device(id=device_id, volunteer=invite.volunteer, token_hash=hashed, label=label)
    device.save(force_insert=True)
    invite.device, invite.used_at = device, timezone.now()
    invite.save(update_fields=["device", "used_at"])
    return device


def _refuse_if_over(invite: Invite, *, but_not_for_age: bool = False) -> None:
    volunteer = invite.volunteer
    if volunteer.ended_at is not None or not volunteer.user.is_active:
        raise InviteGone(_("This invitation is no longer valid. Ask for a new one."))
    if invite.expires_at <= timezone.now() and not but_not_for_age:
        raise InviteGone(_("This invitation has expired. Ask for a new one."))


def _is_own_token(device_id: str, token: str) -> bool:
    """`<device uuid>.<secret>`, in the one spelling that phones of ours use."""
    if not isinstance(device_id, str) or not isinstance(token, str) or not TOKEN.fullmatch(token):
        return False
    try:
        return str(uuid.UUID(device_id)) == device_id and token.startswith(f"{device_id}.")
    except ValueError:
        return False


def _clean_label(label: str) -> str:
    return "".join(char for char in label if char.isprintable())[:LABEL_LENGTH].strip()
