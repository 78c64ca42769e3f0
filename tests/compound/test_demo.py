"""The demo is built by the real services, the same each time, and never beside real people."""

import io
import socket

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import RequestFactory

from compound.demo import PASSWORD, SQUAD, build_demo, fresh_invite_link
from lifts.models import CallDown
from lifts.queue import read_queue
from residents.models import (
    Compound,
    Device,
    Door,
    Household,
    Invite,
    Resident,
    RoleGrant,
    RosterImport,
    User,
    Volunteer,
)
from rounds.models import HeldMark, Mark, Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, Tube


def people():
    place = "household__door__building__compound__name", "household__door__room"
    return list(
        Resident.objects.order_by(place[0], "household__door__key", "pk").values_list(
            *place, "name", "age_band", "phone_index"
        )
    )


def counted():
    return {
        model.__name__: model.objects.count()
        for model in (Compound, Door, Household, Resident, Volunteer, Round, Visit, ExpectedPerson, Mark, HeldMark)
    }


def outcomes_by_door():
    place = "round__kind", "building__compound__name", "building__position", "-floor", "position"
    return list(Visit.objects.order_by(*place).values_list("room", "outcome"))


@pytest.mark.django_db
def test_empty_has_a_squad_and_logins_and_no_doors():
    demo = build_demo(stage="empty", seed=7)
    assert counted() == {
        "Compound": 2,
        "Door": 0,
        "Household": 0,
        "Resident": 0,
        "Volunteer": 11,
        "Round": 0,
        "Visit": 0,
        "ExpectedPerson": 0,
        "Mark": 0,
        "HeldMark": 0,
    }
    assert [username for username, _who in demo.logins] == ["chen", "sun", "qian"]
    assert demo.round is None


@pytest.fixture
def busy(db):
    return build_demo(stage="busy", seed=7)


def test_in_the_busy_tower_two_lifts_are_at_work(busy):
    queue = read_queue(CallDown.objects.get())
    assert [each.state for each in queue.lifts] == ["down", "disinfecting"]
    assert (queue.pace.count, queue.counts["served"], queue.counts["riding"]) == (7, 7, 1)
    assert queue.to_call[0].is_first
    assert queue.to_call[-1].missed_count == 1


@pytest.fixture
def opened(db):
    return build_demo(stage="open", seed=7)


def test_the_tower_and_the_estate_are_as_invented(opened):
    tower = Compound.objects.get(name="佳木大厦")
    estate = Compound.objects.get(name="和欣苑")
    homes = Household.objects.filter(door__building__compound=tower)
    assert Door.objects.filter(building__compound=tower).count() == 26 * 4
    assert Door.objects.filter(building__compound=estate).count() == 6 * 6 * 3
    assert [building.code for building in estate.buildings.all()] == ["1", "2", "3", "4", "5", "6"]
    assert {home.occupancy for home in homes} == {"owner", "tenant", "vacant"}
    alone = Resident.objects.filter(household__door__building__compound=tower, lives_alone=True)
    assert sorted(
        alone.values_list("household__door__room", "name", "age_band", "needs_gentle_knock", "has_no_phone")
    ) == [
        ("1604", "老周伯", "80+", True, True),
        ("2102", "301 阿婆", "80+", True, True),
    ]
    assert [roster.state for roster in RosterImport.objects.all()] == ["applied", "applied"]


EXACT = {"doors": 104, "lived_in": 93, "people": 198, "estate_homes": 108}


def test_the_same_seed_gives_exactly_these_numbers(opened):
    tower = Household.objects.filter(door__building__compound__name="佳木大厦")
    lived_in = tower.exclude(occupancy="vacant")
    assert {
        "doors": Door.objects.filter(building__compound__name="佳木大厦").count(),
        "lived_in": lived_in.count(),
        "people": Resident.objects.filter(household__in=tower).count(),
        "estate_homes": Household.objects.filter(door__building__compound__name="和欣苑").count(),
    } == EXACT
    assert opened.round.visits.count() == EXACT["lived_in"]
    assert ExpectedPerson.objects.count() == EXACT["people"]


