import pytest

from rounds.models import Visit
from rounds.services import assign, create_round, open_round


@pytest.fixture
def notify(world):
    """An open round over both buildings; Wei walks building 1, Wu too; nobody walks building 2."""
    form = world.round_form()
    round = create_round(**form)
    open_round(round=round, by=world.chen)
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=world.building1, by=world.chen)
    return round


@pytest.fixture
def lin_visit(world, notify):
    return Visit.objects.get(round=notify, household=world.lin_home)
