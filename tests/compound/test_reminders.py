import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from compound import reminders
from compound.reminders import plan_reminders
from compound.tasks import plan_due_reminders
from notices.models import Message, Webhook
from notices.sending import send_due
from residents.models import Device, RoleGrant, Volunteer
from rounds.models import Assignment, HeldMark, Outcome, Round, Visit
from tests.world import grant, make_user

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 24, 20, 30, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def at(time_machine):
    def move(moment):
        time_machine.move_to(moment, tick=False)
        return moment

    return move


def make_round(world, state="open", starts=timedelta(hours=-4), ends=timedelta(hours=2), compound=None, **fields):
    """A round with a visit for each household of its buildings, as opening leaves it."""
    now = timezone.now()
    compound = compound or world.jiamu
    round = Round.objects.create(
        compound=compound,
        kind="notify",
        number=Round.objects.filter(compound=compound).count() + 1,
        starts_at=now + starts,
        ends_at=now + ends,
        state=state,
        opened_at=None if state == "draft" else now + starts,
        closed_at=now if state == "closed" else None,
        **fields,
    )
    round.buildings.set(compound.buildings.all())
    if state != "draft":
        for household in world_homes(compound):
            door = household.door
            Visit.objects.create(
                round=round,
                household=household,
                building=door.building,
                floor=door.floor,
                room=door.room,
                expected_count=2,
            )
    return round


def world_homes(compound):
    from residents.models import Household

    return Household.objects.filter(door__building__compound=compound).select_related("door__building").order_by("pk")


def assign(world, round, volunteer, building, **part):
    return Assignment.objects.create(
        round=round,
        volunteer=volunteer,
        building=building,
        created_by=world.chen,
        created_at=timezone.now() - timedelta(hours=2),
        **part,
    )


def assign_everything(world, round):
    for building in round.buildings.all():
        assign(world, round, world.wei if building.compound == world.jiamu else world.other_volunteer, building)


def hear_from_all_phones():
    Device.objects.update(last_seen_at=timezone.now())


def told(rule):
    """Who was told what by a rule, in the inbox."""
    rows = Message.objects.filter(reminder__startswith=rule + ":", channel="inbox").order_by("pk")
    return [(row.user.username, row.subject) for row in rows]


def body(rule, **lookup):
    return Message.objects.get(reminder__startswith=rule + ":", channel="inbox", **lookup).body


# --- round opens soon ----------------------------------------------------------------------------
def test_a_draft_within_the_hour_is_told_to_the_stewards_of_its_compound(world, at):
    at(EVENING)
    round = make_round(world, "draft", starts=timedelta(minutes=60))
    make_round(world, "draft", starts=timedelta(minutes=61))
    plan_reminders()
    assert told("round-soon") == [("chen", f"{round} begins at 21:30")]
    row = Message.objects.get(reminder=f"round-soon:{round.pk}")
    assert (row.period, row.link) == ("2026-11-24T21:30+08:00", round.get_absolute_url())


def test_an_open_round_is_not_announced(world, at):
    at(EVENING)
    make_round(world, "open", starts=timedelta(minutes=30))
    plan_reminders()
    assert told("round-soon") == []


def test_a_start_gone_by_while_the_worker_was_down_is_not_announced(world, at):
    at(EVENING)
    make_round(world, "draft", starts=timedelta(minutes=30))
    at(EVENING + timedelta(minutes=31))
    plan_reminders()
    assert told("round-soon") == []


def test_a_moved_start_is_told_again_and_the_same_start_is_not(world, at):
    at(EVENING)
    round = make_round(world, "draft", starts=timedelta(minutes=30))
    plan_reminders()
    plan_reminders()
    assert len(told("round-soon")) == 1
    Round.objects.filter(pk=round.pk).update(starts_at=round.starts_at + timedelta(minutes=20))
    plan_reminders()
    assert [subject[-5:] for _who, subject in told("round-soon")] == ["21:00", "21:20"]


# --- doors without a volunteer -------------------------------------------------------------------
def test_buildings_of_a_draft_without_anybody_are_named(world, at):
    at(EVENING)
    round = make_round(world, "draft", starts=timedelta(minutes=30))
    assign(world, round, world.wei, world.building1, floor_from=1, floor_to=2)
    plan_reminders()
    assert told("unassigned") == [("chen", f"{round}: doors without a volunteer")]
    assert body("unassigned").splitlines()[1:] == ["2号楼"]


def test_open_visits_nobody_holds_are_counted_by_building(world, at):
    at(EVENING)
    round = make_round(world)
    assign(world, round, world.wei, world.building1, floor_from=3)
    plan_reminders()
    assert body("unassigned").splitlines()[1:] == ["1号楼: 2 doors", "2号楼: 1 door"]


