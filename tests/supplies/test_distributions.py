"""From a delivery that is short to closed books: who is due what, who waits and why, and where every bag went."""

import time

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from residents.joining import join_doors
from residents.models import Door, Household
from rounds.marks import NewMarks
from rounds.models import Mark, Round, Visit
from rounds.services import RoundError, cancel_round
from supplies.entitling import by_occupancy, reckon
from supplies.handing import record_handovers
from supplies.ledger import SupplyError, stock_in, undo_move, write_off
from supplies.models import Entitlement, StockMove
from supplies.reconciling import read_books, read_totals
from supplies.services import (
    add_line,
    bring_back,
    close_books,
    find_in,
    load_building,
    plan_shortage,
    remove_line,
    set_diets,
    write_off_in,
)
from tests.supplies.store import books_agree
from tests.world import make_building, move_in


@pytest.fixture(autouse=True)
def english(request):
    request.getfixturevalue("settings").LANGUAGE_CODE = "en"


def allotted(distribution) -> dict[str, int]:
    rows = Entitlement.objects.filter(line__distribution=distribution).select_related("visit")
    return {row.visit.room: row.allotted for row in rows}


# --- Who is due what ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ({}, {"502": 1, "301": 1, "202": 1, "402": 1}),
        ({"amount": 2}, {"502": 2, "301": 2, "202": 2, "402": 2}),
        ({"per": "head"}, {"502": 3, "301": 1, "202": 3, "402": 2}),
        ({"per": "need", "need": "lives_alone"}, {"301": 1}),
        ({"per": "elder", "amount": 2}, {"301": 2}),
    ],
)
def test_each_rule_reckons_what_a_household_is_due(store, line, due):
    distribution = store.open(store.prepare(store.arrive(30), **line))
    assert allotted(distribution) == due


def test_tenants_are_dealt_with_as_owners(store):
    plan = reckon(store.prepare(store.arrive(30)))
    assert {name: row["households"] for name, row in by_occupancy(plan).items()} == {"owner lives here": 3, "tenant": 1}


def test_a_household_behind_two_doors_gets_one_and_two_behind_a_door_get_two(store, world):
    beside = Door.objects.get(building=world.building1, room="501")
    join_doors(main=world.lin_home.door, joined=beside, by=world.chen, reason="knocked through")
    move_in(world.elder_home.door, "何租客", occupancy="tenant")
    distribution = store.open(store.prepare(store.arrive(30), buildings=[world.building1]))
    rows = Entitlement.objects.filter(line__distribution=distribution)
    assert sorted(rows.values_list("visit__room", flat=True)) == ["202", "301", "301", "502"]


def test_a_variant_takes_the_place_of_the_plain_bag(store, world):
    set_diets(building=world.building1, variants={world.lin_home.pk: "halal"}, by=world.chen)
    plain, halal = store.arrive(10), store.arrive(10)
    distribution = store.prepare(plain)
    add_line(distribution=distribution, batch=halal, amount=1, variant="halal", instead_of=distribution.lines.get())
    store.open(distribution)
    rows = Entitlement.objects.filter(line__distribution=distribution)
    assert list(rows.filter(visit__household=world.lin_home).values_list("line__batch", flat=True)) == [halal.pk]
    assert rows.filter(line__batch=halal).count() == 1
    assert rows.filter(line__batch=plain).count() == 3


def test_lines_are_refused_in_words(store, world):
    distribution = store.prepare(store.arrive(10))
    line = distribution.lines.get()
    with pytest.raises(SupplyError, match="on the list already"):
        add_line(distribution=distribution, batch=line.batch, amount=1)
    other = store.arrive(10)
    for bad in ({"per": "need"}, {"need": "lives_alone"}, {"instead_of": line}, {"amount": 0}):
        with pytest.raises(SupplyError):
            add_line(distribution=distribution, batch=other, **({"amount": 1} | bad))
    assert distribution.lines.count() == 1
    remove_line(line=line)
    with pytest.raises(RoundError, match="what is handed out"):
        store.open(distribution)
    assert Round.objects.get().is_draft


