"""A shell that was kept on a phone for weeks posts to today's portal: everything it has is taken in (P9).

Each body is written out as that shell sends it. When a shell changes what it sends, its old body stays here. One that
sends less than any shell of ours did, and one that sends more than the portal knows (a newer shell after the portal
was taken back), stand for what is still to come.
"""

import uuid

import pytest

from residents.models import Device
from rounds.models import HeldMark, Mark, Visit
from rounds.services import assign, create_round, open_round
from tests.marks import post
from tests.world import make_building, move_in

pytestmark = pytest.mark.django_db

WEI = "token-of-wei-0000000000"
AT = "2022-04-10T12:00:00.000Z"


def bare(seq, visit):
    return {"id": str(uuid.uuid4()), "seq": seq, "visit": visit, "outcome": "done", "marked_at": AT}


def first(seq, visit):
    return bare(seq, visit) | {"people": {}, "note": "", "undoes": None, "saw": None}


def newer(seq, visit):
    return first(seq, visit) | {"weather": "rain", "steps": [1, {"a": None}]}


AROUND = {"schema": 1, "nonce": "n", "sent_at": AT, "queued": 0, "last_seq": 200}
SHELLS = {
    "with the least there is": (bare, {"sent_at": AT, "nonce": "n"}),
    "the first": (first, AROUND),
    "one ahead of us": (newer, AROUND | {"schema": 2, "radio": "5g"}),
}


@pytest.fixture
def doors(world):
    tower = make_building(world.jiamu, "9", floors=25, doors=8)
    for door in tower.doors.order_by("pk"):
        move_in(door, "某人")
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=tower, by=world.chen)
    return list(Visit.objects.filter(round=round).order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("shell", SHELLS)
def test_two_hundred_marks_of_another_shell_are_all_stored(client, doors, shell):
    make, around = SHELLS[shell]
    marks = [make(seq, visit) for seq, visit in enumerate(doors, start=1)]
    answer = post(client, WEI, around | {"marks": marks})
    told = answer.json()
    assert (len(marks), answer.status_code, told["portal"], told["nonce"]) == (200, 200, "shoulou", "n")
    assert [(one["id"], one["result"]) for one in told["receipts"]] == [(mark["id"], "stored") for mark in marks]
    assert (Mark.objects.count(), HeldMark.objects.count()) == (200, 0)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_empty_post_of_another_shell_is_answered(client, doors, shell):
    _make, around = SHELLS[shell]
    answer = post(client, WEI, around | {"marks": []})
    assert (answer.status_code, answer.json()["receipts"]) == (200, [])
    assert Device.objects.get(volunteer__name="魏志愿").last_seen_at is not None


def test_what_the_first_list_of_doors_held_is_still_there(client, doors):
    """An old shell draws what it finds under these names, and nothing may go."""
    feed = client.get("/my/doors.json", headers={"Authorization": f"Bearer {WEI}"}).json()
    [round] = feed["rounds"]
    assert {"portal", "volunteer", "compound", "rounds"} <= feed.keys()
    assert {"id", "title", "kind", "starts_at", "ends_at", "instructions", "words", "segments", "doors"} <= round.keys()
    assert {
        *("visit", "building", "entrance", "floor", "room", "label", "heads", "needs", "people"),
        *("outcome", "told", "latest", "at", "mine"),
    } <= round["doors"][0].keys()
