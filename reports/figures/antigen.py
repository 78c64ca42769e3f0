"""Antigen: who should tell, and what was told. The steps are those of the antigen page."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from reports.figures import PEOPLE, ROUNDS, Asked, Counts, Figure, Room
from residents.models import Building
from rounds.models import Round
from testing_rounds.antigen_stats import read_stats


def read(asked: Asked) -> Counts:
    """Three statements for each antigen round of the day, and hardly a day has two."""
    counts: dict[str, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    rounds = asked.rounds_of(Round.Kind.ANTIGEN)
    counts["rounds"][None] = len(rounds)
    buildings = Building.objects.filter(compound=asked.compound)
    for round in rounds:
        for row in read_stats(round, buildings, asked.until).rows:
            tally, key = row.tally, row.building.pk
            counts["expected"][key] += tally.heads
            counts["given"][key] += tally.given
            counts["negative"][key] += tally.negative
            counts["positive"][key] += tally.positive
            counts["invalid"][key] += tally.invalid
            counts["untold"][key] += tally.heads - tally.negative - tally.positive - tally.invalid
    return counts


ROOM = Room(
    "antigen",
    _("Antigen tests"),
    read,
    (
        Figure("rounds", _("antigen rounds"), ROUNDS, "抗原轮次", per_building=False),
        Figure("expected", _("antigen: should"), PEOPLE, "抗原应检 抗原应测 抗原应测人数", in_bulletin=True),
        Figure("given", _("antigen: kits given"), PEOPLE, "抗原已发 已发抗原 试剂发放"),
        Figure("negative", _("antigen: negative"), PEOPLE, "抗原阴性", in_bulletin=True),
        Figure("positive", _("antigen: positive or told two ways"), PEOPLE, "抗原阳性 抗原异常", is_health=True),
        Figure("invalid", _("antigen: invalid"), PEOPLE, "抗原无效", is_health=True),
        Figure("untold", _("antigen: not told"), PEOPLE, "抗原未报 抗原未反馈 抗原未测", in_bulletin=True),
    ),
)
