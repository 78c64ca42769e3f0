"""What the day asks of one person: lines of all rooms, how far the rounds have come. Read only, seven statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.utils import timezone

from clock.showing import read_tonight
from compound.today_lines import Lines, read_lines, sort_lines
from compound.today_lines.clock import clock_lines
from compound.today_lines.rounds import round_lines
from notices.models import Message
from residents.models import Compound, Device, Household, User, Volunteer
from rounds.board import LETTERS
from rounds.models import Outcome, Round, Visit

IN_A_BAR = (Outcome.DONE, Outcome.ELSEWHERE, Outcome.EXEMPT, Outcome.PARTLY, Outcome.REFUSED, Outcome.NOBODY_HOME)


@dataclass(frozen=True)
class Segment:
    css: str
    letter: str
    label: str
    count: int
    start: float  # per cent of the bar
    share: float


@dataclass
class Progress:
    """An open round and how far it has come, in the buildings the user may see."""

    round: Round
    counts: dict[str, int] = field(default_factory=dict)
    conflict_count: int = 0
    is_over: bool = False

    @property
    def expected(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in Outcome.answered())

    @property
    def missing(self) -> int:
        return self.expected - self.answered

    @property
    def segments(self) -> list[Segment]:
        segments, start = [], 0.0
        for outcome in IN_A_BAR:
            count = self.counts.get(outcome, 0)
            share = 100 * count / (self.expected or 1)
            if count:
                place = round(start, 2), round(share, 2)
                segments.append(Segment(outcome.value, str(LETTERS[outcome]), str(outcome.label), count, *place))
            start += share
        return segments


@dataclass
class Today:
    compounds: list[Compound]
    lines: Lines
    open_rounds: list[Progress]
    drafts: list[Round]
    messages: list[Message]
    unread_count: int
    guide: Compound | None  # the compound whose first round is still ahead


def read_today(user: User) -> Today:
    now = timezone.now()
    places: list[Any] = list(_compounds(user))  # with what `_compounds` annotates
    compounds = [place for place in places if place.pk in user.access.compounds]
    rounds = list(
        Round.objects.visible_to(user)
        .filter(state__in=[Round.State.OPEN, Round.State.DRAFT])
        .select_related("compound", "call_down_plan")
        .order_by("ends_at", "pk")
    )
    progress = _progress(user, [row for row in rounds if row.is_open], now)
    drafts = [row for row in rounds if row.is_draft]
    lines = round_lines(user, progress, drafts, now)
    lines += read_lines(user, now, {place.pk: place for place in places})
    lines += clock_lines(read_tonight(user), now)
    messages = list(Message.objects.inbox_of(user).unread().annotate(total=Window(Count("*")))[:5])
    guided = [place for place in compounds if place.pk in user.access.steward and not place.has_closed]
    return Today(
        compounds=compounds,
        lines=sort_lines(lines),
        open_rounds=progress,
        drafts=drafts,
        messages=messages,
        unread_count=messages[0].total if messages else 0,
        guide=guided[0] if guided else None,
    )


def _progress(user: User, rounds: list[Round], now: datetime) -> list[Progress]:
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    conflicts: dict[int, int] = defaultdict(int)
    visits = Visit.objects.visible_to(user).filter(round__in=rounds).order_by()
    numbers = {"number": Count("pk"), "quarrels": Count("pk", filter=Q(has_conflict=True))}
    for round_pk, outcome, number, quarrels in visits.values_list("round", "outcome").annotate(**numbers):
        counts[round_pk][outcome] = number
        conflicts[round_pk] += quarrels
    return [Progress(row, counts[row.pk], conflicts[row.pk], row.ends_at < now) for row in rounds]


def _compounds(user: User) -> QuerySet[Compound]:
    """Each compound with how far its first round has come, in one statement. A doctor has questions there, no more."""
    here = OuterRef("pk")
    reach = user.access.compounds | user.access.doctor
    return Compound.objects.filter(pk__in=reach).annotate(
        has_people=Exists(Household.objects.filter(door__building__compound=here)),
        has_phones=Exists(Device.objects.filter(volunteer__compound=here, ended_at=None)),
        has_volunteers=Exists(Volunteer.objects.filter(compound=here, ended_at=None)),
        has_open=Exists(Round.objects.filter(compound=here).filter(Q(state="open") | Q(state="closed"))),
        has_closed=Exists(Round.objects.filter(compound=here, state=Round.State.CLOSED)),
    )