def test_three_thousand_households_are_reckoned_and_frozen_within_two_seconds(store, world):
    buildings = [make_building(world.jiamu, str(number), floors=25, doors=12) for number in range(10, 20)]
    doors = Door.objects.filter(building__in=buildings)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
    distribution = store.prepare(store.arrive(2990), buildings=buildings)
    plan_shortage(distribution=distribution, rule="lot", by=world.chen)
    distribution.refresh_from_db()
    started = time.process_time()
    plan = reckon(distribution)
    assert time.process_time() - started < 2
    assert (len(plan.entitled), plan.missing, len(plan.waiting)) == (3000, 10, 10)


@pytest.mark.parametrize("homes", [0, 40])
def test_reckoning_costs_the_same_for_few_and_many(store, world, django_assert_num_queries, homes):
    for number in range(homes):
        move_in(world.building1.doors.all()[number % 10], f"甲{number}")
    distribution = store.prepare(store.arrive(10))
    with django_assert_num_queries(12):
        reckon(distribution)


# --- Who waits ------------------------------------------------------------------------------------


def test_a_shortage_is_decided_before_anybody_walks(store):
    distribution = store.prepare(store.arrive(3))
    with pytest.raises(RoundError, match="1 are missing: decide first who waits"):
        store.open(distribution)
    assert Visit.objects.count() == 0
    store.open(distribution, rule="elders")
    waiting = Entitlement.objects.waiting().select_related("visit").get()
    assert waiting.visit.room != "301"
    assert (waiting.wait_reason, waiting.visit.outcome) == ("lot", "exempt")


def test_the_lot_is_drawn_once_and_can_be_drawn_again_by_anybody(store):
    distribution = store.prepare(store.arrive(2))
    seed = distribution.seed
    for rule in ("lot", "biggest", "lot"):
        plan_shortage(distribution=distribution, rule=rule, by=store.world.chen)
    distribution.refresh_from_db()
    foretold = reckon(distribution).lines[0].shares
    store.open(distribution)
    assert distribution.seed == seed
    rows = Entitlement.objects.filter(line__distribution=distribution)
    assert {row.visit.household_id: row.allotted for row in rows} == {k: v.allotted for k, v in foretold.items()}


def test_by_hand_needs_a_reason_and_enough_households(store, world):
    distribution = store.prepare(store.arrive(2))
    plan = {"distribution": distribution, "rule": "hand", "by": world.chen}
    with pytest.raises(SupplyError, match="Say why"):
        plan_shortage(**plan, waits=[world.lin_home.pk, world.far_home.pk])
    with pytest.raises(SupplyError, match="1 more have to wait"):
        plan_shortage(**plan, waits=[world.lin_home.pk], reason="bought their own")
    with pytest.raises(SupplyError, match="not on the list"):
        plan_shortage(**plan, waits=[world.lin_home.pk, world.other_home.pk], reason="x")
    plan_shortage(**plan, waits=[world.lin_home.pk, world.far_home.pk], reason="bought their own")
    store.open(distribution)
    assert allotted(distribution) == {"502": 0, "301": 1, "202": 1, "402": 0}
    assert set(Entitlement.objects.waiting().values_list("wait_reason", flat=True)) == {"hand"}


def test_a_choice_by_hand_no_longer_enough_at_opening_is_refused(store, world):
    batch = store.arrive(3)
    distribution = store.prepare(batch)
    plan_shortage(distribution=distribution, rule="hand", by=world.chen, waits=[world.far_home.pk], reason="garden")
    write_off(stock=stock_in(batch), quantity=1, reason="rotten", by=world.chen)
    with pytest.raises(RoundError, match="1 more have to wait"):
        store.open(distribution)
    assert Visit.objects.count() == 0


def test_who_waited_last_time_comes_first_now(store, world):
    first = store.prepare(store.arrive(3))
    store.open(first, rule="hand", waits=[world.tenant_home.pk], reason="came last")
    second = store.prepare(store.arrive(1))
    store.open(second, rule="waited")
    assert allotted(second)["202"] == 1