def test_answered_doors_need_no_volunteer(world, at):
    at(EVENING)
    round = make_round(world)
    round.visits.update(outcome=Outcome.DONE)
    plan_reminders()
    assert told("unassigned") == []


def test_released_assignments_and_volunteers_who_left_hold_nothing(world, at):
    at(EVENING)
    round = make_round(world)
    one = assign(world, round, world.wei, world.building1)
    assign(world, round, world.wu, world.building2)
    plan_reminders()
    assert told("unassigned") == []
    Assignment.objects.filter(pk=one.pk).update(released_at=timezone.now())
    Volunteer.objects.filter(pk=world.wu.pk).update(ended_at=timezone.now())
    plan_reminders()
    assert body("unassigned").splitlines()[1:] == ["1号楼: 4 doors", "2号楼: 1 door"]


def test_missing_volunteers_are_told_once_a_day_and_not_at_midnight(world, at):
    at(EVENING)
    make_round(world, ends=timedelta(days=2))
    seen = []
    for minutes in range(0, 24 * 60, 30):
        at(EVENING + timedelta(minutes=minutes))
        if any(row.reminder.startswith("unassigned:") for row in plan_reminders()):
            seen.append(timezone.now().astimezone(SHANGHAI).strftime("%H:%M"))
    assert seen == ["20:30", "06:00"]


def test_a_round_past_its_end_asks_for_no_volunteers(world, at):
    at(EVENING)
    make_round(world, ends=timedelta(hours=-1))
    plan_reminders()
    assert told("unassigned") == []


# --- the evening's gap list ----------------------------------------------------------------------
def test_the_gap_list_goes_to_stewards_and_each_lead_gets_their_own_building(world, at):
    at(EVENING)
    round = make_round(world)
    plan_reminders()
    assert told("gap-list") == [
        ("chen", f"{round}: 5 doors still missing"),
        ("zhao", f"{round}: 4 doors still missing"),
    ]
    assert body("gap-list", user=world.chen).splitlines()[1:] == ["1号楼: 4 doors", "2号楼: 1 door"]
    assert body("gap-list", user=world.zhao).splitlines()[1:] == ["1号楼: 4 doors"]
    assert set(Message.objects.filter(reminder__startswith="gap").values_list("link", flat=True)) == {
        round.get_absolute_url()
    }


def test_a_lead_with_nothing_missing_is_left_in_peace(world, at):
    at(EVENING)
    round = make_round(world)
    round.visits.filter(building=world.building1).update(outcome=Outcome.EXEMPT)
    plan_reminders()
    assert told("gap-list") == [("chen", f"{round}: 1 door still missing")]


def test_when_no_door_is_missing_the_steward_hears_that_too(world, at):
    at(EVENING)
    round = make_round(world)
    round.visits.update(outcome=Outcome.DONE)
    plan_reminders()
    assert told("gap-list") == [("chen", f"{round}: no door is missing")]


def test_a_steward_who_is_also_lead_is_told_once(world, at):
    at(EVENING)
    grant(world.chen, RoleGrant.Role.LEAD, world.jiamu, world.building2)
    make_round(world)
    plan_reminders()
    assert [who for who, _subject in told("gap-list")] == ["chen", "zhao"]
    assert "1号楼" in body("gap-list", user=world.chen)


@pytest.mark.parametrize(("clock", "is_told"), [("20:29:59", False), ("20:30:00", True), ("23:59:59", True)])
def test_the_gap_list_is_due_from_its_hour_until_midnight(world, at, clock, is_told):
    at(EVENING - timedelta(hours=2))
    make_round(world, ends=timedelta(hours=20))
    at(datetime.combine(EVENING.date(), time.fromisoformat(clock), tzinfo=SHANGHAI))
    plan_reminders()
    assert bool(told("gap-list")) == is_told


def test_after_midnight_last_evenings_list_is_not_sent(world, at):
    at(EVENING - timedelta(hours=2))
    make_round(world, ends=timedelta(hours=20))
    at(EVENING + timedelta(hours=4))
    plan_reminders()
    assert told("gap-list") == []


def test_a_round_opened_after_the_hour_waits_for_the_next_evening(world, at):
    at(EVENING + timedelta(hours=1))
    make_round(world, starts=timedelta(0), ends=timedelta(hours=30))
    plan_reminders()
    assert told("gap-list") == []
    at(EVENING + timedelta(days=1))
    plan_reminders()
    assert len(told("gap-list")) == 2


