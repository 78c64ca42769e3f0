"""Many phones and one tube, on a real PostgreSQL: never over its size, nobody in two."""

from collections import Counter

import pytest

from residents.models import Door, Household
from rounds.services import assign
from testing_rounds.models import Swab, SwabQuestion, Tube
from tests.compound.test_sync_at_once import at_once
from tests.marks import envelope, tap
from tests.testing_rounds.conftest import open_pcr
from tests.world import World, bind_phone, make_volunteer

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
REPEATS = 50


@pytest.fixture
def race():
    """Five phones at a round of doors with two people behind each, five places in a tube."""
    world = World()
    doors = Door.objects.bulk_create(
        Door(building=world.building2, floor=n, position=9, room=f"{n}09", key=f"{n}09")
        for n in range(10, 10 + 5 * REPEATS)
    )
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
    test_round = open_pcr(world)
    tokens = []
    for n in range(5):
        volunteer = make_volunteer(world.jiamu, f"racer-{n}", f"跑者{n}")
        assign(round=test_round.round, volunteer=volunteer, building=world.building2, by=world.chen)
        tokens.append(f"token-of-racer-{n}-000000")
        bind_phone(volunteer, tokens[-1])
    visits = list(test_round.round.visits.filter(position=9).order_by("pk"))
    return tokens, visits


def test_five_phones_filling_one_tube_never_overfill_it(race):
    tokens, visits = race
    for turn in range(REPEATS):
        doors = visits[5 * turn : 5 * turn + 5]
        marks = [tap(door, turn + 1, details={"tube": f"T{turn}"}) for door in doors]
        receipts = at_once([(token, envelope(mark)) for token, mark in zip(tokens, marks, strict=True)])
        assert [answer[0]["result"] for answer in receipts] == ["stored"] * 5
        tube = Tube.objects.get(code=f"T{turn}")
        places = Swab.objects.filter(tube=tube, voided_at=None).values_list("place", flat=True)
        assert (tube.filled_count, sorted(places)) == (5, [1, 2, 3, 4, 5])
        assert SwabQuestion.objects.filter(code=tube.code, reason="full").count() == 5
    assert Counter(Tube.objects.values_list("filled_count", flat=True)) == {5: REPEATS}


def test_phones_that_name_tubes_in_opposite_order_do_not_wait_for_each_other(race):
    tokens, visits = race
    for turn in range(10):
        doors = visits[4 * turn : 4 * turn + 4]
        codes = [f"A{turn}", f"B{turn}"]
        first = [tap(doors[n], 2 * turn + n + 1, details={"tube": codes[n]}) for n in (0, 1)]
        second = [tap(doors[2 + n], 2 * turn + n + 1, details={"tube": codes[1 - n]}) for n in (0, 1)]
        at_once([(tokens[0], envelope(*first)), (tokens[1], envelope(*second))])
    assert set(Tube.objects.values_list("filled_count", flat=True)) == {4}


def test_one_person_told_into_two_tubes_at_once_is_in_one(race):
    tokens, visits = race
    for turn, door in enumerate(visits[:20], start=1):
        jobs = [
            (token, envelope(tap(door, turn, details={"tube": f"{turn}-{n}"}))) for n, token in enumerate(tokens[:3])
        ]
        at_once(jobs)
        inside = Swab.objects.filter(person__visit=door, voided_at=None)
        assert inside.count() == 2
        assert len({swab.person_id for swab in inside}) == 2
