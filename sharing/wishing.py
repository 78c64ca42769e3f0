"""What is asked for. A neighbour who has it answers: that is an offer to one household only, reserved at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Household
from sharing.models import CornerStep, Reservation, Wish
from sharing.models.corner import MOST
from sharing.offering import add_offer, check_day, check_open, check_thing, hold, lock_household
from sharing.telling import SharingError, Teller, check_count

MOST_WISHES = 3  # of a household at once

Kind = CornerStep.Kind


@transaction.atomic
def ask_for(*, household: Household, teller: Teller, until: date, **thing: Any) -> Wish:
    """On the list without a name and without a room."""
    now = timezone.now()
    home = lock_household(household)
    compound = home.door.building.compound
    check_open(compound)
    check_day(until, now)
    facts = check_thing(**thing)
    mine = Wish.objects.filter(household=home, slot__isnull=False)
    mine.filter(Q(until__lt=timezone.localdate(now)) | Q(covered__gte=F("quantity"))).update(slot=None)
    taken = set(mine.values_list("slot", flat=True))
    slot = next((number for number in range(1, MOST_WISHES + 1) if number not in taken), None)
    if slot is None:
        raise SharingError(_("You ask for %(most)s things already. End one first.") % {"most": MOST_WISHES})
    wish = Wish.objects.create(
        compound=compound, household=home, until=until, slot=slot, typed_by=teller.by, made_at=now, **facts
    )
    _note(Kind.ASKED, wish, teller, quantity=wish.quantity)
    return wish


@transaction.atomic
def stop_wish(*, wish: Wish, teller: Teller) -> None:
    """Enough, thanks. What neighbours have promised already still comes."""
    row = Wish.objects.select_for_update(of=("self",), no_key=True).get(pk=wish.pk)
    if row.stopped_at is not None:
        return
    row.stopped_at, row.slot = timezone.now(), None
    row.save(update_fields=["stopped_at", "slot"])
    _note(Kind.STOPPED, row, teller)


@transaction.atomic
def answer_wish(
    *, wish: Wish, household: Household, quantity: Any, place: str, teller: Teller, use_by: date | None = None
) -> Reservation:
    """`household` has it. From now on the two know each other's room, and nothing else of each other."""
    now = timezone.now()
    count = check_count(quantity, MOST)
    home = lock_household(household)
    rows = Wish.objects.select_for_update(of=("self",), no_key=True).select_related("compound", "household__door")
    row = rows.get(pk=wish.pk)
    corner = check_open(row.compound)
    if home.door.building.compound_id != row.compound_id:
        raise SharingError(_("This is not asked for here."))
    if row.household_id == home.pk:
        raise SharingError(_("This is your own wish."))
    if row.stopped_at is not None or row.until < timezone.localdate(now) or row.household.moved_out_on is not None:
        raise SharingError(_("This is not needed any more."))
    if count > row.missing:
        raise SharingError(_("Somebody was quicker: %(left)s still needed.") % {"left": row.missing})
    thing = {"category": row.category, "what": row.what, "unit": row.unit, "quantity": count, "place": place}
    offer = add_offer(row.compound, home, now, teller, Kind.OFFERED, use_by=use_by, wish=row, **thing)
    row.covered += count
    row.save(update_fields=["covered"])
    return hold(offer, row.household, count, now, teller, Kind.ANSWERED, corner, None)


def _note(kind: str, wish: Wish, teller: Teller, **facts: Any) -> None:
    CornerStep.objects.create(kind=kind, wish=wish, **teller.facts(), **facts)
