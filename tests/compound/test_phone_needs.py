"""A volunteer takes a need on the phone: what fits them, where it is only once it is theirs, and what became of it."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from care.models import Need
from care.needs import claim, finish
from care.offering import kinds_for
from compound.opening import open_any_round
from rounds.services import assign, create_round
from shifts.health import say_health
from tests.care.carers import Carers
from tests.marks import statements

WEI, WU, HU = "token-of-wei-0000000000", "token-of-wu-00000000000", "token-of-hu-00000000000"
WORDS = "两天没菜了"


@pytest.fixture
def carers(world):
    return Carers(world)


@pytest.fixture
def phone(client):
    def ask(deed=None, key=0, token=WEI, **fields):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        if deed is None:
            return client.get(reverse("my_need_list") + "?lang=en", **headers)
        sent = json.dumps({"deed": deed, "key": key, "fields": fields})
        return client.post(reverse("my_need_tell") + "?lang=en", sent, content_type="application/json", **headers)

    return ask


def page(answer) -> str:
    return answer.json()["html"]


def state():
    return Need.objects.get().state


def test_the_door_and_the_words_are_told_to_who_takes_it_and_nobody_else(world, carers, phone):
    need = carers.need()
    before = page(phone())
    assert ("I see to it" in before, "502" in before, "1号楼" in before, WORDS in before) == (True, False, False, False)
    after = page(phone("take", need.pk))
    assert ("1号楼 502" in after, WORDS in after, "林小雨" in after) == (True, True, False)
    assert (Need.objects.get().helper, Need.objects.get().holder) == (world.wei, world.wei.user)
    assert "I see to it" not in page(phone(token=WU))
    assert phone("take", need.pk).status_code == 200  # tapped again
    late = phone("take", need.pk, WU)
    assert (late.status_code, "Somebody was quicker" in late.json()["message"], "502" in page(late)) == (
        409,
        True,
        False,
    )


def test_from_taking_it_to_done_and_back_to_others_with_a_reason(world, carers, phone):
    need = carers.need()
    phone("take", need.pk)
    why = phone("back", need.pk, reason=" ")
    assert (why.status_code, "Say why, in a few words." in page(why), state()) == (409, True, "claimed")
    assert "Others can take it now." in page(phone("back", need.pk, reason="发烧了"))
    assert state() == "new"
    phone("take", need.pk, WU)
    assert phone("start", need.pk, WU).status_code == 200
    long = "好" * 201
    refused = phone("done", need.pk, WU, note=long)
    assert (refused.status_code, long in page(refused), state()) == (409, True, "doing")
    phone("done", need.pk, WU, note="送到了")
    assert (state(), Need.objects.get().steps.last().note) == ("done", "送到了")


@pytest.mark.parametrize(
    ("kind", "skills", "is_offered"),
    [("food", [], True), ("medicine", [], False), ("medicine", ["driver"], True), ("repair", ["doctor"], False)],
)
def test_only_what_fits_is_offered_and_can_be_taken(world, carers, phone, kind, skills, is_offered):
    world.wei.skills = skills
    world.wei.save()
    need = carers.need(kind=kind)
    assert (kind in kinds_for(world.wei), "I see to it" in page(phone())) == (is_offered, is_offered)
    assert phone("take", need.pk).status_code == (200 if is_offered else 404)


def test_words_for_the_lead_are_asked_at_the_door_and_what_is_for_stewards_is_never_offered(world, carers, phone):
    world.wei.skills = ["nurse"]
    world.wei.save()
    lead, steward = carers.need(kind="medical", words="化疗"), carers.need(circle="steward")
    told = page(phone("take", lead.pk))
    assert ("化疗" in told, "Ask at the door" in told) == (False, True)
    assert phone("take", steward.pk).status_code == 404


def test_what_the_desk_gave_them_is_theirs_until_the_lease_is_over(world, carers, phone):
    need = carers.need(circle="steward")
    claim(need=need, by=world.chen, helper=world.wei)
    assert "1号楼 502" in page(phone())
    Need.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    assert "1号楼 502" not in page(phone())
    assert phone("done", need.pk).status_code == 404
    assert state() == "claimed"


def test_another_compounds_need_is_answered_as_one_that_is_not_there(world, carers, phone):
    need = carers.need()
    for deed in ("take", "start", "done", "back"):
        strange, missing = phone(deed, need.pk, HU, reason="x"), phone(deed, 10**8, HU, reason="x")
        assert (strange.status_code, strange.content) == (404, missing.content)


def test_who_rests_or_was_not_trained_takes_nothing(world, carers, phone):
    need = carers.need()
    world.jiamu.requires_training = True
    world.jiamu.save()
    assert phone("take", need.pk).json()["message"] == "魏志愿 has not been trained yet."
    say_health(volunteer=world.wu, kind="symptom", by=world.wu.user)
    assert phone("take", need.pk, WU).status_code == 409
    assert state() == "new"


def test_a_need_heard_at_a_door_one_holds_reaches_the_desk(world, carers, phone):
    far = {"kind": "food", "words": "米没了", "due_on": ""}
    assert "Choose a door you hold" in phone("ask", world.lin_home.pk, **far).json()["message"]
    row = create_round(**world.round_form())
    open_any_round(round=row, by=world.chen)
    assign(round=row, volunteer=world.wei, building=world.building1, by=world.chen)
    refused = phone("ask", world.lin_home.pk, **far | {"words": " "})
    assert (refused.status_code, f'<option value="{world.lin_home.pk}" selected>' in page(refused)) == (409, True)
    assert "Call 120 first!" in page(phone("ask", world.lin_home.pk, **far | {"words": "爷爷胸痛"}))
    assert phone("ask", world.far_home.pk, **far).status_code == 409
    need = Need.objects.get()
    assert (need.household, need.source, need.steps.first().volunteer) == (world.lin_home, "volunteer", world.wei)


@pytest.mark.parametrize("sent", ["[]", "{", '{"deed": "eat", "key": 1}', '{"deed": "take", "key": "1"}'])
def test_nonsense_is_refused(world, client, sent):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {WEI}"}
    assert client.post(reverse("my_need_tell"), sent, content_type="application/json", **headers).status_code == 400


def test_the_list_costs_three_statements(world, carers, phone):
    def cost():
        with statements() as seen:
            phone()
        return len(seen)

    carers.need()
    few = cost()
    for number in range(4):
        need = carers.need(household=world.far_home)
        if number % 2:
            claim(need=need, by=world.wei.user, helper=world.wei)
        else:
            finish(need=need, by=world.chen)
    assert (few, cost()) == (3, 3)
