"""The drop box answers every body in JSON, every mark by itself, in a fixed number of statements."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from compound import sync
from residents.models import Device, Door, Household, Resident
from residents.statements import is_postgresql
from rounds.models import HeldMark, Mark, Round, Visit
from rounds.services import assign, create_round, open_round
from tests.marks import SENT_AT, envelope, post, statements, tap
from tests.told_again import tell_again
from tests.world import World

WEI, WU = "token-of-wei-0000000000", "token-of-wu-00000000000"


def make_tall():
    """The world, and 200 doors of an open round that Wei walks, Wu too."""
    world = World()
    doors = [
        Door(
            building=world.building1, floor=floor, position=place, room=f"{floor}{place:02d}", key=f"{floor}{place:02d}"
        )
        for floor in range(6, 26)
        for place in range(1, 11)
    ]
    Door.objects.bulk_create(doors)
    homes = Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
    Resident.objects.bulk_create(Resident(household=home, name="某人") for home in homes)
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=world.building1, by=world.chen)
    return world, list(Visit.objects.filter(round=round, building=world.building1, floor__gte=6).order_by("pk"))


@pytest.fixture
def tall(db):
    return tell_again(make_tall)


@pytest.fixture
def world(tall):
    return tall[0]


@pytest.fixture
def visits(tall):
    return tall[1]


def test_an_answer_carries_our_name_the_nonce_and_a_receipt_per_mark(client, visits):
    body = envelope(tap(visits[0], 1), tap(visits[1], 2), queued=3)
    answer = post(client, WEI, body)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    assert (told["portal"], told["schema"], told["nonce"]) == ("shoulou", 1, body["nonce"])
    assert [receipt["result"] for receipt in told["receipts"]] == ["stored", "stored"]
    assert [receipt["id"] for receipt in told["receipts"]] == [mark["id"] for mark in body["marks"]]
    device = Device.objects.get(volunteer__name="魏志愿")
    assert (device.last_seq, device.queued_count) == (2, 3)
    assert device.last_seen_at is not None
    assert not answer.cookies


@pytest.mark.parametrize("count", [2, 200])
def test_new_marks_cost_the_same_statements(client, visits, count):
    body = envelope(*(tap(visit, seq) for seq, visit in enumerate(visits[:count], start=1)))
    with statements() as seen:
        answer = post(client, WEI, body)
    assert {receipt["result"] for receipt in answer.json()["receipts"]} == {"stored"}
    # Phone, visits, marks; then phone back, insert and visits back, which are one way to PostgreSQL.
    assert len(seen) == (4 if is_postgresql() else 6), "\n".join(seen)
    assert Mark.objects.count() == count


def test_a_mark_that_comes_alone_is_two_statements_of_postgresql(client, visits):
    """One look that locks nothing, one stroke that holds only if nothing moved."""
    for seq, changes in enumerate(({}, {"people": {"1": "done"}}, {"note": "喵 %s"}), start=1):
        with statements() as seen:
            answer = post(client, WEI, envelope(tap(visits[0], seq, **changes), queued=2))
        assert answer.json()["receipts"][0]["result"] == "stored"
        assert len(seen) == (2 if is_postgresql() else 6), "\n".join(seen)
    visit = Visit.objects.get(pk=visits[0].pk)
    assert (visit.outcome, visit.latest_mark.seq, visit.marks.count()) == ("done", 3, 3)
    device = Device.objects.get(volunteer__name="魏志愿")
    assert (device.last_seq, device.queued_count) == (3, 2)


def test_a_lone_mark_of_a_plain_welfare_round_asks_the_rota_once(client, visits):
    Round.objects.update(kind=Round.Kind.WELFARE)
    post(client, WEI, envelope(tap(visits[0], 1)))
    with statements() as seen:
        answer = post(client, WEI, envelope(tap(visits[0], 2)))
    assert answer.json()["receipts"][0]["result"] == "stored"
    assert len(seen) == (2 if is_postgresql() else 6), "\n".join(seen)


def test_what_a_room_does_about_a_lone_mark_happens_with_the_mark_stored(client, visits, monkeypatch):
    asked = []

    def follow(news):
        asked.append([Mark.objects.filter(pk=mark.pk).exists() for mark in news.marks])
        return {mark.pk: "look at the label" for mark in news.marks}

    monkeypatch.setattr(sync, "follow_marks", follow)
    (receipt,) = post(client, WEI, envelope(tap(visits[0], 1))).json()["receipts"]
    assert (receipt["result"], receipt["message"]) == ("stored", "look at the label")
    assert asked == [[True]]


@pytest.mark.parametrize("count", [1, 100])
def test_held_marks_cost_one_statement_more(client, visits, count):
    good = [tap(visit, seq) for seq, visit in enumerate(visits[:count], start=1)]
    bad = [tap(visit, seq + 500, outcome="?") for seq, visit in enumerate(visits[:count], start=1)]
    with statements() as seen:
        post(client, WEI, envelope(*good, *bad))
    assert len(seen) == (5 if is_postgresql() else 7), "\n".join(seen)
    assert HeldMark.objects.count() == count


def test_known_marks_cost_less(client, visits):
    body = envelope(*(tap(visit, seq) for seq, visit in enumerate(visits[:50], start=1)))
    post(client, WEI, body)
    with statements() as seen:
        answer = post(client, WEI, body)
    assert {receipt["result"] for receipt in answer.json()["receipts"]} == {"known"}
    assert len(seen) == 4
    assert Mark.objects.count() == 50


def test_a_ping_tells_which_numbers_never_came(client, visits):
    post(client, WEI, envelope(tap(visits[0], 1), tap(visits[1], 2), tap(visits[2], 6), tap(visits[3], 7, outcome="?")))
    with statements() as seen:
        answer = post(client, WEI, envelope(last_seq=9, queued=1))
    assert answer.json()["missing"] == [3, 4, 5, 8, 9]
    assert len(seen) == 4, "\n".join(seen)  # phone, phone back, leases, numbers
    assert Device.objects.get(volunteer__name="魏志愿").queued_count == 1


def test_a_phone_that_forgot_its_counter_does_not_turn_ours_back(client, visits):
    post(client, WEI, envelope(tap(visits[0], 9)))
    post(client, WEI, envelope(last_seq=0))
    assert Device.objects.get(volunteer__name="魏志愿").last_seq == 9


@pytest.mark.parametrize("token", ["", "x", "alg:none", WEI[:-1], WEI + "0", "Bearer " + WEI, "é" * 30])
def test_a_wrong_token_is_401_without_detail(client, visits, token):
    answer = post(client, token, envelope(tap(visits[0], 1)))
    assert answer.status_code == 401
    assert answer.json() == {"portal": "shoulou", "error": "unknown_device"}
    assert not Mark.objects.exists()


def test_the_token_is_the_only_key_a_session_is_none(client, world, visits):
    client.force_login(world.chen)
    assert client.post("/sync/", "{}", content_type="application/json").status_code == 401


def test_no_csrf_cookie_is_needed(visits):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert post(strict, WEI, envelope(tap(visits[0], 1))).status_code == 200


BAD_BODIES = {
    "blank": b" ",
    "no JSON": b"<html>",
    "half a character": b'{"a":"\xff"}',
    "an array": b"[]",
    "a number": b"7",
    "null": b"null",
    "no marks": json.dumps(envelope(marks=None)).encode(),
    "marks a word": json.dumps(envelope(marks="many")).encode(),
    "no time": json.dumps(envelope(sent_at=None)).encode(),
    "the year 1": json.dumps(envelope(sent_at="0001-01-01T00:00:00+14:00")).encode(),
    "the year 9999": json.dumps(envelope(sent_at="9999-12-31T23:59:59-12:00")).encode(),
    "24 o'clock": json.dumps(envelope(sent_at="2022-04-10T24:00:00+08:00")).encode(),
    "no offset": json.dumps(envelope(sent_at="2022-04-10T12:00:00")).encode(),
    "milliseconds": json.dumps(envelope(sent_at="1649563200000")).encode(),
    "deep": b"[" * 200_000,
    "deep marks": b'{"sent_at":"2022-04-10T12:00:00Z","marks":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a huge number": b'{"sent_at":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_cannot_be_read_is_400(client, visits, name):
    answer = post(client, WEI, BAD_BODIES[name])
    assert answer.status_code == 400
    assert answer.json()["error"] in {"not_json", "wrong_shape"}


def test_limits_have_their_own_answers(client, visits):
    assert post(client, WEI, envelope(*(tap(visits[0], n) for n in range(1, 502)))).status_code == 413
    assert post(client, WEI, b" " * (512 * 1024 + 1)).status_code == 413
    assert post(client, WEI, envelope(), content_type="text/plain").status_code == 415
    assert client.get("/sync/").status_code == 405
    assert not Mark.objects.exists()


BAD_MARKS = {
    "NaN as outcome": ("outcome", float("nan"), "bad_mark"),
    "an outcome nobody knows": ("outcome", "vanished", "bad_mark"),
    "waiting is nothing to mark": ("outcome", "waiting", "bad_mark"),
    "an object as outcome": ("outcome", {}, "bad_mark"),
    "NUL in the note": ("note", "a\x00b", "bad_mark"),
    "half a character in the note": ("note", "\ud842", "bad_mark"),
    "a long note": ("note", "长" * 10_001, "bad_mark"),
    "a note that is a number": ("note", 5, "bad_mark"),
    "a fraction as seq": ("seq", 2.5, "bad_mark"),
    "a word as seq": ("seq", "2", "bad_mark"),
    "true as seq": ("seq", True, "bad_mark"),
    "a negative seq": ("seq", -1, "bad_mark"),
    "an endless seq": ("seq", 10**30, "bad_mark"),
    "a visit that is a word": ("visit", "1 OR 1=1", "unknown_visit"),
    "an endless visit": ("visit", 10**30, "unknown_visit"),
    "a visit nobody has": ("visit", 10**9, "unknown_visit"),
    "no id": ("id", None, "bad_id"),
    "an id that is none": ("id", "7", "bad_id"),
    "an id in braces": ("id", "{01890a5d-ac96-774b-bcce-b302099a8057}", "bad_id"),
    "people as a list": ("people", [1, 2], "bad_mark"),
    "person zero": ("people", {"0": "done"}, "bad_mark"),
    "person 007": ("people", {"007": "done"}, "bad_mark"),
    "a person nobody expects": ("people", {"99": "done"}, "bad_mark"),
    "a person vanished": ("people", {"1": "vanished"}, "bad_mark"),
    "a person as a list": ("people", {"1": ["done"]}, "bad_mark"),
    "undoing without clearing": ("undoes", "01890a5d-ac96-774b-bcce-b302099a8057", "bad_mark"),
    "having seen a word": ("saw", "yes", "bad_mark"),
    "the year 9999": ("marked_at", "9999-12-31T23:59:59-12:00", "bad_mark"),
    "no time": ("marked_at", None, "bad_mark"),
}


@pytest.mark.parametrize("name", BAD_MARKS)
def test_a_bad_mark_is_held_and_its_neighbour_stored(client, visits, name):
    field, value, reason = BAD_MARKS[name]
    bad, good = tap(visits[0], 1) | {field: value}, tap(visits[1], 2)
    receipts = post(client, WEI, envelope(bad, good)).json()["receipts"]
    assert [(receipt["index"], receipt["result"]) for receipt in receipts] == [(0, "held"), (1, "stored")]
    assert receipts[0]["reason"] == reason
    assert receipts[0]["message"]
    again = post(client, WEI, envelope(bad, good)).json()["receipts"]
    assert [receipt["result"] for receipt in again] == ["held", "known"]
    assert (HeldMark.objects.count(), Mark.objects.count()) == (1, 1)


def test_keys_we_do_not_know_are_ignored(client, visits):
    receipts = post(client, WEI, envelope(tap(visits[0], 1, colour="blue"), future="yes")).json()["receipts"]
    assert receipts[0]["result"] == "stored"


def test_a_signed_out_phone_may_deposit_for_a_week(client, world, visits):
    Device.objects.filter(pk=world.wei_phone.pk).update(ended_at=timezone.now() - timedelta(days=6))
    receipts = post(client, WEI, envelope(tap(visits[0], 1))).json()["receipts"]
    assert (receipts[0]["result"], receipts[0]["reason"]) == ("held", "device_ended")
    Device.objects.filter(pk=world.wei_phone.pk).update(ended_at=timezone.now() - timedelta(days=8))
    assert post(client, WEI, envelope(tap(visits[1], 2))).status_code == 401


def test_messages_speak_the_phones_language(client, visits):
    client.cookies["django_language"] = "en"
    receipts = post(client, WEI, envelope(tap(10**9, 1))).json()["receipts"]
    assert receipts[0]["message"] == "no such door in a round"


def test_a_database_that_cannot_answer_is_503_and_nothing_is_lost(client, visits, monkeypatch):
    from django.db import OperationalError

    def locked(**_):
        raise OperationalError("database is locked")

    monkeypatch.setattr("compound.sync.record_marks", locked)
    monkeypatch.setattr("compound.sync.record_lone_mark", locked)
    for marks in ([tap(visits[0], 1)], [tap(visits[0], 1), tap(visits[1], 2)]):
        answer = post(client, WEI, envelope(*marks))
        assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (503, "try_again", "15")


def test_the_posts_of_a_process_are_let_in_in_turn_on_sqlite_and_side_by_side_on_postgresql(
    client, visits, monkeypatch
):
    seen = []
    is_taken = getattr(sync._turn, "locked", lambda: False)

    def look(*given):
        seen.append(is_taken())
        return sync_take_in(*given)

    sync_take_in = sync.take_in
    monkeypatch.setattr(sync, "take_in", look)
    assert post(client, WEI, envelope(tap(visits[0], 1), tap(visits[1], 2))).status_code == 200
    monkeypatch.setattr("compound.sync.record_marks", None)
    with pytest.raises(TypeError):
        post(client, WEI, envelope(tap(visits[0], 3), tap(visits[1], 4)))
    assert (seen, is_taken()) == ([not is_postgresql()] * 2, False)


def test_sent_at_tells_the_skew(client, visits):
    post(client, WEI, envelope(tap(visits[0], 1), sent_at=SENT_AT.isoformat()))
    assert Mark.objects.get().skew > timedelta(days=1000)
