"""The share corner's deeds. Each locks the offers it touches in key order, then the household, then a wish; refuses in
words what is not there any more; and appends a step.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, Household
from sharing.models import Corner, CornerStep, Offer, Reservation, Wish
from sharing.models.corner import MOST
from sharing.telling import SharingError, Teller, check_count, check_lives_here, check_words, require_reason

Kind = CornerStep.Kind
State = Reservation.State
MOST_OFFERS = 20  # of one household at once: a list somebody can read


def open_corner(*, compound: Compound, **rules: Any) -> Corner:
    """Begin it, or change what was agreed on."""
    return Corner.objects.update_or_create(compound=compound, defaults=rules)[0]


def pause_corner(*, corner: Corner, is_paused: bool) -> None:
    """Nothing new is offered, asked for or reserved; what is matched already goes on."""
    Corner.objects.filter(pk=corner.pk).update(paused_at=timezone.now() if is_paused else None)


def check_open(compound: Compound) -> Corner:
    corner = Corner.objects.filter(compound=compound).first()
    if corner is None:
        raise SharingError(_("The share corner is not open here yet."))
    if corner.paused_at is not None:
        raise SharingError(_("The share corner pauses at the moment."))
    return corner


def lock_household(household: Household) -> Household:
    rows = Household.objects.select_for_update(of=("self",), no_key=True).select_related("door__building__compound")
    home = rows.get(pk=household.pk)
    check_lives_here(home)
    return home


def lock_offers(rows: Any) -> dict[int, Offer]:
    locked = rows.select_for_update(of=("self",), no_key=True).select_related("compound", "household__door__building")
    return {offer.pk: offer for offer in locked.order_by("pk")}


# --- Offering -------------------------------------------------------------------------------------


def check_thing(*, what: str, quantity: Any, unit: str, **more: Any) -> dict[str, Any]:
    return more | {
        "what": check_words(what, 60),
        "quantity": check_count(quantity, MOST),
        "unit": check_words(unit, 12),
    }


def check_day(day: date | None, now: datetime) -> None:
    if day is not None and day < timezone.localdate(now):
        raise SharingError(_("This day has passed."))


@transaction.atomic
def offer_something(*, household: Household, teller: Teller, use_by: date | None = None, **thing: Any) -> Offer:
    """For everybody of the compound to see; from which door, only for who reserves it."""
    now = timezone.now()
    home = lock_household(household)
    compound = home.door.building.compound
    check_open(compound)
    if Offer.objects.filter(household=home, wish=None).on_show(now).count() >= MOST_OFFERS:
        raise SharingError(_("You offer %(most)s things already. Take one back first.") % {"most": MOST_OFFERS})
    return add_offer(compound, home, now, teller, Kind.OFFERED, use_by=use_by, **thing)


def add_offer(
    compound: Compound, home: Household, now: datetime, teller: Teller, kind: str, *, use_by: date | None, **thing: Any
) -> Offer:
    if thing.get("category") == "food" and use_by is None:
        raise SharingError(_("Say until which day the food is good."))
    check_day(use_by, now)
    facts = check_thing(**thing) | {"place": check_words(thing["place"], 60)}
    offer = Offer.objects.create(compound=compound, household=home, use_by=use_by, made_at=now, **facts)
    _note(kind, offer, teller, now, quantity=offer.quantity)
    return offer


@transaction.atomic
def stop_offer(*, offer: Offer, teller: Teller) -> None:
    """Enough, thanks: nobody else may reserve. Who has reserved still gets theirs."""
    _turn(offer, teller, Kind.STOPPED, timezone.now())


@transaction.atomic
def resume_offer(*, offer: Offer, teller: Teller) -> None:
    _turn(offer, teller, Kind.RESUMED, None)


def _turn(offer: Offer, teller: Teller, kind: str, stopped_at: datetime | None) -> None:
    row = _lock(offer)
    if row.ended_at is not None:
        raise SharingError(_("This was taken back."))
    if (row.stopped_at is None) == (stopped_at is None):
        return  # pressed twice
    row.stopped_at = stopped_at
    row.save(update_fields=["stopped_at"])
    _note(kind, row, teller, timezone.now())


@transaction.atomic
def withdraw_offer(*, offer: Offer, reason: str, teller: Teller) -> None:
    """Taken back, with the reason. Who had reserved is told on their own page."""
    now = timezone.now()
    reason = require_reason(reason)
    row = _lock(offer)
    if row.ended_at is not None:
        raise SharingError(_("This was taken back."))
    for held in row.reservations.filter(state=State.HELD):
        if held.until <= now:
            _end(held, row, State.LAPSED, Kind.LAPSED, Teller(), now)
        else:
            _end(held, row, State.WITHDRAWN, Kind.WITHDRAWN, teller, now, reason)
    row.ended_at = now
    row.save(update_fields=["ended_at", "promised"])
    _note(Kind.WITHDRAWN, row, teller, now, reason=reason)


# --- Reserving ------------------------------------------------------------------------------------


@transaction.atomic
def reserve(
    *, offer: Offer, household: Household, quantity: Any, teller: Teller, now: datetime | None = None
) -> Reservation:
    """The first who presses gets it; the second is told how many are left. What has lapsed is freed on the way."""
    now = now or timezone.now()
    count = check_count(quantity, MOST)
    overdue = Reservation.objects.overdue(now).filter(household=household, slot__isnull=False)
    rows = lock_offers(Offer.objects.filter(Q(pk=offer.pk) | Q(pk__in=overdue.values("offer"))))
    row, home = rows[offer.pk], lock_household(household)
    _check_reservable(row, home, count, now)
    _free_lapsed(rows, home, now)
    corner = check_open(row.compound)
    if count > corner.most_pieces:
        raise SharingError(_("At most %(most)s at a time, so that it reaches many.") % {"most": corner.most_pieces})
    mine = Reservation.objects.filter(household=home, state=State.HELD)
    if mine.filter(offer=row).exists():
        raise SharingError(_("You have reserved of this already."))
    left = row.quantity - row.promised - row.given
    if count > left:
        raise SharingError(_("Somebody was quicker: %(left)s left.") % {"left": left})
    taken = set(mine.exclude(slot=None).values_list("slot", flat=True))
    slot = next((number for number in range(1, corner.most_reservations + 1) if number not in taken), None)
    if slot is None or len(taken) >= corner.most_reservations:
        raise SharingError(
            _("You have %(most)s things reserved. Fetch one first, or give one back.")
            % {"most": corner.most_reservations}
        )
    return hold(row, home, count, now, teller, Kind.RESERVED, corner, slot)


def hold(
    offer: Offer,
    home: Household,
    count: int,
    now: datetime,
    teller: Teller,
    kind: str,
    corner: Corner,
    slot: int | None,
) -> Reservation:
    row = Reservation.objects.create(
        offer=offer,
        household=home,
        quantity=count,
        slot=slot,
        made_at=now,
        until=now + timedelta(minutes=corner.hold_minutes),
    )
    offer.promised += count
    offer.save(update_fields=["promised"])
    _note(kind, offer, teller, now, reservation=row, quantity=count)
    return row


def _check_reservable(row: Offer, home: Household, count: int, now: datetime) -> None:
    if home.door.building.compound_id != row.compound_id or row.wish_id is not None:
        raise SharingError(_("This is not offered here."))
    if row.household_id == home.pk:
        raise SharingError(_("This is your own offer."))
    if row.ended_at is not None:
        raise SharingError(_("This was taken back."))
    if row.is_past(timezone.localdate(now)):
        raise SharingError(_("This food is past its day: it is not given away any more."))
    if row.stopped_at is not None:
        raise SharingError(_("Enough, thanks: nobody else can reserve this now."))


def _free_lapsed(rows: dict[int, Offer], home: Household, now: datetime) -> None:
    """Of the offer itself, and wherever the household's own reservations have lapsed. All of these are locked."""
    touched = Reservation.objects.overdue(now).filter(offer__in=rows)
    for held in touched.order_by("pk"):
        _end(held, rows[held.offer_id], State.LAPSED, Kind.LAPSED, Teller(), now)
    for offer in rows.values():
        offer.save(update_fields=["promised"])


