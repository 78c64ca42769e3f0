"""The evening before a zone turns it is told, once; a question goes to stewards alone."""

from datetime import datetime

import pytest
import time_machine
from django.utils.translation import override

from clock.cases import record_case
from clock.models import RuleVersion
from clock.reading import SHANGHAI, today_in_shanghai
from clock.services import load_shipped_rules, override_zone, start_clock
from clock.showing import read_tonight
from compound.reminders import plan_reminders
from notices.models import Message, Webhook

FIRST = datetime(2022, 4, 1, 9, tzinfo=SHANGHAI)


def at(day, hour):
    return FIRST.replace(day=day, hour=hour)


@pytest.fixture
def clock(world):
    """7+7 from 1 April in building 1: sealed until the 7th, monitored until the 14th."""
    load_shipped_rules()
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/a")
    with time_machine.travel(FIRST, tick=False):
        version = RuleVersion.objects.get(profile__code="7+7", number=1)
        return start_clock(building=world.building1, version=version, on=today_in_shanghai(), by=world.chen)


def told(moment):
    with time_machine.travel(moment, tick=False):
        rows = plan_reminders()
    return sorted(
        {(*(key.split(":")[0] for key in (row.reminder, row.recipient)), str(row.user or "")) for row in rows}
    )


def test_it_is_told_the_evening_before_and_once(world, clock):
    assert told(at(7, 17)) == []
    everybody = [("clock-turns", "user", "赵楼长"), ("clock-turns", "user", "陈干事"), ("clock-turns", "webhook", "")]
    assert told(at(7, 18)) == everybody
    assert told(at(7, 23)) == []
    assert told(at(8, 9)) == []


def test_after_an_evening_of_standstill_it_is_told_in_the_morning(world, clock):
    assert [row[0] for row in told(at(8, 9))] == ["clock-turns"] * 3


def test_a_change_put_off_is_told_and_so_is_the_new_one(world, clock):
    told(at(7, 18))
    words = {"clock": clock, "zone": "sealed", "by": world.chen, "reason": "street"}
    with time_machine.travel(at(7, 20), tick=False):
        override_zone(on=at(8, 0).date(), until=at(9, 0).date(), **words)
    assert [row[0] for row in told(at(7, 21))] == ["clock-turns"] * 3
    assert Message.objects.latest("pk").period == "2022-04-08 sealed"
    assert told(at(8, 9)) == []
    assert [row[0] for row in told(at(9, 18))] == ["clock-turns"] * 3


def test_a_positive_to_decide_on_goes_to_stewards_alone_and_names_nobody(world, clock):
    with time_machine.travel(at(9, 10), tick=False):
        record_case(
            building=world.building1,
            kind="positive",
            source="cdc",
            household=world.lin_home,
            reported_at=at(9, 8),
            by=world.chen,
        )
    assert told(at(9, 11)) == [("clock-asks", "user", "陈干事")]
    assert told(at(9, 12)) == []
    text = "".join(Message.objects.values_list("subject", flat=True)) + "".join(
        Message.objects.values_list("body", flat=True)
    )
    assert [word for word in ("502", "林", "陈") if word in text] == []


def test_the_last_day_is_told_until_somebody_releases(world, clock):
    assert ("clock-asks", "user", "陈干事") in told(at(14, 9))
    assert told(at(15, 9)) == []


def test_today_says_what_turns_and_what_is_tested_tomorrow(world, clock):
    with time_machine.travel(at(6, 12), tick=False), override("en"):
        tonight = read_tonight(world.chen)
        assert [(test, list(map(str, rows))) for test, rows in tonight.tests] == [("PCR test", ["1号楼"])]
        assert tonight.turning == []
    with time_machine.travel(at(7, 12), tick=False), override("en"):
        tonight = read_tonight(world.zhao)
        assert [(str(row), words) for row, words in tonight.turning] == [("1号楼", "tomorrow 0:00 → Health monitoring")]
    with time_machine.travel(at(7, 12), tick=False):
        assert read_tonight(world.sun).is_quiet


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_card_is_on_the_today_page(world, clock, client, language):
    with time_machine.travel(at(7, 12), tick=False):
        client.force_login(world.chen)
        client.cookies["django_language"] = language
        text = client.get("/").content.decode()
    assert f"/clock/building/{world.building1.pk}/" in text
