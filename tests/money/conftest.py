import pytest

from tests.money.fund import Books


@pytest.fixture
def books(world):
    return Books(world)
