import pytest

from tests.sharing.neighbours import Neighbours


@pytest.fixture
def near(world):
    return Neighbours(world)
