import pytest

from compound.following import follow_marks
from compound.opening import open_any_round
from residents.models import Device
from rounds.marks import record_marks
from rounds.models import Visit
from rounds.services import assign
from testing_rounds.services import create_test_round
from tests.marks import SENT_AT


@pytest.fixture
def pcr(world):
    """An open PCR round over both buildings, five in a tube; Wei and Wu walk all of it."""
    return open_pcr(world)


def open_pcr(world, pool_size=5, **changes):
    form = world.round_form(pool_size=pool_size, **changes)
    form.pop("kind")
    test_round = create_test_round(**form)
    open_any_round(round=test_round.round, by=world.chen)
    walkers = (world.wei, world.wu) if test_round.round.compound == world.jiamu else (world.other_volunteer,)
    for volunteer in walkers:
        for building in form["buildings"]:
            assign(round=test_round.round, volunteer=volunteer, building=building, by=world.chen)
    return test_round


def visit_at(test_round, household):
    return Visit.objects.get(round=test_round.round, household=household)


def send(phone, *raw, sent_at=SENT_AT, received_at=SENT_AT):
    """As /sync/ takes marks in, with what the rooms do about them."""
    phone = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    return record_marks(
        device=phone, raw_marks=list(raw), sent_at=sent_at, received_at=received_at, follow=follow_marks
    )
