"""The desk's pages: what they do and show, to whom, what they refuse, and what they cost."""

import pytest
from django.urls import reverse

from care.models import CallPlace, CareDesk, Need
from care.needs import claim
from residents.models import AccessRecord
from tests.marks import statements


@pytest.fixture
def chen(carers, client):
    client.force_login(carers.chen)
    return client


def at(name, *keys):
    return reverse(f"care:{name}", args=keys)


def text(answer) -> str:
    return answer.content.decode()


def test_a_desk_that_is_not_open_says_what_it_would_be_and_a_steward_opens_it(world, client):
    client.force_login(world.chen)
    assert all("The care desk is not open yet" in text(client.get(at(n, world.jiamu.pk))) for n in ("needs", "calls"))
    told = {"stale_hours": 3, "claim_hours": 2, "call_minutes": 10, "doorbell": "021-1"}
    assert client.post(at("rules", world.jiamu.pk), told | {"stale_hours": "0"}).status_code == 422
    assert client.post(at("rules", world.jiamu.pk), told).status_code == 302
    assert CareDesk.objects.get().stale_hours == 3


def test_a_call_is_typed_and_urgent_words_answer_with_120(carers, world, chen):
    told = {"building": world.building1.pk, "room": "502", "kind": "medical", "words": "奶奶昏迷"}
    assert "data-urgent" in text(chen.get(at("need_add", world.jiamu.pk)))
    wrong = chen.post(at("need_add", world.jiamu.pk), told | {"room": "999"})
    assert (wrong.status_code, "奶奶昏迷" in text(wrong)) == (422, True)
    page = chen.post(at("need_add", world.jiamu.pk), told, follow=True)
    need = Need.objects.get()
    assert (need.household, need.is_urgent, need.source) == (world.lin_home, True, "phone")
    assert 'href="tel:120"' in text(page)
    late = chen.post(at("need_add", world.jiamu.pk), told | {"due_on": "2022-01-01"})
    assert (late.status_code, "This day has passed." in text(late)) == (422, True)


def test_every_deed_by_its_button_and_a_refusal_keeps_the_page(carers, world, chen):
    need = carers.need()
    assert chen.post(at("need_step", need.pk, "give"), {"volunteer": world.other_volunteer.pk}).status_code == 422
    assert chen.post(at("need_step", need.pk, "give"), {"volunteer": world.wei.pk}).status_code == 302
    again = chen.post(at("need_step", need.pk, "claim"))
    assert (again.status_code, "Somebody was quicker" in text(again)) == (422, True)
    assert chen.post(at("need_step", need.pk, "nonsense")).status_code == 404
    old = chen.post(at("need_step", need.pk, "start"), {"saw": "1"})
    assert (old.status_code, "This has moved on meanwhile" in text(old)) == (422, True)
    wait = {"w-until_0": "2099-01-01", "w-until_1": "10:00", "w-note": "等药"}
    assert chen.post(at("need_step", need.pk, "wait"), wait).status_code == 422
    for deed, told in (
        ("start", {}),
        ("release", {"y-note": "没空"}),
        ("urgent", {"y-note": "更重了"}),
        ("calm", {"y-note": "已看过"}),
        ("circle", {"circle": "steward"}),
        ("done", {"n-note": "已办"}),
        ("reopen", {"y-note": "没办"}),
        ("done", {}),
        ("confirm", {}),
    ):
        assert (deed, chen.post(at("need_step", need.pk, deed), told).status_code) == (deed, 302)
    steps = [step.step for step in Need.objects.get().steps.all()][2:]
    assert steps == ["started", "released", "urgent", "calm", "circle", "done", "reopened", "done", "confirmed"]


def test_a_slip_has_the_words_only_where_all_on_duty_may_read_and_is_on_record(carers, world, chen):
    for words, circle in (("两斤米", "duty"), ("安眠药", "lead")):
        claim(need=carers.need(words=words, circle=circle), by=world.chen, helper=world.wei)
    page = text(chen.get(at("slip", world.jiamu.pk, world.wei.pk)))
    assert ("两斤米" in page, "安眠药" in page) == (True, False)
    assert AccessRecord.objects.get().row_count == 2
    assert chen.get(at("slip", world.jiamu.pk, world.other_volunteer.pk)).status_code == 404


def test_who_looks_over_the_compounds_reads_counts_and_nothing_else(carers, world, client):
    carers.need(words="CANARY", kind="medicine")
    carers.place()
    client.force_login(world.qian)
    pages = [text(client.get(at(name, world.jiamu.pk))) for name in ("needs", "calls")]
    assert not any(word in page for page in pages for word in ("CANARY", "1号楼 502", "阿婆", "medicine</"))


def test_a_call_from_the_queue_to_the_log(carers, world, chen):
    answer = chen.post(at("rota_add", world.jiamu.pk), {"people": [carers.elder.pk], "cadence": 2})
    assert answer.status_code == 302
    place = CallPlace.objects.get()
    assert (place.cadence, place.why) == (2, "alone")
    assert chen.post(at("rota_add", world.jiamu.pk), {"cadence": 2}).status_code == 422
    twice = chen.post(at("rota_add", world.jiamu.pk), {"people": [carers.elder.pk], "cadence": 2})
    assert (twice.status_code, "on the rota already" in text(twice)) == (422, True)
    assert carers.elder.phone not in text(chen.get(at("calls", world.jiamu.pk)))
    assert chen.post(at("call_next", world.jiamu.pk))["Location"] == place.get_absolute_url()
    assert carers.elder.phone not in text(chen.get(at("place", place.pk)))
    shown = chen.post(at("place_number", place.pk))
    assert (carers.elder.phone in text(shown), shown["Cache-Control"]) == (True, "no-store")
    lost = chen.post(at("place_tell", place.pk), {"heard": "proxy", "note": ""})
    assert (lost.status_code, "Write down who answered." in text(lost)) == (422, True)
    kept = chen.post(at("place_tell", place.pk), {"heard": "nonsense", "note": "女儿接的"})
    assert (kept.status_code, "女儿接的" in text(kept)) == (422, True)
    assert chen.post(at("place_tell", place.pk), {"heard": "proxy", "note": "女儿接的"}).status_code == 302
    assert chen.post(at("place_take", place.pk)).status_code == 302
    assert chen.post(at("place_tell", place.pk), {"heard": "again", "in_minutes": "30"}).status_code == 302
    assert chen.post(at("place_change", place.pk), {"c-cadence": 1, "c-note": "摔过"}).status_code == 302
    assert chen.post(at("place_end", place.pk), {"e-note": "女儿接走"}).status_code == 302
    heard = list(place.steps.order_by("pk").values_list("step", flat=True))
    assert heard == ["begun", "proxy", "again", "changed", "ended"]
    nobody = chen.post(at("knock", world.jiamu.pk), follow=True)
    assert "Nobody waits for a knock now." in text(nobody)


@pytest.mark.parametrize("many", [1, 15])
def test_the_pages_cost_the_same_however_much_there_is(carers, world, chen, many):
    for number in range(many):
        carers.need((world.lin_home, world.far_home)[number % 2])
    carers.place()
    costs = {}
    for name in ("needs", "calls", "week"):
        with statements() as seen:
            assert chen.get(at(name, world.jiamu.pk)).status_code == 200
        costs[name] = len(seen)
    assert costs == COSTS


COSTS = {"needs": 7, "calls": 8, "week": 7}