def test_each_compound_has_its_own_hour(world, at):
    at(EVENING)
    world.hexin.gap_list_at = time(19, 0)
    world.hexin.save()
    make_round(world, compound=world.jiamu, ends=timedelta(hours=3))
    make_round(world, compound=world.hexin, ends=timedelta(hours=3))
    at(EVENING - timedelta(hours=1))
    plan_reminders()
    assert [who for who, _subject in told("gap-list")] == ["sun"]
    at(EVENING)
    plan_reminders()
    assert [who for who, _subject in told("gap-list")] == ["sun", "chen", "zhao"]


def test_thirty_days_bring_thirty_gap_lists_each_at_half_past_eight_in_shanghai(world, at):
    """D13: whatever the machine's own zone. Minute by minute around the hour, every third hour otherwise."""
    start = at(EVENING - timedelta(hours=3))
    round = make_round(world, ends=timedelta(days=31))
    assign_everything(world, round)
    heard = []
    for day in range(30):
        midnight = datetime.combine(start.date() + timedelta(days=day), time(0), tzinfo=SHANGHAI)
        ticks = [midnight + timedelta(hours=hour) for hour in range(0, 24, 3)]
        ticks += [midnight + timedelta(hours=20, minutes=minute) for minute in range(28, 33)]
        for tick in sorted(ticks):
            if tick >= start:
                at(tick.astimezone(ZoneInfo("America/New_York")))
                hear_from_all_phones()
                heard += [(row.user.username, tick) for row in plan_reminders() if row.reminder.startswith("gap-list:")]
    evenings = [EVENING + timedelta(days=day) for day in range(30)]
    assert heard == [(who, evening) for evening in evenings for who in ("chen", "zhao")]


def test_after_a_standstill_of_three_days_each_rule_speaks_at_most_once(world, at):
    at(EVENING - timedelta(days=3))
    make_round(world, ends=timedelta(days=5))
    at(EVENING + timedelta(minutes=40))
    first = plan_reminders()
    again = [plan_reminders(timezone.now() + timedelta(minutes=minute)) for minute in range(1, 5)]
    rules = [(row.reminder, row.recipient) for row in first]
    assert len(rules) == len(set(rules))
    assert {reminder.partition(":")[0] for reminder, _who in rules} == {"unassigned", "gap-list"}
    assert again == [[]] * 4


# --- phones not heard from, held marks -----------------------------------------------------------
@pytest.mark.parametrize(("wei_seen", "wu_seen", "count"), [(29, 5, 0), (31, 5, 1), (31, 300, 2), (None, 5, 1)])
def test_phones_silent_for_half_an_hour_are_counted(world, at, wei_seen, wu_seen, count):
    at(EVENING)
    round = make_round(world)
    assign(world, round, world.wei, world.building1)
    assign(world, round, world.wei, world.building1, floor_from=2)
    assign(world, round, world.wu, world.building2)
    for phone, minutes in [(world.wei_phone, wei_seen), (world.wu_phone, wu_seen)]:
        seen = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
        Device.objects.filter(pk=phone.pk).update(last_seen_at=seen, bound_at=timezone.now() - timedelta(days=1))
    plan_reminders()
    plan_reminders()
    words = {1: f"{round}: 1 phone not heard from", 2: f"{round}: 2 phones not heard from"}
    assert told("silent-phones") == ([("chen", words[count])] if count else [])


def test_a_phone_signed_out_or_without_a_part_or_with_nothing_left_is_not_missed(world, at):
    at(EVENING)
    round = make_round(world)
    assign(world, round, world.wei, world.building1)
    old = timezone.now() - timedelta(hours=3)
    Device.objects.update(last_seen_at=old)
    Device.objects.filter(pk=world.wei_phone.pk).update(ended_at=old)
    plan_reminders()
    assert told("silent-phones") == []
    Device.objects.update(ended_at=None)
    round.visits.update(outcome=Outcome.DONE)
    plan_reminders()
    assert told("silent-phones") == []


def hold(world, minutes, **fields):
    return HeldMark.objects.create(
        device=world.wei_phone,
        digest=str(HeldMark.objects.count()),
        payload={"note": "13800138000"},
        reason="unknown_visit",
        compound=world.jiamu,
        sent_at=timezone.now(),
        received_at=timezone.now() - timedelta(minutes=minutes),
        **fields,
    )


