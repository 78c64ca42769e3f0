"""Segments: cut evenly, taken by one, kept while heard from, given back and handed over with a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from residents.models import Door, Household, Volunteer
from residents.services import end_volunteer
from rounds.models import Assignment, Round, Visit
from rounds.segments import (
    LEASE,
    NotOffered,
    SegmentTaken,
    claim_segment,
    cut_bands,
    cut_segments,
    extend_leases,
    free_segments,
    hand_over,
    offer_segments,
    segments_with_holders,
)
from rounds.services import RoundError, assign, cancel_round, close_round, create_round, open_round
from tests.marks import statements
from tests.world import CANARY, World, make_building, make_volunteer


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def make_tower(world, code="9", floors=10, doors=2):
    tower = make_building(world.jiamu, code, floors=floors, doors=doors)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in tower.doors.all())
    return tower


def make_round(world, tower, floors=5):
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    offer_segments(round=round, floors=floors)
    round.refresh_from_db()
    return round


@pytest.fixture
def tower(world):
    return make_tower(world)


@pytest.fixture
def tall(world, tower):
    """An open round over ten floors of two doors, offered in segments of five."""
    return make_round(world, tower)


def claim(round, volunteer, low=6, high=10, building=None, entrance=""):
    building = building or round.buildings.get().pk
    return claim_segment(
        round=round, volunteer=volunteer, building_id=building, entrance=entrance, floor_from=low, floor_to=high
    )


def told(segments):
    return [(segment.name, segment.doors, [part.volunteer.name for part in segment.holders]) for segment in segments]


# --- Cutting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doors", "wanted", "expected"),
    [
        ([2] * 10, 5, [5, 5]),
        ([2] * 10, 3, [3, 2, 3, 2]),
        ([2] * 4, 10, [4]),
        ([2] * 3, 1, [1, 1, 1]),
        ([1, 1, 1, 1, 8], 3, [4, 1]),
        ([9, 1, 1, 1], 2, [1, 3]),
        ([5], 5, [1]),
    ],
)
def test_bands_hold_every_floor_once_and_are_even_in_doors(doors, wanted, expected):
    floors = list(zip(range(len(doors), 0, -1), doors, strict=True))
    bands = cut_bands(floors, wanted)
    assert [floor for band in bands for floor in band] == floors
    assert [len(band) for band in bands] == expected


def test_a_round_is_cut_by_building_entrance_and_floors(world, tower):
    Door.objects.filter(building=tower, position=2).update(entrance="2")
    Door.objects.filter(building=tower, position=1).update(entrance="1")
    round = make_round(world, tower)
    assert told(cut_segments(round)) == [
        ("9号楼 entrance 1 6–10F", 5, []),
        ("9号楼 entrance 1 1–5F", 5, []),
        ("9号楼 entrance 2 6–10F", 5, []),
        ("9号楼 entrance 2 1–5F", 5, []),
    ]
    assert [segment.doors for segment in cut_segments(round, 10)] == [10, 10]


@pytest.mark.parametrize(("floors", "count"), [(6, 2), (90, 20)])
def test_cutting_and_looking_for_free_ones_cost_the_same_small_and_large(world, floors, count):
    tower = make_tower(world, floors=floors)
    round = make_round(world, tower)
    for number in range(count - 1):
        assign(
            round=round, volunteer=world.wu, building=tower, by=world.chen, floor_from=number + 1, floor_to=number + 1
        )
    with statements() as seen:
        segments_with_holders(round)
    assert len(seen) == 3, "\n".join(seen)
    with statements() as seen:
        free_segments(world.wei)
    assert len(seen) == 1, "\n".join(seen)


def test_only_free_segments_of_open_rounds_of_the_own_compound_are_offered(world, tower, tall):
    assert [segment.name for _round, segment in free_segments(world.wei)] == ["9号楼 6–10F", "9号楼 1–5F"]
    assert free_segments(world.other_volunteer) == []
    assign(round=tall, volunteer=world.wu, building=tower, by=world.chen, floor_from=7, floor_to=7)
    assert [(str(round), segment.name) for round, segment in free_segments(world.wei)] == [(str(tall), "9号楼 1–5F")]
    close_round(round=tall, by=world.chen)
    assert free_segments(world.wei) == []


def test_nothing_is_offered_unless_a_steward_says_so(world, tower, tall):
    offer_segments(round=tall, floors=None)
    assert free_segments(world.wei) == []
    with pytest.raises(NotOffered):
        claim(tall, world.wei)


# --- Claiming -----------------------------------------------------------------------------------------


def test_a_free_segment_is_taken_for_the_length_of_a_lease(world, tower, tall):
    part = claim(tall, world.wei)
    assert (part.part, part.volunteer, part.created_by) == ("9号楼 6–10F", world.wei, world.wei.user)
    assert timedelta(0) <= timezone.now() + LEASE - part.leased_until < timedelta(minutes=1)
    assert Visit.objects.filter(round=tall).unassigned().count() == 10
    assert told(segments_with_holders(tall)) == [("9号楼 6–10F", 10, ["魏志愿"]), ("9号楼 1–5F", 10, [])]


def test_what_is_mine_is_given_again(world, tall):
    assert claim(tall, world.wei).pk == claim(tall, world.wei).pk
    assert Assignment.objects.count() == 1


def test_what_somebody_holds_is_refused_with_their_name(world, tower, tall):
    claim(tall, world.wei)
    with pytest.raises(SegmentTaken, match="魏志愿 has these floors") as caught:
        claim(tall, world.wu)
    assert caught.value.holder == "魏志愿"
    assign(round=tall, volunteer=world.wei, building=tower, by=world.chen, floor_from=3, floor_to=3)
    with pytest.raises(SegmentTaken):
        claim(tall, world.wu, 1, 5)


def test_overlapping_floors_are_refused_after_the_round_was_cut_anew(world, tall):
    claim(tall, world.wei)
    offer_segments(round=tall, floors=10)
    with pytest.raises(SegmentTaken):
        claim(tall, world.wu, 1, 10)
    assert Assignment.objects.count() == 1


def test_the_database_refuses_a_second_lease_on_the_same_segment(world, tall):
    part = claim(tall, world.wei)
    twin = {name: getattr(part, name) for name in ("round", "building", "entrance", "floor_from", "floor_to")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(volunteer=world.wu, created_by=world.chen, leased_until=timezone.now(), **twin)
    Assignment.objects.create(volunteer=world.wu, created_by=world.chen, **twin)  # given by a steward: two may walk
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=part.pk).update(floor_to=None)


@pytest.mark.parametrize("wish", [(6, 9), (1, 10), (0, 0), (11, 15)])
def test_only_whole_segments_as_cut_are_taken(world, tall, wish):
    with pytest.raises(NotOffered, match="not offered any more"):
        claim(tall, world.wei, *wish)


def test_nobody_takes_what_is_not_theirs_to_take(world, tower, tall):
    with pytest.raises(NotOffered):
        claim(tall, world.other_volunteer)
    with pytest.raises(NotOffered):
        claim(tall, world.wei, building=world.building2.pk)
    with pytest.raises(NotOffered):
        claim(tall, world.wei, entrance="7")
    cancel_round(round=tall, by=world.chen, reason="rain")
    with pytest.raises(NotOffered, match="not open"):
        claim(tall, world.wei)
    assert not Assignment.objects.exists()


def test_where_training_is_asked_for_the_untrained_get_no_doors(world, tower, tall):
    world.jiamu.requires_training = True
    world.jiamu.save()
    for trained_on in (None, timezone.localdate() + timedelta(days=1)):
        Volunteer.objects.update(trained_on=trained_on)
        world.wei.refresh_from_db()
        with pytest.raises(RoundError, match="魏志愿 has not been trained yet"):
            claim(tall, world.wei)
        with pytest.raises(RoundError, match="has not been trained yet"):
            assign(round=tall, volunteer=world.wei, building=tower, by=world.chen)
    world.wei.trained_on = timezone.localdate()
    world.wei.save()
    part = claim(tall, world.wei)
    with pytest.raises(RoundError, match="吴志愿 has not been trained yet"):
        hand_over(assignment=part, to=Volunteer.objects.get(pk=world.wu.pk), by=world.chen, reason="tired")
    assert Assignment.objects.get().released_at is None


# --- Leases -------------------------------------------------------------------------------------------


def run_out(part, ago=timedelta(minutes=1)):
    Assignment.objects.filter(pk=part.pk).update(leased_until=timezone.now() - ago)


def test_a_lease_that_ran_out_keeps_its_doors_until_somebody_takes_them(world, tall):
    part = claim(tall, world.wei)
    run_out(part)
    assert Visit.objects.filter(round=tall).unassigned().count() == 10
    assert [segment.name for _round, segment in free_segments(world.wu)] == ["9号楼 6–10F", "9号楼 1–5F"]
    taken = claim(tall, world.wu)
    part.refresh_from_db()
    assert part.released_at is not None
    assert part.release_reason == "not heard from; taken over by 吴志愿"
    assert part.released_by == world.wu.user
    assert [row.pk for row in Assignment.objects.active()] == [taken.pk]


def test_who_has_left_holds_nothing_back(world, tall):
    part = claim(tall, world.wei)
    end_volunteer(volunteer=world.wei)
    assert claim(tall, world.wu).volunteer == world.wu
    part.refresh_from_db()
    assert part.released_at is not None


def test_being_heard_from_extends_also_what_ran_out(world, tall):
    part, given = (
        claim(tall, world.wei),
        assign(round=tall, volunteer=world.wei, building=tall.buildings.get(), by=world.chen),
    )
    run_out(part)
    now = timezone.now()
    with statements() as seen:
        extend_leases(volunteer=world.wei, now=now)
    assert len(seen) == 1
    part.refresh_from_db()
    given.refresh_from_db()
    assert (part.leased_until, given.leased_until) == (now + LEASE, None)
    extend_leases(volunteer=world.wei, now=now + timedelta(minutes=5))
    part.refresh_from_db()
    assert part.leased_until == now + LEASE  # so soon again moves nothing
    extend_leases(volunteer=world.wu, now=now + timedelta(hours=1))
    part.refresh_from_db()
    assert part.leased_until == now + LEASE


# --- Changing hands -----------------------------------------------------------------------------------


def test_a_part_changes_hands_with_its_reason_and_a_fresh_lease(world, tall):
    part = claim(tall, world.wei)
    run_out(part)
    given = hand_over(assignment=part, to=world.wu, by=world.chen, reason="twisted ankle")
    part.refresh_from_db()
    assert (part.release_reason, given.volunteer, given.part) == ("twisted ankle", world.wu, part.part)
    assert part.released_by == world.chen
    assert given.leased_until > timezone.now()
    assert Assignment.objects.active().get() == given


def test_a_part_given_without_end_is_handed_over_without_end(world, tower, tall):
    part = assign(round=tall, volunteer=world.wei, building=tower, by=world.chen)
    assert hand_over(assignment=part, to=world.wu, by=world.chen, reason="home").leased_until is None


@pytest.mark.parametrize("case", ["no reason", "released", "to oneself", "another compound", "has left", "over"])
def test_what_cannot_be_handed_over_stays_where_it_is(world, tall, case):
    part, to, reason = claim(tall, world.wei), world.wu, "tired"
    if case == "no reason":
        reason = "  "
    elif case == "released":
        hand_over(assignment=part, to=world.wu, by=world.chen, reason="x")
    elif case == "to oneself":
        to = world.wei
    elif case == "another compound":
        to = world.other_volunteer
    elif case == "has left":
        end_volunteer(volunteer=to)
        to.refresh_from_db()
    else:
        close_round(round=tall, by=world.chen)
    before = list(Assignment.objects.order_by("pk").values_list("pk", "volunteer", "released_at"))
    with pytest.raises(RoundError):
        hand_over(assignment=part, to=to, by=world.chen, reason=reason)
    assert list(Assignment.objects.order_by("pk").values_list("pk", "volunteer", "released_at")) == before


# --- The pages ----------------------------------------------------------------------------------------


def at(name, *args):
    return reverse(f"rounds:{name}", args=args)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def test_a_steward_cuts_the_round_and_sees_who_holds_what(world, steward, tower, tall):
    assert steward.post(at("segments", tall.pk), {"floors": "2"}).status_code == 302
    tall.refresh_from_db()
    assert tall.floors_per_segment == 2
    claim(tall, world.wei, 9, 10)
    run_out(Assignment.objects.get())
    page = steward.get(at("assignments", tall.pk)).content.decode()
    assert "9号楼 9–10F" in page
    assert "lease ran out" in page
    assert f"?building={tower.pk}&amp;entrance=&amp;floor_from=1&amp;floor_to=2" in page
    form = steward.get(at("assignments", tall.pk), {"building": tower.pk, "floor_from": 1, "floor_to": 2}).context[
        "form"
    ]
    assert (form["floor_from"].value(), form["floor_to"].value()) == ("1", "2")
    assert "1 part was taken and has gone quiet" in steward.get(at("board", tall.pk)).content.decode()
    assert steward.post(at("segments", tall.pk), {"floors": ""}).status_code == 302
    tall.refresh_from_db()
    assert tall.floors_per_segment is None


@pytest.mark.parametrize("floors", ["0", "61", "-1", "two", "9" * 30])
def test_a_number_of_floors_that_makes_no_sense_is_refused_and_kept_in_the_form(steward, tall, floors):
    answer = steward.post(at("segments", tall.pk), {"floors": floors})
    assert answer.status_code == 422
    assert answer.context["offer"]["floors"].value() == floors
    tall.refresh_from_db()
    assert tall.floors_per_segment == 5


def test_a_round_that_is_over_is_not_cut(world, steward, tall):
    close_round(round=tall, by=world.chen)
    answer = steward.post(at("segments", tall.pk), {"floors": "3"})
    assert (answer.status_code, "This round is over" in answer.content.decode()) == (422, True)


def test_the_desk_hands_a_part_over(world, steward, tall):
    part = claim(tall, world.wei)
    page = steward.get(at("assignment_hand_over", part.pk))
    assert list(page.context["form"].fields["volunteer"].queryset) == [world.wu]
    assert CANARY not in page.content.decode()
    answer = steward.post(at("assignment_hand_over", part.pk), {"volunteer": world.wu.pk, "reason": "tired"})
    assert answer["Location"] == at("assignments", tall.pk)
    assert Assignment.objects.active().get().volunteer == world.wu


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "x" * 201}, {"volunteer": ""}, {"volunteer": "other"}])
def test_a_refused_hand_over_keeps_what_was_typed(world, steward, tall, change):
    part = claim(tall, world.wei)
    form = {"volunteer": str(world.wu.pk), "reason": "tired"} | change
    if form["volunteer"] == "other":
        form["volunteer"] = str(world.other_volunteer.pk)
    answer = steward.post(at("assignment_hand_over", part.pk), form)
    assert answer.status_code == 422
    assert answer.context["form"]["reason"].value() == form["reason"]
    assert Assignment.objects.active().get() == part


def test_the_desk_takes_a_part_back_with_a_reason(steward, world, tall):
    part = claim(tall, world.wei)
    steward.post(at("assignment_release", part.pk), {"reason": "x" * 201})
    part.refresh_from_db()
    assert part.released_at is None
    steward.post(at("assignment_release", part.pk), {"reason": "not answering"})
    part.refresh_from_db()
    assert (part.released_at is not None, part.released_by, part.release_reason) == (True, world.chen, "not answering")
    page = steward.get(at("assignments", part.round_id)).content.decode()
    assert "Given back" in page
    assert f"· {world.chen} · “not answering”" in page


@pytest.mark.parametrize(("floors", "names"), [(6, 1), (60, 12)])
def test_the_page_costs_the_same_small_and_large(world, client, floors, names):
    tower = make_tower(world, floors=floors)
    round = make_round(world, tower, floors=3)
    for number, (low, high) in enumerate([(s.floor_from, s.floor_to) for s in cut_segments(round)][:names]):
        claim(round, make_volunteer(world.jiamu, f"v{number}", f"志愿{number}"), low, high)
    client.force_login(world.chen)
    client.get(at("assignments", round.pk))
    with statements() as seen:
        client.get(at("assignments", round.pk))
    assert len(seen) == 13, "\n".join(seen)


# --- At once ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_five_who_claim_at_once_exactly_one_wins_fifty_times(settings):
    world = World()
    tower = make_tower(world, floors=50, doors=1)
    round = make_round(world, tower, floors=1)
    racers = [make_volunteer(world.jiamu, f"racer-{n}", f"跑者{n}") for n in range(5)]

    def run(volunteer, floor):
        try:
            return claim(Round.objects.get(pk=round.pk), volunteer, floor, floor, building=tower.pk).volunteer
        except SegmentTaken as taken:
            return taken.holder
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        for floor in range(1, 51):
            answers = list(pool.map(run, racers, [floor] * 5))
            winners = [answer for answer in answers if isinstance(answer, Volunteer)]
            assert len(winners) == 1
            assert [answer for answer in answers if answer not in winners] == [winners[0].name] * 4
    assert Assignment.objects.active().filter(round=round).count() == 50


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_handing_over_and_claiming_at_once_leave_one_holder(settings):
    world = World()
    tower = make_tower(world, floors=20, doors=1)
    round = make_round(world, tower, floors=1)
    third = make_volunteer(world.jiamu, "third", "第三人")

    def give(part):
        try:
            hand_over(assignment=part, to=world.wu, by=world.chen, reason="tired")
        except RoundError:
            pass
        finally:
            connection.close()

    def take(part):
        try:
            claim(round, third, part.floor_from, part.floor_to, building=tower.pk)
        except RoundError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for floor in range(1, 21):
            part = claim(round, world.wei, floor, floor)
            run_out(part)
            jobs = [pool.submit(give, part), pool.submit(take, part)]
            [job.result() for job in jobs]
            assert Assignment.objects.active().filter(round=round, floor_from=floor).count() == 1
