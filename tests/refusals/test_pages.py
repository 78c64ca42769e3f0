"""Every page that refuses shows the sentence in the language of the page, and loses nothing of what was typed."""

from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import User
from tests.refusals import table
from tests.refusals.table import DAY, closed, door, draft, give, held, opened
from tests.world import PASSWORD


def at(name, *args):
    return reverse(name, args=args)


def moments(start, end):
    told = {}
    for name, moment in (("starts_at", start), ("ends_at", end)):
        local = timezone.localtime(moment)
        told |= {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M")}
    return told


def new_round(world, start, end):
    words = {"kind": "notify", "title": "t", "buildings": [world.building1.pk], **moments(start, end)}
    return at("rounds:add", world.jiamu.pk), words


def separate(world):
    return at("residents:door_separate", door(world, "501").pk), {"reason": "r"}


def join_without_why(world):
    return at("residents:door_join", door(world, "502").pk), {"joined": door(world, "501").pk, "reason": ""}


def move_in_twice(world):
    table.join(world)
    return at("residents:household_add", door(world, "501").pk), {"occupancy": "owner", "name": "某人"}


def building_twice(world):
    words = {"name": "x", "code": "1", "floor_count": 2, "doors_per_floor": 2, "entrance_count": 1, "lift_count": 0}
    return at("residents:building_add", world.jiamu.pk), words


def volunteer_twice(world):
    return at("residents:volunteer_add", world.jiamu.pk), {"name": world.wei.name}


def left_too_early(world):
    type(world.lin_home).objects.filter(pk=world.lin_home.pk).update(moved_in_on="2022-04-02")
    return at("residents:household_move_out", world.lin_home.pk), {"on": "2022-04-01"}


def open_twice(world):
    return at("round_open", opened(world).pk), {}


def given_when_over(world):
    round = closed(world)
    return at("rounds:assignments", round.pk), {"volunteer": world.wei.pk, "building": world.building1.pk}


def handed_to_nobody(world):
    return at("rounds:assignment_hand_over", give(world, opened(world)).pk), {"volunteer": "", "reason": ""}


def cancelled_without_why(world):
    return at("rounds:cancel", draft(world).pk), {"reason": ""}


def set_aside_without_why(world):
    return at("rounds:held_dismiss", held(world).pk), {"note": ""}


def own_address(world):
    User.objects.filter(pk=world.chen.pk).update(email="chen@example.org")
    return at("account"), {"email": "chen@example.org", "password": PASSWORD}


def wrong_password(world):
    return at("account"), {"email": "new@example.org", "password": "wrong"}


REQUIRED = ("This field is required.", "这个字段是必填项。")
ROWS = {
    "residents:door_separate": (separate, "This door is not joined to another.", "这一户没有与别户打通。"),
    "residents:door_join": (join_without_why, *REQUIRED),
    "residents:household_add": (
        move_in_twice,
        "This door is joined to 1号楼 502: enter the household there.",
        "这一户已与 1号楼 502 打通，请登记在那一户。",
    ),
    "residents:building_add": (
        building_twice,
        "There is already a building with the code 1.",
        "已经有编号为 1 的楼栋。",
    ),
    "residents:volunteer_add": (volunteer_twice, *table.SAME_NAME),
    "residents:household_move_out": (left_too_early, *table.TOO_EARLY),
    "rounds:add, ends too early": (
        partial(new_round, start=timezone.now() + DAY, end=timezone.now() + DAY / 2),
        "The round must end after it starts.",
        "结束时间要晚于开始时间。",
    ),
    "rounds:add, too long": (
        partial(new_round, start=timezone.now(), end=timezone.now() + 15 * DAY),
        "A round lasts two weeks at the most.",
        "一轮最长两周。",
    ),
    "rounds:add, over": (
        partial(new_round, start=timezone.now() - 2 * DAY, end=timezone.now() - DAY),
        "This is in the past.",
        "这个时间已经过了。",
    ),
    "round_open": (
        open_twice,
        "This cannot be done now: the round is open.",
        "现在不能这样操作：本轮进行中。",
    ),
    "rounds:assignments": (given_when_over, *table.OVER),
    "rounds:assignment_hand_over": (handed_to_nobody, *REQUIRED),
    "rounds:cancel": (cancelled_without_why, *REQUIRED),
    "rounds:held_dismiss": (set_aside_without_why, *table.WHY),
    "account, own address": (own_address, "This is your address already.", "这已经是您的邮箱。"),
    "account, wrong password": (wrong_password, "This is not your password.", "密码不对。"),
}


@pytest.mark.parametrize(("language", "column"), [("en", 1), ("zh-hans", 2)])
@pytest.mark.parametrize("name", ROWS)
def test_a_refusing_page_speaks_the_readers_language(world, client, name, language, column):
    row = ROWS[name]
    path, words = row[0](world)
    client.force_login(world.chen)
    client.cookies["django_language"] = language
    answer = client.post(path, words, follow=True)
    assert answer.status_code in {200, 422}
    assert row[column] in answer.content.decode()
    for typed in (value for value in words.values() if isinstance(value, str) and len(value) > 5):
        if answer.status_code == 422 and typed != PASSWORD and typed != "wrong":
            assert typed in answer.content.decode()
