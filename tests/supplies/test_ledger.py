"""The store's books: two people count, nothing goes below zero, what is wrong is countered and never rubbed out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplies.ledger import (
    SupplyError,
    adjust_stock,
    count_again,
    create_item,
    issue_gear,
    post_moves,
    record_arrival,
    return_gear,
    settle_count,
    stock_in,
    undo_move,
    write_off,
)
from supplies.models import Batch, BatchCount, Stock, StockMove
from tests.supplies.store import books_agree
from tests.world import make_building

NOT_QUANTITIES = [0, -1, 2.5, "2", True, None, float("nan"), 1_000_001, 10**30]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.mark.parametrize("quantity", NOT_QUANTITIES)
def test_what_is_no_quantity_is_refused_in_words_and_nothing_is_written(store, world, quantity):
    with pytest.raises(SupplyError, match="whole number from 1 to 1000000"):
        record_arrival(item=store.bag, quantity=quantity, by=world.chen, arrived_on=timezone.localdate())
    assert (Batch.objects.count(), BatchCount.objects.count()) == (0, 0)


def test_nothing_is_in_the_store_before_a_second_person_has_counted(store, world):
    batch = record_arrival(item=store.bag, quantity=40, by=world.chen, arrived_on=timezone.localdate())
    assert store.there(batch) == 0
    with pytest.raises(SupplyError, match="somebody else has to count"):
        count_again(batch=batch, quantity=40, by=world.chen)
    count_again(batch=batch, quantity=40, by=world.zhao)
    assert store.there(batch) == 40
    with pytest.raises(SupplyError, match="Two people have counted"):
        count_again(batch=batch, quantity=40, by=world.qian)


def test_counts_that_differ_wait_until_somebody_explains(store, world):
    batch = record_arrival(item=store.bag, quantity=40, by=world.chen, arrived_on=timezone.localdate())
    with pytest.raises(SupplyError, match="second person has to count"):
        settle_count(batch=batch, quantity=40, reason="sure", by=world.chen)
    assert count_again(batch=batch, quantity=38, by=world.zhao) is None
    assert store.there(batch) == 0
    with pytest.raises(SupplyError, match="Say why"):
        settle_count(batch=batch, quantity=38, reason="  ", by=world.chen)
    move = settle_count(batch=batch, quantity=38, reason="two under the tarp were empty", by=world.chen)
    assert (store.there(batch), move.reason) == (38, "two under the tarp were empty")
    with pytest.raises(SupplyError, match="in the store already"):
        settle_count(batch=batch, quantity=38, reason="again", by=world.chen)


def test_two_items_of_one_name_are_one(store, world):
    with pytest.raises(SupplyError, match="item of this name"):
        create_item(compound=world.jiamu, name="蔬菜包", unit="袋")


def test_a_recount_writes_the_difference_with_its_reason(store, world):
    stock = stock_in(store.arrive(10))
    adjust_stock(stock=stock, counted=7, reason="three were wet", by=world.chen)
    adjust_stock(stock=stock, counted=9, reason="two behind the door", by=world.chen)
    assert store.there(stock.batch) == 9
    assert list(stock.batch.moves.values_list("kind", "quantity")) == [
        ("arrived", 10),
        ("adjusted", 3),
        ("adjusted", 2),
    ]
    with pytest.raises(SupplyError, match="nothing to put right"):
        adjust_stock(stock=stock, counted=9, reason="x", by=world.chen)
    with pytest.raises(SupplyError, match="whole number"):
        adjust_stock(stock=stock, counted=-1, reason="x", by=world.chen)


def test_what_is_not_there_is_not_moved(store, world):
    stock = stock_in(store.arrive(5))
    with pytest.raises(SupplyError, match="only 5 there"):
        write_off(stock=stock, quantity=6, reason="rotten", by=world.chen)
    assert (store.there(stock.batch), StockMove.objects.count()) == (5, 1)


def test_the_database_itself_refuses_less_than_nothing(store):
    stock = stock_in(store.arrive(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(pk=stock.pk).update(quantity=-1)


def test_a_counter_entry_takes_back_once(store, world):
    batch = store.arrive(10)
    move = write_off(stock=stock_in(batch), quantity=4, reason="rotten", by=world.chen)
    counter = undo_move(move=move, reason="wrong crate", by=world.chen)
    assert (store.there(batch), counter.counters) == (10, move)
    for again in (move, counter):
        with pytest.raises(SupplyError):
            undo_move(move=again, reason="twice", by=world.chen)
    assert StockMove.objects.count() == 3


def test_an_arrival_is_not_taken_back_once_it_has_gone_on(store, world):
    batch = store.arrive(10)
    gone = write_off(stock=stock_in(batch), quantity=4, reason="rotten", by=world.chen)
    arrival = batch.moves.get(kind="arrived")
    with pytest.raises(SupplyError, match="only 6 of 10 are still there"):
        undo_move(move=arrival, reason="other lorry", by=world.chen)
    undo_move(move=gone, reason="order", by=world.chen)
    undo_move(move=arrival, reason="other lorry", by=world.chen)
    assert store.there(batch) == 0
    settle_count(batch=batch, quantity=8, reason="counted once more", by=world.chen)
    assert store.there(batch) == 8


def test_gear_goes_out_for_a_shift_and_comes_back(store, world):
    suits = create_item(compound=world.jiamu, name="防护服", unit="件", is_ppe=True)
    batch = store.arrive(10, item=suits)
    issue_gear(batch=batch, volunteer=world.wei, quantity=3, by=world.chen)
    stock = Stock.objects.get(holder=world.wei.user)
    assert (store.there(batch), stock.quantity) == (7, 3)
    with pytest.raises(SupplyError, match="only 3 there"):
        return_gear(stock=stock, returned=3, used=1, by=world.chen)
    return_gear(stock=stock, returned=1, used=2, by=world.chen)
    assert (store.there(batch), store.there(batch, holder=world.wei.user)) == (8, 0)


def test_gear_is_issued_to_volunteers_of_the_compound_alone(store, world):
    with pytest.raises(SupplyError, match="no protective gear"):
        issue_gear(batch=store.arrive(1), volunteer=world.wei, quantity=1, by=world.chen)
    suits = create_item(compound=world.jiamu, name="防护服", unit="件", is_ppe=True)
    with pytest.raises(SupplyError, match="does not serve"):
        issue_gear(batch=store.arrive(1, item=suits), volunteer=world.other_volunteer, quantity=1, by=world.chen)


def test_the_age_of_a_batch_rings(store):
    today = timezone.localdate()
    batch = store.arrive(1, arrived_on=today - timedelta(days=3), expires_on=today + timedelta(days=1))
    assert (batch.lies_too_long(today), batch.expires_soon(today), batch.has_expired(today)) == (True, True, False)
    assert batch.has_expired(today + timedelta(days=2))


DEEDS = st.lists(
    st.tuples(st.sampled_from(["in", "load", "back", "off", "undo"]), st.integers(1, 12), st.integers(0, 50)),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_whatever_is_done_no_place_holds_less_than_nothing_and_balances_are_sums(store, world, deeds):
    with transaction.atomic():
        batch = store.arrive(20)
        lobby = make_building(world.jiamu, str(Batch.objects.count() + 100), floors=1)
        here, there = stock_in(batch), stock_in(batch, building=lobby)
        for deed, quantity, which in deeds:
            places = {
                "in": {"kind": "adjusted", "target": here, "reason": "found"},
                "load": {"kind": "loaded", "source": here, "target": there},
                "back": {"kind": "returned", "source": there, "target": here},
                "off": {"kind": "written_off", "source": there, "reason": "wet"},
            }
            try:
                with transaction.atomic():
                    if deed == "undo":
                        moves = list(batch.moves.order_by("pk"))
                        undo_move(move=moves[which % len(moves)], reason="x", by=world.chen)
                    else:
                        post_moves([StockMove(batch=batch, quantity=quantity, by=world.chen, **places[deed])])
            except SupplyError:
                pass
            assert min(store.there(batch), store.there(batch, building=lobby)) >= 0
        assert books_agree()
        transaction.set_rollback(True)