def test_a_batch_on_its_way_is_not_promised_twice(store, world):
    batch = store.arrive(10)
    first = store.open(store.prepare(batch))
    second = store.prepare(batch)
    with pytest.raises(RoundError, match="close its books first"):
        store.open(second)
    line = first.lines.get()
    load_building(line=line, building=world.building1, quantity=2, by=world.zhao)
    cancel_round(round=first.round, by=world.chen, reason="rain")
    bring_back(line=line, building=world.building1, quantity=2, by=world.zhao)
    store.open(second)
    assert second.round.is_open
    assert store.there(batch) == 10


def test_what_is_frozen_stays(store, world):
    distribution = store.open(store.prepare(store.arrive(10)))
    with pytest.raises(SupplyError, match="frozen"):
        add_line(distribution=distribution, batch=store.arrive(1), amount=1)
    with pytest.raises(SupplyError, match="frozen"):
        plan_shortage(distribution=distribution, rule="lot", by=world.chen)


# --- At the doors ---------------------------------------------------------------------------------


@pytest.fixture
def running(store, world):
    distribution = store.open(store.prepare(store.arrive(20), amount=2))
    load_building(line=distribution.lines.get(), building=world.building1, quantity=6, by=world.zhao)
    return distribution


def books(distribution, building):
    return next(page for page in read_books(distribution) if page.building == building)


@pytest.mark.parametrize(
    ("outcome", "details", "told"),
    [
        ("done", {}, ("given", 2, 0)),
        ("done", {"handover": "left"}, ("left", 2, 0)),
        ("done", {"handover": "swapped"}, ("swapped", 2, 0)),
        ("partly", {"handover": "short", "count": "1"}, ("short", 1, 0)),
        ("partly", {"handover": "damaged", "count": "1"}, ("damaged", 1, 1)),
        ("refused", {}, ("refused", 0, 0)),
        ("nobody_home", {}, ("", 0, 0)),
        ("nobody_home", {"handover": "kept", "until": "2022-04-12"}, ("kept", 0, 0)),
        ("done", {"handover": "refused"}, ("given", 2, 0)),
        ("done", {"handover": "gold"}, ("given", 2, 0)),
        ("partly", {"handover": "short", "count": "-5"}, ("short", 2, 0)),
        ("partly", {"handover": "short", "count": "99"}, ("short", 2, 0)),
    ],
)
def test_a_mark_moves_the_books(store, world, running, outcome, details, told):
    store.tell(running, world.lin_home, outcome, **details)
    row = store.owed(running, world.lin_home)
    assert (row.handover, row.told_given, row.told_spoiled) == told
    assert (row.given, row.spoiled) == told[1:]
    assert store.there(row.line.batch, building=world.building1) == 6 - told[1] - told[2]
    assert books_agree()


def test_two_partial_trips_are_one_whole_share(store, world, running):
    store.tell(running, world.lin_home, "partly", handover="short", count="1")
    store.tell(running, world.lin_home, "done")
    row = store.owed(running, world.lin_home)
    assert (row.given, store.there(row.line.batch, building=world.building1)) == (2, 4)


def test_a_damaged_bag_stays_written_off_when_another_is_given(store, world, running):
    store.tell(running, world.lin_home, "partly", handover="damaged", count="1")
    store.tell(running, world.lin_home, "done")
    row = store.owed(running, world.lin_home)
    assert (row.given, row.spoiled) == (2, 1)
    assert books(running, world.building1).left == 3


def test_taking_a_mark_back_counters_its_movement(store, world, running):
    mark = store.tell(running, world.lin_home)
    store.tell(running, world.lin_home, "cleared", undoes=mark.pk)
    row = store.owed(running, world.lin_home)
    assert (row.given, row.told_given, row.handover) == (0, 0, "")
    assert list(row.moves.values_list("kind", flat=True)) == ["handed_out", "counter"]
    assert store.there(row.line.batch, building=world.building1) == 6
    with pytest.raises(SupplyError, match="take the mark back"):
        undo_move(move=row.moves.first(), reason="x", by=world.chen)


