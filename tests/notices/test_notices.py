"""Drafted, checked, published and frozen; put right by another to the same people; out at its hour, over at its day."""

import time
from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.db import IntegrityError, transaction
from django.utils import timezone

from compound.celery import app
from notices.audience import read_audience
from notices.composing import change_notice, check_notice, put_right
from notices.coverage import read_cover, unread_of
from notices.models import Message, Notice, Reached, Recipient, Usual, Webhook
from notices.publishing import publish_due, publish_notice
from notices.reaching import climb, read_by_link, take_back_reached, tell_households
from notices.tasks import publish_due_notices
from notices.wordings import SHIPPED, words_for
from residents.models import Building, Household, HouseholdLink
from tests.marks import statements
from tests.notices.telling import Scope, Telling
from tests.world import make_building, move_in

HOUR = timedelta(hours=1)


@pytest.fixture
def telling(world):
    return Telling(world, world.building1)


def test_the_preview_says_who_gets_it_and_whom_only_paper_reaches(world, telling):
    world.elder_home.residents.update(has_no_phone=True)
    audience = read_audience(telling.write())
    told = [
        (str(house.building), house.count, [str(home.door.room) for home in house.papers]) for house in audience.houses
    ]
    assert told == [("1号楼", 3, ["301"]), ("2号楼", 1, ["402"])]  # a vacant door gets nothing
    row = telling.publish()
    assert dict(row.recipients.exclude(paper="").values_list("household", "paper")) == {
        world.elder_home.pk: "no_phone",
        world.far_home.pk: "no_link",
    }


@pytest.mark.parametrize(
    ("scope", "homes"),
    [
        (Scope.COMPOUND, {"lin_home", "elder_home", "tenant_home", "far_home"}),
        (Scope.BUILDING, {"far_home"}),
        (Scope.ENTRANCE, {"elder_home"}),
        (Scope.HOUSEHOLD, {"lin_home"}),
    ],
)
def test_it_goes_to_whom_it_is_meant_for(world, telling, scope, homes):
    world.elder_home.door.entrance = "东"
    world.elder_home.door.save()
    whom = {
        Scope.COMPOUND: {},
        Scope.BUILDING: {"buildings": [world.building2]},
        Scope.ENTRANCE: {"buildings": [world.building1], "entrance": "东"},
        Scope.HOUSEHOLD: {"households": [world.lin_home]},
    }[scope]
    row = telling.publish(scope=scope, **whom)
    assert telling.got(row) == {getattr(world, name) for name in homes}


def test_what_is_changed_has_to_be_checked_again(world, telling):
    row = telling.check()
    change_notice(notice=row, draft=telling.draft(text="改了"))
    row.refresh_from_db()
    assert (row.state, row.checked_by) == ("draft", None)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Notice.objects.filter(pk=row.pk).update(text="别的"),
        lambda row: Notice.objects.filter(pk=row.pk).update(published_at=None, published_by=None, digest=""),
        lambda row: Recipient.objects.filter(notice=row).update(paper="no_phone"),
        lambda row: Recipient.objects.create(
            notice=row, household=row.stranger, building_id=row.stranger.door.building_id
        ),
        lambda row: Reached.objects.update(how="slip"),
        lambda row: row.steps.update(note="别的"),
    ],
)
def test_what_is_published_is_frozen_by_the_database(world, telling, change):
    row = telling.publish(scope=Scope.BUILDING, buildings=[world.building1])
    row.stranger = world.far_home
    climb(notice=row, kind="chat", by=world.chen)
    Reached.objects.create(recipient=row.recipients.first(), how="knock", by=world.chen)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        change(row)
    row.refresh_from_db()
    assert row.is_intact


def test_what_puts_it_right_reaches_the_same_people_and_nobody_else(world, telling):
    row = telling.publish()
    newcomer = move_in(world.building2.doors.get(room="101"), "新来")
    later = telling.right(row)
    assert telling.got(later) == telling.got(row)
    assert newcomer not in telling.got(later)
    assert (later.corrects, later.change, later.title) == (row, "correction", "更正：停水")
    again = put_right(notice=later, change="retraction", by=world.chen)
    assert (again.title, again.text) == (
        "撤回：更正：停水",
        "此前通知“更正：停水”有误，现撤回，请不要再转发。给大家添麻烦了，抱歉。",
    )
    assert put_right(notice=later, change="retraction", by=world.chen) == again  # pressed twice


def test_bots_get_the_text_and_leads_are_asked_to_pass_it_on(world, telling):
    hook = Webhook.objects.create(compound=world.jiamu, name="群", url="https://hook.example.org/a")
    row = telling.publish(is_unconfirmed=True)
    told = Message.objects.filter(reminder=f"notice:{row.pk}")
    assert [(one.webhook, one.link) for one in told.filter(channel="webhook")] == [(hook, "")]
    assert "明天停水" in told.get(channel="webhook").body
    assert [(one.user, one.link) for one in told.filter(channel="inbox")] == [(world.zhao, f"/notices/all/{row.pk}/")]
    assert [step.kind for step in row.steps.all()] == ["chat"]
    assert telling.write(scope=Scope.BUILDING, buildings=[world.building1]).by_bots is False


