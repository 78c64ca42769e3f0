from datetime import datetime, timedelta

import pytest

from clock.cases import record_case
from clock.models import RuleVersion
from clock.reading import SHANGHAI, today_in_shanghai
from clock.services import load_shipped_rules, start_clock
from residents.models import Building, User

DAY = timedelta(days=1)


class Desk:
    """What a steward does in these tests, with days told as days from today."""

    def __init__(self, world):
        self.world, self.by = world, world.chen
        load_shipped_rules()

    def rule(self, code, number=1) -> RuleVersion:
        return RuleVersion.objects.get(profile__code=code, number=number)

    def day(self, ago=0):
        return today_in_shanghai() - ago * DAY

    def moment(self, ago=0, hour=0):
        return datetime.combine(self.day(ago), datetime.min.time(), tzinfo=SHANGHAI) + timedelta(hours=hour, minutes=1)

    def start(self, code="7+7", ago=0, building: Building | None = None, by: User | None = None, number=1):
        return start_clock(
            building=building or self.world.building1,
            version=self.rule(code, number),
            on=self.day(ago),
            by=by or self.by,
        )

    def case(self, ago=0, building=None, **values):
        values = {"kind": "positive", "source": "street", "reported_at": self.moment(ago), "by": self.by} | values
        return record_case(building=building or self.world.building1, **values)

    def zone(self, building=None):
        building = building or self.world.building1
        building.refresh_from_db()
        return building.zone, building.zone_until


@pytest.fixture
def desk(world):
    return Desk(world)
