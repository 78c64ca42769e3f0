"""Each deed appends one event, says why, and renews the zone of its own building alone."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils.translation import override

from clock.cases import correct_case, record_case
from clock.models import Case, Clock, ClockEvent, RuleVersion
from clock.services import (
    ClockError,
    change_rule,
    choose_basis,
    decide_about,
    load_shipped_rules,
    override_zone,
    read_clock,
    release_building,
    start_clock,
    start_clock_from_case,
    start_clocks,
    stop_clock,
    tick_check,
    void_event,
)
from clock.zones import refresh_zones
from residents.models import Building
from tests.clock.conftest import DAY


def refused(deed, **values) -> str:
    with override("en"), pytest.raises(ClockError) as told:
        deed(**values)
    return str(told.value)


def test_a_start_seals_its_building_and_no_other(desk, world):
    desk.start("7+7", ago=2)
    assert desk.zone() == ("sealed", desk.day(-4))
    assert desk.zone(world.building2) == ("none", None)


def test_a_whole_compound_starts_at_once_or_not_at_all(desk, world):
    desk.start(building=world.building2)
    both = [world.building1, world.building2]
    words = {"version": desk.rule("7+7"), "on": desk.day(), "by": desk.by}
    told = refused(start_clocks, buildings=both, **words)
    assert told == "2号楼 has a running clock: release or stop it first."
    assert [clock.building for clock in Clock.objects.all()] == [world.building2]


def test_the_day_must_be_near(desk, world):
    told = refused(start_clock, building=world.building1, version=desk.rule("14"), on=desk.day(61), by=desk.by)
    assert (told, Clock.objects.count()) == ("The day must lie within sixty days of today.", 0)


def test_a_case_starts_the_clock_by_the_moment_the_rule_names(desk):
    case = desk.case(ago=2, sampled_at=desk.moment(4), ordered_at=desk.moment(1))
    clock = start_clock_from_case(case=case, version=desk.rule("7+7"), by=desk.by)
    assert read_clock(clock).today.number == 3  # reported two days ago
    choose_basis(clock=clock, basis="sampled", by=desk.by, reason="street says so")
    assert read_clock(clock).today.number == 5
    choose_basis(clock=clock, basis="ordered", by=desk.by, reason="street says otherwise")
    assert read_clock(clock).today.number == 2
    assert list(clock.events.values_list("kind", "choice")) == [
        ("started", ""),
        ("basis", "sampled"),
        ("basis", "ordered"),
    ]


def test_a_positive_in_the_first_phase_extends_its_own_building_alone(desk, world):
    for building in (world.building1, world.building2):
        desk.start("three-zones-sealed", ago=8, building=building)
    desk.case(ago=3)
    assert desk.zone() == ("sealed", desk.day(8) + 13 * DAY)
    assert desk.zone(world.building2) == ("controlled", desk.day(8) + 13 * DAY)


def test_a_positive_in_the_second_phase_asks_and_the_answer_holds(desk):
    clock = desk.start("7+7", ago=9)
    case = desk.case(ago=1)
    assert [finding.key for finding in read_clock(clock).reckoning.asks] == [str(case.subject)]
    decide_about(clock=clock, subject=case.subject, answer="restart", by=desk.by, reason="CDC")
    assert (read_clock(clock).today.number, desk.zone()[0]) == (2, "sealed")
    decide_about(clock=clock, subject=case.subject, answer="go_on", by=desk.by, reason="CDC again")
    assert (read_clock(clock).today.number, desk.zone()[0]) == (10, "controlled")


def test_moving_out_the_last_one_begins_the_fourteen_days(desk):
    case = desk.case(ago=3)
    clock = start_clock_from_case(case=case, version=desk.rule("14"), by=desk.by)
    assert read_clock(clock).today.state == "waiting"
    correct_case(case=case, by=desk.by, reason="moved out", moved_out_at=desk.moment(1))
    assert (read_clock(clock).today.number, desk.zone()) == (2, ("sealed", desk.day(1) + 13 * DAY))


def test_a_case_taken_back_counts_no_more(desk):
    clock = desk.start("7+7", ago=5)
    case = desk.case(ago=1)
    assert read_clock(clock).today.number == 2
    correct_case(case=case, by=desk.by, reason="another building", is_withdrawn=True)
    assert (read_clock(clock).today.number, Case.objects.count()) == (6, 2)


def test_two_who_correct_the_same_version(desk):
    case = desk.case()
    correct_case(case=case, by=desk.by, reason="one")
    assert refused(correct_case, case=case, by=desk.by, reason="two") == (
        "Somebody has corrected this meanwhile: open the newest."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reported_at": None}, "Say at least one of: sampled, reported, ordered."),
        ({"reported_ago": -1}, "This is in the future."),
        ({"gone_ago": 3, "sampled_ago": 2}, "Nobody is moved out before the sample was taken."),
        ({"household": "far"}, "This household lives in another building."),
    ],
)
def test_a_case_that_cannot_be(desk, world, changes, said):
    values = {"reported_at": changes.get("reported_at", desk.moment(changes.get("reported_ago", 0)))}
    if "gone_ago" in changes:
        values |= {"moved_out_at": desk.moment(changes["gone_ago"]), "sampled_at": desk.moment(changes["sampled_ago"])}
    if "household" in changes:
        values["household"] = world.far_home
    words = {"building": world.building1, "kind": "positive", "source": "street", "by": desk.by}
    assert refused(record_case, **words, **values) == said
    assert Case.objects.count() == 0


def test_the_rule_changes_from_a_day_on(desk):
    clock = desk.start("7+7", ago=8)
    change_rule(clock=clock, version=desk.rule("7+3"), on=desk.day(), by=desk.by, reason="9th edition")
    days = {day.on: (day.rules.code, day.phase.name.en) for day in read_clock(clock).reckoning.days}
    assert (days[desk.day(1)], days[desk.day()]) == (("7+7", "Health monitoring"), ("7+3", "Medium-risk area"))
    assert desk.zone() == ("controlled", desk.day(-1))


def test_the_rule_cannot_change_before_the_first_day(desk):
    words = {"clock": desk.start(ago=2), "version": desk.rule("7+3"), "by": desk.by, "reason": "r"}
    assert refused(change_rule, on=desk.day(3), **words) == "The rule cannot change before the first day."


def test_an_override_needs_a_reason_and_is_taken_back(desk):
    clock = desk.start("7+7", ago=8)
    words = {"clock": clock, "zone": "sealed", "on": desk.day(), "by": desk.by}
    assert refused(override_zone, reason=" ", **words) == "Say why, in a few words."
    assert refused(override_zone, reason="x", until=desk.day(1), **words) == (
        "The last day cannot lie before the first."
    )
    event = override_zone(reason="street", until=desk.day(-1), **words)
    assert desk.zone() == ("sealed", desk.day(-1))
    void_event(event=event, by=desk.by, reason="a mistake")
    assert desk.zone()[0] == "controlled"
    assert refused(void_event, event=event, by=desk.by, reason="again") == "This was taken back already."


def test_the_start_cannot_be_taken_back(desk):
    event = desk.start().events.get()
    assert refused(void_event, event=event, by=desk.by, reason="r") == (
        "This cannot be taken back. Stop the clock instead."
    )


def test_released_only_when_every_check_is_done(desk):
    clock = desk.start("high-low", ago=5)
    assert refused(release_building, clock=clock, by=desk.by) == "Not yet: something on the list is open."
    words = {"clock": clock, "by": desk.by}
    assert refused(tick_check, check="round-5", **words) == "Say why, in a few words."
    tick_check(check="round-5", note="paper list is whole", **words)
    assert refused(tick_check, check="round-5", note="x", **words) == "Somebody has ticked this already."
    assert refused(tick_check, check="days", note="x", **words) == "This check is not part of the rule."
    tick_check(check="street", **words)
    release_building(clock=clock, by=desk.by)
    assert (desk.zone(), read_clock(clock).today.state) == (("none", None), "released")
    assert refused(release_building, clock=clock, by=desk.by) == "Not yet: something on the list is open."


def test_on_its_last_day_it_is_released_from_midnight(desk):
    clock = desk.start("three-zones-controlled", ago=6)
    for check in ("clean_days", "round-6", "street"):
        known = {row.key: row for row in read_clock(clock).checks}
        if not known[check].is_done:
            tick_check(clock=clock, check=check, by=desk.by, note="told by phone")
    event = release_building(clock=clock, by=desk.by)
    assert (event.on, desk.zone()) == (desk.day(-1), ("controlled", desk.day()))
    refresh_zones(today=desk.day(-1))
    assert desk.zone()[0] == "precaution"


def test_a_stopped_clock_makes_room_for_the_next(desk, world):
    first = desk.start(ago=3)
    stop_clock(clock=first, by=desk.by, reason="false positive")
    assert desk.zone() == ("none", None)
    second = desk.start()
    first.refresh_from_db()
    assert (first.ended_at is not None, second.ended_at, desk.zone()[0]) == (True, None, "sealed")
    told = refused(stop_clock, clock=first, by=desk.by, reason="r")
    assert told == "Another clock has taken the place of this one."


def test_midnight_turns_the_zone_and_running_twice_changes_nothing(desk, world):
    desk.start("7+7", ago=6)
    assert desk.zone() == ("sealed", desk.day())
    assert [refresh_zones(today=desk.day(-1)), refresh_zones(today=desk.day(-1))] == [1, 0]
    assert desk.zone()[0] == "controlled"
    assert Building.history.filter(id=world.building1.pk).count() == 1  # a copy makes no history


def test_a_stray_zone_without_a_clock_is_put_right(world):
    Building.objects.filter(pk=world.building2.pk).update(zone="sealed")
    assert refresh_zones() == 1
    world.building2.refresh_from_db()
    assert world.building2.zone == "none"


@pytest.mark.parametrize("ago", [0, 3, 7, 20])
def test_the_zone_costs_the_same_for_one_building_and_for_two(desk, world, django_assert_num_queries, ago):
    desk.start(ago=ago)
    if ago > 3:
        desk.start(ago=ago, building=world.building2)
    with django_assert_num_queries(5):  # savepoint, events, cases, buildings, savepoint
        refresh_zones()


# --- What the database holds ----------------------------------------------------------------------------------------


def impossible(**values):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockEvent.objects.create(**values)


def test_the_database_refuses_events_without_their_parts(desk):
    clock = desk.start()
    common = {"clock": clock, "on": desk.day(), "by": desk.by}
    impossible(kind="override", choice="sealed", **common)  # no reason
    impossible(kind="override", reason="r", **common)  # no zone
    impossible(kind="profile", reason="r", **common)  # no rule
    impossible(kind="started", version=desk.rule("14"), **common)  # started already
    impossible(kind="void", reason="r", **common)  # of what?
    impossible(kind="override", choice="sealed", reason="r", until=desk.day(1), **common)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(building=clock.building, by=desk.by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(building=clock.building, kind="positive", source="street", by=desk.by)


def test_a_case_holds_no_name_and_no_free_words():
    names = {field.name for field in Case._meta.get_fields()}
    assert names == {
        *{"id", "subject", "building", "household", "resident", "kind", "source", "by", "at"},
        *{"sampled_at", "reported_at", "ordered_at", "moved_out_at"},
        *{"corrects", "corrected_by", "correction_reason", "is_withdrawn"},
    }
    with pytest.raises(FieldDoesNotExist):
        Case._meta.get_field("name")


def test_loading_the_rules_again_changes_nothing(desk):
    before = list(RuleVersion.objects.values_list("pk", "at"))
    RuleVersion.objects.filter(profile__code="14").update(note="somebody's own")
    assert load_shipped_rules() == 0
    assert list(RuleVersion.objects.values_list("pk", "at")) == before


def test_a_body_that_is_not_understood_starts_nothing(desk, world):
    broken = desk.rule("14")
    version = RuleVersion.objects.create(profile=broken.profile, number=9, body={"schema": 1})
    told = refused(start_clock, building=world.building1, version=version, on=desk.day(), by=desk.by)
    assert told == "This rule cannot be read. Choose another, or have a new version written."


def test_the_building_page_shows_its_area_and_leads_to_the_clock(desk, world, client):
    desk.start("7+7", ago=2)
    client.force_login(world.zhao)
    text = client.get(f"/buildings/{world.building1.pk}/").content.decode()
    assert f'href="/clock/building/{world.building1.pk}/"' in text


def test_missing_rules_are_loaded_by_a_command(desk, capsys):
    RuleVersion.objects.filter(profile__code="virus-free").delete()
    call_command("load_rules")
    assert capsys.readouterr().out == "1 version(s) added.\n"
