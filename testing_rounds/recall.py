"""What a tube's result does to its people: held at once, visited for a single tube each, released one by one.

Called by `testing_rounds.results` with the tubes and people locked and folded; everything is in that transaction.
The pool's own result is never touched: a negative single tube sets its person free, and the pool stays positive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Message
from notices.services import draft_message, plan_messages
from residents.models import Building, Door, Household, Resident, RoleGrant, User, Volunteer
from residents.together import insert_together
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Round, RoundEvent, Visit
from rounds.services import assign, close_round, reopen_round
from rounds.snapshot import joined_rooms_of
from testing_rounds.models import ExpectedPerson, Hold, Result, ResultSource, TestRound, Tube

LASTS = timedelta(hours=24)
# Whose word sets somebody free. What a household or a neighbour tells is kept and shown, and releases nobody.
TRUSTED = frozenset({ResultSource.LAB_LIST, ResultSource.HEALTH_APP, ResultSource.CDC_CALL, ResultSource.DESK})
ALARMING = frozenset({Result.POSITIVE, Result.DISPUTED})


Text = Callable[[Round, str], dict[str, str]]


class HoldError(ValueError):
    """A sentence for the person who tried."""


def with_door_today(people: QuerySet[ExpectedPerson]) -> QuerySet[ExpectedPerson]:
    """People of tubes (with `tube_id`), with all a recall asks: their door, their hold, whether a recall runs, and
    the number the next one would get. Asked under the lock of tube and compound, so nothing of it is old."""
    holds = Hold.objects.filter(person=OuterRef("pk"), tube=OuterRef("tube_id"))
    recall = TestRound.objects.filter(recalls=OuterRef("tube_id"))
    numbers = Round.objects.filter(compound=OuterRef("visit__round__compound"), kind=Round.Kind.RECALL).order_by()
    joined = Door.objects.filter(
        Q(joined_to=OuterRef("visit__household__door")) | Q(joined_to=OuterRef("resident__household__door"))
    )
    return (
        people.annotate(
            hold_release=Subquery(holds.values("release")),
            recall_round=Subquery(recall.values("round")),
            is_joined=Exists(joined),
            newest_recall=Subquery(numbers.values("kind").annotate(newest=Max("number")).values("newest")),
        )
        .select_related("visit__household__door__building", "resident__household__door__building")
        .defer(*(f"resident__{name}" for name in ("name_pinyin", *Resident.PHONE_FIELDS)))
    )


# --- After a tube's result ------------------------------------------------------------------------


def follow_tubes(tubes: list[Tube], people: Mapping[int, list[ExpectedPerson]], *, by: User) -> None:
    clear = [tube for tube in tubes if tube.result == Result.NEGATIVE]
    if clear:
        _release_corrected(clear, by)
    numbers: dict[int, int] = {}
    for tube in tubes:
        if tube.result and tube.result != Result.NEGATIVE:
            _hold_and_recall(tube, people[tube.pk], by, numbers)
    everybody = [person for inside in people.values() for person in inside]
    follow_people(everybody, by=by, trusted={person.pk for person in everybody})


def _hold_and_recall(tube: Tube, people: list[Any], by: User, numbers: dict[int, int]) -> None:
    """Hold whoever is not held for this tube yet, and see that each of them is asked for a single tube."""
    is_positive_single = len(people) == 1 and tube.result == Result.POSITIVE
    in_recall = tube.test_round.round.kind == Round.Kind.RECALL
    if is_positive_single and in_recall:
        return  # held already, for the pool; it is the CDC's turn
    again = [person for person in people if person.hold_release == Hold.Release.POOL_CORRECTED]
    if again:
        _hold_again(Hold.objects.filter(tube=tube, person__in=again), _("the pool's result was corrected once more"))
        _reopen(again[0].recall_round, by)
    fresh = [person for person in people if person.hold_release is None]
    if not fresh:
        return
    recalled = {} if is_positive_single else _recall(tube, fresh, by, numbers)
    Hold.objects.bulk_create(
        Hold(person=person, tube=tube, recalled_as=recalled.get(person.pk), since=timezone.now()) for person in fresh
    )


def _reopen(round_pk: int | None, by: User) -> None:
    closed = Round.objects.filter(pk=round_pk, state=Round.State.CLOSED).first() if round_pk else None
    if closed:
        reopen_round(round=closed, by=by, reason=_("the pool's result was corrected once more"))


def _hold_again(holds: QuerySet[Hold], why: str) -> int:
    """A release that turned out wrong ends; the note keeps that there was one."""
    note = _("Held again: %(why)s.") % {"why": why}
    return holds.exclude(release="").update(release="", released_at=None, released_by=None, note=note)


def _release_corrected(tubes: list[Tube], by: User) -> None:
    """The pool was negative after all. Who is positive in a single tube of their own stays."""
    held = list(Hold.objects.filter(tube__in=tubes, release="").select_related("recalled_as"))
    if not held:
        return
    stay = [hold for hold in held if hold.recalled_as is not None and hold.recalled_as.result in ALARMING]
    free = {hold.pk for hold in held} - {hold.pk for hold in stay}
    _release(Hold.objects.filter(pk__in=free), Hold.Release.POOL_CORRECTED, by)
    done = {hold.tube_id for hold in held} - {hold.tube_id for hold in stay}
    rounds = Round.objects.filter(test_round__recalls__in=done)
    for round in rounds.select_related("compound"):
        if round.is_open:
            close_round(round=round, by=by, reason=_("the pool's result was corrected"))
        visits = Visit.objects.filter(round=round).select_related("building")
        _tell(round, _correction_text, Counter(visit.building for visit in visits))


def _release(holds: QuerySet[Hold], why: str, by: User, note: str = "") -> int:
    told = {"note": note} if note else {}
    return holds.filter(release="").update(release=why, released_at=timezone.now(), released_by=by, **told)


# --- After a single tube's result -----------------------------------------------------------------


def follow_people(people: list[ExpectedPerson], *, by: User | None, trusted: Collection[int] = ()) -> None:
    """Of people in a recall: the negative go free, by a word that may do so; the positive are held, or again.

    A lost single tube is recalled in its turn, so the way up may have several steps.
    """
    recalled = [person for person in people if person.visit.round.kind == Round.Kind.RECALL]
    clear = [person.pk for person in recalled if person.result == Result.NEGATIVE and person.pk in trusted]
    if clear and by is not None:
        for holds in _upwards(clear):
            _release(Hold.objects.filter(pk__in=holds), Hold.Release.NEGATIVE, by)
    alarming = [person.pk for person in recalled if person.result in ALARMING]
    for holds in _upwards(alarming) if alarming else ():
        _hold_again(Hold.objects.filter(pk__in=holds), _("the single tube says otherwise now"))


def _upwards(people: Iterable[int]) -> Iterable[list[int]]:
    """The holds for which these were recalled; then those for which the people of these were; and so on."""
    below = list(people)
    while rows := list(Hold.objects.filter(recalled_as__in=below).values_list("pk", "person")):
        yield [pk for pk, _person in rows]
        below = [person for _pk, person in rows]


# --- The recall's round ---------------------------------------------------------------------------


def _recall(tube: Tube, people: list[Any], by: User, numbers: dict[int, int]) -> dict[int, ExpectedPerson]:
    """Person -> the same person in the recall's round; whoever lives here no longer is not in it. `numbers`: compound
    -> the recall that was opened last, where the list of results opened one before."""
    homes = doors_today(people)
    if people[0].recall_round:
        return _join_recall(people[0].recall_round, homes)
    if not homes:
        return {}
    numbers[tube.compound_id] = numbers.get(tube.compound_id, people[0].newest_recall or 0) + 1
    round = _open_recall(tube, numbers[tube.compound_id], homes, by)
    recalled = _expect(homes, _make_visits(round, homes))
    _tell(round, _recall_text, Counter(household.door.building for household in set(homes.values())))
    return recalled


def _open_recall(tube: Tube, number: int, homes: Mapping[ExpectedPerson, Household], by: User) -> Round:
    """An open round of single tubes. Its doors are those of the people alone, whatever else is in the buildings."""
    now = timezone.now()
    round = Round(
        compound=tube.compound,
        kind=Round.Kind.RECALL,
        number=number,
        title=(_("tube %(code)s") % {"code": tube.code})[:80],
        starts_at=now,
        ends_at=now + LASTS,
        state=Round.State.OPEN,
        opened_at=now,
    )
    through = Round.buildings.through
    buildings = sorted({household.door.building_id for household in homes.values()})
    insert_together(
        round,
        lambda key: (
            [through(round_id=key, building_id=pk) for pk in buildings],
            [RoundEvent(round_id=key, step=RoundEvent.Step.OPENED, by=by)],
            [TestRound(round_id=key, pool_size=TestRound.PoolSize.SINGLE, recalls=tube)],
        ),
    )
    return round


def doors_today(people: Iterable[ExpectedPerson]) -> dict[ExpectedPerson, Household]:
    """Where each of them is found now: moved inside the compound or staying with somebody, there; gone, nowhere."""
    homes: dict[ExpectedPerson, Household] = {}
    unsure: dict[int, ExpectedPerson] = {}
    for person in people:
        resident = person.resident
        if resident is None:
            homes[person] = person.visit.household  # known by the head count alone
        elif resident.merged_into_id or resident.stays_at_id:
            unsure[resident.pk] = person
        elif resident.moved_out_on is None:
            homes[person] = resident.household
    homes |= _found_elsewhere(unsure) if unsure else {}
    return {person: home for person, home in homes.items() if home.moved_out_on is None}


def _found_elsewhere(people: dict[int, ExpectedPerson]) -> dict[ExpectedPerson, Household]:
    """Of records merged into another, the other's door; of guests, the door where they sleep."""
    kept = {pk: pk for pk in people}
    while moved := dict(
        Resident.objects.filter(pk__in=kept.values(), merged_into__isnull=False).values_list("pk", "merged_into")
    ):
        kept = {first: moved.get(last) or last for first, last in kept.items()}
    homes: dict[int, int] = dict(
        Resident.objects.filter(pk__in=kept.values(), moved_out_on=None).values_list("pk", "household")
    ) | dict(Resident.objects.guests().filter(pk__in=kept.values()).values_list("pk", "host_id"))
    households = Household.objects.select_related("door__building").in_bulk(homes.values())
    return {people[first]: households[homes[last]] for first, last in kept.items() if last in homes}


