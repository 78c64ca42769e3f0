"""An errand's deeds: asked for, picked up, at the hospital, settled, delivered, confirmed. Each locks the errand.

Where a thing is, is only what its last handover says: whoever hands on says what they saw; who came second learns it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from medicine.models import BagThing, Errand, ErrandStep, Handover, Settlement, Thing
from medicine.telling import MedicineError, Teller, check_line, check_text, leads_of, stewards_of, tell, those_who_carry
from residents.models import Resident, User
from residents.numbers_typed import NumberError, read_money

State = Errand.State
Kind = ErrandStep.Kind
Holder = Handover.Holder
PUT_IN = (Thing.SLIP, Thing.CARD, Thing.BOOKLET, Thing.CASH, Thing.BOX)
NEEDED = (
    Thing.SLIP,
    Thing.CARD,
    Thing.BOX,
)  # without the slip nobody is served, without the box the wrong drug is bought
MOST_CASH = Decimal("20000.00")
ON_THE_WAY = (State.PICKED_UP, State.AT_HOSPITAL, State.SETTLED)
AT_REST = (Holder.HOUSEHOLD, Holder.HOSPITAL)


@dataclass(frozen=True)
class Hand:
    """The household's, somebody's, the committee's desk, or the hospital's."""

    holder: str
    person: User | None = None


@transaction.atomic
def ask_errand(*, resident: Resident, teller: Teller, **facts: Any) -> Errand:
    if resident.moved_out_on is not None:
        raise MedicineError(_("This person does not live there."))
    checked = _checked(facts)
    if checked["planned_on"] < timezone.localdate():
        raise MedicineError(_("This day is over already."))
    home = resident.household
    try:
        with transaction.atomic():
            errand = Errand.objects.create(
                compound=home.door.building.compound, household=home, resident=resident, **checked
            )
    except IntegrityError:
        raise MedicineError(_("There is a bag for this person already: add to that one.")) from None
    _note(Kind.ASKED, errand, teller)
    return errand


@transaction.atomic
def change_errand(*, errand: Errand, teller: Teller, **facts: Any) -> None:
    """Another day, another hospital: until it has reached one."""
    row = _lock(errand, State.ASKED, State.PICKED_UP)
    checked = _checked(facts)
    if checked["planned_on"] != row.planned_on and checked["planned_on"] < timezone.localdate():
        raise MedicineError(_("This day is over already."))
    for name, value in checked.items():
        setattr(row, name, value)
    row.save(update_fields=[*checked])
    _note(Kind.CHANGED, row, teller)


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    checked = {"window": "", "wanted": "", "needed_by": None, "is_cold": False} | facts
    checked["hospital"] = check_line(checked["hospital"], 60)
    for name, most in (("window", 60), ("wanted", 300)):
        checked[name] = check_text(checked[name], most) if checked[name].strip() else ""
    needed_by: date | None = checked["needed_by"]
    if needed_by is not None and needed_by < checked["planned_on"]:
        raise MedicineError(_("It is needed before anybody goes: choose an earlier day."))
    return checked


# --- Hands ----------------------------------------------------------------------------------------


@transaction.atomic
def pick_up(
    *, errand: Errand, kinds: Collection[str], to: Hand, teller: Teller, cash: Any = "", reason: str = ""
) -> list[BagThing]:
    """What the household puts into the bag, checked before leaving; or what it adds later."""
    row = _lock(errand, State.ASKED, State.PICKED_UP)
    _check_hand(to, row)
    wanted = [kind for kind in PUT_IN if kind in kinds]
    amount = _read_cash(cash) if Thing.CASH in wanted else None
    there = set(row.things.values_list("kind", flat=True))
    if not wanted:
        raise MedicineError(_("Nothing is in the bag yet."))
    for kind in wanted:
        if kind in there:
            raise MedicineError(_("%(thing)s is in the bag already.") % {"thing": kind.label})
    lacking = [kind for kind in NEEDED if kind not in there and kind not in wanted]
    if lacking and not reason.strip():
        words = {"things": ", ".join(str(kind.label) for kind in lacking)}
        raise MedicineError(_("Not in the bag: %(things)s. Put it in, or say why it goes without.") % words)
    note = check_line(reason) if reason.strip() else ""
    fresh = [_put_in(row, kind, to, teller, amount if kind == Thing.CASH else None) for kind in wanted]
    if row.state == State.ASKED:
        _turn(row, State.PICKED_UP)
    _note(Kind.PICKED_UP, row, teller, note)
    return fresh


@transaction.atomic
def hand_over(*, errand: Errand, saw: Mapping[int, int], to: Hand, teller: Teller) -> None:
    """`saw`: thing -> the number of the handover it was seen at. Who saw an older one is told who has it now."""
    row = _lock(errand, *ON_THE_WAY)
    _check_hand(to, row)
    if not saw:
        raise MedicineError(_("Tick what changes hands."))
    last = last_handovers(row)
    if saw.keys() - last.keys():
        raise MedicineError(_("This is not in the bag."))
    for thing, number in saw.items():
        now = last[thing]
        words = {"thing": now.thing, "who": now.holder_words}
        if now.number != number:
            raise MedicineError(_("%(thing)s has changed hands meanwhile: %(who)s has it now.") % words)
        if now.key == (to.holder, to.person.pk if to.person else None):
            raise MedicineError(_("%(thing)s is there already: %(who)s has it.") % words)
    for thing in saw:
        _hand_on(last[thing], to, teller)


def last_handovers(errand: Errand) -> dict[int, Handover]:
    """Thing -> where it is. One statement."""
    rows = Handover.objects.latest_ones().filter(thing__errand=errand).select_related("thing", "person")
    return {row.thing_id: row for row in rows.order_by("thing")}


def _check_hand(to: Hand, errand: Errand) -> None:
    if to.holder not in Holder.values or (to.holder == Holder.PERSON) != (to.person is not None):
        raise MedicineError(_("Choose into whose hands it goes."))
    if to.person is not None and to.person not in those_who_carry(errand.compound):
        raise MedicineError(_("This person does not serve in this compound."))


def _put_in(errand: Errand, kind: str, to: Hand, teller: Teller, amount: Decimal | None = None) -> BagThing:
    thing = BagThing.objects.create(errand=errand, kind=kind, amount=amount)
    first = Handover.objects.create(thing=thing, number=1, holder=Holder.HOUSEHOLD, **teller.facts())
    if to.holder != Holder.HOUSEHOLD:
        _hand_on(first, to, teller)
    return thing


def _hand_on(last: Handover, to: Hand, teller: Teller) -> None:
    Handover.objects.create(
        thing=last.thing, number=last.number + 1, holder=to.holder, person=to.person, **teller.facts()
    )


# --- At the hospital ------------------------------------------------------------------------------


@transaction.atomic
def reach_hospital(*, errand: Errand, teller: Teller) -> None:
    row = _lock(errand, State.PICKED_UP)
    _turn(row, State.AT_HOSPITAL)
    _note(Kind.AT_HOSPITAL, row, teller)


@transaction.atomic
def settle(
    *, errand: Errand, cost: Any, cash_back: Any, to: Hand, by: User, has_medicine: bool = True, note: str = ""
) -> Settlement:
    """What was paid and what goes back, to the cent. Told again it replaces what was told before, visibly.

    From then on the medicine, and the change with its receipt, are things in a hand; cash that was spent is not.
    """
    row = _lock(errand, *ON_THE_WAY)
    _check_hand(to, row)
    things = {thing.kind: thing for thing in row.things.all()}
    cash = things[Thing.CASH].amount or Decimal(0) if Thing.CASH in things else Decimal(0)
    paid, back = _read_sum(cost), _read_sum(cash_back)
    due = max(Decimal(0), cash - paid)
    if back != due:
        words = {"cash": f"{cash:.2f}", "cost": f"{paid:.2f}", "back": f"{due:.2f}"}
        raise MedicineError(_("¥%(cash)s were in the bag and ¥%(cost)s were paid: ¥%(back)s go back.") % words)
    if not has_medicine and not note.strip():
        raise MedicineError(_("Say why there is no medicine: out of stock, another window."))
    note = check_line(note) if note.strip() else ""
    told = Settlement.objects.create(errand=row, cash=cash, cost=paid, cash_back=back, note=note, by=by)
    teller = Teller(by=by)
    if has_medicine and Thing.MEDICINE not in things:
        _come_by(row, Thing.MEDICINE, to, teller)
    if paid and Thing.CASH in things:
        if back and Thing.CHANGE not in things:
            _come_by(row, Thing.CHANGE, to, teller)
        last = last_handovers(row)[things[Thing.CASH].pk]
        if last.holder not in AT_REST:
            _hand_on(last, Hand(Holder.HOSPITAL), teller)
    if row.state != State.SETTLED:
        _turn(row, State.SETTLED)
    _note(Kind.SETTLED, row, teller, note)
    return told


def _come_by(errand: Errand, kind: str, to: Hand, teller: Teller) -> None:
    """It comes from the hospital, not from the household."""
    thing = BagThing.objects.create(errand=errand, kind=kind)
    first = Handover.objects.create(thing=thing, number=1, holder=Holder.HOSPITAL, **teller.facts())
    if to.holder != Holder.HOSPITAL:
        _hand_on(first, to, teller)


def _read_cash(typed: Any) -> Decimal:
    try:
        return read_money(typed, most=MOST_CASH)
    except NumberError as error:
        raise MedicineError(str(error)) from None


def _read_sum(typed: Any) -> Decimal:
    """Nothing at all may be paid."""
    try:
        return read_money(typed, least=Decimal(0), most=MOST_CASH)
    except NumberError as error:
        raise MedicineError(str(error)) from None


# --- The end --------------------------------------------------------------------------------------


@transaction.atomic
def deliver(*, errand: Errand, teller: Teller) -> None:
    """Whatever anybody still holds of it goes to the household."""
    row = _lock(errand, State.SETTLED)
    for last in last_handovers(row).values():
        if last.holder not in AT_REST or (last.holder == Holder.HOSPITAL and last.number == 1):
            _hand_on(last, Hand(Holder.HOUSEHOLD), teller)
    _turn(row, State.DELIVERED)
    _note(Kind.DELIVERED, row, teller)


@transaction.atomic
def confirm(*, errand: Errand, teller: Teller) -> None:
    row = _lock(errand, State.DELIVERED)
    row.ended_at = timezone.now()
    _turn(row, State.CONFIRMED, "ended_at")
    _note(Kind.CONFIRMED, row, teller)


@transaction.atomic
def reopen(*, errand: Errand, reason: str, teller: Teller) -> None:
    """The household misses something: it is on the way again, and those who look after the house are told."""
    row = _lock(errand, State.DELIVERED)
    reason = check_line(reason)
    _turn(row, State.SETTLED)
    step = _note(Kind.REOPENED, row, teller, reason)
    building = row.household.door.building
    tell(
        {*leads_of(building), *stewards_of(row.compound)},
        compound=row.compound,
        reminder=f"errand-reopened:{step.pk}",
        subject=lambda: _("%(building)s: something is missing in a delivered bag") % {"building": building},
        body=lambda: _("Who held what, and when, stands on the errand's page."),
        link=reverse("medicine:errand", args=[row.pk]),
    )


@transaction.atomic
def cancel(*, errand: Errand, reason: str, teller: Teller) -> None:
    """Only when nobody holds anything of it any more."""
    row = _lock(errand, State.ASKED, *ON_THE_WAY)
    reason = check_line(reason)
    for last in last_handovers(row).values():
        if last.holder not in AT_REST:
            words = {"thing": last.thing, "who": last.holder_words}
            raise MedicineError(_("%(who)s still has this: %(thing)s. It goes back to the household first.") % words)
    row.ended_at = timezone.now()
    _turn(row, State.CANCELLED, "ended_at")
    _note(Kind.CANCELLED, row, teller, reason)


# --- Shared by all --------------------------------------------------------------------------------


def _lock(errand: Errand, *states: str) -> Errand:
    rows = Errand.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("compound", "household__door__building__compound").get(pk=errand.pk)
    if row.state not in states:
        raise MedicineError(_("This cannot be done now: the bag is %(state)s.") % {"state": row.get_state_display()})
    return row


def _turn(errand: Errand, state: str, *fields: str) -> None:
    errand.state = state
    errand.save(update_fields=["state", *fields])


def _note(kind: str, errand: Errand, teller: Teller, reason: str = "") -> ErrandStep:
    return ErrandStep.objects.create(kind=kind, errand=errand, reason=reason, **teller.facts())