def test_everybody_who_acts_has_a_grant_and_a_login_that_works(opened, client):
    grants = RoleGrant.objects.exclude(role="volunteer").order_by("user__username", "compound__name")
    assert list(grants.values_list("user__username", "role", "compound__name")) == [
        ("chen", "steward", "佳木大厦"),
        ("qian", "officer", "佳木大厦"),
        ("qian", "officer", "和欣苑"),
        ("sun", "steward", "和欣苑"),
        ("zhao", "lead", "和欣苑"),
    ]
    assert [building.code for building in RoleGrant.objects.get(role="lead").buildings.all()] == ["1"]
    assert sorted(Volunteer.objects.values_list("name", flat=True)) == sorted(SQUAD)
    assert RoleGrant.objects.filter(role="volunteer").count() == 11
    for username, _who in opened.logins:
        assert authenticate(RequestFactory().post("/login/"), username=username, password=PASSWORD)
    assert not User.objects.get(volunteer__name=SQUAD[0]).has_usable_password()


def test_open_waits_with_every_floor_given_out(opened):
    assert set(opened.round.visits.values_list("outcome", flat=True)) == {"waiting"}
    assert (opened.round.state, opened.round.kind, opened.round.test_round.pool_size) == ("open", "pcr", 10)
    assert [part.floors for part in opened.round.assignments.order_by("pk")] == ["22–26F", "10–21F", "1–9F", "1–6F"]
    assert not Visit.objects.filter(round=opened.round).unassigned().exists()
    assert Round.objects.exclude(pk=opened.round.pk).get().state == "draft"
    assert not Mark.objects.exists()


def test_busy_has_something_of_everything(busy):
    counts = dict(busy.round.visits.order_by().values_list("outcome").annotate(n=Count("pk")))
    assert counts == {
        "done": 50,
        "nobody_home": 10,
        "exempt": 4,
        "partly": 3,
        "refused": 3,
        "elsewhere": 1,
        "waiting": 22,
    }
    assert set(counts) == set(Outcome.values) - {"cleared"}
    assert busy.round.visits.filter(has_conflict=True).count() == 1
    assert [(held.reason, held.decision) for held in HeldMark.objects.all()] == [("not_assigned", "")]
    assert Device.objects.count() == 3
    assert list(Device.objects.filter(queued_count__gt=0).values_list("queued_count", flat=True)) == [6]
    in_tower = Mark.objects.filter(visit__round__compound=busy.round.compound)
    recall = Round.objects.get(test_round__recalls__isnull=False)
    assert {mark.visit.round_id for mark in in_tower.select_related("visit")} == {busy.round.pk, recall.pk}
    assert busy.round.state == "open"


def test_a_tube_of_the_tower_is_positive_and_its_people_are_recalled(busy):
    assert [(tube.code, tube.result) for tube in Tube.objects.order_by("code")] == [
        ("JM0410-001", "negative"),
        ("JM0410-002", "positive"),
        ("JM0410-003", ""),
    ]
    tube = Tube.objects.get(result="positive")
    held = Hold.objects.filter(tube=tube)
    assert (held.filter(release="").count(), held.filter(release="negative").count()) == (tube.filled_count - 1, 1)
    recall = Round.objects.get(test_round__recalls__isnull=False)
    assert (recall.test_round.recalls, recall.state) == (tube, "open")
    assert [part.volunteer.name for part in recall.assignments.all()] == [SQUAD[3]]


def test_closed_is_closed_with_a_reason_and_nobody_waiting_below(db):
    demo = build_demo(stage="closed", seed=7)
    demo.round.refresh_from_db()
    assert demo.round.state == "closed"
    assert list(demo.round.events.values_list("step", "reason")) == [
        ("opened", ""),
        ("closed", "全部楼层走完，缺户明早补"),
    ]
    assert not demo.round.visits.filter(outcome="waiting").exists()
    assert demo.round.visits.filter(outcome="nobody_home").exists()