def _make_visits(round: Round, homes: Mapping[ExpectedPerson, Household]) -> dict[int, Visit]:
    """Household -> visit, one for each door, with those people alone."""
    behind: dict[Household, list[ExpectedPerson]] = defaultdict(list)
    for person, household in homes.items():
        behind[household].append(person)
    may_be_joined = any(_may_be_joined(person, household) for person, household in homes.items())
    joined = joined_rooms_of({household.door.building for household in behind}) if may_be_joined else {}
    visits = Visit.objects.bulk_create(
        Visit(
            round=round,
            household=household,
            building_id=household.door.building_id,
            entrance=household.door.entrance,
            floor=household.door.floor,
            position=household.door.position,
            room=household.door.room,
            joined_rooms=joined.get(household.door_id, []),
            label=next((person.masked_name for person in here if person.name), ""),
            needs=[need for need in Resident.NEEDS if any(need in person.needs for person in here)],
            expected_count=len(here),
            revised_at=round.starts_at,
        )
        for household, here in behind.items()
    )
    return {visit.household_id: visit for visit in visits}


def _may_be_joined(person: Any, home: Household) -> bool:
    """`with_door_today` has asked about the doors it knew; a guest's or a merged record's is another."""
    known = {person.visit.household_id, person.resident.household_id if person.resident else None}
    return person.is_joined or home.pk not in known


