import pytest

from tests.care.carers import Carers


@pytest.fixture
def carers(world):
    return Carers(world)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
