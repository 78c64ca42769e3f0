"""Every address, every role, every kind of object: what each answers. A name missing here fails the build.

Not yours is 404, and the answer is the same, byte for byte, whether the thing exists in another compound or nowhere.
"""

import io
import re
import uuid
import zipfile

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from compound.opening import open_any_round
from notices.models import Message, Webhook
from residents.models import MergeRecord, RosterImport, RosterLine
from rounds.models import HeldMark, Mark, Visit
from rounds.services import assign
from testing_rounds.services import create_test_round
from tests import permission_table
from tests.marks import SENT_AT
from tests.world import CANARY, make_user

# Pages without an object: what each signed-in role gets. None stands for nobody signed in.
#                               method  steward officer lead volunteer no-role  nobody
PLAIN = {
    "today":                   ("GET",   200,    200,   200,   200,     200,    302),
    "login":                   ("GET",   302,    302,   302,   302,     302,    200),
    "logout":                  ("POST",  302,    302,   302,   302,     302,    302),
    "second_factor":           ("GET",   302,    302,   302,   302,     302,    302),  # to set-up: none has one
    "second_factor_enrol":     ("GET",   200,    200,   200,   200,     200,    302),
    "second_factor_codes":     ("POST",  302,    302,   302,   302,     302,    302),
    "set_language":            ("POST",  302,    302,   302,   302,     302,    302),
    "healthz":                 ("GET",   200,    200,   200,   200,     200,    200),
    "readyz":                  ("GET",   200,    200,   200,   200,     200,    200),
    "status":                  ("GET",   404,    404,   404,   404,     200,    302),  # superusers alone
    "sync":                    ("POST",  401,    401,   401,   401,     401,    401),
    "my":                      ("GET",   200,    200,   200,   200,     200,    200),
    "my_doors":                ("GET",   401,    401,   401,   401,     401,    401),
    "my_bind":                 ("POST",  415,    415,   415,   415,     415,    415),
    "my_claim":                ("POST",  401,    401,   401,   401,     401,    401),
    "my_release":              ("POST",  401,    401,   401,   401,     401,    401),
    "my_hand_over":            ("POST",  401,    401,   401,   401,     401,    401),
    "my_fellows":              ("GET",   401,    401,   401,   401,     401,    401),
    "service_worker":          ("GET",   200,    200,   200,   200,     200,    200),
    "manifest":                ("GET",   200,    200,   200,   200,     200,    200),
    "residents:compounds":     ("GET",   302,    302,   302,   200,     200,    302),
    "residents:search":        ("GET",   200,    200,   200,   200,     200,    302),
    "rounds:list":             ("GET",   200,    200,   200,   200,     200,    302),
    "rounds:held":             ("GET",   200,    403,   403,   403,     403,    302),
    "notices:inbox":           ("GET",   200,    200,   200,   200,     200,    302),
    "notices:read_all":        ("POST",  302,    302,   302,   302,     302,    302),
    "notices:outbox":          ("GET",   200,    403,   403,   404,     404,    302),
    "notices:retry_all":       ("POST",  302,    403,   403,   404,     404,    302),
    "notices:channels":        ("GET",   200,    200,   200,   200,     200,    302),
}  # fmt: skip

