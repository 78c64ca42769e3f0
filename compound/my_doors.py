"""What a volunteer's phone carries up the stairs: the doors of its own assignments in open rounds, nothing else.

Door, masked name, age band and help flags; no phone number, no full name. The number of statements does not
depend on how many doors there are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buying.delivering import phone_bags
from compound.ladder import texts_for_rounds
from residents.models import Device, Volunteer, mask_name
from rounds.models import Assignment, HeldMark, Round, Visit
from rounds.segments import free_segments
from rounds.services import RoundError, refuse_untrained
from sanitation.collecting import counted, counts_told
from supplies.reconciling import Bag, bags_by_visit, lines_by_round
from testing_rounds.answers import answer_of, with_reading
from testing_rounds.models import ExpectedPerson, Swab, TestRound
from testing_rounds.swabs import IN_TUBES

DECISIONS_SHOWN_FOR = timedelta(days=7)
MOST_DECISIONS = 50

# What "done" is called at the door: for a household, for one person, and for one person it was not done for.
WORDS: dict[str, dict[str, Any]] = {
    Round.Kind.PCR: {
        "done": gettext_lazy("All sampled"),
        "person_done": gettext_lazy("Sampled"),
        "person_not": gettext_lazy("Not sampled"),
    },
    Round.Kind.RECALL: {
        "done": gettext_lazy("All sampled"),
        "person_done": gettext_lazy("Sampled"),
        "person_not": gettext_lazy("Not sampled"),
    },
    Round.Kind.ANTIGEN: {
        "done": gettext_lazy("Kits handed out"),
        "person_done": gettext_lazy("Kit given"),
        "person_not": gettext_lazy("No kit given"),
    },
    Round.Kind.NOTIFY: {"done": gettext_lazy("Told")},
    Round.Kind.KNOCK: {"done": gettext_lazy("Told")},
    Round.Kind.LEAFLET: {"done": gettext_lazy("Delivered")},
    Round.Kind.WELFARE: {"done": gettext_lazy("Checked on")},
    Round.Kind.WASTE: {
        "done": gettext_lazy("Taken"),
        "elsewhere": gettext_lazy("Nothing out"),
        "nobody_home": gettext_lazy("Missed"),
    },
    Round.Kind.SUPPLIES: {"done": gettext_lazy("Given")},
    Round.Kind.BUYING: {"done": gettext_lazy("Given")},
}


DETAILS: dict[str, str] = {Round.Kind.BUYING: "delivery", Round.Kind.WASTE: "waste_round"}


def build_feed(device: Device) -> dict[str, Any]:
    """The answer to /my/doors.json, in seven statements at most (the phone's own authentication is one more)."""
    volunteer = device.volunteer
    assignments = list(_assignments(volunteer))
    rounds = {assignment.round_id: assignment.round for assignment in assignments}
    visits = list(_visits(volunteer, rounds))
    tested = [visit.pk for visit in visits if rounds[visit.round_id].kind in Round.Kind.tests()]
    people = _people_by_visit(tested, volunteer)
    tests = _tests(rounds.values())
    bags = _bags([visit.pk for visit in visits if rounds[visit.round_id].kind == Round.Kind.SUPPLIES])
    bags |= _bought([visit.pk for visit in visits if rounds[visit.round_id].kind == Round.Kind.BUYING])
    doors: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for visit in visits:
        door = _door(visit, volunteer, bags.get(visit.pk))
        if rounds[visit.round_id].kind == Round.Kind.WASTE and visit.latest_mark is not None:
            door["counted"] = counts_told(visit.latest_mark.details)
        is_antigen = rounds[visit.round_id].kind == Round.Kind.ANTIGEN
        door["people"] = [
            _person(person, is_antigen)
            for person in people.get(visit.pk, [])
            if not person.is_added or str(person.number) in visit.people
        ]
        doors[visit.round_id].append(door)
    shown = [
        _round(one, tests.get(pk), [a for a in assignments if a.round_id == pk], doors[pk])
        for pk, one in rounds.items()
    ]
    _add_lines(shown)
    for pk, text in texts_for_rounds(rounds.values()).items():
        next(one for one in shown if one["id"] == pk)["instructions"] = text
    return {
        "portal": "shoulou",
        "volunteer": mask_name(volunteer.name),
        "compound": volunteer.compound.name,
        "rounds": shown,
        "free": _free_segments(volunteer),
        "decisions": _decisions(volunteer),
    }


def _assignments(volunteer: Volunteer) -> QuerySet[Assignment]:
    return (
        Assignment.objects.active()
        .filter(volunteer=volunteer, round__state=Round.State.OPEN)
        .select_related("round__distribution", "round__delivery", "round__waste_round", "building")
        .order_by("round__ends_at", "round__pk", "building__position", "building__code", "entrance", "-floor_to", "pk")
    )


def _visits(volunteer: Volunteer, rounds: dict[int, Round]) -> QuerySet[Visit]:
    held = Assignment.objects.over_visit().filter(volunteer=volunteer)
    return (
        Visit.objects.filter(Exists(held), round__in=rounds.keys())
        .select_related("building", "latest_mark")
        .defer("building__entrance_count", "building__floor_count", "building__doors_per_floor")
        .top_down()
    )


def _people_by_visit(visit_ids: list[int], volunteer: Volunteer) -> dict[int, list[ExpectedPerson]]:
    by_visit: dict[int, list[ExpectedPerson]] = defaultdict(list)
    inside = Swab.objects.filter(person=OuterRef("pk"), voided_at=None).values("tube__code")
    rows = ExpectedPerson.objects.filter(visit__in=visit_ids).order_by("visit", "number")
    rows = with_reading(rows.only("visit_id", "number", "name", "age_band", "is_added", "result"), volunteer.user_id)
    for person in rows.annotate(tube=Subquery(inside)):
        by_visit[person.visit_id].append(person)
    return by_visit


def _bags(visits: list[int]) -> dict[int, Bag]:
    return bags_by_visit(visits) if visits else {}


def _bought(visits: list[int]) -> dict[int, Bag]:
    return {pk: Bag(*bag) for pk, bag in phone_bags(visits).items()} if visits else {}


def _add_lines(rounds: list[dict[str, Any]]) -> None:
    """What a bag may be swapped for. No statement where nothing is handed out."""
    handouts = {one["id"]: one for one in rounds if one["kind"] == Round.Kind.SUPPLIES}
    for pk, lines in (lines_by_round(list(handouts)) if handouts else {}).items():
        handouts[pk]["lines"] = [{"id": line.pk, "name": str(line)} for line in lines]


def _tests(rounds) -> dict[int, TestRound]:
    tests = [one.pk for one in rounds if one.kind in Round.Kind.tests()]
    return {row.round_id: row for row in TestRound.objects.filter(round__in=tests)} if tests else {}


def _round(one: Round, test: TestRound | None, assignments: list[Assignment], doors: list[dict]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": str(one),
        "kind": one.kind,
        "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "instructions": getattr(test or _details_of(one), "instructions", ""),
        "counts": counted(_details_of(one)) if one.kind == Round.Kind.WASTE else None,
        "pool": {"size": test.pool_size} if test and one.kind in IN_TUBES else None,  # 0: one a household
        "words": {name: str(text) for name, text in WORDS[one.kind].items()},
        "segments": [_segment(assignment) for assignment in assignments],
        "parts": [describe_part(assignment) for assignment in assignments],
        "doors": doors,
    }


def _details_of(one: Round) -> Any:
    return getattr(one, DETAILS.get(one.kind, "distribution"), None)


def describe_part(part: Assignment) -> dict[str, Any]:
    until = part.leased_until
    return {"id": part.pk, "text": _segment(part), "leased_until": until.isoformat() if until else None}


def _free_segments(volunteer: Volunteer) -> list[dict[str, Any]]:
    """What may be taken in the open rounds of the compound; nothing for who still has to be trained."""
    try:
        refuse_untrained(volunteer.compound, volunteer)
    except RoundError:
        return []
    return [
        {
            "round": round.pk,
            "title": str(round),
            "building": segment.building.pk,
            "entrance": segment.entrance,
            "floors": [segment.floor_from, segment.floor_to],
            "text": _segment(segment.part),
            "doors": segment.doors,
        }
        for round, segment in free_segments(volunteer)
    ]


def _decisions(volunteer: Volunteer) -> list[dict[str, Any]]:
    """What became, within a week, of the volunteer's marks that were held for a person."""
    rows: Any = (  # the filter leaves no row without a visit or a moment
        HeldMark.objects.filter(
            device__volunteer=volunteer, decided_at__gt=timezone.now() - DECISIONS_SHOWN_FOR, visit__isnull=False
        )
        .select_related("visit__building")
        .order_by("-decided_at", "-pk")[:MOST_DECISIONS]
    )
    return [
        {
            "mark": row.mark_id,
            "visit": row.visit_id,
            "room": f"{row.visit.building} {row.visit.full_room}",
            "decision": row.decision,
            "word": row.get_decision_display(),
            "note": row.decision_note,
            "at": row.decided_at.isoformat(),
        }
        for row in rows
    ]


def _segment(assignment: Assignment) -> str:
    parts = [str(assignment.building)]
    if assignment.entrance:
        parts.append(_("entrance %(entrance)s") % {"entrance": assignment.entrance})
    if assignment.floors:
        parts.append(_("floors %(floors)s") % {"floors": assignment.floors.removesuffix("F")})
    return " · ".join(parts)


def _door(visit: Visit, volunteer: Volunteer, bag: Bag | None) -> dict[str, Any]:
    latest = visit.latest_mark
    told = {
        "visit": visit.pk,
        "building": str(visit.building),
        "entrance": visit.entrance,
        "floor": visit.floor,
        "room": visit.room,
        "rooms": " + ".join([visit.room, *visit.joined_rooms]),
        "label": " · ".join(
            word for word in (bag.text if bag else "", visit.label) if word
        ),  # what to hand over comes first
        "heads": visit.expected_count,
        "known": visit.known,
        "needs": visit.needs,
        "people": [],
        "outcome": visit.outcome,
        "told": visit.people,
        "latest": str(latest.pk) if latest else None,
        "at": visit.latest_at.isoformat() if visit.latest_at else None,
        "mine": bool(latest and latest.marked_by_id == volunteer.user_id),
    }
    if bag:
        told["bags"] = [{"line": key, "name": what, "n": count} for key, what, count in bag.lines]
        told["said"] = bag.said
    return told


def _person(person: Any, is_antigen: bool) -> dict[str, Any]:
    """`tube`: the code of the one they are in; `met`: not expected, and named at the desk or not at all; `answer`: what
    was told of their antigen test, the value only to who read it."""
    told = {"n": person.number, "label": str(person.masked_name), "band": person.age_band}
    if person.tube:
        told["tube"] = person.tube
    if person.is_added and not person.name:
        told["met"] = True
    if is_antigen and (answer := answer_of(person)):
        told["answer"] = answer
    return told
