import pytest

from tests.buying.buys import Buy


@pytest.fixture
def buy(world):
    return Buy(world)