# Pages of an object. For a lead: one in their building, and one in the building beside it.
#                                     object         method steward officer lead  beside
OBJECT = {
    "residents:compound":            ("compound",    "GET",  200,    200,   200,  None),
    "residents:building_add":        ("compound",    "FORM", 200,    403,   403,  None),
    "residents:volunteers":          ("compound",    "GET",  200,    200,   404,  None),
    "residents:volunteer_add":       ("compound",    "FORM", 200,    403,   403,  None),
    "residents:roster_upload":       ("compound",    "FORM", 200,    403,   403,  None),
    "rounds:add":                    ("compound",    "FORM", 200,    403,   403,  None),
    "testing_rounds:add":            ("compound",    "FORM", 200,    403,   403,  None),
    "residents:building":            ("building",    "GET",  200,    200,   200,  404),
    "residents:building_edit":       ("building",    "FORM", 200,    403,   403,  404),
    "residents:household_add":       ("door",        "FORM", 200,    403,   200,  404),
    "residents:door_join":           ("door",        "FORM", 200,    403,   200,  404),
    "residents:door_separate":       ("door",        "POST", 302,    403,   302,  404),
    "residents:household":           ("household",   "GET",  200,    200,   200,  404),
    "residents:household_edit":      ("household",   "FORM", 200,    403,   200,  404),
    "residents:household_move_out":  ("household",   "FORM", 200,    403,   200,  404),
    "residents:resident_add":        ("household",   "FORM", 200,    403,   200,  404),
    "residents:resident_edit":       ("resident",    "FORM", 200,    403,   200,  404),
    "residents:resident_move_out":   ("resident",    "FORM", 200,    403,   200,  404),
    "residents:resident_reveal":     ("resident",    "FORM", 200,    200,   200,  404),
    "residents:resident_lookalikes": ("resident",    "GET",  200,    403,   200,  404),
    "residents:resident_merge":      ("pair",        "FORM", 200,    403,   200,  404),
    "residents:merge":               ("merge",       "FORM", 200,    404,   200,  404),
    "residents:volunteer":           ("volunteer",   "GET",  200,    200,   404,  None),
    "residents:volunteer_edit":      ("volunteer",   "FORM", 200,    403,   404,  None),
    "residents:training_gate":       ("compound",    "POST", 302,    403,   403,  None),
    "volunteer_day":                 ("volunteer",   "GET",  200,    200,   404,  None),
    "residents:volunteer_invite":    ("volunteer",   "POST", 200,    403,   404,  None),
    "residents:volunteer_end":       ("volunteer",   "POST", 302,    403,   404,  None),
    "residents:device_end":          ("device",      "POST", 302,    403,   404,  None),
    "residents:roster_import":       ("import",      "GET",  200,    404,   404,  None),
    "residents:roster_status":       ("import",      "GET",  200,    404,   404,  None),
    "residents:roster_apply":        ("import",      "POST", 302,    404,   404,  None),
    "residents:roster_discard":      ("import",      "POST", 302,    404,   404,  None),
    "residents:roster_columns":      ("import",      "POST", 302,    404,   404,  None),
    "residents:roster_undo":         ("import",      "POST", 302,    404,   404,  None),
    "residents:roster_left_out":     ("import",      "GET",  200,    404,   404,  None),
    "residents:roster_decide":       ("line",        "POST", 302,    404,   404,  None),
    "residents:roster_export":       ("compound",    "GET",  200,    403,   403,  None),
    "round_open":                    ("round",       "POST", 302,    403,   403,  None),
    "rounds:board":                  ("round",       "GET",  200,    200,   200,  404),
    "rounds:live":                   ("round",       "GET",  200,    200,   200,  404),
    "rounds:edit":                   ("round",       "FORM", 200,    403,   403,  404),
    "rounds:gaps":                   ("round",       "GET",  200,    200,   200,  404),
    "rounds:print":                  ("round",       "GET",  200,    200,   200,  404),
    "rekey":                         ("round",       "FORM", 200,    403,   200,  404),
    "rounds:close":                  ("round",       "GET",  200,    403,   403,  404),
    "rounds:reopen":                 ("round",       "FORM", 200,    403,   403,  404),
    "rounds:cancel":                 ("round",       "FORM", 200,    403,   403,  404),
    "rounds:assignments":            ("round",       "FORM", 200,    403,   403,  404),
    "rounds:segments":               ("round",       "POST", 302,    403,   403,  404),
    "rounds:assignment_hand_over":   ("assignment",  "FORM", 200,    403,   403,  404),
    "testing_rounds:edit":           ("round",       "FORM", 200,    403,   403,  404),
    "reports:evening":               ("round",       "GET",  200,    200,   200,  404),
    "reports:export":                ("export",      "GET",  200,    403,   200,  404),
    "rounds:assignment_release":     ("assignment",  "POST", 302,    403,   403,  404),
    "held_apply":                    ("held",        "POST", 302,    404,   404,  None),
    "rounds:held_dismiss":           ("held",        "POST", 302,    404,   404,  None),
    "visit":                         ("visit",       "GET",  200,    200,   200,  404),
    "visit_mark":                    ("visit",       "POST", 422,    403,   422,  404),
    "conflict_settle":               ("visit",       "POST", 302,    403,   302,  404),
    "mark_undo":                     ("mark",        "POST", 302,    403,   302,  404),
    "notices:read":                  ("message",     "POST", 302,    404,   404,  None),
    "notices:retry":                 ("message",     "POST", 302,    403,   403,  None),
    "notices:bots":                  ("compound",    "FORM", 200,    403,   403,  None),
    "notices:bot_edit":              ("bot",         "FORM", 200,    404,   404,  None),
    "notices:bot_test":              ("bot",         "POST", 302,    404,   404,  None),
    "notices:bot_switch":            ("bot",         "POST", 302,    404,   404,  None),
}  # fmt: skip

# Reached by a secret in the address, not by who is signed in: tests/compound/test_phone.py.
BY_SECRET = {"invite"}

