"""When the hour has passed, leads and stewards hear how many owe an antigen result: once, in counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compound.reminders import plan_reminders
from notices.models import Message, Webhook
from rounds.services import close_round
from testing_rounds.models import TestRound
from tests.marks import statements
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def antigen(world):
    antigen = AntigenRound(world)
    antigen.hand_out(world.lin_home, world.elder_home, world.far_home)
    return antigen


def told(now=None):
    plan_reminders(now)
    rows = Message.objects.filter(reminder__startswith="antigen-overdue").order_by("user__username")
    return [(row.user.username, row.subject, row.body) for row in rows]


def test_before_the_hour_nothing_is_told(antigen):
    assert told() == []


def test_afterwards_stewards_hear_of_all_and_leads_of_their_own(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="negative", p2="invalid")
    antigen.pass_the_hour()
    assert told() == [
        (
            "chen",
            "antigen test round 1: 5 people owe a result",
            "Call first, then knock:\n1号楼: 3 people\n2号楼: 2 people",
        ),
        ("zhao", "antigen test round 1: 3 people owe a result", "Call first, then knock:\n1号楼: 3 people"),
    ]


def test_names_rooms_and_chat_groups_are_left_out(world, antigen):
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/a")
    antigen.pass_the_hour()
    rows = told()
    texts = "".join(subject + body for _user, subject, body in rows)
    assert len(rows) == 2
    assert not any(word in texts for word in ("林", "502", "吴"))
    assert not Message.objects.filter(reminder__startswith="antigen-overdue", channel="webhook").exists()


def test_it_is_told_once_and_again_only_when_the_hour_moves(world, antigen):
    antigen.pass_the_hour()
    assert len(told()) == len(told()) == 2
    TestRound.objects.update(feedback_until=timezone.now() - timedelta(minutes=30))
    assert len(told()) == 4


def test_who_has_told_leaves_nothing_to_say(world, antigen):
    antigen.tell(world.far_home, by=world.chen, source="desk", p1="negative", p2="negative")
    antigen.tell(world.elder_home, by=world.zhao, p1="negative")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative", p2="negative", p3="positive")
    antigen.pass_the_hour()
    assert told() == []


def test_after_a_long_standstill_or_a_closing_it_stays_quiet(world, antigen):
    antigen.pass_the_hour()
    assert told(timezone.now() + timedelta(hours=13)) == []
    close_round(round=antigen.round, by=world.chen)
    assert told() == []


def overdue_statements():
    with statements() as seen:
        plan_reminders()
    Message.objects.all().delete()
    return len(seen)


def test_the_number_of_statements_does_not_depend_on_how_many_owe_one(world):
    few = AntigenRound(world)
    few.hand_out()
    few.pass_the_hour()
    small = overdue_statements()
    for number, door in enumerate(world.building2.doors.all()):
        move_in(door, f"甲{number}", f"乙{number}")
    close_round(round=few.round, by=world.chen)
    many = AntigenRound(world)
    many.hand_out()
    many.pass_the_hour()
    assert overdue_statements() == small