# --- The clock ------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Stands still, and goes on when told."""
    moment = {"now": timezone.now().replace(microsecond=0)}
    monkeypatch.setattr(timezone, "now", lambda: moment["now"])

    def forward(span):
        moment["now"] += span
        return moment["now"]

    return forward


def test_it_goes_out_at_its_hour_once_and_never_unchecked(world, telling, clock):
    now = clock(timedelta())
    row = telling.check(publish_at=now + HOUR)
    telling.write(publish_at=now + HOUR)
    assert publish_due() == 0
    clock(HOUR)
    assert (publish_due(), publish_due()) == (1, 0)
    row.refresh_from_db()
    assert (row.state, row.published_by, row.recipients.count()) == ("published", world.chen, 4)
    assert Notice.objects.published().count() == 1


def test_the_clock_publishes_by_the_minute(telling, clock, monkeypatch):
    monkeypatch.setattr("notices.tasks.close_old_connections", lambda: None)  # the test's own is among them
    row = telling.check(publish_at=clock(timedelta()) + HOUR)
    every = app.conf.beat_schedule["publish-due-notices"]
    clock(HOUR)
    publish_due_notices()
    row.refresh_from_db()
    assert (row.state, every) == ("published", {"task": publish_due_notices.name, "schedule": crontab()})


def test_what_expired_while_the_portal_stood_still_stays_in(telling, clock):
    now = clock(timedelta())
    row = telling.check(publish_at=now + HOUR, expires_at=now + 2 * HOUR)
    clock(2 * HOUR)
    assert publish_due() == 0
    row.refresh_from_db()
    assert row.state == "scheduled"


def test_it_expires_by_itself(telling, clock):
    row = telling.publish(expires_at=clock(timedelta()) + HOUR)
    assert (row.state, Notice.objects.in_force().count()) == ("published", 1)
    clock(HOUR)
    assert (row.state, Notice.objects.in_force().count()) == ("expired", 0)


# --- The ladder -----------------------------------------------------------------------------------


def read(row, household):
    link = HouseholdLink.objects.get(household=household, revoked_at=None)
    read_by_link(recipient=row.recipients.get(household=household), link=link)


def test_coverage_is_told_step_by_step_and_house_by_house(world, telling, clock):
    row = telling.publish()
    read(row, world.lin_home)
    read(row, world.lin_home)  # another phone of the family
    clock(HOUR)
    climb(notice=row, kind="intercom", by=world.zhao, building=world.building1)
    clock(HOUR)
    keys = list(row.recipients.filter(household__in=[world.elder_home, world.lin_home]).values_list("pk", flat=True))
    assert tell_households(notice=row, building=world.building1, keys=keys, how="intercom", by=world.zhao) == 1
    cover = read_cover(row, Building.objects.filter(compound=world.jiamu))
    assert [(rung.step and rung.step.kind, rung.percent) for rung in cover.rungs] == [(None, 25), ("intercom", 50)]
    assert [(str(house.building), [rung.percent for rung in house.rungs]) for house in cover.houses] == [
        ("1号楼", [33, 66]),
        ("2号楼", [0]),
    ]
    assert {one.household for one in unread_of(row)} == {world.tenant_home, world.far_home}
    take_back_reached(reached=Reached.objects.get(how="intercom"), by=world.zhao)
    assert read_cover(row, Building.objects.filter(compound=world.jiamu)).percent == 25


# --- Size -----------------------------------------------------------------------------------------

BUDGET = 7  # lock, households, recipients, notice, bots, leads, messages


def publishing(telling):
    row = telling.check()
    with statements() as seen:
        begun = time.perf_counter()
        count = publish_notice(notice=row, by=telling.world.chen)
    return count, len(seen), time.perf_counter() - begun


def test_publishing_costs_the_same_for_three_thousand_households(world, telling):
    count, small, _took = publishing(telling)
    building = make_building(world.jiamu, "9", floors=300, doors=10)
    Household.objects.bulk_create(Household(door=door) for door in building.doors.all())
    many, large, took = publishing(telling)
    assert (count, many, small, large) == (4, 3004, BUDGET, BUDGET)
    assert took < 2


def test_each_compound_has_its_words_in_both_languages(world):
    assert set(SHIPPED) == set(Usual) - {Usual.OTHER}
    for words in SHIPPED.values():
        assert all([words.title, words.text, words.title_en, words.text_en])
        assert len(words.title) <= 60
        assert len(words.title_en) <= 80
    assert words_for(world.jiamu, "other").title == ""


def test_the_shipped_words_about_a_positive_name_no_house(world, telling):
    words = SHIPPED[Usual.POSITIVE]
    row = telling.write(usual=Usual.POSITIVE, title=words.title, text=words.text)
    assert check_notice(notice=row, by=world.chen).state == "checked"
