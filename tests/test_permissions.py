"""Every address, every role, every kind of object: what each answers. A name missing here fails the build.

Not yours is 404, and the answer is the same, byte for byte, whether the thing exists in another compound or nowhere.
"""

import contextlib
import io
import itertools
import re
import uuid
import zipfile

import pytest
from django.db import transaction
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
from tests.told_again import tell_again
from tests.world import CANARY, World, make_user

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


def make_cast():
    """Objects of every kind in three places: own compound (building 1), the building beside, the other compound."""
    world = World()
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


@pytest.fixture
def cast(db):
    return tell_again(make_cast)


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
        theirs = area.things(place)
        assert keys.keys() & theirs.keys() == set(), f"{area.__name__} names a kind that is taken"
        keys |= theirs
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
    if response["Content-Type"] == "image/jpeg":
        return content.decode("latin-1")
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def room_of(name: str) -> str:
    return name.rpartition(":")[0] or "compound"


ROOMS = sorted({room_of(name) for name in OBJECT})


def names_in(room: str, *methods: str) -> list[str]:
    return [name for name, row in OBJECT.items() if room_of(name) == room and (not methods or row[1] in methods)]


@contextlib.contextmanager
def undone():
    """What the requests change is undone before the next address: the cast is expensive, and stays as it is."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_pages_without_an_object(cast, client):
    users = [cast.chen, cast.qian, cast.zhao, cast.wei.user, cast.nobody, None]
    answers = {}
    for name, (method, *_expected) in PLAIN.items():
        row = []
        for user in users:
            with undone():
                client.cookies.clear()
                if user:
                    client.force_login(user)
                row.append(call(client, name, None, [], method).status_code)
        answers[name] = (method, *row)
    assert answers == PLAIN


@pytest.mark.parametrize("room", ROOMS)
def test_pages_of_an_object(cast, client, room):
    answers, expected = {}, {}
    for name in names_in(room):
        kind, _method, steward, officer, lead, beside = OBJECT[name]
        own, sibling = cast.things["own"][kind], cast.things["beside"][kind]
        with undone():
            answers[name] = answers_of(cast, client, name, own, sibling)
        expected[name] = {
            "anonymous": 302,
            "volunteer": 404,
            "superuser without a role": 404,
            "stranger": 404,
            "lead beside": answers[name]["lead beside"] if beside is None else beside,
            "officer": officer,
            "lead": lead,
            "steward": steward,
        }
    assert answers == expected


def answers_of(cast, client, name, own, sibling) -> dict[str, int]:
    kind, method, *_ = OBJECT[name]
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
        client.cookies.clear()
        if user:
            client.force_login(user)
        answers[role] = call(client, name, kind, key, method).status_code
    return answers


@pytest.mark.parametrize("room", ROOMS)
def test_another_compounds_object_looks_exactly_like_a_missing_one(cast, client, room):
    for user, name in itertools.product((cast.chen, cast.qian, cast.zhao), names_in(room)):
        client.force_login(user)
        kind, method, *_ = OBJECT[name]
        for each in ["GET", "POST"] if method == "FORM" else [method]:
            theirs = call(client, name, kind, cast.things["other"][kind], each)
            nothing = call(client, name, kind, MISSING.get(kind, [10**9]), each)
            # The outbox is for stewards: who keeps no compound is told so before any message is looked for.
            expected = 403 if by_role(name, user, cast) else 404
            assert (name, theirs.status_code, nothing.status_code) == (name, expected, expected)
            assert body(theirs) == body(nothing), name
            assert CANARY.encode() not in body(theirs), name


EMPTY = {"csrfmiddlewaretoken": "as a browser sends it"}


@pytest.mark.parametrize("room", [room for room in ROOMS if names_in(room, "FORM")])
def test_an_empty_form_is_refused_in_words_and_only_by_those_who_may(cast, client, room):
    for name in names_in(room, "FORM"):
        kind, _method, _steward, officer, *_ = OBJECT[name]
        url = reverse(name, args=cast.things["own"][kind])
        with undone():
            client.force_login(cast.sun)
            stranger = client.post(url, EMPTY)
            client.force_login(cast.qian)
            looker = client.post(url, EMPTY)
            client.force_login(cast.chen)
            keeper = client.post(url, EMPTY)
        answers = (name, stranger.status_code, looker.status_code, keeper.status_code)
        assert answers == (name, 404, 422 if officer == 200 else officer, 422)
        text = keeper.content.decode()
        assert "invalid-feedback" in text or "alert" in text, name


def test_wrong_methods_are_refused(cast, client):
    client.force_login(cast.chen)
    for name, (kind, method, *_) in OBJECT.items():
        url = reverse(name, args=cast.things["own"][kind])
        wrong = [client.delete(url), client.put(url)] + ([client.get(url)] if method == "POST" else [])
        assert (name, {answer.status_code for answer in wrong}) == (name, {405})


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