def let_lapse(now: datetime | None = None) -> int:
    """Write down what time has done already. An offer a transaction: nobody waits for the whole list."""
    now = now or timezone.now()
    count = 0
    for pk in list(Reservation.objects.overdue(now).order_by("offer").values_list("offer", flat=True).distinct()):
        with transaction.atomic():
            row = lock_offers(Offer.objects.filter(pk=pk))[pk]
            overdue = list(row.reservations.overdue(now))
            for held in overdue:
                _end(held, row, State.LAPSED, Kind.LAPSED, Teller(), now)
            row.save(update_fields=["promised"])
            count += len(overdue)
    return count


# --- Handing over ---------------------------------------------------------------------------------


@transaction.atomic
def give(*, reservation: Reservation, teller: Teller, now: datetime | None = None) -> None:
    """It has changed hands: told by either of the two, or by who carried it. Told twice is told once."""
    now = now or timezone.now()
    row, held = _lock_both(reservation)
    if held.state == State.GIVEN:
        return
    _check_held(held, now)
    if row.is_past(timezone.localdate(now)):
        raise SharingError(_("This food is past its day: it is not given away any more."))
    row.given += held.quantity
    _end(held, row, State.GIVEN, Kind.GIVEN, teller, now)
    row.save(update_fields=["promised", "given"])


