"""Two compounds under one minimum: a code over the phone, sums across, and nothing else; one may drop out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from buying.joint import (
    confirm_side,
    find_offer,
    handed_over,
    invite_partner,
    join_buy,
    leave_joint,
    record_handover,
)
from buying.models import GroupOrder, JointBuy, JointInvite, JointSide
from buying.orders import cancel_order, change_order, close_order, extend_order, place_order
from buying.progress import progress_of, read_progress
from buying.services import BuyingError
from buying.texts import chat_text, needs_of, supplier_text
from notices.models import Message
from tests.buying.buys import HOUR, Buy

FIVE = {"minimum_kind": "pieces", "minimum_pieces": 5}


@pytest.fixture
def host(world):
    buy = Buy(world, **FIVE, thing={"pack_size": 2})
    buy.wants(world.lin_home, 2)
    return buy


@pytest.fixture
def guest(world):
    buy = Buy(world, compound=world.hexin, lead=world.sun, title="鸡蛋团", thing={"pack_size": 2})
    buy.wants(world.other_home, 2)
    return buy


def together(world, host, guest=None) -> JointSide:
    code = invite_partner(order=host.order, by=world.zhao)
    return join_buy(code=code, compound=world.hexin, by=world.sun, order=guest.order if guest else None)


def side_of(buy) -> JointSide:
    return JointSide.objects.get(order=buy.order)


def make_final(*buys):
    for buy in buys:
        close_order(order=buy.order, by=buy.lead)
        confirm_side(side=side_of(buy), by=buy.lead)


def told_to(user) -> list[str]:
    return [message.subject for message in Message.objects.filter(user=user, channel="inbox").order_by("pk")]


def test_a_code_is_kept_as_its_hash_and_typed_as_it_was_written_down(world, host):
    code = invite_partner(order=host.order, by=world.zhao)
    assert (len(code), code.count("-")) == (14, 2)
    kept = JointInvite.objects.get()
    assert code.replace("-", "") not in (kept.code_hash, str(kept.__dict__))
    offer = find_offer(f"  {code.lower().replace('-', ' ')} ")
    assert (offer.host, [item.name for item in offer.items]) == (host.order, ["鸡蛋"])


def test_a_new_code_ends_the_old_one_and_time_ends_any(world, host):
    old, new = (invite_partner(order=host.order, by=world.zhao) for _twice in range(2))
    JointInvite.objects.filter(revoked_at=None).update(expires_at=timezone.now() - HOUR)
    for code in (old, new, "AAAA-BBBB-CCCC", "", "汉字" * 50):
        with pytest.raises(BuyingError):
            join_buy(code=code, compound=world.hexin, by=world.sun)
    assert (JointBuy.objects.count(), JointSide.objects.count()) == (1, 1)


def test_a_neighbour_joins_with_the_same_things_on_a_list_of_its_own(world, host):
    side = together(world, host)
    own = side.order
    facts = (own.compound, own.lead, own.state, own.title, own.note, own.payment_note, own.minimum_kind)
    assert facts == (world.hexin, world.sun, "draft", "鸡蛋", "", "", "none")
    item = own.items.get()
    assert (item.name, item.same_as, item.price, item.ordered) == ("鸡蛋", host.eggs, Decimal("45.00"), 0)
    assert "和欣苑" in told_to(world.zhao)[-1]


def test_or_with_a_list_that_has_orders_already(world, host, guest):
    together(world, host, guest)
    mine, theirs = progress_of(host.order), progress_of(guest.order)
    assert (mine.missing, theirs.missing, mine.reached) == (1, 1, 4)
    assert (mine.own.pieces, theirs.own.pieces, mine.own.household_count) == (2, 2, 1)
    assert guest.order.items.get().same_as == host.eggs


def test_nobody_joins_twice_nor_their_own_list(world, host, guest):
    with pytest.raises(BuyingError):
        join_buy(code=invite_partner(order=host.order, by=world.zhao), compound=world.jiamu, by=world.zhao)
    together(world, host, guest)
    again = invite_partner(order=host.order, by=world.zhao)
    with pytest.raises(BuyingError):
        join_buy(code=again, compound=world.hexin, by=world.sun)
    other = Buy(world, title="米")
    code = invite_partner(order=other.order, by=world.zhao)
    with pytest.raises(BuyingError):
        join_buy(code=code, compound=world.hexin, by=world.sun, order=guest.order)
    with pytest.raises(BuyingError):
        invite_partner(order=guest.order, by=world.sun)
    joint = JointBuy.objects.create(minimum_kind="none", made_by=world.sun)
    with pytest.raises(IntegrityError), transaction.atomic():
        JointSide.objects.create(joint=joint, order=guest.order, joined_by=world.sun)


def test_the_host_places_it_for_all_once_each_side_is_final(world, host, guest):
    together(world, host, guest)
    host.wants(world.far_home, 1)
    close_order(order=host.order, by=world.zhao)
    confirm_side(side=side_of(host), by=world.zhao)
    with pytest.raises(BuyingError, match="和欣苑"):
        place_order(order=host.order, by=world.zhao)
    with pytest.raises(BuyingError):
        confirm_side(side=side_of(guest), by=world.sun)
    make_final(guest)
    with pytest.raises(BuyingError):
        confirm_side(side=side_of(guest), by=world.sun)
    with pytest.raises(BuyingError):
        place_order(order=guest.order, by=world.sun)
    place_order(order=host.order, by=world.zhao)
    assert (host.fresh().state, guest.fresh().state) == ("ordered", "ordered")
    step = guest.order.steps.get(became="ordered")
    assert (step.by, "佳木大厦" in step.why) == (None, True)
    assert Message.objects.filter(reminder=f"buying-placed:{guest.order.pk}", user=world.sun).exists()


def test_what_changes_after_that_is_not_final_any_more(world, host, guest):
    together(world, host, guest)
    make_final(host, guest)
    guest.wants(world.other_home, 3)
    assert (side_of(host).confirmed_at is None, side_of(guest).confirmed_at) == (False, None)
    extend_order(order=host.order, closes_at=timezone.now() + 9 * HOUR, by=world.zhao)
    assert side_of(host).confirmed_at is None


def test_the_supplier_reads_sums_and_whole_cartons_of_all_sides(world, host, guest):
    together(world, host, guest)
    host.wants(world.far_home, 1)
    progress = progress_of(host.order)
    need = needs_of(progress)[0]
    assert (need.quantity, need.cartons, need.spare) == (5, 3, 1)
    text = supplier_text(progress)
    assert ("佳木大厦 + " in text, "5 盘" in text, "402" in text, "502" in text) == (True, True, False, False)
    assert "2 盘" in supplier_text(progress_of(guest.order))
    assert not any(room in chat_text(progress) for room in ("502", "402", "303"))


# --- Out of it --------------------------------------------------------------------------------------


def test_a_side_drops_out_below_the_minimum_and_the_other_is_told(world, host, guest):
    side = together(world, host, guest)
    make_final(host, guest)
    with pytest.raises(BuyingError):
        leave_joint(side=side, reason=" ", by=world.sun)
    leave_joint(side=side, reason="本小区解封了", by=world.sun)
    mine, theirs = progress_of(host.fresh()), progress_of(guest.fresh())
    assert (mine.missing, mine.others, mine.side.confirmed_at) == (3, [], None)
    assert (theirs.side, theirs.own.order.minimum_pieces, guest.stands(world.other_home)) == (None, 5, 2)
    message = Message.objects.get(reminder=f"buying-left:{host.order.pk}", user=world.zhao)
    assert "本小区解封了" in message.body
    assert not any(word in message.body + message.subject for word in ("孙", "303"))
    with pytest.raises(BuyingError):
        leave_joint(side=side, reason="再来", by=world.sun)


def test_when_the_host_goes_the_next_one_places_the_order(world, host, guest):
    together(world, host, guest)
    cancel_order(order=host.order, reason="供应商不来了", by=world.zhao)
    assert side_of(guest).is_host
    assert Message.objects.filter(reminder=f"buying-left:{guest.order.pk}", user=world.sun).count() == 1
    guest.wants(world.other_home, 5)
    make_final(guest)
    place_order(order=guest.order, by=world.sun)
    assert (host.fresh().state, guest.fresh().state) == ("cancelled", "ordered")


def test_after_ordering_nobody_leaves(world, host, guest):
    side = together(world, host, guest)
    host.wants(world.far_home, 1)
    make_final(host, guest)
    place_order(order=host.order, by=world.zhao)
    with pytest.raises(BuyingError):
        leave_joint(side=side, reason="反悔", by=world.sun)
    cancel_order(order=host.order, reason="车进不来", by=world.zhao)
    told = Message.objects.get(reminder=f"buying-off:{guest.order.pk}", user=world.sun)
    assert "车进不来" in told.body


# --- The count at the gate ----------------------------------------------------------------------------


@pytest.fixture
def ordered(world, host, guest):
    side = together(world, host, guest)
    host.wants(world.far_home, 1)
    make_final(host, guest)
    place_order(order=host.order, by=world.zhao)
    return side


def test_a_handover_is_signed_when_both_have_counted_the_same(world, guest, ordered):
    def count(hand, by, quantity):
        record_handover(side=ordered, hand=hand, counts={guest.eggs.pk: quantity}, by=by)
        ordered.refresh_from_db()
        return ordered.handed_over_at is not None

    assert [count("gives", world.zhao, 2), count("takes", world.sun, 1)] == [False, False]
    assert handed_over(guest.order) is None
    assert [count("takes", world.sun, 1), count("gives", world.zhao, 1)] == [False, True]
    assert handed_over(guest.order) == {guest.eggs.pk: 1}
    with pytest.raises(BuyingError):
        count("takes", world.sun, 2)
    assert {hand: ordered.handovers.filter(hand=hand).count() for hand in ("gives", "takes")} == {
        "gives": 2,
        "takes": 2,
    }


def test_the_other_is_told_to_count_and_nothing_is_counted_before_it_is_ordered(world, host, guest):
    side = together(world, host, guest)
    with pytest.raises(BuyingError):
        record_handover(side=side, hand="gives", counts={guest.eggs.pk: 1}, by=world.zhao)
    guest.at("ordered")
    for counts in ({}, {guest.eggs.pk: -1}, {guest.eggs.pk: 1.5}, {host.eggs.pk: 1}):
        with pytest.raises(BuyingError):
            record_handover(side=side, hand="gives", counts=counts, by=world.zhao)
    with pytest.raises(BuyingError):
        record_handover(side=side_of(host), hand="gives", counts={host.eggs.pk: 1}, by=world.zhao)
    record_handover(side=side, hand="gives", counts={guest.eggs.pk: 2}, by=world.zhao)
    told = Message.objects.filter(reminder=f"buying-handover-{side.pk}:{guest.order.pk}", channel="inbox")
    assert [message.user for message in told] == [world.sun]


def test_progress_of_many_lists_costs_three_statements(world, host, guest, django_assert_num_queries):
    Buy(world, title="米")
    alone = list(GroupOrder.objects.filter(title="米"))
    with django_assert_num_queries(3):
        read_progress(alone)
    together(world, host, guest)
    rows = list(GroupOrder.objects.all())
    with django_assert_num_queries(3):
        read_progress(rows)


def test_a_draft_that_joined_is_opened_by_its_own_committee(world, host):
    side = together(world, host)
    change_order(order=side.order, closes_at=timezone.now() + timedelta(hours=5), note="自提")
    assert (side.order.__class__.objects.get(pk=side.order.pk).note, host.fresh().note) == ("自提", "")
