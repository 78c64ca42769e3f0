import pytest

from tests.supplies.store import Store


@pytest.fixture
def store(world):
    return Store(world)
