"""One line a request, and nobody named in any of them, whatever the portal is made to do."""

import io
import json
import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from compound.logs import Discreet, Json, Line
from residents.roster.jobs import submit_roster, work_waiting
from residents.services import make_invite
from tests.marks import envelope, post
from tests.rosters.make import csv_bytes
from tests.world import CANARY

TYPED = "kanarienvogel-typed-7731"
ID_NUMBER = "110101199003078515"


@pytest.fixture
def written(monkeypatch):
    """Everything the portal would write, at its most talkative, as `written(Json)` or `written(Line)`."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Discreet())
    handler.setFormatter(Json())
    root, talkative = logging.getLogger(), logging.getLogger("compound.requests")
    levels = root.level, talkative.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    talkative.setLevel(logging.INFO)

    def read(formatter=None):
        if formatter:
            handler.setFormatter(formatter())
        return stream.getvalue()

    yield read
    root.removeHandler(handler)
    root.setLevel(levels[0])
    talkative.setLevel(levels[1])


def requests_of(text) -> list[dict]:
    rows = [json.loads(line) for line in text.splitlines()]
    return [row for row in rows if row["logger"] == "compound.requests"]


def test_a_request_is_one_line_without_its_address(client, world, written):
    client.force_login(world.chen)
    answer = client.get(reverse("residents:household", args=[world.lin_home.pk]), {"from": TYPED})
    (row,) = requests_of(written())
    assert set(row) == {"at", "level", "logger", "message", "request_id", "method", "route", "status", "ms", "user"}
    told = (row["method"], row["route"], row["status"], row["user"], row["request_id"])
    assert told == ("GET", "residents:household", 200, world.chen.pk, answer["X-Request-ID"])
    assert row["ms"] > 0


@pytest.mark.parametrize("asked", ["abcdefgh", "A1-b2-C3-d4", "0" * 64])
def test_a_number_given_from_outside_is_kept(client, asked):
    assert client.get("/healthz", headers={"X-Request-ID": asked})["X-Request-ID"] == asked


@pytest.mark.parametrize(
    "asked", ["", "short", "0" * 65, "with space", "new\nline-123", "<script>alert", "号码号码号码号码"]
)
def test_a_number_that_could_forge_a_line_is_replaced(client, asked):
    made = client.get("/healthz", headers={"X-Request-ID": asked})["X-Request-ID"]
    assert made != asked
    assert len(made) == 32


def test_two_requests_have_two_numbers(client):
    assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]


def test_an_address_that_is_no_route_is_not_written_down(client, db, written):
    client.get(f"/{TYPED}/", {"q": TYPED})
    (row,) = requests_of(written())
    assert (row["route"], row["status"]) == ("none", 404)
    assert TYPED not in written()


def test_an_error_tells_its_kind_and_place_but_not_its_words(world, monkeypatch, written):
    def refuse(user):
        raise IntegrityError(f"Key (name)=({CANARY}{TYPED}) already exists.")

    monkeypatch.setattr("compound.views.read_today", refuse)
    client = Client(raise_request_exception=False)
    client.force_login(world.chen)
    answer = client.get(reverse("today"), {"q": TYPED})
    rows = [json.loads(line) for line in written().splitlines()]
    (row,) = [row for row in rows if row.get("error") == "IntegrityError"]
    assert row["message"] == "django.request: 500 today"
    assert row["request_id"] == answer["X-Request-ID"]
    assert any(place.startswith("compound/views.py:") for place in row["at_lines"])
    assert (CANARY in written(), TYPED in written()) == (False, False)


def test_keys_that_hold_secrets_are_emptied(written):
    log = logging.getLogger("compound.test")
    log.warning("%(token)s %(count)s", {"token": TYPED, "count": 3}, extra={"phone": TYPED, "display_name": TYPED})
    row = json.loads(written())
    assert (row["message"], row["phone"], row["display_name"]) == ("*** 3", "***", "***")


def test_lines_for_people_keep_the_same_silence(written):
    written(Line)
    log = logging.getLogger("compound.test")
    try:
        raise ValueError(TYPED)
    except ValueError:
        log.exception("It broke", extra={"secret": TYPED, "visit": 4}, stack_info=True)
    told = written()
    assert "ERROR compound.test: It broke" in told
    assert "ValueError at\n  tests/compound/test_logs.py:" in told
    assert "visit=4" in told
    assert TYPED not in told


def test_the_portal_writes_through_the_same_filter(settings):
    logging_ = settings.LOGGING
    assert logging_["handlers"] == {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}
    }
    assert logging_["filters"] == {"discreet": {"()": "compound.logs.Discreet"}}
    assert {name: row["handlers"] for name, row in logging_["loggers"].items() if "handlers" in row} == {
        "django": [],
        "django.server": [],
    }


@pytest.mark.parametrize("formatter", [Json, Line])
def test_no_walk_leaves_a_person_or_a_secret_in_the_log(world, client, written, formatter):
    written(formatter)
    code = make_invite(volunteer=world.wei, by=world.chen).code
    secrets = [CANARY, TYPED, ID_NUMBER, code, "token-of-wei", "林小雨", "高超", "魏志愿", world.lin.phone, "chen"]

    # Pages, searches, refusals.
    for user in (world.chen, world.sun):
        client.force_login(user)
        for name in ("today", "residents:compounds", "rounds:list", "notices:inbox", "status"):
            client.get(reverse(name))
        client.get(reverse("residents:search"), {"q": "林小雨"})
        client.get(reverse("residents:household", args=[world.lin_home.pk]))
        client.post(reverse("residents:resident_reveal", args=[world.lin.pk]), {"reason": TYPED})
        client.get(f"/nowhere/{TYPED}/")
        client.post("/healthz")
    client.logout()

    # Logins that fail, a forged post, a phone that is not ours, invitations used, unknown and spent.
    client.post(reverse("login"), {"username": "chen", "password": TYPED})
    client.post(reverse("login"), {"username": f"{CANARY}{TYPED}", "password": TYPED})
    Client(enforce_csrf_checks=True).post(reverse("login"), {"username": "chen", "password": TYPED})
    client.get(reverse("login"), headers={"Host": "bad host"})
    post(client, f"token-of-wei-{TYPED}", envelope())
    post(client, "token-of-wei-0000000000", b"{" + TYPED.encode())
    for each in (code, TYPED):
        client.get(reverse("invite", args=[each]))
        body = json.dumps({"code": each, "device": "x", "token": TYPED, "label": CANARY})
        client.post(reverse("my_bind"), body, content_type="application/json")

    # A roster with ID numbers, uploaded and read; and a file that is none.
    rows = [["楼号", "室号", "姓名", "身份证号"], ["1", "502", f"{CANARY}甲", ID_NUMBER], ["1", "?", TYPED, ID_NUMBER]]
    submit_roster(compound=world.jiamu, file_name=f"{TYPED}.csv", content=csv_bytes(rows), by=world.chen)
    work_waiting()
    client.force_login(world.chen)
    upload = {"roster": SimpleUploadedFile(f"{TYPED}.xlsx", f"{CANARY}{ID_NUMBER}".encode())}
    client.post(reverse("residents:roster_upload", args=[world.jiamu.pk]), upload)
    work_waiting()

    told = written()
    assert told.count("compound.requests") >= 20
    assert [secret for secret in secrets if secret in told] == []
