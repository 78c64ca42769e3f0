"""Parts on the phone: taken, given back, handed over; free ones and decisions in the list of doors."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from compound import phone_parts
from residents.models import Household
from residents.services import end_volunteer
from residents.statements import is_postgresql
from rounds.marks import apply_held_mark, dismiss_held_mark
from rounds.models import Assignment, HeldMark, Mark, Visit
from rounds.segments import LEASE, offer_segments
from rounds.services import assign, close_round, create_round, open_round
from tests.marks import envelope, post, statements, tap
from tests.world import CANARY, make_building, make_volunteer

WEI, WU, HU = "token-of-wei-0000000000", "token-of-wu-00000000000", "token-of-hu-00000000000"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def tower(world):
    tower = make_building(world.jiamu, "9", floors=10)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in tower.doors.all())
    return tower


@pytest.fixture
def tall(world, tower):
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    offer_segments(round=round, floors=5)
    round.refresh_from_db()
    return round


def ask(client, name, words, token=WEI, **headers):
    body = words if isinstance(words, bytes) else json.dumps(words)
    headers = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {token}"} | headers
    return client.post(reverse(name) + "?lang=en", body, **headers)


def claim(client, tall, token=WEI, **changes):
    wish = {"round": tall.pk, "building": tall.buildings.get().pk, "entrance": "", "floors": [6, 10]} | changes
    return ask(client, "my_claim", wish, token)


def get_feed(client, token=WEI):
    return client.get(reverse("my_doors") + "?lang=en", HTTP_AUTHORIZATION=f"Bearer {token}").json()


# --- Taking -------------------------------------------------------------------------------------------


def test_a_free_part_is_offered_taken_and_then_mine(client, world, tower, tall):
    (offered, _low) = get_feed(client)["free"]
    assert offered == {
        "round": tall.pk,
        "title": str(tall),
        "building": tower.pk,
        "entrance": "",
        "floors": [6, 10],
        "text": "9号楼 · floors 6–10",
        "doors": 10,
    }
    answer = claim(client, tall)
    part = Assignment.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "portal": "shoulou",
        "part": {"id": part.pk, "text": "9号楼 · floors 6–10", "leased_until": part.leased_until.isoformat()},
    }
    feed = get_feed(client)
    assert [one["text"] for one in feed["free"]] == ["9号楼 · floors 1–5"]
    assert (len(feed["rounds"][0]["doors"]), feed["rounds"][0]["parts"]) == (10, [answer.json()["part"]])
    assert claim(client, tall).json() == answer.json() | {"part": get_feed(client)["rounds"][0]["parts"][0]}


def test_what_somebody_holds_is_409_with_their_name(client, world, tall):
    claim(client, tall, WU)
    answer = claim(client, tall)
    assert answer.status_code == 409
    assert answer.json() == {
        "portal": "shoulou",
        "error": "taken",
        "message": "吴志愿 has these floors.",
        "holder": "吴志愿",
    }


def test_what_is_not_offered_is_409_and_another_compounds_round_is_404(client, world, tall):
    assert claim(client, tall, floors=[5, 9]).json()["error"] == "not_offered"
    missing = claim(client, tall, round=10**9)
    foreign = claim(client, tall, HU)
    assert [foreign.status_code, foreign.content] == [404, missing.content]
    close_round(round=tall, by=world.chen)
    assert (claim(client, tall).status_code, claim(client, tall).json()["error"]) == (409, "not_offered")
    assert not Assignment.objects.exists()


def test_the_untrained_are_offered_nothing_and_told_why(client, world, tall):
    world.jiamu.requires_training = True
    world.jiamu.save()
    assert get_feed(client)["free"] == []
    answer = claim(client, tall)
    assert (answer.status_code, answer.json()["message"]) == (409, "魏志愿 has not been trained yet.")


BAD = [
    {"floors": [6]},
    {"floors": "6-10"},
    {"floors": [6, "10"]},
    {"floors": [True, 10]},
    {"floors": [6, 10**9]},
    {"floors": [6.5, 10]},
    {"building": "1"},
    {"building": 10**30},
    {"entrance": "x" * 11},
    {"entrance": None},
]


@pytest.mark.parametrize("change", BAD)
def test_what_no_phone_sends_is_400(client, tall, change):
    answer = claim(client, tall, **change)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("name", ["my_claim", "my_release", "my_hand_over"])
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"not json", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"[" * 4000, "application/json", 400),
        (b'{"part":"' + b"x" * 5000 + b'"}', "application/json", 413),
        (b"part=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_every_bad_body_gets_json(client, world, name, body, content_type, status):
    answer = ask(client, name, body, content_type=content_type)
    assert (answer.status_code, answer.json()["portal"]) == (status, "shoulou")


@pytest.mark.parametrize("name", ["my_claim", "my_release", "my_hand_over"])
def test_a_get_is_405_and_a_stranger_401(client, world, name):
    assert client.get(reverse(name)).status_code == 405
    assert ask(client, name, {}, "nobody").status_code == 401
    end_volunteer(volunteer=world.wei)
    assert ask(client, name, {}).status_code == 401
    assert client.post(reverse("my_fellows")).status_code == 405


def test_a_busy_database_is_503_and_may_be_asked_again(client, tall, monkeypatch):
    def locked(**_words):
        raise OperationalError("locked")

    monkeypatch.setattr(phone_parts, "claim_segment", locked)
    answer = claim(client, tall)
    assert (answer.status_code, answer.json()["error"]) == (503, "try_again")


# --- Giving back, handing over ------------------------------------------------------------------------


def test_a_part_is_given_back_with_a_reason_and_twice_is_the_same(client, world, tall):
    part = claim(client, tall).json()["part"]["id"]
    refused = ask(client, "my_release", {"part": part, "reason": " "})
    assert (refused.status_code, refused.json()["message"]) == (409, "Say why, in a few words.")
    for reason in ("twisted ankle", "again"):
        assert ask(client, "my_release", {"part": part, "reason": reason}).json() == {"portal": "shoulou"}
    row = Assignment.objects.get()
    assert (row.released_at is not None, row.release_reason) == (True, "twisted ankle")
    assert row.released_by == row.volunteer.user
    assert len(get_feed(client)["free"]) == 2


def test_a_part_is_handed_to_a_fellow(client, world, tall):
    part = claim(client, tall).json()["part"]["id"]
    fellows = client.get(reverse("my_fellows"), HTTP_AUTHORIZATION=f"Bearer {WEI}")
    assert fellows.json() == {"portal": "shoulou", "fellows": [{"id": world.wu.pk, "name": "吴志愿"}]}
    assert CANARY not in fellows.content.decode()
    words = {"part": part, "volunteer": world.wu.pk, "reason": "home"}
    assert ask(client, "my_hand_over", words).json() == {"portal": "shoulou"}
    assert Assignment.objects.active().get().volunteer == world.wu
    again = ask(client, "my_hand_over", words)
    assert (again.status_code, again.json()["error"]) == (404, "unknown_part")


def test_only_the_own_part_and_only_to_the_own_compound(client, world, tall):
    part = claim(client, tall).json()["part"]["id"]
    foreign = ask(client, "my_release", {"part": part, "reason": "mine"}, WU)
    assert [foreign.status_code, foreign.content] == [404, ask(client, "my_release", {"part": 10**9}).content]
    assert ask(client, "my_hand_over", {"part": part, "volunteer": world.wu.pk, "reason": "x"}, WU).status_code == 404
    for volunteer in (world.other_volunteer.pk, "1", None, 0, True):
        answer = ask(client, "my_hand_over", {"part": part, "volunteer": volunteer, "reason": "x"})
        assert answer.json()["error"] == "unknown_volunteer"
    for reason in (7, "x" * 201):
        answer = ask(client, "my_hand_over", {"part": part, "volunteer": world.wu.pk, "reason": reason})
        assert answer.status_code == 400
    assert Assignment.objects.get().released_at is None


@pytest.mark.parametrize("count", [1, 60])
def test_fellows_cost_two_statements(client, world, count):
    for number in range(count):
        make_volunteer(world.jiamu, f"v{number}", f"志愿{number}")
    with statements() as seen:
        client.get(reverse("my_fellows"), HTTP_AUTHORIZATION=f"Bearer {WEI}")
    assert len(seen) == 2


# --- Leases and leaving -------------------------------------------------------------------------------


def test_a_ping_extends_the_lease_and_marks_do_not(client, world, tall):
    claim(client, tall)
    soon = timezone.now() + timedelta(minutes=1)
    Assignment.objects.update(leased_until=soon)
    visit = Visit.objects.filter(round=tall, floor=7).first()
    with statements() as seen:
        post(client, WEI, envelope(tap(visit, 1)))
    assert (len(seen), Assignment.objects.get().leased_until) == (2 if is_postgresql() else 6, soon)
    post(client, WEI, envelope(last_seq=1))
    assert Assignment.objects.get().leased_until > timezone.now() + LEASE - timedelta(minutes=1)


def test_marks_sent_before_the_volunteer_left_stay_and_later_ones_are_held(client, world, tall):
    claim(client, tall)
    first, second = Visit.objects.filter(round=tall, floor=7)
    post(client, WEI, envelope(tap(first, 1)))
    end_volunteer(volunteer=world.wei)
    answer = post(client, WEI, envelope(tap(second, 2), tap(first, 1)))
    assert [(row["result"], row.get("reason", "")) for row in answer.json()["receipts"]] == [
        ("held", "device_ended"),
        ("held", "device_ended"),
    ]
    assert list(Mark.objects.values_list("visit", "marked_by")) == [(first.pk, world.wei.user_id)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, second.outcome) == ("done", "waiting")
    assert Visit.objects.filter(round=tall).unassigned().count() == 20
    assert client.get(reverse("my_doors"), HTTP_AUTHORIZATION=f"Bearer {WEI}").status_code == 401


# --- Decisions ----------------------------------------------------------------------------------------


@pytest.fixture
def held(client, world, tall):
    """Two marks of Wei's on doors that are not theirs."""
    visits = Visit.objects.filter(round=tall, floor=3)
    post(client, WEI, envelope(*(tap(visit, seq) for seq, visit in enumerate(visits, start=1))))
    return list(HeldMark.objects.order_by("pk").select_related("device__volunteer"))


