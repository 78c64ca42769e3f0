"""A tube turns: its people are held and recalled at once, and go free one by one."""

from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from compound.my_doors import build_feed
from notices.models import Message
from residents.joining import join_doors
from residents.models import Resident
from residents.services import move_in as move_household_in
from residents.services import move_out, move_resident_out
from rounds.models import Round, Visit
from rounds.services import assign
from testing_rounds.models import ExpectedPerson, Hold, TestRound
from testing_rounds.recall import HoldError, release_hold
from testing_rounds.results import TubeTelling, record_tube_result, record_tube_results, refold_tubes, tell_result
from tests.marks import statements
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample, ten_doors
from tests.world import grant, make_user


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def ten(world):
    world.test_round, world.tube, world.homes = ten_doors(world)
    return world


def turn(world, value="positive", source="lab_list", **changes):
    return record_tube_result(
        tube=changes.pop("tube", world.tube), value=value, source=source, by=world.chen, **changes
    )


def holds(tube):
    return Counter(Hold.objects.filter(tube=tube).values_list("release", flat=True))


def recalled(home):
    """The person of this home in the recall."""
    return ExpectedPerson.objects.select_related("visit__round").get(
        visit__household=home, visit__round__kind="recall", visit__round__test_round__recalls__code="T-10"
    )


def single(world, home, value, source="lab_list", **changes):
    person = recalled(home)
    sample(person.visit.round.test_round, world.chen, home)
    return tell_result(person=person, value=value, source=source, by=world.chen, **changes)


# --- Held and recalled --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["positive", "inconclusive", "invalid"])
def test_all_ten_are_held_and_recalled_at_once(ten, value):
    turn(ten, value)
    assert holds(ten.tube) == {"": 10}
    recall = TestRound.objects.get(recalls=ten.tube)
    assert (recall.round.kind, recall.round.state, recall.pool_size, recall.round.number) == ("recall", "open", 1, 1)
    assert [row.code for row in recall.round.buildings.all()] == ["7", "8"]
    visits = Visit.objects.filter(round=recall.round)
    assert {(visit.household, visit.expected_count) for visit in visits} == {(home, 1) for home in ten.homes}
    assert recall.round.events.get().step == "opened"
    assert Hold.objects.filter(tube=ten.tube, recalled_as__visit__round=recall.round).count() == 10


def test_a_negative_tube_makes_its_people_negative_and_holds_nobody(ten):
    turn(ten, "negative")
    ten.tube.refresh_from_db()
    assert ten.tube.result == "negative"
    assert Counter(person.result for person in people_of(ten.test_round)) == {"negative": 10}
    assert (Hold.objects.count(), Round.objects.filter(kind="recall").count(), Message.objects.count()) == (0, 0, 0)


def test_nobody_of_a_positive_pool_is_called_positive(ten):
    turn(ten)
    assert Counter(person.result for person in people_of(ten.test_round)) == {"inconclusive": 10}


def test_telling_a_positive_tube_across_ten_doors_costs_twelve_statements(ten):
    with statements() as seen:
        turn(ten)
    opened = next(number for number, sql in enumerate(seen) if 'INSERT INTO "rounds_round"' in sql)
    # Before it: both locks, the fact, what was told before, and what tube and people come to. From there: the round
    # with its buildings, event and settings; visits, people, who is told (two), holds. SQLite has no statement that
    # writes to several tables, so the round and what comes with it are four there.
    assert (opened, len(seen) - opened) == (6, 6 if connection.vendor == "postgresql" else 9)


def test_a_recall_names_every_room_of_a_knocked_through_flat(ten):
    main = ten.homes[0].door
    empty = main.building.doors.filter(households=None).first()
    join_doors(main=main, joined=empty, by=ten.chen, reason="一家人")
    turn(ten)
    rooms = {visit.household: visit.rooms for visit in Visit.objects.filter(round__kind="recall")}
    assert (rooms[ten.homes[0]], rooms[ten.homes[1]]) == (f"{main.room} + {empty.room}", ten.homes[1].door.room)


def test_a_negative_tube_costs_seven(ten):
    with statements() as seen:
        turn(ten, "negative")
    assert len(seen) == 7


