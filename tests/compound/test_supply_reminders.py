"""What lies in the store too long rings once a day, to the stewards of its compound and nobody else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from compound.reminders import plan_reminders
from notices.models import Message
from supplies.absent import keep_share_until, let_share_go, open_shares
from supplies.ledger import stock_in, write_off
from tests.supplies.store import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2022, 4, 10, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def english(settings, time_machine):
    settings.LANGUAGE_CODE = "en"
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def store(world):
    return Store(world)


def told():
    return list(Message.objects.filter(channel="inbox").order_by("pk").values_list("user__username", "subject", "body"))


def test_vegetables_that_lie_for_three_days_ring_every_day(world, store, time_machine):
    batch = store.arrive(10, arrived_on=timezone.localdate() - timedelta(days=2))
    plan_reminders()
    assert told() == []
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    for _again in range(3):
        plan_reminders()
    body = "Hand it out, or write it off with the reason:\n蔬菜包: here for 3 days"
    assert told() == [("chen", "1 batch lies in the store too long", body)]
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    plan_reminders()
    assert len(told()) == 2
    write_off(stock=stock_in(batch), quantity=10, reason="rotten", by=world.chen)
    time_machine.move_to(NOON + timedelta(days=3), tick=False)
    plan_reminders()
    assert len(told()) == 2


def test_what_expires_tomorrow_rings_on_its_first_day(world, store):
    today = timezone.localdate()
    store.arrive(10, arrived_on=today, expires_on=today + timedelta(days=1))
    store.arrive(10, arrived_on=today, expires_on=today + timedelta(days=9))
    plan_reminders()
    assert [(who, body.splitlines()[1:]) for who, _subject, body in told()] == [
        ("chen", ["蔬菜包: here for 0 days, use by 2022-04-11"])
    ]


def of_kept():
    return [row for row in told() if "kept past" in row[1]]


def test_a_share_kept_past_its_day_is_told_to_the_stewards_and_to_the_lead_of_its_building(world, store, time_machine):
    for home in (world.elder_home, world.far_home):
        home.residents.update(whereabouts="hospital")
    store.open(store.prepare(store.arrive(9)))
    for share in open_shares(world.jiamu):
        keep_share_until(share=share, until=timezone.localdate(), by=world.chen)
    plan_reminders()
    assert of_kept() == []
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    for _again in range(2):
        plan_reminders()
    what = "Ask whether they are back; a steward hands it over, keeps it longer or lets it go:"
    assert of_kept() == [
        ("chen", "2 shares are kept past their day for who is away", f"{what}\n1号楼: 1\n2号楼: 1"),
        ("zhao", "1 share is kept past its day for who is away", f"{what}\n1号楼: 1"),
    ]
    for share in open_shares(world.jiamu):
        let_share_go(share=share, reason="moved to a daughter", by=world.chen)
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    plan_reminders()
    assert [who for who, _subject, _body in of_kept()] == ["chen", "zhao"]
