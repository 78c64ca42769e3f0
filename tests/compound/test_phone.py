"""The phone's addresses as a server sees them: the invite, binding, the doors, the shell."""

import gzip
import json
import re
import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compound.shell import shell_urls
from residents.devices import token_hash
from residents.models import Device, Invite
from rounds.models import Mark, Visit
from rounds.services import assign, close_round, create_round, open_round, release_assignment
from testing_rounds.services import create_test_round, open_test_round
from tests.world import CANARY, make_building, move_in

pytestmark = pytest.mark.django_db

WEI, WU, HU = "token-of-wei-0000000000", "token-of-wu-00000000000", "token-of-hu-00000000000"


def make_invite(world, volunteer=None, **changes):
    code = secrets.token_urlsafe(24)
    words = {"created_by": world.chen, "expires_at": timezone.now() + timedelta(hours=1)} | changes
    invite = Invite.objects.create(volunteer=volunteer or world.wei, code_hash=token_hash(code), **words)
    return code, invite


def phone_words(code, **changes):
    device = str(uuid.uuid4())
    return {
        "code": code,
        "device": device,
        "token": f"{device}.{secrets.token_urlsafe(32)}",
        "label": "Pixel",
    } | changes


def post_bind(client, words):
    return client.post(reverse("my_bind"), json.dumps(words), content_type="application/json")


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def get_doors(client, token=WEI, **headers):
    return client.get(reverse("my_doors"), **bearer(token), **headers)


@pytest.fixture
def pcr(world):
    words = world.round_form(instructions="先敲门")
    words.pop("kind")
    test_round = create_test_round(**words, pool_size=10)
    assign(
        round=test_round.round, volunteer=world.wei, building=world.building1, by=world.chen, floor_from=3, floor_to=5
    )
    open_test_round(test_round=test_round, by=world.chen)
    test_round.round.refresh_from_db()
    return test_round.round


# --- the invitation ----------------------------------------------------------------------------------


def test_an_invitation_shows_who_is_invited_masked_and_changes_nothing(client, world):
    code, invite = make_invite(world)
    answer = client.get(reverse("invite", args=[code]))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "魏*" in page
    assert "佳木大厦" in page
    assert "魏志愿" not in page
    assert "Set-Cookie" not in answer.headers
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    invite.refresh_from_db()
    assert (invite.used_at, Device.objects.filter(volunteer=world.wei).count()) == (None, 1)


def test_an_unknown_invitation_is_404_and_an_old_one_410(client, world):
    late, _row = make_invite(world, expires_at=timezone.now() - timedelta(minutes=1))
    used, _row = make_invite(world)
    post_bind(client, phone_words(used))
    ended, row = make_invite(world, world.wu)
    row.volunteer.ended_at = timezone.now()
    row.volunteer.save()
    codes = ["nobody-made-this", "x" * 5000, late, used, ended]
    assert [client.get(reverse("invite", args=[code])).status_code for code in codes] == [404, 404, 410, 410, 410]
    assert [post_bind(client, phone_words(code)).status_code for code in codes[2:]] == [410, 410, 410]
    assert post_bind(client, phone_words("nobody-made-this")).status_code == 404


def test_binding_uses_the_invitation_up_and_only_the_hash_is_kept(client, world):
    code, invite = make_invite(world)
    words = phone_words(code)
    answer = post_bind(client, words)
    assert answer.status_code == 200
    assert answer.json() == {"portal": "shoulou", "volunteer": "魏*", "compound": "佳木大厦"}
    invite.refresh_from_db()
    assert str(invite.device_id) == words["device"]
    assert invite.device.token_hash == token_hash(words["token"])
    assert (invite.device.volunteer, invite.device.label) == (world.wei, "Pixel")


def test_the_same_phone_may_ask_again_for_its_answer_even_after_the_invitation_expired(client, world):
    code, _invite = make_invite(world)
    words = phone_words(code)
    post_bind(client, words)
    Invite.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert post_bind(client, words).status_code == 200
    assert Device.objects.filter(volunteer=world.wei).count() == 2
    Device.objects.filter(pk=words["device"]).update(ended_at=timezone.now())
    assert post_bind(client, words).status_code == 410


