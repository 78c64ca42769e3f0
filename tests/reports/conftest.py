from datetime import timedelta

import pytest
from django.utils import timezone

from compound.following import follow_marks
from compound.opening import open_any_round
from reports.reading import read_now
from reports.services import freeze_report
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from testing_rounds.services import create_test_round


class Office:
    """Jiamu's desk on a day with a PCR round over nine people behind four doors."""

    def __init__(self, world):
        self.world = world
        self.compound = world.jiamu

    def start(self, **changes) -> Round:
        form = self.world.round_form(pool_size=10, **changes)
        form.pop("kind")
        round = create_test_round(**form).round
        open_any_round(round=round, by=self.world.chen)
        return round

    def tell(self, round, room, outcome, **more):
        visit = Visit.objects.get(round=round, room=room)
        return mark_at_desk(visit=visit, by=self.world.chen, outcome=outcome, follow=follow_marks, **more)

    def walk(self) -> Round:
        """502 by two of three, 301 done, 202 refused, 402 of building 2 not reached."""
        round = self.start()
        self.tell(round, "502", "partly", people={"1": "done", "2": "done", "3": "nobody_home"})
        self.tell(round, "301", "done")
        self.tell(round, "202", "refused", note="昨天刚测过")
        return round

    def figures(self, now=None) -> dict:
        return read_now(self.compound, now)[0].body["figures"]

    def whole(self, *names, room=None, now=None) -> tuple:
        figures = self.figures(now)
        return tuple(figures[f"{room}.{name}" if room else name].get("all") for name in names)

    def freeze(self, **words):
        return freeze_report(compound=self.compound, **{"by": self.world.chen} | words)

    def freeze_yesterday(self, hour=10):
        then = timezone.localtime() - timedelta(days=1)
        return self.freeze(now=then.replace(hour=hour, minute=0, second=0, microsecond=0))


@pytest.fixture
def office(world):
    return Office(world)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