def test_telling_the_same_door_twice_hands_out_once(store, world, running):
    for _ in range(3):
        store.tell(running, world.lin_home)
    assert StockMove.objects.filter(kind="handed_out").count() == 1


def test_a_mark_counts_even_where_the_books_are_behind(store, world):
    distribution = store.open(store.prepare(store.arrive(20), amount=2))
    line = distribution.lines.get()
    store.tell(distribution, world.lin_home)
    assert Mark.objects.count() == 1
    assert (books(distribution, world.building1).uncovered, store.there(line.batch)) == (2, 20)
    load_building(line=line, building=world.building1, quantity=1, by=world.zhao)
    assert books(distribution, world.building1).uncovered == 1
    load_building(line=line, building=world.building1, quantity=3, by=world.zhao)
    page = books(distribution, world.building1)
    assert (page.uncovered, page.given, page.left) == (0, 2, 2)


def test_more_than_the_store_holds_is_not_loaded(store, world, running):
    with pytest.raises(SupplyError, match="only 14 there"):
        load_building(line=running.lines.get(), building=world.building1, quantity=15, by=world.zhao)
    with pytest.raises(SupplyError, match="whole number"):
        load_building(line=running.lines.get(), building=world.building1, quantity=-3, by=world.zhao)


# --- The books ------------------------------------------------------------------------------------


def test_the_books_close_when_every_bag_is_accounted_for(store, world, running):
    line = running.lines.get()
    store.tell(running, world.lin_home)
    store.tell(running, world.elder_home, "refused")
    with pytest.raises(SupplyError, match="do not balance yet: 1号楼"):
        close_books(distribution=running, by=world.chen)
    assert Round.objects.get(pk=running.round_id).is_open
    bring_back(line=line, building=world.building1, quantity=3, by=world.zhao)
    write_off_in(line=line, building=world.building1, quantity=1, reason="trodden on", by=world.zhao)
    page = books(running, world.building1)
    assert (page.loaded, page.given, page.returned, page.written_off, page.left) == (6, 2, 3, 1, 0)
    close_books(distribution=running, by=world.chen)
    assert Round.objects.get(pk=running.round_id).is_closed
    with pytest.raises(SupplyError, match="books of this distribution are closed"):
        load_building(line=line, building=world.building1, quantity=1, by=world.zhao)
    assert books_agree()


def test_bags_beyond_the_books_are_explained_before_they_are_booked(store, world):
    distribution = store.open(store.prepare(store.arrive(20)))
    line = distribution.lines.get()
    store.tell(distribution, world.lin_home)
    with pytest.raises(SupplyError, match="do not balance"):
        close_books(distribution=distribution, by=world.chen)
    with pytest.raises(SupplyError, match="Say why"):
        find_in(line=line, building=world.building1, quantity=1, reason="", by=world.chen)
    find_in(line=line, building=world.building1, quantity=1, reason="one of yesterday's", by=world.chen)
    close_books(distribution=distribution, by=world.chen)
    assert (store.there(line.batch), books_agree()) == (20, True)


def test_an_undo_after_the_recount_shows_as_left(store, world, running):
    mark = store.tell(running, world.lin_home)
    bring_back(line=running.lines.get(), building=world.building1, quantity=4, by=world.zhao)
    assert books(running, world.building1).balances
    store.tell(running, world.lin_home, "cleared", undoes=mark.pk)
    assert books(running, world.building1).left == 2


def test_a_load_taken_back_is_gone_from_the_books(store, world, running):
    undo_move(move=StockMove.objects.get(kind="loaded"), reason="other building", by=world.chen)
    assert (books(running, world.building1).loaded, store.there(running.lines.get().batch)) == (0, 20)


def test_everybody_may_read_the_totals_of_each_building(store, world):
    distribution = store.open(store.prepare(store.arrive(3)), rule="hand", waits=[world.far_home.pk], reason="late")
    store.tell(distribution, world.lin_home)
    rows, total = read_totals(distribution)
    assert [(row.households, row.reached, row.waiting, row.allotted) for row in [*rows, total]] == [
        (3, 1, 0, 3),
        (1, 0, 1, 0),
        (4, 1, 1, 3),
    ]