@pytest.mark.parametrize("stage", ["open", "busy"])
def test_the_same_seed_gives_the_same_people(db, stage):
    before = filled_tables()
    build_demo(stage=stage, seed=7)
    first, numbers = people(), counted()
    outcomes = outcomes_by_door()
    wipe(before)
    build_demo(stage=stage, seed=7)
    assert (people(), counted()) == (first, numbers)
    assert outcomes_by_door() == outcomes


def test_another_seed_gives_other_people(db):
    before = filled_tables()
    build_demo(stage="open", seed=7)
    first = people()
    wipe(before)
    build_demo(stage="open", seed=8)
    assert people() != first


def filled_tables() -> set[str]:
    """Tables that hold rows, whatever room they belong to: a demo of tomorrow needs no line here."""
    with connection.cursor() as cursor:
        filled = set()
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone():
                filled.add(table)
    return filled


def wipe(keep: set[str]) -> None:
    """What the demo filled is emptied below the models: facts protect what they speak of, in both directions, so no
    order of deleting rows would be allowed. Foreign keys are looked at once all of it is gone."""
    with connection.cursor() as cursor:
        for table in filled_tables() - keep:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    connection.check_constraints()


# --- The command ----------------------------------------------------------------------------------------


def seed(**options):
    out = io.StringIO()
    call_command("seed", stdout=out, **options)
    return out.getvalue()


def test_the_command_tells_who_can_log_in(db):
    lines = seed(stage="empty").splitlines()
    assert [line.split()[0] for line in lines] == ["chen", "sun", "qian"]


def test_a_database_with_a_compound_is_never_seeded(world):
    before = counted()
    with pytest.raises(CommandError, match="This database holds a compound already"):
        seed(stage="busy")
    assert seed(stage="busy", if_empty=True) == ""
    assert counted() == before
    with pytest.raises(ValueError, match="holds a compound already"):
        build_demo(stage="busy", seed=7)
    assert counted() == before


def test_outside_a_demo_nothing_is_seeded(db, settings):
    settings.LOCAL_ONLY = False
    with pytest.raises(CommandError, match="seed runs only with DEMO=1"):
        seed(stage="empty")
    assert not User.objects.exists()


def test_an_unknown_stage_is_refused(db):
    with pytest.raises(ValueError, match="stage must be one of empty, open, busy, closed"):
        build_demo(stage="half", seed=7)
    assert not Compound.objects.exists()


def test_a_seed_that_fails_half_way_leaves_nothing(db, monkeypatch):
    def stumble(*args, **kwargs):
        raise ValueError("stumbled")

    monkeypatch.setattr("compound.demo._open_test_round", stumble)
    with pytest.raises(CommandError, match="stumbled"):
        seed(stage="busy")
    assert not Compound.objects.exists()
    assert not User.objects.exists()


def test_the_welcome_invites_somebody_without_a_phone(busy, settings):
    settings.PUBLIC_URL = "http://portal.example"
    link = fresh_invite_link()
    assert link.startswith("http://portal.example/i/")
    assert Invite.objects.order_by("pk").last().volunteer.name == SQUAD[3]


def test_without_a_demo_there_is_no_link(world):
    Volunteer.objects.update(ended_at="2022-04-01T00:00:00Z")
    assert fresh_invite_link() == ""


# --- serve ----------------------------------------------------------------------------------------------


def test_a_busy_port_gets_a_clear_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError) as refused:
            call_command("serve", port=str(port))
    assert str(refused.value).startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use).")
    assert f"make run PORT={port + 1}" in str(refused.value)


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "80 80", "８０００", "8000.0"])
def test_a_port_that_is_none_gets_a_clear_sentence(port):
    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535, not"):
        call_command("serve", port=port)


def test_a_host_that_is_not_ours_gets_a_clear_sentence():
    with pytest.raises(CommandError, match=r"Port 8000 on 192\.0\.2\.1 cannot be used"):
        call_command("serve", host="192.0.2.1", port="8000")