def test_a_volunteer_sees_what_became_of_the_own_held_marks(client, world, held):
    assert get_feed(client)["decisions"] == []
    apply_held_mark(held=held[0], by=world.chen, note="I sent them there")
    dismiss_held_mark(held=held[1], by=world.chen, note="wrong stairwell")
    told = get_feed(client)["decisions"]
    assert [(row["room"], row["decision"], row["word"], row["note"]) for row in told] == [
        ("9号楼 302", "dismissed", "set aside", "wrong stairwell"),
        ("9号楼 301", "applied", "counted", "I sent them there"),
    ]
    assert [row["mark"] for row in told] == [held[1].mark_id, held[0].mark_id]
    assert get_feed(client, WU)["decisions"] == []
    HeldMark.objects.update(decided_at=timezone.now() - timedelta(days=7, minutes=1))
    assert get_feed(client)["decisions"] == []


@pytest.mark.parametrize("count", [1, 40])
def test_the_whole_list_costs_seven_statements_at_most(client, world, tower, tall, count):
    for floor in range(1, 11):
        assign(round=tall, volunteer=world.wei, building=tower, by=world.chen, floor_from=floor, floor_to=floor)
    visit = Visit.objects.filter(round=tall).first()
    HeldMark.objects.bulk_create(
        HeldMark(
            mark_id=str(n),
            device=world.wei_phone,
            digest=str(n),
            payload={},
            reason="not_assigned",
            compound=world.jiamu,
            visit=visit,
            sent_at=timezone.now(),
            decision="applied",
            decided_by=world.chen,
            decided_at=timezone.now(),
        )
        for n in range(count)
    )
    with statements() as seen:
        feed = get_feed(client)
    assert len(feed["decisions"]) == count
    assert len(seen) <= 7, "\n".join(seen)
