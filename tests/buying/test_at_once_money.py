"""What came and the money of a list, on a real PostgreSQL: many leads press at once, and it balances."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from buying.delivering import open_delivery
from buying.models import ArrivalCount, MoneyEntry, Parcel, Settlement, Sharing
from buying.settlement import note_money, read_settlement, settle_order, tell_bill
from buying.sharing_plans import plan_sharing, share_out
from tests.buying.came import Came
from tests.buying.test_at_once import at_once, refusals
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_a_shortage_shared_out_by_many_at_once_gives_no_more_than_there_is():
    world = World()
    came = Came(world)
    came.comes(eggs=5)
    tags = {rule: plan_sharing(came.fresh(), rule).tag for rule in ("first", "small", "elders", "lot")}
    jobs = [lambda rule=rule: share_out(order=came.order, rule=rule, tag=tags[rule], by=came.lead) for rule in tags]
    answers = at_once(jobs * 4)
    assert refusals(answers) < 16
    eggs = Parcel.objects.filter(line__item=came.eggs)
    lot = ArrivalCount.objects.get(item=came.eggs)
    assert (eggs.aggregate(n=Sum("quantity"))["n"], lot.shared, lot.quantity) == (5, 5, 5)
    assert all(parcel.quantity <= parcel.line.quantity for parcel in eggs.select_related("line"))
    assert eggs.values("line").distinct().count() == eggs.count()  # nobody is served out of two plans
    newest = Sharing.objects.filter(item=came.eggs).order_by("-number").first()
    assert set(eggs.values_list("share__sharing", flat=True)) == {newest.pk}


def test_what_leaves_on_a_round_while_it_is_shared_out_anew_is_given_once():
    world = World()
    came = Came(world)
    came.comes(eggs=5)
    came.shared()
    delivery = came.planned()
    tag = plan_sharing(came.fresh(), "small").tag
    at_once(
        [lambda: open_delivery(delivery=delivery, by=came.lead)]
        + [lambda: share_out(order=came.order, rule="small", tag=tag, by=came.lead)] * 5
    )
    eggs = Parcel.objects.filter(line__item=came.eggs)
    lot = ArrivalCount.objects.get(item=came.eggs)
    assert (eggs.aggregate(n=Sum("quantity"))["n"], lot.shared) == (5, 5)


def balanced(world) -> Came:
    """Everybody has paid what it owes and the supplier has the money: it can close."""
    came = Came(world)
    came.comes()
    came.shared()
    for home in read_settlement(came.order).homes:
        pays(came, home.household, home.account.owes)
    tell_bill(order=came.order, amount=Decimal("459.75"), by=came.lead)
    note_money(order=came.order, kind="to_supplier", amount=Decimal("459.75"), way="bank", by=came.lead)
    return came


def pays(came, household, amount, kind="paid"):
    amount = Decimal(amount)
    return note_money(order=came.order, kind=kind, household=household, amount=amount, way="cash", by=came.lead)


def test_books_close_once_and_no_cent_slips_in_behind_them():
    world = World()
    came = balanced(world)
    settle = [lambda: settle_order(order=came.order, by=came.lead)] * 6
    late = [lambda: pays(came, world.lin_home, "1.00")] * 6
    answers = at_once([deed for pair in zip(settle, late, strict=True) for deed in pair])
    books = read_settlement(came.fresh()).books
    closed = Settlement.objects.count()
    assert closed == sum(isinstance(answer, Settlement) for answer in answers)
    # Whoever came first decides: closed at zero with no later money, or open with all of the money in it.
    assert (closed, books.is_balanced, books.held) in {(1, True, 0), (0, False, 6)}


def test_what_is_paid_back_by_eight_at_once_is_paid_back_once():
    world = World()
    came = balanced(world)
    pays(came, world.lin_home, "5.15")
    answers = at_once([lambda: pays(came, world.lin_home, "200.00", "refunded")] * 8)
    assert (refusals(answers), MoneyEntry.objects.filter(kind="refunded").count()) == (7, 1)