# Rooms with a table of their own.
for area in permission_table.areas():
    PLAIN |= area.PLAIN
    OBJECT |= area.OBJECT
    BY_SECRET |= area.BY_SECRET


def url_names(patterns, namespace=""):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = pattern.namespace or ""
            if inner == "admin":  # Django's own, for staff alone: tests below
                continue
            yield from url_names(pattern.url_patterns, f"{namespace}{inner}:" if inner else namespace)
        else:
            yield f"{namespace}{pattern.name}"


def test_every_address_is_in_the_table():
    assert set(url_names(get_resolver().url_patterns)) == set(PLAIN) | set(OBJECT) | BY_SECRET


@pytest.fixture
def cast(world):
    """Objects of every kind in three places: own compound (building 1), the building beside, the other compound."""
    world.nobody = make_user("nobody", "无名", is_superuser=True, is_staff=True)
    world.things = {
        "own": things(world, world.jiamu, world.building1, world.lin_home, world.wei, world.wei_phone, world.chen),
        "beside": things(world, world.jiamu, world.building2, world.far_home, world.wu, world.wu_phone, world.chen),
        "other": things(
            world,
            world.hexin,
            world.other_building,
            world.other_home,
            world.other_volunteer,
            world.other_phone,
            world.sun,
        ),
    }
    return world


def things(world, compound, building, household, volunteer, device, steward):
    form = world.round_form(compound=compound, buildings=[building], pool_size=10)
    form.pop("kind")
    test_round = create_test_round(**form)
    open_any_round(round=test_round.round, by=steward)
    visit = Visit.objects.get(round=test_round.round, household=household)
    mark = Mark.objects.create(
        visit=visit, outcome="done", marked_by=volunteer.user, marked_at=SENT_AT, sent_at=SENT_AT, happened_at=SENT_AT
    )
    held = HeldMark.objects.create(
        mark_id="x", device=device, digest="d", payload={}, reason="bad_id", compound=compound, sent_at=SENT_AT
    )
    assignment = assign(round=test_round.round, volunteer=volunteer, building=building, by=steward)
    message = Message.objects.create(
        compound=compound,
        reminder=f"test:{building.pk}",
        recipient=f"user:{steward.pk}",
        period="p",
        channel="inbox",
        user=steward,
        subject="s",
        body="b",
        state="sent" if building == world.building1 else "dead",
    )
    roster = RosterImport.objects.create(compound=compound, uploaded_by=steward, file_name="f.csv", state="ready")
    line = RosterLine.objects.create(
        roster_import=roster, position=0, first_row=2, last_row=2, verdict="refused", original='[["x"]]'
    )
    keys = {
        "compound": compound,
        "building": building,
        "door": household.door,
        "household": household,
        "resident": household.residents.first(),
        "volunteer": volunteer,
        "device": device,
        "import": roster,
        "line": line,
        "round": test_round.round,
        "assignment": assignment,
        "held": held,
        "visit": visit,
        "message": message,
        "bot": Webhook.objects.create(compound=compound, name=f"{compound}", url="https://hook.example.org/a"),
    }
    keys = {kind: [row.pk] for kind, row in keys.items()}
    pair = list(household.residents.all()[:2])
    merge = MergeRecord.objects.create(kept=pair[0], other=pair[1], by=steward, reason="r", before="{}", after="{}")
    keys |= {"pair": [person.pk for person in pair], "merge": [merge.pk]}
    keys |= {"mark": [visit.pk, mark.pk], "export": [test_round.round.pk, "doors", "csv"]}
    place = permission_table.Place(compound, building, household, volunteer, steward, test_round.round, visit)
    for area in permission_table.areas():
        keys |= area.things(place)
    return keys


def by_role(name, user, cast):
    return name == "notices:retry" and user != cast.chen


MISSING = {
    "pair": [10**9, 10**9],
    "device": [uuid.UUID(int=7)],
    "mark": [10**9, uuid.UUID(int=7)],
    "export": [10**9, "doors", "csv"],
}
for area in permission_table.areas():
    MISSING |= area.MISSING


def call(client, name, kind, key, method):
    url = reverse(name, args=key)
    return client.post(url) if method == "POST" else client.get(url)


TOKENS = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+|(value="/[^"]*")')


def body(response) -> bytes:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return TOKENS.sub(b"", content)


def text_of(response) -> str:
    """Of a workbook, every part of it."""
    content = body(response)
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("name", PLAIN)
def test_pages_without_an_object(cast, client, name):
    method, *expected = PLAIN[name]
    users = [cast.chen, cast.qian, cast.zhao, cast.wei.user, cast.nobody, None]
    answers = []
    for user in users:
        client.logout()
        if user:
            client.force_login(user)
        answers.append(call(client, name, None, [], method).status_code)
    assert answers == expected


