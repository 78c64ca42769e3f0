"""What one volunteer did on one day, and how fast: read from the marks. On the top floor, for it needs the engine."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from residents.access import get_visible
from residents.models import Volunteer
from rounds.board import LETTERS, Tally, Walker
from rounds.folding import standing
from rounds.models import Assignment, HeldMark, Mark, Round

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class RoundWork:
    """The doors of one round, each with the volunteer's last word about it, in the order they were reached."""

    round: Round
    walker: Walker
    marks: list[Mark] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        tally = Tally()
        for mark in self.marks:
            tally.counts[mark.outcome] += 1
        return tally

    @property
    def from_paper(self) -> int:
        return sum(mark.walked_by_id is not None for mark in self.marks)


@dataclass
class Day:
    on: date
    works: list[RoundWork]
    parts: list[Assignment]
    held_count: int

    @property
    def door_count(self) -> int:
        return sum(len(work.marks) for work in self.works)


def read_day(volunteer: Volunteer, on: date) -> Day:
    """Three statements: marks, parts, held marks."""
    begin = datetime.combine(on, datetime.min.time(), tzinfo=SHANGHAI)
    end = begin + timedelta(days=1)
    marks = (
        Mark.objects.filter(Q(marked_by=volunteer.user_id, walked_by=None) | Q(walked_by=volunteer))
        .filter(happened_at__gte=begin, happened_at__lt=end)
        .select_related("visit__round", "visit__building")
    )
    by_visit: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_visit[mark.visit_id].append(mark)
    last = [left[-1] for own in by_visit.values() if (left := standing(own))]
    works: dict[int, RoundWork] = {}
    for mark in sorted(last, key=lambda mark: mark.happened_at):
        round = mark.visit.round
        work = works.setdefault(round.pk, RoundWork(round, Walker(volunteer.name, first_at=mark.happened_at)))
        work.walker.count += 1
        work.walker.last_at = mark.happened_at
        mark.letter = str(LETTERS[mark.outcome])
        work.marks.append(mark)
    parts = (
        Assignment.objects.filter(volunteer=volunteer, created_at__lt=end)
        .filter(Q(released_at=None, round__state=Round.State.OPEN) | Q(released_at__gte=begin))
        .select_related("round", "building", "released_by")
    )
    held = HeldMark.objects.filter(device__volunteer=volunteer, received_at__gte=begin, received_at__lt=end)
    return Day(on=on, works=list(works.values()), parts=list(parts), held_count=held.count())


@require_safe
def volunteer_day(request, pk):
    person = get_visible(Volunteer.objects.select_related("compound"), request.user, pk=pk)
    day = read_day(person, _asked_day(request))
    context: dict[str, Any] = {"volunteer": person, "compound": person.compound, "day": day}
    context |= {"before": day.on - timedelta(days=1), "after": day.on + timedelta(days=1)}
    context["is_today"] = day.on >= timezone.localdate()
    return render(request, "residents/volunteer_day.html", context)


def _asked_day(request) -> date:
    """Today unless a day of this century up to today is named."""
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return asked if date(2000, 1, 1) <= asked <= today else today
