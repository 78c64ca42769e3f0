"""What was disinfected, and what became of the rubbish at the doors. A door on a separate route counts as any other."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.figures import DOORS, TIMES, Asked, Counts, Figure, Room
from rounds.models import Outcome, Round, Visit
from sanitation.collecting import WORDS, count_bags
from sanitation.models import DisinfectionStep

BAGS = pgettext_lazy("unit", "bags")


def read(asked: Asked) -> Counts:
    """One statement, two more on a day with a rubbish round."""
    counts: dict[str, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    sprayed = DisinfectionStep.objects.filter(
        kind=DisinfectionStep.Kind.DONE,
        at__gt=asked.since,
        at__lte=asked.until,
        disinfection__compound=asked.compound,
        disinfection__corrected_by=None,
    )
    for building, number in sprayed.order_by().values_list("disinfection__building").annotate(n=Count("pk")):
        counts["disinfections"][None] += number
        if building:
            counts["disinfections"][building] += number
    rounds = [round.pk for round in asked.rounds_of(Round.Kind.WASTE)]
    if rounds:
        _count_doors(counts, rounds)
    return counts


def _count_doors(counts: dict[str, dict[int | None, int]], rounds: list[int]) -> None:
    visits = Visit.objects.filter(round__in=rounds).order_by()
    for building, outcome, number in visits.values_list("building", "outcome").annotate(n=Count("pk")):
        counts[WORDS.get(Outcome(outcome), "missed")][building] += number
    told = visits.filter(outcome=Outcome.DONE, latest_mark__isnull=False).exclude(latest_mark__details={})
    for building, details in told.values_list("building", "latest_mark__details"):
        bags, yellow = count_bags([details])
        counts["bags"][building] += bags
        counts["yellow_bags"][building] += yellow


ROOM = Room(
    "sanitation",
    _("Rubbish and disinfection"),
    read,
    (
        Figure("disinfections", _("disinfections done"), TIMES, "消杀次数 消杀 消毒次数 消毒", in_bulletin=True),
        Figure("taken", _("doors whose rubbish was taken"), DOORS, "垃圾清运户数 垃圾清运", in_bulletin=True),
        Figure("nothing_out", _("doors with nothing out"), DOORS, "无垃圾户数"),
        Figure("missed", _("doors missed for rubbish"), DOORS, "垃圾未收户数 漏收"),
        Figure("bags", _("bags of rubbish"), BAGS, "垃圾袋数 垃圾包数"),
        Figure("yellow_bags", _("yellow bags"), BAGS, "黄袋数 医疗废物 医废", per_building=False),
    ),
)