def test_held_marks_waiting_half_an_hour_are_told_once_a_day(world, at):
    at(EVENING)
    hold(world, 31)
    hold(world, 300)
    hold(world, 29)
    hold(world, 90, decision="dismissed", decided_by=world.chen, decided_at=timezone.now())
    plan_reminders()
    plan_reminders()
    assert told("held-marks") == [("chen", "2 marks wait for a decision")]
    at(EVENING + timedelta(days=1))
    plan_reminders()
    assert [subject for _who, subject in told("held-marks")][1:] == ["3 marks wait for a decision"]


# --- recipients ----------------------------------------------------------------------------------
def test_only_roles_in_force_of_active_people_are_told(world, at):
    at(EVENING)
    gone = make_user("gone", "不在")
    grant(gone, RoleGrant.Role.STEWARD, world.jiamu, until=timezone.now() - timedelta(minutes=1))
    locked = make_user("locked", "停用", is_active=False)
    grant(locked, RoleGrant.Role.STEWARD, world.jiamu)
    second = make_user("second", "第二")
    grant(second, RoleGrant.Role.STEWARD, world.jiamu, until=timezone.now() + timedelta(days=1))
    make_round(world, "draft", starts=timedelta(minutes=30))
    plan_reminders()
    assert [who for who, _subject in told("round-soon")] == ["chen", "second"]


def test_mailboxes_and_webhooks_are_told_the_same_without_persons(world, at):
    at(EVENING)
    get_user_model().objects.filter(pk=world.chen.pk).update(email="chen@example.org")
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/secret")
    Webhook.objects.create(compound=world.hexin, name="other", url="https://hook.example.org/other")
    round = make_round(world)
    hold(world, 60)
    plan_reminders()
    kinds = set(Message.objects.filter(reminder=f"gap-list:{round.pk}").values_list("channel", "recipient"))
    hook = Webhook.objects.get(name="group")
    assert kinds == {
        ("inbox", f"user:{world.chen.pk}"),
        ("email", f"user:{world.chen.pk}"),
        ("webhook", f"webhook:{hook.pk}"),
        ("inbox", f"user:{world.zhao.pk}"),
    }
    texts = "\n".join(f"{row.subject}\n{row.body}" for row in Message.objects.all())
    names = ["林小雨", "林*", "301阿婆", "魏志愿", "赵楼长", "陈干事", "502"]
    assert [name for name in names if name in texts] == []
    assert re.search(r"\d{7}", texts) is None


def test_without_a_steward_nothing_is_planned_and_nothing_breaks(world, at):
    at(EVENING)
    RoleGrant.objects.all().delete()
    make_round(world)
    assert plan_reminders() == []


# --- cost, races, failures -----------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 20])
def test_planning_costs_the_same_for_one_round_and_for_twenty(world, at, count, django_assert_max_num_queries):
    at(EVENING)
    for number in range(count):
        compound = world.hexin if number % 2 else world.jiamu
        make_round(world, compound=compound)
        make_round(world, "draft", starts=timedelta(minutes=10), compound=compound)
    assign(world, Round.objects.open().filter(compound=world.jiamu).first(), world.wei, world.building2)
    Device.objects.update(bound_at=EVENING - timedelta(days=1))
    hold(world, 60)
    with django_assert_max_num_queries(16):
        first = plan_reminders()
    with django_assert_max_num_queries(15):
        assert plan_reminders() == []
    assert {row.reminder.partition(":")[0] for row in first} == {
        "round-soon",
        "unassigned",
        "gap-list",
        "silent-phones",
        "held-marks",
    }


def test_an_idle_minute_costs_four_statements(world, at, django_assert_num_queries):
    at(EVENING)
    make_round(world, "closed")
    with django_assert_num_queries(4):
        assert plan_reminders() == []


def test_a_rule_that_breaks_does_not_silence_the_others(world, at, monkeypatch, caplog):
    at(EVENING)
    make_round(world)

    def broken(scene):
        raise RuntimeError

    monkeypatch.setattr(reminders, "RULES", (broken, reminders.tell_gap_lists))
    plan_reminders()
    assert len(told("gap-list")) == 2
    assert "Reminder rule broken failed" in caplog.text


def test_texts_are_in_the_portals_language_whatever_the_thread_spoke(world, at, settings):
    from django.utils import translation

    at(EVENING)
    make_round(world)
    with translation.override("zh-hans"):
        plan_reminders()
    assert told("gap-list")[0][1].endswith("5 doors still missing")


@pytest.mark.django_db(transaction=True)  # a task gives back its connection
def test_the_task_plans_and_the_sender_delivers_within_the_next_sweep(world, at):
    at(EVENING)
    make_round(world)
    plan_due_reminders()
    send_due()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert Message.objects.inbox_of(world.zhao).count() == 1
