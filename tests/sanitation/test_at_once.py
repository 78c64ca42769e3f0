"""Many hands at one button on a real PostgreSQL: sprayed once, fetched once, opened once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from compound.opening import open_any_round
from rounds.models import Round
from rounds.services import RoundError, create_round
from sanitation.disinfecting import Plan, begin_disinfection, finish_spraying, start_spraying
from sanitation.models import DisinfectionStep, WasteRound
from sanitation.services import SanitationError
from sanitation.yellow import hand_to_lorry, store_bags, waiting_bags
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
MANY = 16


@pytest.fixture
def place():
    return World()


def at_once(job, many=MANY):
    """How many succeeded; the others were told a sentence."""
    start = Barrier(many)

    def run(_number):
        try:
            start.wait()
            job()
        except (SanitationError, RoundError) as error:
            return str(error) == ""
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return sum(pool.map(run, range(many)))


def test_one_place_is_begun_and_finished_by_one_of_sixteen(place):
    told = {"part": "lift", "reason": "routine", "agent": "chlorine", "ppm": 500, "team": "property"}
    plan = Plan(building=place.building1, **told)
    row = begin_disinfection(compound=place.jiamu, plan=plan, by=place.chen)
    assert at_once(lambda: start_spraying(disinfection=row, by=place.chen)) == 1
    assert at_once(lambda: finish_spraying(disinfection=row, by=place.chen)) == 1
    kinds = DisinfectionStep.objects.filter(disinfection=row).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["warned", "spraying", "done"]


def test_no_lorry_takes_more_yellow_bags_than_lie_there(place):
    now = timezone.now() - timedelta(hours=1)
    store_bags(compound=place.jiamu, count=10, source="sampling", by=place.chen, at=now)
    assert at_once(lambda: hand_to_lorry(compound=place.jiamu, count=3, by=place.chen)) == 3
    assert sum(lot.count for lot in waiting_bags([place.jiamu.pk], timezone.now())[place.jiamu.pk]) == 1


def test_a_plain_rubbish_round_opened_five_times_at_once_is_parted_once(place):
    place.jiamu.buildings.filter(pk=place.building2.pk).update(zone="sealed")
    round = create_round(**place.round_form(kind="waste"))
    assert at_once(lambda: open_any_round(round=Round.objects.get(pk=round.pk), by=place.chen), 5) == 1
    assert sorted(WasteRound.objects.values_list("route", "round__state")) == [("houses", "open"), ("sealed", "open")]
