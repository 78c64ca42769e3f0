import pytest

from tests.medicine.ward import Ward


@pytest.fixture
def ward(world):
    return Ward(world)
