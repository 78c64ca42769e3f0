"""PCR rounds that a clock makes due are put there as drafts; a steward opens or discards them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clock.models import Clock, RoundProposal
from clock.reading import SHANGHAI, ReadClock, read_clocks, today_in_shanghai
from clock.sentences import say_day
from residents.models import Building, Compound
from rounds.models import Round
from testing_rounds.models import TestRound
from testing_rounds.services import create_test_round

BEGINS, ENDS = time(7), time(14)
LONGEST_INSTRUCTIONS = 200


def propose_rounds(*, today: date | None = None) -> list[TestRound]:
    """For today and tomorrow, a draft for each compound and day. A building is proposed once a day, whatever became of
    its draft; one that some round already covers that day is left out."""
    today = today or today_in_shanghai()
    read = read_clocks(Clock.objects.running(), today=today, with_rounds=False)
    due: dict[tuple[int, date], list[ReadClock]] = defaultdict(list)
    for row in read:
        for day in row.reckoning.days:
            if day.on in {today, today + timedelta(days=1)} and "pcr" in day.tests and day.zone != "none":
                due[row.building.compound_id, day.on].append(row)
    made = []
    for (_compound, on), rows in sorted(due.items(), key=lambda pair: pair[0]):
        with translation.override(settings.LANGUAGE_CODE):
            if (test_round := _propose(on, rows)) is not None:
                made.append(test_round)
    return made


@transaction.atomic
def _propose(on: date, rows: list[ReadClock]) -> TestRound | None:
    compound = Compound.objects.select_for_update().get(pk=rows[0].building.compound_id)
    covered = _covered(on, [row.building for row in rows])
    wanted = [row for row in rows if row.building.pk not in covered]
    starts_at, ends_at = (datetime.combine(on, hour, tzinfo=SHANGHAI) for hour in (BEGINS, ENDS))
    if not wanted:
        return None
    buildings = [row.building for row in wanted]
    test_round = create_test_round(
        compound=compound,
        starts_at=starts_at,
        ends_at=ends_at,
        buildings=buildings,
        pool_size=TestRound.PoolSize.TEN,
        title=_("due by the clock, %(day)s") % {"day": say_day(on)},
        instructions=_why(on, wanted)[:LONGEST_INSTRUCTIONS],
    )
    RoundProposal.objects.bulk_create(
        RoundProposal(building=building, on=on, round=test_round.round) for building in buildings
    )
    return test_round


def _covered(on: date, buildings: list[Building]) -> set[int]:
    """Proposed before, or in another PCR round that begins that day and is not cancelled."""
    proposed = RoundProposal.objects.filter(building__in=buildings, on=on).values_list("building", flat=True)
    rounds = Round.objects.filter(kind=Round.Kind.PCR, starts_at__date=on, test_round__recalls=None)
    planned = Round.buildings.through.objects.filter(
        round__in=rounds.exclude(state=Round.State.CANCELLED), building__in=buildings
    )
    return set(proposed) | set(planned.values_list("building", flat=True))


def _why(on: date, rows: list[ReadClock]) -> str:
    """`3号楼：第 7 天；5号楼：第 4 天`."""
    line = _("%(building)s: day %(number)s")
    days = {row.building.pk: next(day for day in row.reckoning.days if day.on == on) for row in rows}
    return _("; ").join(line % {"building": row.building, "number": days[row.building.pk].number} for row in rows)
