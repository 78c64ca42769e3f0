"""The lobby knows rooms and nothing else, by a link that is a secret; asking whether anything moved is cheap."""

import hashlib
import re

import pytest
import time_machine
from django.urls import reverse

from lifts.models import CallDown, Lift
from lifts.riding import move_turn, reserve_lift, take_out_of_service, tell_no_show
from lifts.services import end_call_down, make_lobby_link, revoke_lobby_link
from residents.models import Resident
from rounds.marks import mark_at_desk
from tests.lifts.conftest import Tower
from tests.marks import statements


@pytest.fixture
def code(tower):
    return make_lobby_link(call_down=tower.call_down)


def at(code, name="lobby_public"):
    return reverse(f"lifts:{name}", args=[code])


def test_the_lobby_shows_the_room_in_the_lift_and_the_next_three(tower, code, client):
    tower.press("1201")
    page = client.get(at(code)).content.decode()
    assert re.findall(r"\b1[012]0[12]\b", page) == ["1201", "1202", "1101", "1102"]


def test_the_lobby_knows_no_name_no_need_no_contact_and_nobody_who_did_not_come(tower, code, client):
    Resident.objects.update(lives_alone=True)
    visit = tower.turn("1202").visit
    visit.needs, visit.label = ["lives_alone", "needs_home_visit"], "住*"
    visit.save()
    tower.press("1201")
    tell_no_show(call_down=tower.call_down, lift=tower.lifts[0], saw=tower.saw(), by=tower.by)
    move_turn(turn=tower.turn("1101"), step="contact", by=tower.by)
    move_turn(turn=tower.turn("1102"), step="home", by=tower.by)
    reserve_lift(lift=tower.lifts[1], is_reserved=True, by=tower.by)
    tower.press("1101", lift=1)
    page = client.get(at(code)).content.decode()
    assert re.findall(r"\b1[012]0[12]\b", page) == ["1202", "1001", "1002"]
    for word in ("住户", "住*", "lives alone", "home visit", "独居", "contact", "密接"):
        assert word not in page


def test_only_the_hash_of_the_link_is_kept_and_a_new_link_ends_the_old(tower, code, client):
    stored = CallDown.objects.get().lobby_hash
    assert stored == hashlib.sha256(code.encode()).hexdigest()
    assert len(code) >= 32
    answer = client.get(at(code))
    assert (answer.status_code, answer["Referrer-Policy"], answer["X-Robots-Tag"]) == (200, "no-referrer", "noindex")
    newer = make_lobby_link(call_down=tower.call_down)
    assert [client.get(at(each)).status_code for each in (code, newer)] == [404, 200]
    revoke_lobby_link(call_down=tower.call_down)
    assert [client.get(at(newer, name)).status_code for name in ("lobby_public", "lobby_public_live")] == [404, 404]


@pytest.mark.parametrize("guess", ["x", "", "0" * 32, "1", "\ud800x".encode("utf-8", "surrogatepass").decode("latin1")])
def test_no_guess_opens_a_lobby(tower, client, guess):
    """One call-down has no link at all: an empty hash must not be found by an empty word."""
    assert client.get(at(guess or "%20")).status_code == 404


def test_the_link_is_shown_once_to_who_runs_the_call_down(tower, client):
    client.force_login(tower.world.chen)
    page = client.post(reverse("lifts:lobby_link", args=[tower.call_down.pk]))
    link = page.context["link"]
    assert page["Cache-Control"] == "no-store, private"
    assert client.get(link[link.index("/lifts/") :]).status_code == 200
    assert link not in client.get(tower.call_down.get_absolute_url()).content.decode()


def test_one_link_is_not_opened_without_end_and_the_others_still_open(tower, code, client):
    with time_machine.travel("2022-04-10T12:00:00+08:00", tick=False):
        answers = [client.get(at("guessed")).status_code for _ in range(121)]
        page = client.get(at("guessed"))
        assert client.get(at(code)).status_code == 200
    assert answers == [404] * 120 + [429]
    assert (page["Retry-After"], 'class="phone"' in page.content.decode()) == ("60", True)


@pytest.mark.parametrize("floors", [3, 30])
def test_a_poll_of_the_lobby_costs_one_statement_and_four_when_something_moved(world, client, floors):
    tower = Tower(world, floors=floors).open()
    code = make_lobby_link(call_down=tower.call_down)
    tower.press("301")
    url = at(code, "lobby_public_live")
    client.get(url)
    with statements() as seen:
        first = client.get(url)
    assert (first.status_code, len(seen)) == (200, 4)
    with statements() as seen:
        again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, len(seen)) == (304, b"", 1)


@pytest.mark.parametrize("floors", [3, 30])
def test_signed_in_a_poll_of_the_lobby_costs_four(world, client, floors):
    tower = Tower(world, floors=floors).open()
    client.force_login(world.qian)
    url = reverse("lifts:lobby_live", args=[tower.call_down.pk])
    first = client.get(url)
    with statements() as seen:
        again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, len(seen)) == (304, 4)


def test_whatever_the_lobby_shows_changes_its_tag(tower, code, client):
    url = at(code, "lobby_public_live")
    tags = [client.get(url)["ETag"]]

    def moved():
        tags.append(client.get(url)["ETag"])
        return tags[-1] != tags[-2]

    tower.press("1201")
    assert moved()
    mark_at_desk(visit=tower.turn("1202").visit, outcome="done", by=tower.by)
    assert moved()
    take_out_of_service(lift=tower.lifts[1], by=tower.by)
    assert moved()
    Lift.objects.filter(pk=tower.lifts[0].pk).update(is_reserved=False)
    assert not moved()
    end_call_down(call_down=tower.call_down)
    assert moved()
