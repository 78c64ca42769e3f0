"""A need from the first word to the household's own; who may read it; what rings, and when words are forgotten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from care.errors import CareError
from care.folding import MAY_FOLLOW
from care.models import Circle, Need, NeedStep
from care.needs import (
    change_circle,
    claim,
    confirm,
    finish,
    free_needs_of,
    release,
    reopen,
    start,
    tell_urgent,
    wait,
    withdraw,
)
from care.reading import who_could
from care.ringing import ring_stale
from care.telling import Teller
from care.urgency import sounds_urgent
from notices.models import Message
from residents.links import find_link
from residents.retaining import keep_to_periods
from tests.care.carers import DAY, HOUR, MINUTE

State = Need.State


def state_of(need):
    return Need.objects.get(pk=need.pk).state


def test_from_the_households_link_to_its_confirmation(carers, world):
    link = find_link(carers.secret(world.lin_home))
    need = carers.need(teller=Teller(link=link), kind="medicine", words="降压药只剩两天")
    assert (need.state, need.source, need.circle, need.is_urgent) == ("new", "link", "lead", False)
    claim(need=need, by=world.zhao, helper=world.wei)
    start(need=need, by=world.zhao)
    wait(need=need, by=world.zhao, until=timezone.now() + DAY, reason="药房明天到货")
    start(need=need, by=world.zhao)
    finish(need=need, by=world.zhao, note="药放门口")
    reopen(need=need, teller=Teller(link=link), reason="少了一盒")
    assert state_of(need) == "reopened"
    claim(need=need, by=world.chen)
    finish(need=need, by=world.chen)
    confirm(need=need, teller=Teller(link=link))
    row = Need.objects.get()
    assert (row.state, row.holder, row.rings_at, row.closed_at is None) == ("confirmed", None, None, False)
    assert [step.step for step in row.steps.all()] == [
        *("asked", "claimed", "started", "waits", "started", "done", "reopened", "claimed", "done", "confirmed"),
    ]


@pytest.mark.parametrize("state", State.values)
def test_what_may_follow_is_done_and_nothing_else(carers, world, state):
    """Every deed in every state: done where the table says so, and refused without a trace elsewhere."""
    deeds = {
        "started": lambda need: start(need=need, by=world.chen),
        "waits": lambda need: wait(need=need, by=world.chen, until=timezone.now() + HOUR, reason="等"),
        "released": lambda need: release(need=need, by=world.chen, reason="没空"),
        "done": lambda need: finish(need=need, by=world.chen),
        "confirmed": lambda need: confirm(need=need, teller=carers.by_desk),
        "reopened": lambda need: reopen(need=need, teller=carers.by_desk, reason="没好"),
        "withdrawn": lambda need: withdraw(need=need, teller=carers.by_desk),
        "urgent": lambda need: tell_urgent(need=need, by=world.chen, is_urgent=True, reason="急"),
        "calm": lambda need: tell_urgent(need=need, by=world.chen, is_urgent=False, reason="不急"),
        "circle": lambda need: change_circle(need=need, by=world.chen, circle="steward"),
    }
    roads = {
        "new": [],
        "claimed": ["claimed"],
        "doing": ["claimed", "started"],
        "waiting": ["claimed", "waits"],
        "done": ["done"],
        "confirmed": ["done", "confirmed"],
        "reopened": ["done", "reopened"],
        "withdrawn": ["withdrawn"],
    }
    need = carers.need()
    for step in roads[state]:
        claim(need=need, by=world.chen) if step == "claimed" else deeds[step](need)
    assert state_of(need) == state
    for step, deed in deeds.items():
        before = NeedStep.objects.count()
        try:
            with transaction.atomic():
                deed(need)
                done = True
                transaction.set_rollback(True)
        except CareError:
            done = False
        assert (step, done, NeedStep.objects.count()) == (step, state in MAY_FOLLOW[step], before)


def test_a_lease_runs_out_and_somebody_else_may_take_it(carers, world):
    need, now = carers.need(), timezone.now()
    claim(need=need, by=world.chen, now=now)
    with pytest.raises(CareError):
        claim(need=need, by=world.zhao, now=now + HOUR)
    assert Need.objects.to_claim(now + HOUR).count() == 0
    assert Need.objects.to_claim(now + 2 * HOUR).get() == need
    assert claim(need=need, by=world.zhao, now=now + 2 * HOUR).holder == world.zhao


def test_an_older_screen_moves_nothing(carers, world):
    need = carers.need()
    claim(need=need, by=world.chen)
    with pytest.raises(CareError, match=r"^This has moved on meanwhile"):
        finish(need=need, by=world.chen, saw=1)
    assert state_of(need) == "claimed"


def test_the_database_holds_what_a_state_must_have(carers):
    need = carers.need()
    for wrong in ({"state": "claimed"}, {"state": "waiting"}, {"state": "confirmed"}, {"rings_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Need.objects.filter(pk=need.pk).update(**wrong)


@pytest.mark.parametrize(
    ("text", "is_urgent"),
    [
        ("爷爷胸痛半小时", True),
        ("ta 昏 迷 了", True),
        ("鼻子一直出血", True),
        ("Chest  PAIN since noon", True),
        ("呼吸困难", True),
        ("两天没菜了", False),
        ("降压药只剩两天", False),
        ("", False),
    ],
)
def test_words_that_mean_120(text, is_urgent):
    assert sounds_urgent(text) == is_urgent


def test_urgent_words_flag_and_ring_at_once_without_room_name_or_words(carers, world):
    need = carers.need(world.elder_home, words="昏迷叫不醒，301阿婆")
    assert (need.is_urgent, need.rings_at - need.made_at) == (True, timedelta(minutes=30))
    told = Message.objects.filter(reminder=f"need-urgent:{need.pk}")
    assert {row.user for row in told} == {world.chen, world.zhao}
    text = "".join(f"{row.subject}{row.body}" for row in told)
    assert ("1号楼" in text, "301" in text, "昏迷" in text, "阿婆" in text) == (True, False, False, False)
    narrow = carers.need(words="大出血", circle="steward")
    assert {row.user for row in Message.objects.filter(reminder=f"need-urgent:{narrow.pk}")} == {world.chen}


def test_what_nobody_touches_rings_once_and_again_when_it_stands_still_again(carers, world):
    now = timezone.now()
    need, other = carers.need(now=now), carers.need(world.far_home, now=now)
    assert ring_stale(now + 4 * HOUR - MINUTE) == []
    told = ring_stale(now + 4 * HOUR)
    assert {(row.user, row.subject) for row in told} == {(world.chen, "2 needs stand still")}
    assert "菜" not in told[0].body
    assert "1号楼" in told[0].body
    assert ring_stale(now + 5 * HOUR) == []
    claim(need=need, by=world.chen, now=now + 5 * HOUR)
    assert ring_stale(now + 9 * HOUR - MINUTE) == []
    assert len(ring_stale(now + 9 * HOUR)) == 1
    withdraw(need=other, teller=carers.by_desk, now=now + 9 * HOUR)
    finish(need=need, by=world.chen, now=now + 9 * HOUR)
    assert ring_stale(now + 90 * HOUR) == []


def test_what_waits_rings_when_it_should_have_come(carers, world):
    now = timezone.now()
    need = carers.need(now=now)
    claim(need=need, by=world.chen, now=now)
    wait(need=need, by=world.chen, until=now + 20 * HOUR, reason="明早的车", now=now)
    assert ring_stale(now + 20 * HOUR - MINUTE) == []
    assert len(ring_stale(now + 20 * HOUR)) == 1


def test_a_lead_reads_what_is_theirs_and_never_what_is_for_stewards(carers, world):
    near, far, narrow = carers.need(), carers.need(world.far_home), carers.need(circle=Circle.STEWARD)
    assert set(Need.objects.visible_to(world.zhao)) == {near}
    assert set(Need.objects.visible_to(world.chen)) == {near, far, narrow}
    assert [Need.objects.visible_to(who).count() for who in (world.qian, world.sun, world.wei.user)] == [0, 0, 0]
    change_circle(need=near, by=world.chen, circle=Circle.STEWARD)
    assert Need.objects.visible_to(world.zhao).count() == 0


def test_words_are_encrypted_and_forgotten_a_month_after_the_end(carers, world):
    now, canary = timezone.now(), "胰岛素CANARY"
    need, open_one = carers.need(words=canary, now=now), carers.need(words=canary, now=now)
    finish(need=need, by=world.chen, note=canary, now=now)
    confirm(need=need, teller=carers.by_desk, now=now)
    place = carers.place(now=now)
    carers.call(place, note=canary, now=now)
    raw = Need.objects.extra(select={"raw": "words"}).values_list("raw", flat=True)
    assert all(canary not in str(each) for each in raw)
    keep_to_periods(world.jiamu, timezone.localdate(now) + 30 * DAY)
    assert Need.objects.get(pk=need.pk).words == canary
    keep_to_periods(world.jiamu, timezone.localdate(now) + 31 * DAY)
    assert list(Need.objects.values_list("words", flat=True)) == [canary]
    assert {*NeedStep.objects.values_list("need", flat=True)} == {open_one.pk}
    assert {step.note for step in place.steps.all()} == {""}
    assert place.steps.count() == 2


def test_who_could_do_this_comes_by_skill_then_house_then_load(carers, world):
    world.wu.skills = ["driver"]
    world.wu.save()
    world.wei.usual_buildings.add(world.building1)
    need = carers.need(kind="medicine")
    hands = who_could(need)
    assert [(hand.volunteer, hand.skills, hand.knows_building) for hand in hands] == [
        (world.wu, ["driver"], False),
        (world.wei, [], True),
    ]
    claim(need=need, by=world.chen, helper=world.wu)
    assert [hand.load for hand in who_could(need)] == [1, 0]


def test_who_falls_ill_loses_what_they_had_taken(carers, world):
    need, other = carers.need(), carers.need(world.far_home)
    claim(need=need, by=world.chen, helper=world.wei)
    claim(need=other, by=world.chen, helper=world.wu)
    assert free_needs_of(volunteer=world.wei, by=world.chen, reason="本人阳性") == 1
    assert (state_of(need), state_of(other)) == ("new", "claimed")