def test_the_way_of_a_mark_costs_six_statements_more_and_nothing_for_other_rounds(
    store, world, running, django_assert_num_queries
):
    """However many doors a phone tells of at once."""
    marks = [store.tell(running, home) for home in (world.lin_home, world.elder_home)]
    Entitlement.objects.update(told_given=0, given=0)
    visits = {visit.pk: visit for visit in Visit.objects.filter(round=running.round_id).select_related("round")}
    marks_of = {pk: [mark for mark in marks if mark.visit_id == pk] for pk in visits}
    news = NewMarks(world.jiamu.pk, visits, marks, marks_of, timezone.now())
    with django_assert_num_queries(6):
        record_handovers(news)
    for visit in visits.values():
        visit.round.kind = Round.Kind.NOTIFY
    with django_assert_num_queries(0):
        record_handovers(news)


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking a whole distribution takes minutes
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["load", "given", "short", "damaged", "swapped", "refused", "undo", "back", "off", "found"]),
        st.integers(0, 2),
        st.integers(1, 3),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_whatever_happens_every_bag_is_somewhere(store, world, deeds):
    """Loaded + found = given + brought back + written off + left, and what is left is what the lobby's stock says."""
    homes = [world.lin_home, world.elder_home, world.tenant_home]
    with transaction.atomic():
        batch = store.arrive(12)
        distribution = store.prepare(batch, amount=2, buildings=[world.building1])
        other = add_line(distribution=distribution, batch=store.arrive(12), amount=1, variant="baby")
        store.open(distribution)
        line, lobby = distribution.lines.get(variant=""), world.building1
        load_building(line=other, building=lobby, quantity=2, by=world.zhao)
        told = {"line": line, "building": lobby, "by": world.zhao}
        for deed, which, quantity in deeds:
            home = homes[which]
            last = (
                Mark.objects.filter(visit__household=home, visit__round=distribution.round)
                .exclude(outcome="cleared")
                .order_by("happened_at", "pk")
                .last()
            )
            count = str(quantity)
            try:
                with transaction.atomic():
                    match deed:
                        case "load":
                            load_building(**told, quantity=quantity)
                        case "back":
                            bring_back(**told, quantity=quantity)
                        case "off":
                            write_off_in(**told, quantity=quantity, reason="wet")
                        case "found":
                            find_in(**told, quantity=quantity, reason="yesterday's")
                        case "given":
                            store.tell(distribution, home)
                        case "short" | "damaged":
                            store.tell(distribution, home, "partly", handover=deed, count=count)
                        case "swapped":
                            store.tell(distribution, home, "done", handover=deed, count=count, **{"for": str(other.pk)})
                        case "refused":
                            store.tell(distribution, home, "refused")
                        case "undo" if last is not None:
                            store.tell(distribution, home, "cleared", undoes=last.pk)
                    if deed in {"load", "back", "off", "found"}:
                        settled = books(distribution, lobby)
                        assert settled.uncovered == 0 or settled.left == 0
            except SupplyError:
                pass
            page, beside = (one for one in read_books(distribution) if one.building == lobby)
            assert page.left == store.there(batch, building=lobby) >= 0
            assert beside.left == store.there(other.batch, building=lobby) >= 0
            sums = {name: Sum(name) for name in ("given", "spoiled", "swapped")}
            booked = Entitlement.objects.filter(line=line).aggregate(**sums)
            assert (page.given, beside.given) == (booked["given"] - booked["swapped"], booked["swapped"])
            assert page.written_off >= booked["spoiled"]
        assert books_agree()
        transaction.set_rollback(True)


def test_a_bag_given_on_to_a_neighbour_is_given_and_says_so(store, world):
    distribution = store.open(store.prepare(store.arrive(9)))
    store.tell(distribution, world.lin_home, handover="passed")
    row = store.owed(distribution, world.lin_home)
    assert (row.told_given, row.get_handover_display()) == (1, "given on to a neighbour, as they wished")
