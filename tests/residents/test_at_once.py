"""Two people pressing at the same moment, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from residents.joining import JoinError, join_doors
from residents.merging import MergeError, merge_residents, unmerge_residents
from residents.models import AccessRecord, Door, MergeRecord
from residents.services import REVEALS_PER_HOUR, RevealError, reveal_phone
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world():
    return World()


def at_once(*jobs):
    """What each job gave, or the name of the refusal."""

    def run(job):
        try:
            return job() or "done"
        except (RevealError, MergeError, JoinError) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_the_last_look_is_not_shared(world):
    for _number in range(REVEALS_PER_HOUR - 1):
        reveal_phone(resident=world.lin, by=world.chen, reason="逐户电话")
    answers = at_once(*[lambda: reveal_phone(resident=world.lin, by=world.chen, reason="逐户电话")] * 5)
    assert sorted(answers) == sorted([world.lin.phone, *["RevealError"] * 4])
    assert AccessRecord.objects.count() == REVEALS_PER_HOUR


def test_two_merges_in_opposite_directions_make_one(world):
    child = world.lin_home.residents.get(name="林朵")
    for _number in range(10):
        answers = at_once(
            lambda: merge_residents(kept=world.lin, other=child, by=world.chen, reason="同一人") and "merged",
            lambda: merge_residents(kept=child, other=world.lin, by=world.zhao, reason="同一人") and "merged",
        )
        assert sorted(answers) == ["MergeError", "merged"]
        merge = MergeRecord.objects.get(undoes=None, undone=None)
        undone = at_once(
            *[lambda: unmerge_residents(merge=merge, by=world.chen, reason="错了") and "undone"] * 2  # noqa: B023
        )
        assert sorted(undone) == ["MergeError", "undone"]


def test_two_doors_joined_to_each_other_at_once_are_joined_one_way(world):
    doors = {door.room: door for door in world.building1.doors.all()}
    for _number in range(10):
        answers = at_once(
            lambda: join_doors(main=doors["401"], joined=doors["402"], by=world.chen, reason="r"),
            lambda: join_doors(main=doors["402"], joined=doors["401"], by=world.chen, reason="r"),
        )
        assert sorted(answers) == ["JoinError", "done"]
        Door.objects.update(joined_to=None)
