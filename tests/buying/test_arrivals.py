"""What came is counted, corrected while nothing of it was shared, and shared out exactly as it was shown."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from buying.arrivals import Counted, read_arrival, record_arrival, sign_handover, take_back_arrival
from buying.joint import invite_partner, join_buy
from buying.models import Arrival, ArrivalCount, Parcel, Share, Sharing
from buying.services import BuyingError
from buying.sharing_plans import plan_sharing, share_out
from tests.buying.buys import Buy
from tests.buying.came import Came
from tests.world import move_in


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def came(world):
    return Came(world)


def outcomes(arrival):
    return [(lot.name, lot.outcome, lot.quantity, lot.unfit) for lot in arrival.counts.order_by("pk")]


def test_each_thing_is_counted_as_full_short_wrong_or_another(came):
    first = came.comes(5, 2500, Counted(came.eggs, 2, instead="鹌鹑蛋", price=Decimal("40.00")))
    assert outcomes(first) == [
        ("鸡蛋", "short", 5, 0),
        ("五花肉", "full", 2500, 0),
        ("鹌鹑蛋", "substituted", 2, 0),
    ]
    assert came.order.state == "arrived"
    rows = {row.item.name: (row.wanted, row.came, row.missing, row.over) for row in read_arrival(came.order)}
    assert rows == {"鸡蛋": (8, 7, 1, 0), "五花肉": (2500, 2500, 0, 0)}
    second = record_arrival(order=came.order, counted=[Counted(came.eggs, 0, 1, is_spoiled=True)], by=came.lead)
    assert (second.number, outcomes(second)) == (2, [("鸡蛋", "spoiled", 0, 1)])


def test_a_count_is_taken_back_with_a_reason_and_counted_again(came):
    arrival = came.comes(8)
    with pytest.raises(BuyingError, match="Say why"):
        take_back_arrival(arrival=arrival, why=" ", by=came.lead)
    take_back_arrival(arrival=arrival, why="数错了", by=came.lead)
    assert [row.came for row in read_arrival(came.order)] == [0, 0]
    with pytest.raises(BuyingError, match="taken back already"):
        take_back_arrival(arrival=arrival, why="r", by=came.lead)
    came.comes(7)
    came.shared()
    with pytest.raises(BuyingError, match="shared out already"):
        take_back_arrival(arrival=Arrival.objects.get(number=2), why="r", by=came.lead)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quantity": -1}, "A count is a whole number"),
        ({"quantity": 2.5}, "A count is a whole number"),
        ({"quantity": 10**9}, "A count is a whole number"),
        ({"instead": "鹌鹑蛋"}, "Say what one of “鹌鹑蛋” costs."),
        ({"price": Decimal(1)}, "A price of its own is for what came instead"),
    ],
)
def test_a_count_nobody_can_believe_is_refused(came, changes, told):
    counted = Counted(**{"item": came.eggs, "quantity": 1} | changes)
    with pytest.raises(BuyingError, match=told):
        record_arrival(order=came.order, counted=[counted], by=came.lead)
    assert (Arrival.objects.count(), came.fresh().state) == (0, "ordered")


def test_nothing_is_counted_that_was_not_ordered_or_twice_in_one_go(world, came):
    draft = Buy(world, is_open=False, title="t")
    for order, counted, told in (
        (draft.order, [Counted(draft.eggs, 1)], "order it first"),
        (came.order, [], "Count at least one thing"),
        (came.order, [Counted(draft.eggs, 1)], "not on the list"),
        (came.order, [Counted(came.eggs, 1), Counted(came.eggs, 2)], "counted twice"),
    ):
        with pytest.raises(BuyingError, match=told):
            record_arrival(order=order, counted=counted, by=came.lead)


# --- Sharing out ----------------------------------------------------------------------------------


def test_with_enough_everybody_gets_what_they_ordered(came):
    came.comes()
    came.shared()
    assert came.gets() == {"502": 3, "301": 1, "202": 2, "402": 2}
    assert came.gets(came.pork) == {"502": 1500, "402": 1000}
    assert (came.order.state, Share.objects.exclude(why="").count()) == ("sorting", 0)


def test_first_come_first_served_and_the_reason_is_kept(came):
    came.comes(5)
    came.shared("first")
    assert came.gets() == {"502": 3, "301": 1, "202": 1}
    late = Share.objects.filter(line__household=came.world.far_home, line__item=came.eggs).get()
    assert (late.quantity, late.ordered, late.why) == (0, 2, "rank")


def test_the_same_part_for_everybody_and_small_households_first(came):
    came.comes(4)
    plan = plan_sharing(came.order, "even")
    assert sorted(one.allotted for one in plan.items[0].shares.values()) == [1, 1, 1, 1]
    came.shared("small")
    assert came.gets()["301"] == 1
    assert "502" not in came.gets() or came.gets()["502"] < 3  # three live there: last but for the tenants


def test_by_hand_the_numbers_need_a_reason_and_must_be_there(came):
    came.comes(4)
    lines = {line.household.door.room: line.pk for line in plan_sharing(came.order, "first").items[0].lines.values()}
    numbers = {lines["502"]: 1, lines["301"]: 1, lines["202"]: 2, lines["402"]: 0}
    with pytest.raises(BuyingError, match="Say why"):
        came.shared("hand", numbers)
    with pytest.raises(BuyingError, match="not more than 4"):
        plan_sharing(came.order, "hand", numbers | {lines["502"]: 3})
    sharings = came.shared("hand", numbers, "林家同意少拿")
    assert came.gets() == {"502": 1, "301": 1, "202": 2}
    # Of the pork there was enough: nobody waited by anybody's hand.
    assert {one.item.name: (one.rule, one.reason) for one in sharings} == {
        "鸡蛋": ("hand", "林家同意少拿"),
        "五花肉": ("first", ""),
    }


def test_what_was_shown_is_applied_or_nothing(came):
    came.comes(5)
    shown = plan_sharing(came.order, "lot")
    assert plan_sharing(came.order, "lot").tag == shown.tag  # the lot is drawn once
    came.comes(1, 0)
    with pytest.raises(BuyingError, match="look at it again"):
        share_out(order=came.order, rule="lot", tag=shown.tag, by=came.lead)
    assert (Parcel.objects.count(), Sharing.objects.count()) == (0, 0)


def test_the_second_lorry_is_shared_out_with_what_still_waits(came):
    came.comes(5)
    came.shared()
    came.on_the_way()
    came.comes(3, 0)
    came.shared()
    assert came.gets() == {"502": 3, "301": 1, "202": 2, "402": 2}
    assert {lot.left for lot in ArrivalCount.objects.all()} == {0}
    came.on_the_way()
    with pytest.raises(BuyingError, match="still waits"):
        came.shared()


def test_before_it_is_on_its_way_it_is_shared_out_anew(came):
    came.comes(5)
    came.shared("first")
    came.shared("small")
    assert set(Sharing.objects.values_list("seed", flat=True)) == {plan_sharing(came.order, "lot").seed}
    assert (sum(came.gets().values()), Sharing.objects.filter(item=came.eggs).count()) == (5, 2)
    assert {lot.left for lot in ArrivalCount.objects.all()} == {0}


def test_what_came_instead_goes_to_those_who_come_last(came):
    came.comes(6, 2500, Counted(came.eggs, 2, instead="鹌鹑蛋", price=Decimal("50.00")))
    came.shared("first")
    instead = Parcel.objects.filter(lot__instead="鹌鹑蛋").get()
    assert (instead.line.household, instead.quantity) == (came.world.far_home, 2)


def test_more_than_there_is_cannot_be_written(came):
    arrival = came.comes(5)
    lot = arrival.counts.get(item=came.eggs)
    lot.shared = 6
    with pytest.raises(IntegrityError), transaction.atomic():
        lot.save()


def test_a_plan_costs_the_same_for_four_households_and_for_forty(world, came, django_assert_num_queries):
    came.comes(5)
    with django_assert_num_queries(8):
        plan_sharing(came.order, "first")
    came.at("open")
    for building in (world.building1, world.building2):
        for door in building.doors.filter(households=None):
            came.wants(move_in(door, "r"), 1)
    came.at("arrived")
    with django_assert_num_queries(8):
        assert len(plan_sharing(came.order, "small").items[0].wishes) == 19


# --- Two compounds --------------------------------------------------------------------------------


@pytest.fixture
def together(world):
    """Jiamu ordered five trays, Hexin three; one lorry comes to Jiamu."""
    host, guest = Buy(world), Buy(world, compound=world.hexin, lead=world.sun)
    side = join_buy(
        code=invite_partner(order=host.order, by=world.zhao), compound=world.hexin, by=world.sun, order=guest.order
    )
    host.wants(world.lin_home, 5)
    guest.wants(world.other_home, 3)
    host.at("ordered")
    guest.at("ordered")
    return host, guest, side


def test_a_handover_signed_by_both_is_the_partners_arrival(world, together):
    host, guest, side = together
    record_arrival(order=host.order, counted=[Counted(host.eggs, 7)], by=world.zhao)
    row = read_arrival(host.fresh())[0]
    assert (row.wanted, row.for_partners, row.missing) == (8, 3, 1)
    with pytest.raises(BuyingError, match="Count out the part of"):
        share_out(order=host.order, rule="first", tag="", by=world.zhao)
    with pytest.raises(BuyingError, match="comes with the handover"):
        record_arrival(order=guest.order, counted=[Counted(guest.eggs, 3)], by=world.sun)
    with pytest.raises(BuyingError, match="only 7 盘 lie there"):
        sign_handover(side=side, hand="gives", counts={guest.eggs.pk: 8}, by=world.zhao)
    sign_handover(side=side, hand="gives", counts={guest.eggs.pk: 2}, by=world.zhao)
    assert plan_sharing(host.fresh(), "first").items[0].available == 5  # two are set aside, signed or not
    sign_handover(side=side, hand="takes", counts={guest.eggs.pk: 1}, by=world.sun)
    assert guest.fresh().state == "ordered"
    sign_handover(side=side, hand="takes", counts={guest.eggs.pk: 2}, by=world.sun)
    assert (guest.fresh().state, outcomes(guest.order.arrivals.get())) == ("arrived", [("鸡蛋", "short", 2, 0)])
    assert (host.order.arrivals.get().counts.get().shared, side.handovers.count()) == (2, 3)
    plan = plan_sharing(host.order, "first")
    assert (plan.items[0].available, plan.is_short) == (5, False)
