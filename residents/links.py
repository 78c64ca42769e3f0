"""A household's own way in: a secret on paper at its door, instead of an account it would have to remember.

The secret is 256 random bits and is never stored; only its hash is, so it is shown once, on the sheet that is printed
at that moment. Who needs it again gets a new one, and the old one ends.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.devices import token_hash
from residents.models import AccessRecord, Building, Household, HouseholdLink, User

LONGEST_SECRET = 100


class LinkError(ValueError):
    """A sentence for who tried."""


class LinkUnknown(LinkError):
    """There never was such a link, as far as we know."""


class LinkGone(LinkError):
    """It was one of ours, and is not any more."""


@dataclass(frozen=True)
class FreshLink:
    """What is printed for one door. The secret exists nowhere else."""

    household: Household
    secret: str


def find_link(secret: str) -> HouseholdLink:
    """The link, with its household's door. Raises LinkUnknown or LinkGone. Changes nothing. One statement."""
    if len(secret) > LONGEST_SECRET:
        raise LinkUnknown(_("This link is not known here. Check that all of it was copied, or scan the code again."))
    link = (
        HouseholdLink.objects.filter(token_hash=token_hash(secret))
        .select_related("household__door__building__compound")
        .first()
    )
    if link is None:
        raise LinkUnknown(_("This link is not known here. Check that all of it was copied, or scan the code again."))
    if link.household.moved_out_on is not None:
        raise LinkGone(_("This link ended when the household moved out. Thank you for everything you reported."))
    if link.revoked_at is not None:
        raise LinkGone(_("This link was replaced or withdrawn. Your building lead gladly gives you a new one."))
    return link


def touch_link(link: HouseholdLink) -> None:
    """It was used to do something; looking does not count."""
    HouseholdLink.objects.filter(pk=link.pk).update(last_used_at=timezone.now())


@transaction.atomic
def issue_links(*, building: Building, by: User) -> list[FreshLink]:
    """For every lived-in household of the building that has none, from the top floor down. Five statements at most.

    Raises LinkError when there is none to issue.
    """
    homes = Household.objects.lived_in().filter(door__building=building).order_by("pk").select_for_update()
    locked = {home.pk for home in homes}
    served = set(
        HouseholdLink.objects.filter(household__in=locked, revoked_at=None).values_list("household", flat=True)
    )
    rows = list(
        Household.objects.filter(pk__in=locked - served)
        .select_related("door")
        .order_by("door__entrance", "-door__floor", "door__position", "door__key", "pk")
    )
    if not rows:
        raise LinkError(_("Every household here has a link already. Give a new one to a single door instead."))
    return _write(rows, building, by, f"building {building.pk}: links")


@transaction.atomic
def reissue_link(*, household: Household, by: User) -> FreshLink:
    """A new link for one household; the one it had ends."""
    home = Household.objects.select_for_update(of=("self",)).select_related("door__building").get(pk=household.pk)
    if home.moved_out_on is not None:
        raise LinkError(_("This household has moved out: it gets no link."))
    HouseholdLink.objects.filter(household=home, revoked_at=None).update(
        revoked_at=timezone.now(), revoke_reason=_("replaced by a new one")
    )
    return _write([home], home.door.building, by, f"household {home.pk}: link")[0]


def revoke_link(*, household: Household, by: User, reason: str) -> None:
    """From now on the paper at the door opens nothing. Who and why stay on record."""
    if not reason.strip():
        raise LinkError(_("Say why, in a few words."))
    with transaction.atomic():
        rows = HouseholdLink.objects.filter(household=household, revoked_at=None)
        if not rows.update(revoked_at=timezone.now(), revoke_reason=reason.strip()[:100]):
            raise LinkError(_("This household has no link."))
        building = household.door.building
        _record(building, by, f"household {household.pk}: link revoked", reason, 1)


def _write(homes: list[Household], building: Building, by: User, subject: str) -> list[FreshLink]:
    fresh = [FreshLink(home, secrets.token_urlsafe(32)) for home in homes]
    HouseholdLink.objects.bulk_create(
        HouseholdLink(household=one.household, token_hash=token_hash(one.secret), created_by=by) for one in fresh
    )
    _record(building, by, subject, "", len(fresh))
    return fresh


def _record(building: Building, by: User, subject: str, reason: str, count: int) -> None:
    AccessRecord.objects.create(
        user=by,
        compound_id=building.compound_id,
        deed=AccessRecord.Deed.PRINT,
        subject=subject,
        reason=reason[:200],
        row_count=count,
    )
