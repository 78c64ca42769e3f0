"""Each line of a list against what the portal knows: for a tube, for a person, told before, to review, refused.

`look_around` reads all there is to compare with in a fixed number of statements; `judge` is pure. Nothing is guessed:
a name that is nearly right is a suggestion for a person to decide on.

A line with a tube of several people speaks of the tube, whoever it names: a laboratory repeats the pool's result
beside each of the ten, and that makes none of them positive.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from residents.roster.cells import building_code, entrance_code, looks_like_building, name_key, plain
from residents.sounds import sounds_of
from rounds.models import CLOCK_TOLERANCE, Outcome, Round, Visit
from testing_rounds.lab_reading import Told, is_day, looks_like_code, read_code, read_door, read_moment, read_value
from testing_rounds.models import ExpectedPerson, LabLine, PersonResult, Result, Swab, TestRound, Tube, TubeResult

Kind = LabLine.Verdict
SAMPLED = frozenset({Outcome.DONE, Outcome.ELSEWHERE})
NEAR = 0.5
ROOM_IN_FRONT = "0123456789 -室号"  # of who is known by the door: 301阿婆


@dataclass(slots=True)
class Someone:
    pk: int
    name: str
    building: str
    entrance: str
    key: str
    is_sampled: bool
    tube: int | None = None


@dataclass(slots=True)
class TubeKnown:
    pk: int
    code: str
    in_round: bool
    people: list[int] = field(default_factory=list)


@dataclass
class Scene:
    """What the lines are compared with."""

    round: Round
    now: datetime
    tubes: dict[str, TubeKnown]
    people: dict[int, Someone]
    told_tubes: dict[int, tuple[str, int]]  # tube -> what this source said last, and the fact
    told_people: dict[int, tuple[str, int]]
    at_door: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    buildings: frozenset[str] = frozenset()

    def __post_init__(self):
        for someone in self.people.values():
            self.at_door[someone.key].append(someone.pk)
            if someone.name:
                self.named[name_key(someone.name)].append(someone.pk)
        self.buildings = frozenset(someone.building for someone in self.people.values())


@dataclass(slots=True)
class Verdict:
    told: Told
    kind: str
    reason: str = ""
    tube: int | None = None
    person: int | None = None
    value: str = ""
    happened_at: datetime | None = None
    near: str = ""

    def key(self) -> tuple:
        return (self.kind, self.reason, self.tube, self.person, self.value, self.happened_at)


# --- What there is ----------------------------------------------------------------------------------


def look_around(test_round: TestRound, rows: Iterable[Told], source: str) -> Scene:
    """Seven statements, however long the list."""
    round = test_round.round
    doors = {
        pk: (code, entrance, (parts.key if (parts := read_door(room)) else plain(room)), people | known, outcome)
        for pk, code, entrance, room, people, known, outcome in _doors(round)
    }
    people: dict[int, Someone] = {}
    for pk, visit, number, name in ExpectedPerson.objects.filter(visit__round=round).values_list(
        "pk", "visit", "number", "name"
    ):
        code, entrance, key, told, outcome = doors[visit]
        state = told.get(str(number)) or (outcome if outcome != Outcome.PARTLY else Outcome.WAITING)
        people[pk] = Someone(pk, name, code, entrance, key, state in SAMPLED)
    tubes = _tubes(test_round, rows)
    _fill(tubes, people, test_round)
    return Scene(
        round=round,
        now=timezone.now(),
        tubes=tubes,
        people=people,
        told_tubes=_standing(TubeResult.objects.filter(tube__test_round=test_round), "tube", source),
        told_people=_standing(PersonResult.objects.filter(person__visit__round=round), "person", source),
    )


def _doors(round: Round):
    return Visit.objects.filter(round=round).values_list(
        "pk", "building__code", "entrance", "room", "people", "known", "outcome"
    )


def _tubes(test_round: TestRound, rows: Iterable[Told]) -> dict[str, TubeKnown]:
    """Those of the round, and those of other rounds whose code the list names."""
    tubes = {
        read_code(code): TubeKnown(pk, code, True)
        for pk, code in Tube.objects.filter(test_round=test_round).values_list("pk", "code")
    }
    words = {word for told in rows for word in (told.tube, *told.words) if word and looks_like_code(word)}
    codes = {spelling for word in words if read_code(word) not in tubes for spelling in (word, read_code(word))}
    others = Tube.objects.filter(compound=test_round.round.compound_id, code__in=codes).exclude(test_round=test_round)
    for pk, code in others.values_list("pk", "code") if codes else ():
        tubes.setdefault(read_code(code), TubeKnown(pk, code, False))
    return tubes


def _fill(tubes: dict[str, TubeKnown], people: dict[int, Someone], test_round: TestRound) -> None:
    by_pk = {tube.pk: tube for tube in tubes.values()}
    swabs = Swab.objects.filter(tube__test_round=test_round, voided_at=None)
    for tube_pk, person_pk in swabs.order_by().values_list("tube", "person"):
        by_pk[tube_pk].people.append(person_pk)
        if person_pk in people:
            people[person_pk].tube, people[person_pk].is_sampled = tube_pk, True


def _standing(facts, whose: str, source: str) -> dict[int, tuple[str, int]]:
    """Of each the latest that this source said and nobody corrected."""
    rows = facts.filter(source=source, corrected_by=None).order_by("told_at", "pk")
    return {pk: (value, fact) for pk, value, fact in rows.values_list(whose, "value", "pk")}


# --- Judging ----------------------------------------------------------------------------------------


def judge(rows: Iterable[Told], scene: Scene) -> list[Verdict]:
    verdicts = [_judge_line(told, scene) for told in rows]
    _settle_repeats(verdicts)
    for verdict in verdicts:
        _compare_with_told(verdict, scene)
    return verdicts


def _judge_line(told: Told, scene: Scene) -> Verdict:
    _name_words(told, scene)
    verdict = Verdict(told, Kind.REFUSED)
    verdict.reason = _read(told, verdict, scene)
    if verdict.reason:
        return verdict
    if told.tube:
        return _judge_tube(told, verdict, scene)
    if told.room or told.name:
        return _judge_person(told, verdict, scene)
    verdict.reason = "whose"
    return verdict


def _read(told: Told, verdict: Verdict, scene: Scene) -> str:
    """The result, the time and the round of the line; a reason when one of them cannot be so."""
    if not told.value:
        return "no_value"
    verdict.value = read_value(told.value)
    if not verdict.value:
        return "value"
    if told.round and (digits := re.search(r"\d+", told.round)) and int(digits[0][:9]) != scene.round.number:
        return "wrong_round"
    if not told.time:
        return ""
    today = timezone.localtime(scene.now)
    moment = read_moment(told.time, today.year, f"{today:%Y-%m-%d}")
    if moment is None:
        return "time"
    if is_day(told.time) and moment.date() == today.date():
        moment = scene.now  # today, without an hour
    opened = scene.round.opened_at
    if opened and moment < min(opened, scene.round.starts_at):
        return "before_round"
    verdict.happened_at = moment
    return "future" if moment > scene.now + CLOCK_TOLERANCE else ""


def _name_words(told: Told, scene: Scene) -> None:
    """Of a line without columns: which word is the tube, which the door, which the name."""
    for word in told.words:
        if word in (told.room, told.building):
            continue
        if not told.tube and read_code(word) in scene.tubes:
            told.tube = word
        elif not told.building and looks_like_building(word):
            told.building = word
        elif not told.room and any(char.isdigit() for char in word) and _door(told, word, scene):
            told.room = word
        elif not told.tube and looks_like_code(word) and not word.isdigit():
            told.tube = word
        elif not told.room and any(char.isdigit() for char in word):
            told.room = word
        elif not told.name:
            told.name = word
    told.words = []


def _judge_tube(told: Told, verdict: Verdict, scene: Scene) -> Verdict:
    tube = scene.tubes.get(read_code(told.tube))
    if tube is None:
        if not (told.room or told.name):
            verdict.reason = "unknown_tube"
            return verdict
        if verdict.value != Result.NEGATIVE:
            verdict.kind, verdict.reason = Kind.REVIEW, "tube_unknown"
            return verdict
        return _judge_person(told, verdict, scene)
    if not tube.in_round:
        verdict.reason = "other_round"
        return verdict
    if not tube.people:
        verdict.reason = "empty_tube"
        return verdict
    inside = [scene.people[pk] for pk in tube.people if pk in scene.people]
    if told.name and not any(_fits(told.name, one.name) for one in inside if one.name):
        named = [one for one in inside if one.name]
        near = _nearest(told.name, named)
        if named and len(named) == len(inside):
            verdict.kind, verdict.reason = Kind.REVIEW, "not_in_tube" if near else "stranger_in_tube"
            verdict.person, verdict.near = (near.pk, near.name) if near else (None, "")
            return verdict
    verdict.kind, verdict.tube = Kind.TUBE, tube.pk
    return verdict


def _judge_person(told: Told, verdict: Verdict, scene: Scene) -> Verdict:
    verdict.kind = Kind.REVIEW
    here = [scene.people[pk] for pk in _door(told, told.room, scene)] if told.room else []
    if told.room and not here:
        verdict.reason = "unknown_room"
        return verdict
    if told.name:
        pool = here or [scene.people[pk] for pk in _named(told, scene)]
        fitting = [one for one in pool if one.name and _fits(told.name, one.name)]
    else:
        fitting = here
    if len(fitting) != 1:
        verdict.reason, near = _why_not_one(told, fitting, here)
        verdict.person, verdict.near = (near.pk, near.name) if near else (None, "")
        return verdict
    person = fitting[0]
    if not person.is_sampled:
        verdict.kind, verdict.reason = Kind.REFUSED, "no_sample"
        return verdict
    verdict.kind, verdict.person = Kind.PERSON, person.pk
    return verdict


def _why_not_one(told: Told, fitting: list[Someone], here: list[Someone]) -> tuple[str, Someone | None]:
    if fitting:
        return ("several" if told.name else "which_one"), None
    if not here:
        return "not_expected", None
    near = _nearest(told.name, [one for one in here if one.name])
    return ("near_name", near) if near else ("not_in_room", None)


def _door(told: Told, room: str, scene: Scene) -> list[int]:
    """Who is expected behind the door that the line names; `1-502` is entrance 1, or else building 1."""
    parts = read_door(room)
    if parts is None:
        return []
    here = [scene.people[pk] for pk in scene.at_door.get(parts.key, ())]
    building = building_code(told.building) if told.building else parts.building
    entrance = entrance_code(told.entrance) if told.entrance else parts.entrance
    if building:
        here = [one for one in here if one.building == building]
    if entrance:
        inside = [one for one in here if one.entrance == entrance]
        if not inside and parts.dashed and not building:
            inside = [one for one in here if one.building == entrance]
        here = inside
    return [one.pk for one in here]


def _named(told: Told, scene: Scene) -> list[int]:
    if "*" in told.name:
        return [pk for name, pks in scene.named.items() if _fits(told.name, name) for pk in pks]
    found = scene.named.get(name_key(told.name.strip()), [])
    if told.building:
        code = building_code(told.building)
        return [pk for pk in found if scene.people[pk].building == code]
    return found


def _fits(told: str, name: str) -> bool:
    """The same name, or one that is masked as laboratories do: 林*雨."""
    told, name = name_key(told.strip()), name_key(name)
    if "*" not in told:
        return told == name or told == name.lstrip(ROOM_IN_FRONT)
    head = told.split("*")[0]
    return bool(head) and len(told) == len(name) and all(a in ("*", b) for a, b in zip(told, name, strict=True))


def _nearest(told: str, people: list[Someone]) -> Someone | None:
    """Whose name is most like it, where any is; the same sound is nearer than any likeness of the strokes."""
    sound = sounds_of(told[:50])[:1]

    def likeness(one: Someone) -> float:
        same = 1.0 if sound and sounds_of(one.name)[:1] == sound else 0.0
        return same + difflib.SequenceMatcher(None, told[:50], one.name).ratio()

    best = max(people, key=likeness, default=None)
    return best if best is not None and likeness(best) >= NEAR else None


def likely(told: Told, scene: Scene) -> list[int]:
    """Who the line may mean: behind the door and in the tube it names, then whose name is like it. Twelve at most."""
    _name_words(told, scene)
    tube = scene.tubes.get(read_code(told.tube)) if told.tube else None
    near = [*(_door(told, told.room, scene) if told.room else ()), *(tube.people if tube and tube.in_round else ())]
    if told.name:
        near += _named(told, scene)
        near += [pk for name in difflib.get_close_matches(told.name[:50], scene.named, 6) for pk in scene.named[name]]
    return list(dict.fromkeys(pk for pk in near if pk in scene.people))[:12]


def _settle_repeats(verdicts: list[Verdict]) -> None:
    """Of several lines about one tube or person the first counts; if they differ none does."""
    of: dict[tuple[str, int | None], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.kind in {Kind.TUBE, Kind.PERSON}:
            of[verdict.kind, verdict.tube or verdict.person].append(verdict)
    for same in of.values():
        if len({verdict.value for verdict in same}) > 1:
            for verdict in same:
                verdict.kind, verdict.reason = Kind.REFUSED, "two_values"
        else:
            for verdict in same[1:]:
                verdict.kind, verdict.reason = Kind.KNOWN, "twice"


def _compare_with_told(verdict: Verdict, scene: Scene) -> None:
    if verdict.kind == Kind.TUBE and verdict.tube in scene.told_tubes:
        value = scene.told_tubes[verdict.tube][0]
    elif verdict.kind == Kind.PERSON and verdict.person in scene.told_people:
        value = scene.told_people[verdict.person][0]
    else:
        return
    if value == verdict.value:
        verdict.kind, verdict.reason = Kind.KNOWN, "known"
    else:
        verdict.reason = "corrects"
