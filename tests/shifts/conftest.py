import pytest

from tests.shifts.crew import Crew


@pytest.fixture
def crew(world):
    return Crew(world)


@pytest.fixture
def english(settings):
    settings.LANGUAGE_CODE = "en"