def _expect(homes: Mapping[ExpectedPerson, Household], visits: Mapping[int, Visit]) -> dict[int, ExpectedPerson]:
    """The same people, numbered anew behind their doors of today."""
    numbers: Counter[int] = Counter()
    recalled = {}
    for person, household in homes.items():
        if household.pk not in visits:
            continue
        visit = visits[household.pk]
        numbers[visit.pk] += 1
        recalled[person.pk] = ExpectedPerson(
            visit=visit,
            number=numbers[visit.pk],
            resident_id=person.resident_id,
            name=person.name,
            age_band=person.age_band,
            needs=person.needs,
        )
    ExpectedPerson.objects.bulk_create(recalled.values())
    return recalled


def _join_recall(round_pk: int, homes: dict[ExpectedPerson, Household]) -> dict[int, ExpectedPerson]:
    """Somebody found in the tube later: a door of their own in the recall that runs. Where its door is in it already
    nothing is added, for it may have been answered: the hold waits for a steward, as of one who has left."""
    round = Round.objects.get(pk=round_pk)
    taken = set(round.visits.values_list("household", flat=True))
    new = {person: home for person, home in homes.items() if home.pk not in taken}
    if not new or not round.is_open:
        return {}
    round.buildings.add(*{home.door.building_id for home in new.values()})
    return _expect(new, _make_visits(round, new))


