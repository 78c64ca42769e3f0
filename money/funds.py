"""A fund is opened with its purpose and what becomes of the rest; who approves; the link neighbours read it by."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from money.books import MoneyError, lock_books
from money.models import Duty, Fund, Purse
from residents.devices import token_hash
from residents.models import Compound, RoleGrant, User


@transaction.atomic
def open_fund(
    *, compound: Compound, name: str, purpose: str, surplus_rule: str, cash_keeper: User, account_keeper: User, by: User
) -> Fund:
    """What becomes of money left over is said before anybody gives."""
    try:
        with transaction.atomic():
            fund = Fund.objects.create(
                compound=compound, name=name, purpose=purpose, surplus_rule=surplus_rule, opened_by=by
            )
    except IntegrityError:
        raise MoneyError(_("There is a fund of this name already.")) from None
    keepers = {Purse.Kind.CASH: cash_keeper, Purse.Kind.ACCOUNT: account_keeper}
    Purse.objects.bulk_create(Purse(fund=fund, kind=kind, keeper=keeper) for kind, keeper in keepers.items())
    return fund


def leads_of(compound: Compound):
    leads = RoleGrant.objects.in_force().filter(compound=compound, role=RoleGrant.Role.LEAD)
    return User.objects.filter(pk__in=leads.values("user"), is_active=True).order_by("display_name", "pk")


@transaction.atomic
def set_duties(*, fund: Fund, leads: Iterable[User], by: User) -> None:
    """Exactly these building leads may approve from now on, beside the stewards."""
    row = lock_books(fund, while_closing=True).fund
    wanted = {user.pk for user in leads}
    if wanted - set(leads_of(row.compound).values_list("pk", flat=True)):
        raise MoneyError(_("Only a building lead of this compound is given this duty."))
    standing = set(row.duties.filter(ended_at=None).values_list("user", flat=True))
    row.duties.filter(ended_at=None, user__in=standing - wanted).update(ended_at=timezone.now(), ended_by=by)
    Duty.objects.bulk_create(Duty(fund=row, user_id=pk, given_by=by) for pk in sorted(wanted - standing))


def make_public_link(*, fund: Fund) -> str:
    """A new secret, shown once; the one before no longer opens anything."""
    code = secrets.token_urlsafe(32)
    Fund.objects.filter(pk=fund.pk).update(public_hash=token_hash(code))
    return code


def revoke_public_link(*, fund: Fund) -> None:
    Fund.objects.filter(pk=fund.pk).update(public_hash="")
