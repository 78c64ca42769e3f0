"""A bag on its way: what is in whose hand, that nothing is in two, and money to the cent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from medicine.bags import Hand, cancel, confirm, hand_over, last_handovers, pick_up, reopen
from medicine.models import Errand, ErrandStep, Handover, Settlement
from medicine.telling import MedicineError
from notices.models import Message


def where(errand):
    return {row.thing.kind: row.holder_words for row in last_handovers(errand).values()}


def saw(errand, *kinds):
    return {pk: row.number for pk, row in last_handovers(errand).items() if row.thing.kind in kinds}


def test_from_the_door_to_the_hospital_and_back(ward):
    row = ward.picked()
    assert (row.state, set(where(row).values())) == ("picked_up", {"赵楼长"})
    hand_over(errand=row, saw=saw(row, "slip", "cash"), to=ward.to(ward.world.wei.user), teller=ward.chen)
    assert (where(row)["slip"], where(row)["card"]) == ("魏志愿", "赵楼长")
    row = ward.settled(row)
    assert (row.state, where(row)["medicine"], where(row)["cash"]) == ("settled", "赵楼长", "医院或药房")
    row = ward.delivered(row)
    assert set(where(row).values()) == {"住户", "医院或药房"}
    confirm(errand=row, teller=ward.link(ward.world.lin_home))
    row = ward.fresh(row)
    assert (row.state, row.is_over) == ("confirmed", True)
    kinds = [step.kind for step in row.steps.all()]
    assert kinds == ["asked", "picked_up", "hospital", "settled", "delivered", "confirmed"]
    chain = [step.holder_words for step in Handover.objects.filter(thing__errand=row, thing__kind="slip")]
    assert chain == ["住户", "赵楼长", "魏志愿", "住户"]


def test_whoever_comes_second_learns_who_has_it_and_nothing_is_in_two_hands(ward):
    row = ward.picked()
    seen = saw(row, "card")
    hand_over(errand=row, saw=seen, to=ward.to(ward.world.wei.user), teller=ward.chen)
    with pytest.raises(MedicineError):
        hand_over(errand=row, saw=seen, to=ward.to(ward.world.wu.user), teller=ward.chen)
    assert where(row)["card"] == "魏志愿"
    last = next(one for one in last_handovers(row).values() if one.thing.kind == "card")
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(thing=last.thing, number=last.number, holder="desk", by=ward.world.chen)


def test_several_things_are_handed_over_together_or_not_at_all(ward):
    row = ward.picked()
    old = saw(row, "slip")
    hand_over(errand=row, saw=old, to=Hand("desk"), teller=ward.chen)
    with pytest.raises(MedicineError):
        hand_over(errand=row, saw=old | saw(row, "card"), to=ward.to(ward.world.wu.user), teller=ward.chen)
    assert (where(row)["slip"], where(row)["card"]) == ("居委会值班台", "赵楼长")


def test_without_the_box_a_reason_is_asked_for(ward):
    row = ward.bag()
    with pytest.raises(MedicineError):
        ward.picked(row, kinds=("slip", "card"), cash="")
    assert where(row) == {}
    ward.picked(row, kinds=("slip", "card"), cash="", reason="药盒已扔，有照片")
    assert row.steps.last().reason == "药盒已扔，有照片"
    pick_up(errand=row, kinds=["box"], to=ward.to(ward.world.zhao), teller=ward.chen)
    assert set(where(row)) == {"slip", "card", "box"}


def test_one_bag_a_person(ward):
    ward.bag()
    with pytest.raises(MedicineError):
        ward.bag()
    ward.bag(ward.elder)
    with pytest.raises(IntegrityError), transaction.atomic():
        Errand.objects.create(
            compound=ward.world.jiamu,
            household=ward.world.lin_home,
            resident=ward.world.lin,
            hospital="x",
            planned_on=ward.today,
        )


@pytest.mark.parametrize(
    ("cost", "back", "owed"),
    [("37.5", "62.50", 0), ("１００", "0", 0), ("0", "¥100", 0), ("120.40元", "0", Decimal("20.40"))],
)
def test_what_was_given_is_what_was_paid_and_what_goes_back(ward, cost, back, owed):
    told = Settlement.objects.get(errand=ward.settled(cost=cost, cash_back=back))
    assert told.owed_to_runner == owed
    assert told.cash == 100


@pytest.mark.parametrize(
    ("cost", "back"),
    [("37.5", "60"), ("NaN", "0"), ("-1", "0"), ("€ 50,00", "0"), ("1e9", "0"), ("", "100"), ("1.999", "0")],
)
def test_money_that_does_not_add_up_is_refused_and_nothing_is_written(ward, cost, back):
    row = ward.picked()
    with pytest.raises(MedicineError), transaction.atomic():
        ward.settled(row, cost=cost, cash_back=back)
    assert (Settlement.objects.count(), "medicine" in where(row)) == (0, False)


def test_the_database_refuses_money_that_does_not_add_up(ward):
    row = ward.picked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(errand=row, cash=100, cost=50, cash_back=40, by=ward.world.chen)


def test_settled_again_the_newest_counts_and_the_old_one_stays(ward):
    row = ward.settled(cost="0", cash_back="100", has_medicine=False, note="缺货")
    assert ("medicine" in where(row), where(row)["cash"]) == (False, "赵楼长")
    from medicine.bags import settle

    settle(errand=row, cost="80", cash_back="20", to=ward.to(ward.world.zhao), by=ward.world.chen)
    assert [told.cost for told in row.settlements.all()] == [0, 80]
    assert {"medicine", "change"} <= set(where(row))


def test_something_missing_sends_it_on_its_way_again_and_rings_without_a_name(ward):
    row = ward.delivered()
    reopen(errand=row, reason="医保卡没在", teller=ward.link(ward.world.lin_home))
    assert (ward.fresh(row).state, row.steps.last().reason) == ("settled", "医保卡没在")
    texts = [row.subject + row.body for row in Message.objects.filter(channel="inbox")]
    assert len(texts) == 2
    assert not any(word in "".join(texts) for word in ("林", "502", "医保卡没在"))


def test_called_off_only_when_nobody_holds_anything(ward):
    row = ward.picked()
    with pytest.raises(MedicineError):
        cancel(errand=row, reason="家人自己去", teller=ward.chen)
    hand_over(
        errand=row, saw=saw(row, "slip", "card", "booklet", "cash", "box"), to=Hand("household"), teller=ward.chen
    )
    cancel(errand=row, reason="家人自己去", teller=ward.chen)
    assert (ward.fresh(row).state, ErrandStep.objects.last().kind) == ("cancelled", "cancelled")
    ward.bag(planned_on=ward.today + timedelta(days=2))