@transaction.atomic
def release(*, reservation: Reservation, teller: Teller, now: datetime | None = None) -> None:
    """Not needed any more: free for others at once."""
    now = now or timezone.now()
    row, held = _lock_both(reservation)
    _check_held(held, now)
    _end(held, row, State.RELEASED, Kind.RELEASED, teller, now)
    row.save(update_fields=["promised"])


@transaction.atomic
def ungive(*, reservation: Reservation, reason: str, teller: Teller) -> None:
    """It was pressed by mistake: the pieces are free again, and why stands in the trail."""
    reason = require_reason(reason)
    row, held = _lock_both(reservation)
    if held.state != State.GIVEN:
        raise SharingError(_("This was not given."))
    row.given -= held.quantity
    row.save(update_fields=["given"])
    held.state = State.RELEASED
    held.save(update_fields=["state"])
    _uncover(row, held)
    facts = {"reservation": held, "quantity": held.quantity, "reason": reason}
    _note(Kind.UNGIVEN, row, teller, timezone.now(), **facts)


def _check_held(held: Reservation, now: datetime) -> None:
    if held.state == State.LAPSED or (held.state == State.HELD and held.until <= now):
        raise SharingError(_("This reservation has lapsed. Reserve again, if it is still there."))
    if held.state != State.HELD:
        raise SharingError(_("This reservation has ended."))


def _lock(offer: Offer) -> Offer:
    return lock_offers(Offer.objects.filter(pk=offer.pk))[offer.pk]


def _lock_both(reservation: Reservation) -> tuple[Offer, Reservation]:
    """The offer's lock is the reservation's too: nothing of an offer moves without it."""
    row = lock_offers(Offer.objects.filter(pk=reservation.offer_id))[reservation.offer_id]
    return row, Reservation.objects.get(pk=reservation.pk)


def _end(
    held: Reservation, offer: Offer, state: str, kind: str, teller: Teller, now: datetime, reason: str = ""
) -> None:
    """The caller holds the offer's lock and saves its numbers."""
    held.state, held.ended_at = state, now
    held.save(update_fields=["state", "ended_at"])
    offer.promised -= held.quantity
    if state != State.GIVEN:
        _uncover(offer, held)
    _note(kind, offer, teller, now, reservation=held, quantity=held.quantity, reason=reason)


def _uncover(offer: Offer, held: Reservation) -> None:
    """What answered a wish and came to nothing is asked for again."""
    if offer.wish_id is not None:
        Wish.objects.filter(pk=offer.wish_id).update(covered=F("covered") - held.quantity)


def _note(kind: str, offer: Offer, teller: Teller, now: datetime, **facts: Any) -> None:
    CornerStep.objects.create(kind=kind, offer=offer, wish_id=offer.wish_id, at=now, **teller.facts(), **facts)