def test_households_of_several_get_one_visit_with_their_people_of_the_tube_alone(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    lin = people_of(pcr, world.lin_home)
    far = people_of(pcr, world.far_home)
    world.tube = fill_tube(pcr, world.chen, "T-2", [*lin[:2], far[0]])
    turn(world)
    visits = Visit.objects.filter(round__kind="recall").top_down()
    assert [(visit.room, visit.expected_count) for visit in visits] == [("502", 2), ("402", 1)]
    people = ExpectedPerson.objects.filter(visit__round__kind="recall").order_by("visit", "number")
    assert [(person.number, person.name) for person in people] == [(1, "林小雨"), (2, "林国强"), (1, "吴远")]


def test_the_phone_of_who_is_assigned_shows_the_recall_as_any_round(ten):
    turn(ten)
    recall = Round.objects.get(kind="recall")
    building = recall.buildings.first()
    assign(round=recall, volunteer=ten.wei, building=building, by=ten.chen)
    feed = build_feed(ten.wei_phone)
    assert [(row["kind"], len(row["doors"])) for row in feed["rounds"]] == [("recall", 5)]
    assert [len(door["people"]) for door in feed["rounds"][0]["doors"]] == [1] * 5


def test_a_door_the_recall_does_not_go_to_is_not_drawn_as_vacant(client, world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    world.tube = fill_tube(pcr, world.chen, "T-2", people_of(pcr, world.lin_home)[:2])
    turn(world)
    client.force_login(world.chen)
    page = client.get(Round.objects.get(kind="recall").get_absolute_url()).content.decode()
    assert (page.count("402 not in this round"), "o-vacant" in page, page.count("nobody expected")) == (2, False, 0)


def test_leads_hear_of_their_own_doors_and_nobody_of_a_name(ten):
    lead = make_user("lead7", "七楼长", email="lead7@example.org")
    grant(lead, "lead", ten.jiamu, ten.homes[0].door.building)
    turn(ten)
    told = Message.objects.order_by("user", "channel").values_list("user__username", "channel", "body")
    head = "The people concerned stay at home until their own result is there.\n"
    assert list(told) == [
        ("chen", "inbox", head + "7号楼: 5 doors\n8号楼: 5 doors"),
        ("lead7", "email", head + "7号楼: 5 doors"),
        ("lead7", "inbox", head + "7号楼: 5 doors"),
    ]


def test_two_positive_tubes_of_one_list_are_two_recalls(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    tubes = [
        fill_tube(pcr, world.chen, code, people_of(pcr, home))
        for code, home in (("A", world.lin_home), ("B", world.far_home))
    ]
    record_tube_results(tellings=[TubeTelling(tube, "positive", "lab_list") for tube in tubes], by=world.chen)
    assert list(Round.objects.filter(kind="recall").order_by("number").values_list("number", "title")) == [
        (1, "tube A"),
        (2, "tube B"),
    ]


def test_a_positive_single_tube_holds_and_recalls_nobody_again(world):
    pcr = open_pcr(world, pool_size=1)
    sample(pcr, world.chen)
    world.tube = fill_tube(pcr, world.chen, "S-1", people_of(pcr, world.elder_home), size=1)
    turn(world)
    assert (holds(world.tube), Round.objects.filter(kind="recall").count()) == ({"": 1}, 0)
    assert people_of(pcr, world.elder_home)[0].result == "positive"


# --- One of the ten has left --------------------------------------------------------------------------


def test_who_has_left_is_held_without_a_visit_for_a_steward_to_decide(ten):
    move_out(household=ten.homes[3], on=timezone.localdate())
    turn(ten)
    gone = Hold.objects.get(tube=ten.tube, recalled_as=None)
    assert (gone.person.visit.household, gone.release) == (ten.homes[3], "")
    assert Visit.objects.filter(round__kind="recall").count() == 9


def test_when_all_have_left_there_is_no_round_to_walk(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    world.tube = fill_tube(pcr, world.chen, "T", people_of(pcr, world.elder_home) + people_of(pcr, world.far_home))
    for home in (world.elder_home, world.far_home):
        move_out(household=home, on=timezone.localdate())
    turn(world)
    assert (holds(world.tube), Round.objects.filter(kind="recall").count()) == ({"": 3}, 0)


def test_who_moved_inside_the_compound_is_visited_at_the_present_door(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    lin = people_of(pcr, world.lin_home)
    world.tube = fill_tube(pcr, world.chen, "T", lin)
    new_home = move_household_in(door=world.building2.doors.get(room="501"), occupancy="owner")
    Resident.objects.filter(name="林国强").update(household=new_home)
    turn(world)
    visits = Visit.objects.filter(round__kind="recall").top_down()
    assert [(visit.building.code, visit.room, visit.expected_count) for visit in visits] == [
        ("1", "502", 2),
        ("2", "501", 1),
    ]


def test_guests_are_visited_where_they_sleep_and_merged_people_where_their_record_is(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    world.tube = fill_tube(pcr, world.chen, "T", people_of(pcr, world.lin_home))
    Resident.objects.filter(name="林国强").update(stays_at=world.far_home.door)
    kept = world.elder_home.residents.get()
    move_resident_out(resident=Resident.objects.get(name="林朵"), on=timezone.localdate())
    Resident.objects.filter(name="林朵").update(merged_into=kept)
    turn(world)
    visits = Visit.objects.filter(round__kind="recall").top_down()
    assert [(visit.household, visit.expected_count) for visit in visits] == [
        (world.lin_home, 1),
        (world.elder_home, 1),
        (world.far_home, 1),
    ]


def test_people_known_by_the_head_count_alone_are_visited_at_their_door(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    world.tube = fill_tube(pcr, world.chen, "T", people_of(pcr, world.tenant_home))
    turn(world)
    assert Visit.objects.get(round__kind="recall").expected_count == 3


# --- One by one ---------------------------------------------------------------------------------------


def test_a_negative_single_tube_sets_its_person_free_and_the_pool_stays_positive(ten):
    turn(ten)
    single(ten, ten.homes[0], "negative")
    assert holds(ten.tube) == {"": 9, "negative": 1}
    ten.tube.refresh_from_db()
    assert ten.tube.result == "positive"


def test_a_positive_single_tube_stays_held(ten):
    turn(ten)
    single(ten, ten.homes[0], "positive")
    assert (holds(ten.tube), recalled(ten.homes[0]).result) == ({"": 10}, "positive")


@pytest.mark.parametrize("source", ["lead", "volunteer"])
def test_what_neighbours_tell_sets_nobody_free(ten, source):
    turn(ten)
    single(ten, ten.homes[0], "negative", source)
    assert (holds(ten.tube), recalled(ten.homes[0]).result) == ({"": 10}, "negative")


def test_a_single_tube_at_tube_level_works_the_same(ten):
    turn(ten)
    person = recalled(ten.homes[0])
    recall = person.visit.round.test_round
    sample(recall, ten.chen, ten.homes[0])
    tube = fill_tube(recall, ten.chen, "S-1", [person], size=1)
    turn(ten, "positive", tube=tube)
    assert (holds(ten.tube), holds(tube)) == ({"": 10}, {})
    turn(ten, "negative", tube=tube)
    assert holds(ten.tube) == {"": 9, "negative": 1}


def test_a_lost_single_tube_is_recalled_in_its_turn_and_its_negative_frees_all_the_way_up(ten):
    turn(ten)
    person = recalled(ten.homes[0])
    first = person.visit.round.test_round
    sample(first, ten.chen, ten.homes[0])
    lost = fill_tube(first, ten.chen, "S-1", [person], size=1)
    turn(ten, "invalid", tube=lost)
    assert (holds(lost), holds(ten.tube)) == ({"": 1}, {"": 10})
    again = ExpectedPerson.objects.select_related("visit__round").get(visit__round__test_round__recalls=lost)
    sample(again.visit.round.test_round, ten.chen)
    tell_result(person=again, value="negative", source="lab_list", by=ten.chen)
    assert (holds(lost), holds(ten.tube)) == ({"negative": 1}, {"": 9, "negative": 1})


def test_a_release_that_turns_out_wrong_ends(ten):
    turn(ten)
    fact = single(ten, ten.homes[0], "negative")
    single(ten, ten.homes[0], "positive", corrects=fact)
    hold = Hold.objects.get(recalled_as=recalled(ten.homes[0]))
    assert (hold.release, hold.note) == ("", "Held again: the single tube says otherwise now.")


def test_app_says_negative_the_cdc_says_positive(ten):
    turn(ten)
    single(ten, ten.homes[0], "negative", "health_app")
    single(ten, ten.homes[0], "positive", "cdc_call")
    assert (holds(ten.tube), recalled(ten.homes[0]).result) == ({"": 10}, "disputed")


# --- The pool is corrected ----------------------------------------------------------------------------


def test_a_corrected_pool_frees_all_closes_the_recall_and_is_told_again(ten):
    fact = turn(ten)
    turn(ten, "negative", corrects=fact)
    assert holds(ten.tube) == {"corrected": 10}
    recall = Round.objects.get(kind="recall")
    assert (recall.state, recall.events.last().reason) == ("closed", "the pool's result was corrected")
    assert list(Message.objects.filter(user=ten.chen).order_by("pk").values_list("subject", flat=True)) == [
        "recall of a tube round 1 · tube T-10: single tubes are needed",
        "recall of a tube round 1 · tube T-10: the pool's result was corrected",
    ]
    assert ten.tube.results.count() == 2
    assert Counter(person.result for person in people_of(ten.test_round)) == {"negative": 10}


def test_who_is_positive_alone_stays_when_the_pool_is_corrected(ten):
    fact = turn(ten)
    single(ten, ten.homes[0], "positive")
    turn(ten, "negative", corrects=fact)
    assert holds(ten.tube) == {"": 1, "corrected": 9}
    assert Round.objects.get(kind="recall").state == "open"


def test_corrected_once_more_they_are_held_again_and_the_recall_goes_on(ten):
    fact = turn(ten)
    fact = turn(ten, "negative", corrects=fact)
    turn(ten, "positive", corrects=fact)
    assert holds(ten.tube) == {"": 10}
    assert Round.objects.get(kind="recall").state == "open"


def test_two_sources_of_two_minds_hold_as_well(ten):
    turn(ten, "negative")
    turn(ten, "positive", "cdc_call")
    ten.tube.refresh_from_db()
    assert (ten.tube.result, holds(ten.tube)) == ("disputed", {"": 10})


def test_another_word_of_the_same_kind_changes_nothing(ten):
    turn(ten)
    turn(ten, "positive", "cdc_call")
    assert (holds(ten.tube), Round.objects.filter(kind="recall").count(), Message.objects.count()) == ({"": 10}, 1, 1)


def test_who_is_found_in_the_tube_later_is_held_and_visited_too(ten):
    turn(ten)
    late = people_of(ten.test_round)[0]
    late.pk = None
    pcr = open_pcr(ten, buildings=[ten.building2])
    sample(pcr, ten.chen)
    person = people_of(pcr, ten.far_home)[0]
    mark = person.visit.marks.get()
    ten.tube.swabs.filter(place=10).update(voided_at=timezone.now())
    ten.tube.swabs.create(person=person, mark=mark, place=10, at=timezone.now())
    refold_tubes(tubes=[ten.tube], by=ten.chen)
    assert holds(ten.tube) == {"": 11}
    assert Visit.objects.filter(round__kind="recall", household=ten.far_home).count() == 1
    assert Hold.objects.get(person=person).recalled_as.visit.household == ten.far_home


# --- By hand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release", "note", "sentence"),
    [
        ("negative", "well", "“negative” is not a way to end a hold by hand."),
        ("by_hand", "  ", "Say why, in a few words."),
    ],
)
def test_a_hold_ends_by_hand_with_a_reason(ten, release, note, sentence):
    turn(ten)
    hold = Hold.objects.first()
    with pytest.raises(HoldError, match=sentence):
        release_hold(hold=hold, release=release, by=ten.chen, note=note)
    hold.refresh_from_db()
    assert hold.release == ""


def test_a_hold_that_has_ended_cannot_end_again(ten):
    turn(ten)
    hold = Hold.objects.first()
    release_hold(hold=hold, release="transferred", by=ten.chen, note="ambulance 21:10")
    with pytest.raises(HoldError, match="This hold has ended already"):
        release_hold(hold=hold, release="left", by=ten.chen, note="again")
    hold.refresh_from_db()
    assert (hold.release, hold.released_by, hold.note) == ("transferred", ten.chen, "ambulance 21:10")


def test_a_door_whose_hold_ended_by_hand_is_not_waited_for(ten):
    turn(ten)
    hold = Hold.objects.first()
    release_hold(hold=hold, release="left", by=ten.chen, note="moved to the sister's")
    visit = hold.recalled_as.visit
    visit.refresh_from_db()
    assert visit.outcome == "exempt"
