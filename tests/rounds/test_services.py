"""The life of a round: what may happen when, what is frozen at opening, and who is told why not."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from residents.models import Door, Household
from residents.services import move_out
from rounds.marks import mark_at_desk
from rounds.models import Assignment, Mark, Round, RoundEvent, Visit
from rounds.services import (
    RoundError,
    assign,
    cancel_round,
    change_round,
    close_round,
    create_round,
    open_round,
    release_assignment,
    reopen_round,
)
from tests.world import move_in

OVER = "This round is over; it can no longer be changed."
WHY = "Say why, in a few words."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(world):
    return create_round(**world.round_form(title="Evening"))


def visits_of(round):
    return {f"{visit.building.code}-{visit.room}": visit for visit in round.visits.select_related("building")}


def told(round):
    """Everything an opened round froze, as plain values."""
    return list(
        round.visits.order_by("pk").values_list("building__code", "room", "label", "expected_count", "needs", "floor")
    )


# --- Made -------------------------------------------------------------------------------------------


def test_rounds_are_numbered_per_compound_and_kind(world):
    hexin = {"compound": world.hexin, "buildings": [world.other_building]}
    made = [
        create_round(**world.round_form(**form))
        for form in ({}, {}, {"kind": "leaflet"}, hexin, {"kind": "leaflet"}, hexin | {"kind": "leaflet"}, {})
    ]
    assert [(round.compound.pk, round.kind, round.number) for round in made] == [
        (world.jiamu.pk, "notify", 1),
        (world.jiamu.pk, "notify", 2),
        (world.jiamu.pk, "leaflet", 1),
        (world.hexin.pk, "notify", 1),
        (world.jiamu.pk, "leaflet", 2),
        (world.hexin.pk, "leaflet", 1),
        (world.jiamu.pk, "notify", 3),
    ]


def test_a_new_round_is_a_draft_without_doors(world, draft):
    assert (draft.state, draft.title, draft.opened_at, draft.closed_at) == ("draft", "Evening", None, None)
    assert list(draft.buildings.all()) == [world.building1, world.building2]
    assert not draft.visits.exists()
    assert not draft.events.exists()


# --- Changed ----------------------------------------------------------------------------------------


def window(round, **changes):
    return {
        "round": round,
        "title": "New name",
        "starts_at": round.starts_at + timedelta(minutes=30),
        "ends_at": round.ends_at + timedelta(hours=1),
        "buildings": list(round.buildings.all()),
    } | changes


def kept(round):
    row = Round.objects.get(pk=round.pk)
    return row.title, row.starts_at, row.ends_at, list(row.buildings.all())


def test_a_draft_changes_in_everything(world, draft):
    wish = window(draft, buildings=[world.building2])
    assert change_round(**wish) == draft
    assert kept(draft) == ("New name", wish["starts_at"], wish["ends_at"], [world.building2])


def test_an_open_round_keeps_its_start_and_its_buildings(world, draft):
    open_round(round=draft, by=world.chen)
    before = told(draft)
    wish = window(draft, buildings=[world.building2])
    change_round(**wish)
    assert kept(draft) == ("New name", draft.starts_at, wish["ends_at"], [world.building1, world.building2])
    assert told(draft) == before


@pytest.mark.parametrize("end", [close_round, cancel_round])
def test_a_round_that_is_over_is_not_changed(world, draft, end):
    open_round(round=draft, by=world.chen)
    end(round=draft, by=world.chen, reason="rain")
    before = kept(draft)
    with pytest.raises(RoundError, match=OVER):
        change_round(**window(draft))
    assert kept(draft) == before


def test_an_end_before_the_start_it_keeps_is_refused_and_nothing_changes(world, draft):
    """The form looked at the start that was typed; an open round keeps its own."""
    open_round(round=draft, by=world.chen)
    before = kept(draft)
    early = draft.starts_at - timedelta(hours=2)
    with pytest.raises(RoundError, match="The round must end after it starts"):
        change_round(**window(draft, starts_at=early, ends_at=early + timedelta(hours=1)))
    assert kept(draft) == before


def test_an_open_round_is_not_made_longer_bit_by_bit(world, draft):
    """Neither by moving the start the form shows along with the end."""
    open_round(round=draft, by=world.chen)
    start = draft.starts_at
    for days in (7, 14):
        change_round(**window(draft, starts_at=start + timedelta(days=days - 1), ends_at=start + timedelta(days=days)))
    before = kept(draft)
    for beyond in (timedelta(minutes=1), timedelta(days=7)):
        wish = window(draft, starts_at=start + timedelta(days=13), ends_at=start + timedelta(days=14) + beyond)
        with pytest.raises(RoundError, match="two weeks at the most"):
            change_round(**wish)
    assert kept(draft) == before
    change_round(**window(draft, title="Still open", ends_at=before[2]))
    assert kept(draft)[0] == "Still open"


def test_a_draft_refused_for_its_times_keeps_its_buildings(world, draft):
    before = kept(draft)
    with pytest.raises(RoundError):
        change_round(**window(draft, ends_at=draft.starts_at, buildings=[world.building2]))
    assert kept(draft) == before


# --- Opened -----------------------------------------------------------------------------------------


def test_opening_freezes_who_is_expected_where(world, draft):
    began = timezone.now()
    snapshots = open_round(round=draft, by=world.chen)
    visits = visits_of(draft)
    assert {key: (visit.label, visit.expected_count, visit.needs) for key, visit in visits.items()} == {
        "1-502": ("林*", 3, []),
        "1-301": ("阿*", 1, ["lives_alone", "needs_gentle_knock"]),
        "1-202": ("高*", 3, []),
        "2-402": ("吴*", 2, []),
    }
    assert {snapshot.visit.pk for snapshot in snapshots} == {visit.pk for visit in visits.values()}
    assert {(visit.outcome, visit.done_count, visit.has_conflict) for visit in visits.values()} == {
        ("waiting", 0, False)
    }
    draft.refresh_from_db()
    assert (draft.state, draft.opened_at >= began) == ("open", True)
    event = draft.events.get()
    assert (event.step, event.by, event.reason) == ("opened", world.chen, "")


def snapshot_of(world, door):
    round = create_round(**world.round_form(buildings=[world.building2]))
    open_round(round=round, by=world.chen)
    return [
        (visit.label, visit.expected_count) for visit in round.visits.filter(room=door.room).order_by("household_id")
    ]


@pytest.fixture
def door(world):
    return world.building2.doors.get(room="501")


@pytest.mark.parametrize(
    ("occupancy", "told_count", "names", "expected"),
    [
        ("owner", None, [], [("", 1)]),  # lived in, nothing known: somebody is there
        ("owner", 0, [], [("", 1)]),
        ("owner", 4, [], [("", 4)]),
        ("tenant", 4, ["甲一", "乙二"], [("甲*", 4)]),  # two more than have names
        ("owner", 1, ["甲一", "乙二"], [("甲*", 2)]),  # names win over a smaller count
        ("owner", None, ["甲一", "乙二"], [("甲*", 2)]),
        ("vacant", 3, ["甲一"], []),
        ("away", 3, ["甲一"], []),
    ],
)
def test_who_is_counted(world, door, occupancy, told_count, names, expected):
    move_in(door, *names, occupancy=occupancy, told_count=told_count)
    assert snapshot_of(world, door) == expected


def test_who_is_away_or_in_hospital_is_not_expected(world, door):
    home = move_in(door, "甲一", "乙二", "丙三", told_count=4)
    home.residents.filter(name="甲一").update(whereabouts="hospital")
    home.residents.filter(name="乙二").update(whereabouts="away")
    assert snapshot_of(world, door) == [("丙*", 2)]  # the third, and one told of who has no name


def test_a_home_whose_people_are_all_away_is_no_visit(world, door):
    home = move_in(door, "甲一", "乙二", told_count=2)
    home.residents.update(whereabouts="away")
    assert snapshot_of(world, door) == []


def test_a_home_whose_known_people_are_away_still_counts_the_unnamed(world, door):
    home = move_in(door, "甲一", told_count=2)
    home.residents.update(whereabouts="away")
    assert snapshot_of(world, door) == [("", 1)]


def test_the_help_of_somebody_away_is_not_asked_for(world, door):
    home = move_in(door, "甲一", "乙二", needs_home_visit=True)
    home.residents.filter(name="甲一").update(whereabouts="hospital")
    home.residents.filter(name="乙二").update(has_no_phone=True)
    round = create_round(**world.round_form(buildings=[world.building2]))
    open_round(round=round, by=world.chen)
    assert round.visits.get(room="501").needs == ["has_no_phone"]


def test_who_moved_out_is_not_expected(world, door):
    home = move_in(door, "甲一", "乙二")
    home.residents.filter(name="甲一").update(moved_out_on=date(2022, 4, 1))
    assert snapshot_of(world, door) == [("乙*", 1)]


def test_a_household_that_moved_out_is_no_visit(world, door):
    move_out(household=move_in(door, "甲一"), on=timezone.localdate())
    assert snapshot_of(world, door) == []


def test_each_household_behind_a_door_is_a_visit(world, door):
    move_in(door, "甲一", "乙二")
    move_in(door, "丙三", occupancy="tenant")
    move_in(door, "丁四", occupancy="vacant")
    assert snapshot_of(world, door) == [("甲*", 2), ("丙*", 1)]


def test_a_scope_where_nobody_lives_is_refused_and_nothing_is_written(world):
    Household.objects.filter(door__building=world.building2).update(occupancy="vacant")
    round = create_round(**world.round_form(buildings=[world.building2]))
    with pytest.raises(RoundError, match="Nobody is known to live in these buildings yet: import the roster first"):
        open_round(round=round, by=world.chen)
    row = Round.objects.get(pk=round.pk)
    assert (row.state, row.opened_at) == ("draft", None)
    assert not RoundEvent.objects.exists()
    assert not Visit.objects.exists()


def test_a_round_without_buildings_is_refused(world):
    round = create_round(**world.round_form(buildings=[]))
    with pytest.raises(RoundError):
        open_round(round=round, by=world.chen)
    assert Round.objects.get(pk=round.pk).state == "draft"


def test_what_was_opened_stays_as_it_was(world, draft):
    open_round(round=draft, by=world.chen)
    before = told(draft)
    world.lin.name = "林改名"
    world.lin.save()
    world.lin_home.residents.filter(name="林朵").update(whereabouts="away")
    move_out(household=world.tenant_home, on=timezone.localdate())
    move_in(world.building1.doors.get(room="401"), "新来者")
    Door.objects.filter(pk=world.elder_home.door_id).update(room="3001", floor=30)
    world.jiamu.buildings.filter(pk=world.building2.pk).update(name="乙栋")
    assert told(draft) == before
    mark_at_desk(visit=Visit.objects.get(round=draft, room="202"), by=world.chen, outcome="done")
    assert Visit.objects.get(round=draft, room="202").done_count == 3


def test_opening_twice_opens_once(world, draft):
    again = Round.objects.get(pk=draft.pk)
    open_round(round=draft, by=world.chen)
    with pytest.raises(RoundError, match="This cannot be done now: the round is open"):
        open_round(round=again, by=world.chen)
    assert [event.step for event in draft.events.all()] == ["opened"]
    assert draft.visits.count() == 4


# --- Closed, reopened, cancelled ----------------------------------------------------------------------


def test_a_whole_life_is_on_record(world, draft):
    open_round(round=draft, by=world.chen)
    close_round(round=draft, by=world.chen, reason="late")
    assert (draft.state, draft.closed_at is None) == ("closed", False)
    reopen_round(round=draft, by=world.sun, reason="302 came home")
    assert (draft.state, draft.closed_at) == ("open", None)
    close_round(round=draft, by=world.chen)
    assert list(draft.events.values_list("step", "by", "reason")) == [
        ("opened", world.chen.pk, ""),
        ("closed", world.chen.pk, "late"),
        ("reopened", world.sun.pk, "302 came home"),
        ("closed", world.chen.pk, ""),
    ]


def test_reopening_keeps_the_doors_and_the_marks(world, draft):
    open_round(round=draft, by=world.chen)
    mark_at_desk(visit=Visit.objects.get(round=draft, room="502"), by=world.chen, outcome="done")
    before = told(draft)
    close_round(round=draft, by=world.chen)
    reopen_round(round=draft, by=world.chen, reason="more to do")
    assert told(draft) == before
    assert Mark.objects.count() == 1
    assert Visit.objects.get(round=draft, room="502").outcome == "done"


@pytest.mark.parametrize("service", [reopen_round, cancel_round])
def test_reopening_and_cancelling_need_a_reason(world, draft, service):
    open_round(round=draft, by=world.chen)
    if service is reopen_round:
        close_round(round=draft, by=world.chen)
    before = draft.state
    with pytest.raises(RoundError, match=WHY):
        service(round=draft, by=world.chen, reason="  ")
    assert Round.objects.get(pk=draft.pk).state == before


@pytest.mark.parametrize(
    ("service", "state"),
    [
        (close_round, "draft"),
        (close_round, "closed"),
        (close_round, "cancelled"),
        (reopen_round, "draft"),
        (reopen_round, "open"),
        (reopen_round, "cancelled"),
        (cancel_round, "closed"),
        (cancel_round, "cancelled"),
    ],
)
def test_steps_out_of_turn_are_refused_in_words(world, draft, service, state):
    if state in {"open", "closed"}:
        open_round(round=draft, by=world.chen)
    if state == "closed":
        close_round(round=draft, by=world.chen)
    if state == "cancelled":
        cancel_round(round=draft, by=world.chen, reason="rain")
    steps = list(draft.events.values_list("step", flat=True))
    with pytest.raises(RoundError, match=f"This cannot be done now: the round is {state}"):
        service(round=draft, by=world.chen, reason="because")
    assert Round.objects.get(pk=draft.pk).state == state
    assert list(draft.events.values_list("step", flat=True)) == steps


def test_of_two_who_close_at_once_the_second_is_told(world, draft):
    """Both looked at an open round; the row decides, not what either has in hand."""
    open_round(round=draft, by=world.chen)
    first, second = Round.objects.get(pk=draft.pk), Round.objects.get(pk=draft.pk)
    close_round(round=first, by=world.chen, reason="first")
    assert second.is_open
    with pytest.raises(RoundError, match="the round is closed"):
        close_round(round=second, by=world.sun, reason="second")
    assert list(draft.events.values_list("step", "reason")) == [("opened", ""), ("closed", "first")]


def test_a_draft_can_be_cancelled_and_its_number_is_not_used_again(world, draft):
    cancel_round(round=draft, by=world.chen, reason="rain")
    assert Round.objects.get(pk=draft.pk).state == "cancelled"
    assert create_round(**world.round_form()).number == draft.number + 1


# --- Who walks what -----------------------------------------------------------------------------------


def give(world, round, **changes):
    form = {"round": round, "volunteer": world.wei, "building": world.building1, "by": world.chen}
    return assign(**form | changes)


def test_a_part_is_given_out_once(world, draft):
    first = give(world, draft, floor_from=2, floor_to=4)
    assert give(world, draft, floor_from=2, floor_to=4) == first
    assert give(world, draft, floor_from=2, floor_to=5) != first
    assert give(world, draft, volunteer=world.wu, floor_from=2, floor_to=4) != first
    assert Assignment.objects.count() == 3
    assert (first.created_by, first.released_at) == (world.chen, None)


def test_floors_the_wrong_way_round_are_put_right(world, draft):
    part = give(world, draft, floor_from=5, floor_to=2)
    assert (part.floor_from, part.floor_to, part.floors) == (2, 5, "2–5F")
    assert give(world, draft, floor_from=2, floor_to=5) == part


def test_a_volunteer_of_another_compound_is_refused(world, draft):
    with pytest.raises(RoundError, match="This volunteer does not serve in this compound"):
        give(world, draft, volunteer=world.other_volunteer)
    assert not Assignment.objects.exists()


def test_a_volunteer_who_has_ended_is_refused(world, draft):
    world.wei.ended_at = timezone.now()
    world.wei.save()
    with pytest.raises(RoundError, match="This volunteer does not serve in this compound"):
        give(world, draft)
    assert not Assignment.objects.exists()


def test_a_building_outside_the_round_is_refused(world):
    round = create_round(**world.round_form(buildings=[world.building1]))
    for building in (world.building2, world.other_building):
        with pytest.raises(RoundError, match="This building is not part of the round"):
            give(world, round, building=building)
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("end", [close_round, cancel_round])
def test_nobody_is_assigned_to_a_round_that_is_over(world, draft, end):
    open_round(round=draft, by=world.chen)
    end(round=draft, by=world.chen, reason="rain")
    with pytest.raises(RoundError, match="This round is over; nobody can be assigned any more"):
        give(world, draft)
    assert not Assignment.objects.exists()


def test_a_page_left_open_cannot_assign_after_the_round_has_closed(world, draft):
    """What the page loaded says open; the row says closed."""
    open_round(round=draft, by=world.chen)
    stale = Round.objects.get(pk=draft.pk)
    close_round(round=draft, by=world.chen)
    with pytest.raises(RoundError, match="This round is over; nobody can be assigned any more"):
        give(world, stale)
    assert not Assignment.objects.exists()


def test_a_released_part_is_kept_on_record_and_can_be_given_again(world, draft):
    part = give(world, draft)
    release_assignment(assignment=part, by=world.chen)
    part.refresh_from_db()
    ended = part.released_at
    assert ended is not None
    release_assignment(assignment=part, by=world.zhao)
    part.refresh_from_db()
    assert (part.released_at, part.released_by) == (ended, world.chen)
    again = give(world, draft)
    assert again != part
    assert list(Assignment.objects.active()) == [again]


@pytest.mark.parametrize(
    ("part", "rooms"),
    [
        ({}, {"202", "301", "502"}),
        ({"entrance": "A"}, {"202"}),
        ({"entrance": "B"}, {"301", "502"}),
        ({"entrance": "B", "floor_from": 4}, {"502"}),
        ({"floor_from": 3}, {"301", "502"}),
        ({"floor_to": 3}, {"202", "301"}),
        ({"floor_from": 3, "floor_to": 4}, {"301"}),
        ({"floor_from": 6}, set()),
    ],
)
def test_a_part_holds_its_own_doors_alone(world, part, rooms):
    """In Python and in SQL alike; a part of another round or of another building holds none of them."""
    world.building1.doors.filter(floor__lte=2).update(entrance="A")
    world.building1.doors.filter(floor__gte=3).update(entrance="B")
    round, other = create_round(**world.round_form()), create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    open_round(round=other, by=world.chen)
    given = give(world, round, **part)
    assert {visit.room for visit in round.visits.all() if given.holds(visit)} == rooms
    everything = {"202", "301", "402", "502"}
    assert left_in(round) == everything - rooms
    assert left_in(other) == everything


def left_in(round):
    return set(Visit.objects.filter(round=round).unassigned().values_list("room", flat=True))


def test_who_ended_or_gave_back_walks_nothing(world, draft):
    open_round(round=draft, by=world.chen)
    mine, yours = give(world, draft), give(world, draft, volunteer=world.wu, building=world.building2)
    assert left_in(draft) == set()
    release_assignment(assignment=mine, by=world.chen)
    assert left_in(draft) == {"202", "301", "502"}
    world.wu.ended_at = timezone.now()
    world.wu.save()
    assert left_in(draft) == {"202", "301", "402", "502"}
    assert list(Assignment.objects.active()) == []
    assert Assignment.objects.get(pk=yours.pk).released_at is None