# --- Telling --------------------------------------------------------------------------------------


def _tell(round: Round, text: Text, doors: Counter[Building]) -> None:
    """Stewards hear of all of it, leads of their own buildings. No bot of a chat group does: a few doors in a house
    of neighbours would name the people."""
    grants = (
        RoleGrant.objects.in_force()
        .filter(compound=round.compound_id, user__is_active=True, role__in=["steward", "lead"])
        .values_list("role", "buildings", "user", "user__email")
        .order_by("pk")
    )
    stewards: dict[int, User] = {}
    leads: dict[int, tuple[User, set[int]]] = {}
    for role, building, pk, email in grants:
        if role == RoleGrant.Role.STEWARD:
            stewards[pk] = User(pk=pk, email=email)
        else:
            leads.setdefault(pk, (User(pk=pk, email=email), set()))[1].add(building)
    with translation.override(settings.LANGUAGE_CODE):
        rows = _draft(round, list(stewards.values()), text, doors)
        for pk, (user, own) in leads.items():
            theirs = Counter({building: count for building, count in doors.items() if building.pk in own})
            if theirs and pk not in stewards:
                rows += _draft(round, [user], text, theirs)
    plan_messages(rows, are_new=True)  # of a round just opened, or of this moment


def _draft(round: Round, users: list[User], text: Text, doors: Counter[Building]) -> list[Message]:
    line = _("%(building)s: %(doors)s")
    counts = {row: ngettext("%(count)s door", "%(count)s doors", n) % {"count": n} for row, n in doors.items()}
    rows = sorted(counts, key=lambda row: (row.position, row.code))
    return draft_message(
        compound=round.compound,
        users=users,
        link=reverse("testing_rounds:recall", args=[round.pk]),
        is_urgent=True,
        **text(round, "\n".join(line % {"building": row.name, "doors": counts[row]} for row in rows)),  # type: ignore[arg-type]
    )


def _recall_text(round: Round, lines: str) -> dict[str, str]:
    return {
        "reminder": f"recall:{round.pk}",
        "period": "opened",
        "subject": _("%(round)s: single tubes are needed") % {"round": round},
        "body": _("The people concerned stay at home until their own result is there.") + "\n" + lines,
    }


def _correction_text(round: Round, lines: str) -> dict[str, str]:
    return {
        "reminder": f"recall:{round.pk}",
        "period": timezone.now().isoformat(timespec="milliseconds"),
        "subject": _("%(round)s: the pool's result was corrected") % {"round": round},
        "body": _("Nobody has to stay at home because of it any more.") + "\n" + lines,
    }


# --- By hand --------------------------------------------------------------------------------------

BY_HAND = (Hold.Release.BY_HAND, Hold.Release.TRANSFERRED, Hold.Release.LEFT)


@transaction.atomic
def release_hold(*, hold: Hold, release: str, by: User, note: str) -> None:
    """A steward ends a hold and says why. The door is not waited for any more."""
    if release not in BY_HAND:
        raise HoldError(_("“%(reason)s” is not a way to end a hold by hand.") % {"reason": release})
    if not note.strip():
        raise HoldError(_("Say why, in a few words."))
    if not _release(Hold.objects.filter(pk=hold.pk), release, by, note.strip()):
        raise HoldError(_("This hold has ended already."))
    recalled = ExpectedPerson.objects.select_related("visit__round").filter(recalled_for=hold).first()
    if recalled and recalled.visit.round.is_open and recalled.outcome not in Outcome.answered():
        mark_at_desk(
            visit=recalled.visit,
            by=by,
            outcome=Outcome.EXEMPT,
            people={str(recalled.number): Outcome.EXEMPT},
            note=note,
        )


@transaction.atomic
def assign_recall(*, round: Round, volunteer: Volunteer, buildings: Iterable[Building], by: User) -> None:
    """The doors of these buildings, a handful each, go to one volunteer."""
    for building in buildings:
        assign(round=round, volunteer=volunteer, building=building, by=by)