@pytest.mark.parametrize("name", OBJECT)
def test_pages_of_an_object(cast, client, name):
    kind, method, steward, officer, lead, beside = OBJECT[name]
    own, sibling = cast.things["own"][kind], cast.things["beside"][kind]
    answers = {}
    # Who may least comes first: the steward's post may change the thing.
    for role, user, key in (
        ("anonymous", None, own),
        ("volunteer", cast.wei.user, own),
        ("superuser without a role", cast.nobody, own),
        ("stranger", cast.sun, own),
        ("lead beside", cast.zhao, sibling),
        ("officer", cast.qian, own),
        ("lead", cast.zhao, own),
        ("steward", cast.chen, own),
    ):
        client.logout()
        if user:
            client.force_login(user)
        answers[role] = call(client, name, kind, key, method).status_code
    assert answers == {
        "anonymous": 302,
        "volunteer": 404,
        "superuser without a role": 404,
        "stranger": 404,
        "lead beside": answers["lead beside"] if beside is None else beside,
        "officer": officer,
        "lead": lead,
        "steward": steward,
    }


@pytest.mark.parametrize("name", OBJECT)
def test_another_compounds_object_looks_exactly_like_a_missing_one(cast, client, name):
    kind, method, *_ = OBJECT[name]
    missing = MISSING.get(kind, [10**9])
    methods = ["GET", "POST"] if method == "FORM" else [method]
    for user in (cast.chen, cast.qian, cast.zhao):
        client.force_login(user)
        for each in methods:
            theirs = call(client, name, kind, cast.things["other"][kind], each)
            nothing = call(client, name, kind, missing, each)
            # The outbox is for stewards: who keeps no compound is told so before any message is looked for.
            assert theirs.status_code == nothing.status_code == (403 if by_role(name, user, cast) else 404)
            assert body(theirs) == body(nothing)
            assert CANARY.encode() not in body(theirs)


EMPTY = {"csrfmiddlewaretoken": "as a browser sends it"}


@pytest.mark.parametrize("name", [name for name, row in OBJECT.items() if row[1] == "FORM"])
def test_an_empty_form_is_refused_in_words_and_only_by_those_who_may(cast, client, name):
    kind, _method, _steward, officer, *_ = OBJECT[name]
    client.force_login(cast.sun)
    assert client.post(reverse(name, args=cast.things["own"][kind]), EMPTY).status_code == 404
    client.force_login(cast.qian)
    url = reverse(name, args=cast.things["own"][kind])
    assert client.post(url, EMPTY).status_code == (422 if officer == 200 else officer)
    client.force_login(cast.chen)
    answer = client.post(url, EMPTY)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode() or "alert" in answer.content.decode()


@pytest.mark.parametrize("name", OBJECT)
def test_wrong_methods_are_refused(cast, client, name):
    kind, method, *_ = OBJECT[name]
    client.force_login(cast.chen)
    url = reverse(name, args=cast.things["own"][kind])
    assert client.delete(url).status_code == 405
    assert client.put(url).status_code == 405
    if method == "POST":
        assert client.get(url).status_code == 405


def test_a_grant_that_ends_ends_at_the_next_request(cast, client):
    client.force_login(cast.chen)
    url = reverse("rounds:board", args=cast.things["own"]["round"])
    assert client.get(url).status_code == 200
    cast.chen.grants.update(until=timezone.now())
    assert client.get(url).status_code == 404


def test_a_disabled_user_is_signed_out_at_the_next_request(cast, client):
    client.force_login(cast.chen)
    cast.chen.is_active = False
    cast.chen.save()
    assert client.get(reverse("today")).status_code == 302


def test_nothing_of_the_other_compound_shows_anywhere(cast, client):
    """Canary: names and rooms of the other compound carry a word that must not appear on any page of ours."""
    for user in (cast.chen, cast.qian, cast.zhao, cast.wei.user, cast.nobody):
        client.force_login(user)
        for name, (method, *_rest) in PLAIN.items():
            if method == "GET":
                answer = client.get(reverse(name), {"q": CANARY[:2]} if name == "residents:search" else {})
                assert CANARY not in text_of(answer), name
        for name, (kind, method, *_rest) in OBJECT.items():
            if method in {"GET", "FORM"}:
                answer = client.get(reverse(name, args=cast.things["own"][kind]))
                assert CANARY not in text_of(answer), name


@pytest.mark.parametrize("who", ["chen", "qian", "zhao"])
def test_the_admin_is_for_staff_alone(cast, client, who):
    client.force_login(getattr(cast, who))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/residents/resident/").status_code == 302