def test_another_phone_cannot_take_a_bound_phones_key(client, world):
    code, _row = make_invite(world)
    other, row = make_invite(world, world.wu)
    words = phone_words(code)
    post_bind(client, words)
    answer = post_bind(client, words | {"code": other})
    assert (answer.status_code, answer.json()["error"]) == (410, "invite_gone")
    row.refresh_from_db()
    assert row.used_at is None


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"not json", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"code":1}', "application/json", 400),
        (b"[" * 4000, "application/json", 400),
        (b'{"code":"' + b"x" * 5000 + b'"}', "application/json", 413),
        (b"code=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_no_phone_sends_is_refused_with_json(client, body, content_type, status):
    answer = client.post(reverse("my_bind"), body, content_type=content_type)
    assert answer.status_code == status
    assert "error" in answer.json()


def test_a_weak_or_foreign_key_is_refused(client, world):
    code, _row = make_invite(world)
    good = phone_words(code)
    bad = [
        {"token": f"{good['device']}.short"},
        {"token": f"{uuid.uuid4()}.{'a' * 43}"},
        {"token": f"{good['device']}.{'a' * 42}\x00"},
        {"device": "nope"},
        {"device": good["device"].upper(), "token": good["token"].upper()},
        {"token": "\ud800" * 80},
    ]
    assert [post_bind(client, good | change).status_code for change in bad] == [400] * len(bad)
    assert post_bind(client, good | {"label": "\x00\u202e" + "长" * 300}).status_code == 200
    assert Device.objects.get(pk=good["device"]).label == "长" * 80


# --- the doors ---------------------------------------------------------------------------------------


def test_a_phone_gets_the_doors_of_its_assignment_and_no_more(client, world, pcr):
    answer = get_doors(client)
    assert answer.status_code == 200
    feed = answer.json()
    assert (feed["portal"], feed["volunteer"], feed["compound"]) == ("shoulou", "魏*", "佳木大厦")
    (one,) = feed["rounds"]
    assert (one["id"], one["kind"], one["instructions"]) == (pcr.pk, "pcr", "先敲门")
    assert set(one["words"]) == {"done", "person_done", "person_not"}
    assert len(one["segments"]) == 1
    assert [(door["floor"], door["room"]) for door in one["doors"]] == [(5, "502"), (3, "301")]
    lin, elder = one["doors"]
    assert (lin["label"], lin["heads"], [person["n"] for person in lin["people"]]) == ("林*", 3, [1, 2, 3])
    assert elder["needs"] == ["lives_alone", "needs_gentle_knock"]
    assert elder["people"] == [{"n": 1, "label": "阿*", "band": "80+"}]
    text = answer.content.decode()
    for secret in ("林小雨", "林国强", world.lin.phone, "138*", CANARY, "魏志愿", '"402"'):
        assert secret not in text


def test_the_list_tells_what_was_marked_and_whether_it_was_mine(client, world, pcr):
    visit = Visit.objects.get(round=pcr, room="502")
    now = timezone.now()
    for user, mine in ((world.wei.user, True), (world.wu.user, False)):
        mark = Mark.objects.create(
            visit=visit, outcome="done", marked_by=user, marked_at=now, sent_at=now, happened_at=now
        )
        Visit.objects.filter(pk=visit.pk).update(outcome="done", latest_mark=mark, latest_at=now, people={"1": "done"})
        door = get_doors(client).json()["rounds"][0]["doors"][0]
        assert (door["outcome"], door["latest"], door["told"], door["mine"]) == (
            "done",
            str(mark.pk),
            {"1": "done"},
            mine,
        )


def test_an_unchanged_list_is_304_and_a_changed_one_is_not(client, world, pcr):
    etag = get_doors(client)["ETag"]
    same = get_doors(client, HTTP_IF_NONE_MATCH=etag)
    assert (same.status_code, same.content) == (304, b"")
    assert get_doors(client, HTTP_IF_NONE_MATCH=f"W/{etag}").status_code == 304
    Visit.objects.filter(round=pcr, room="502").update(outcome="refused")
    assert get_doors(client, HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_nothing_is_read_without_a_living_phone_volunteer_and_user(client, world, pcr):
    def status(token=WEI):
        return get_doors(client, token).status_code

    assert status() == 200
    assert [status(""), status("other"), status("x" * 300)] == [401, 401, 401]
    assert client.get(reverse("my_doors")).json() == {"error": "unknown_device"}
    assert client.get(reverse("my_doors"), HTTP_AUTHORIZATION="Basic token-of-wei-0000000000").status_code == 401
    world.wei.user.is_active = False
    world.wei.user.save()
    assert status() == 401
    world.wei.user.is_active = True
    world.wei.user.save()
    world.wei.ended_at = timezone.now()
    world.wei.save()
    assert status() == 401
    world.wei.ended_at = None
    world.wei.save()
    world.wei_phone.ended_at = timezone.now()
    world.wei_phone.save()
    assert status() == 401


def test_a_session_opens_no_list(client, world, pcr):
    client.force_login(world.chen)
    assert client.get(reverse("my_doors")).status_code == 401


def test_released_assignments_and_closed_rounds_are_gone(client, world, pcr):
    assert len(get_doors(client).json()["rounds"]) == 1
    close_round(round=pcr, by=world.chen)
    assert get_doors(client).json()["rounds"] == []
    other = create_round(**world.round_form())
    assignment = assign(round=other, volunteer=world.wei, building=world.building1, by=world.chen)
    assert get_doors(client).json()["rounds"] == []
    open_round(round=other, by=world.chen)
    assert [one["id"] for one in get_doors(client).json()["rounds"]] == [other.pk]
    release_assignment(assignment=assignment, by=world.chen)
    assert get_doors(client).json()["rounds"] == []


def test_the_other_compounds_volunteer_sees_nothing_of_this_one(client, world, pcr):
    assert get_doors(client, HU).json()["rounds"] == []
    assert get_doors(client, WU).json()["rounds"] == []


@pytest.mark.parametrize("floors", [2, 60])
def test_the_list_costs_seven_statements_however_long_it_is(client, world, floors, django_assert_num_queries):
    tower = make_building(world.jiamu, "9", floors=floors)
    for door in tower.doors.all():
        move_in(door, "邓一", "邓二")
    words = world.round_form(buildings=[tower])
    words.pop("kind")
    test_round = create_test_round(**words, pool_size=10)
    for part in ((1, 1), (2, floors)):
        assign(
            round=test_round.round,
            volunteer=world.wei,
            building=tower,
            by=world.chen,
            floor_from=part[0],
            floor_to=part[1],
        )
    open_test_round(test_round=test_round, by=world.chen)
    with django_assert_num_queries(7):
        feed = get_doors(client).json()
    assert len(feed["rounds"][0]["doors"]) == floors * 2


# --- the shell ---------------------------------------------------------------------------------------


def test_the_shell_is_the_same_for_everybody(client, world):
    anonymous = client.get(reverse("my"))
    assert "Set-Cookie" not in anonymous.headers
    assert anonymous["Cache-Control"] == "no-cache"
    client.force_login(world.chen)
    assert client.get(reverse("my")).content == anonymous.content
    client.cookies["django_language"] = "en"
    english = client.get(reverse("my")).content
    assert b'lang="en"' in english
    assert english != anonymous.content


def test_the_shell_holds_no_inline_script_or_style(client):
    page = client.get(reverse("my")).content.decode()
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert re.findall(r"\sstyle=|\son\w+=|<style", page) == []


def test_the_worker_keeps_the_shell_and_no_list(client):
    answer = client.get(reverse("service_worker"))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "text/javascript", "no-cache")
    script = answer.content.decode()
    version = re.search(r'VERSION = "(\w{12})"', script).group(1)
    assert f'data-version="{version}"' in client.get(reverse("my")).content.decode()
    files = json.loads(re.search(r"FILES = (\[.*\]);", script).group(1))
    assert files == shell_urls()
    assert [path for path in files if not path.startswith("/static/")] == ["/my/", "/manifest.webmanifest"]
    assert "/static/js/phone/store.js" in files
    missing = [
        path for path in files if path.startswith("/static/") and not finders.find(path.removeprefix("/static/"))
    ]
    assert missing == []


def test_another_language_or_file_is_another_version(settings, tmp_path, client):
    from compound import shell

    before = shell._count_version()
    settings.LANGUAGES = [("zh-hans", "zh")]
    assert shell._count_version() != before


def test_the_manifest_starts_at_the_doors(client):
    words = client.get(reverse("manifest")).json()
    assert (words["start_url"], words["scope"], words["display"]) == ("/my/", "/", "standalone")
    assert [icon["src"] for icon in words["icons"] if not finders.find(icon["src"].removeprefix("/static/"))] == []


def test_a_first_visit_weighs_at_most_75_kilobytes(client):
    pages = {path: client.get(path).content for path in ("/my/", "/manifest.webmanifest", "/sw.js")}
    files = [path for path in shell_urls() if path.startswith("/static/")]
    for path in files:
        with open(finders.find(path.removeprefix("/static/")), "rb") as file:
            pages[path] = file.read()
    weights = {path: len(gzip.compress(content, 6)) for path, content in pages.items()}
    assert sum(weights.values()) <= 75 * 1024, weights


@pytest.mark.parametrize("name", ["my", "my_doors", "service_worker", "manifest"])
def test_pages_of_the_phone_are_only_read(client, name):
    assert client.post(reverse(name)).status_code == 405


def test_binding_is_only_posted(client, world):
    assert client.get(reverse("my_bind")).status_code == 405


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_share_no_invitation(world):
    code, _row = make_invite(world)
    asked = [phone_words(code) for _phone in range(5)]
    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(post_from_thread, asked))
    assert statuses == [200, 410, 410, 410, 410]
    assert Device.objects.filter(volunteer=world.wei).count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_phone_asking_five_times_at_once_is_bound_once(world):
    code, _row = make_invite(world)
    words = phone_words(code)
    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(post_from_thread, [words] * 5)) == [200] * 5
    assert Device.objects.filter(volunteer=world.wei).count() == 2


def post_from_thread(words):
    try:
        return post_bind(Client(), words).status_code
    finally:
        connection.close()
