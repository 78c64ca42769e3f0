"""The pages after the order, as the group lead uses them: counting, sharing out, delivering, writing down money."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from buying.models import Arrival, MoneyEntry, Parcel, Settlement, Sharing
from residents.models import AccessRecord
from rounds.models import Round, Visit
from tests.buying.came import Came
from tests.buying.test_views import text_of
from tests.marks import statements
from tests.world import move_in


@pytest.fixture
def came(world):
    return Came(world)


@pytest.fixture
def zhao(client, world):
    client.force_login(world.zhao)
    client.cookies["django_language"] = "en"
    return client


def at(name, *keys):
    return reverse(f"buying:{name}", args=keys)


def count(came, eggs="8", pork="2.5", **more):
    return {f"fit-{came.eggs.pk}": eggs, f"fit-{came.pork.pk}": pork} | more


def test_the_lorry_is_counted_and_shared_out_as_it_was_shown(zhao, came):
    assert zhao.post(at("arrival", came.order.pk), count(came, "５")).url == at("arrival", came.order.pk)
    page = zhao.get(at("sharing", came.order.pk), {"rule": "first"})
    assert ("3 盘 missing" in text_of(page), "others come first by the rule" in text_of(page)) == (True, True)
    tag = page.context["plan"].tag
    old = zhao.post(at("sharing", came.order.pk), {"rule": "even", "tag": tag, "apply": "1"})
    assert (old.status_code, "look at it again" in text_of(old), Sharing.objects.count()) == (422, True, 0)
    answer = zhao.post(at("sharing", came.order.pk), {"rule": "first", "tag": tag, "apply": "1"})
    assert (answer.url, came.gets()) == (at("sheet", came.order.pk), {"502": 3, "301": 1, "202": 1})


def test_by_hand_what_was_typed_stays_in_the_boxes(zhao, came):
    came.comes(5)
    lines = {line.household.door.room: line.pk for line in came.eggs.lines.select_related("household__door")}
    typed = {"rule": "hand", "tag": "x", "show": "1", "reason": "团长", f"n-{lines['502']}": "9"}
    answer = zhao.post(at("sharing", came.order.pk), typed)
    assert (answer.status_code, 'value="9"' in answer.content.decode()) == (422, True)
    assert "nobody gets more than they ordered" in text_of(answer)
    for bad in ("-1", "x", "2.5", "NaN"):
        assert zhao.post(at("sharing", came.order.pk), typed | {f"n-{lines['502']}": bad}).status_code == 422


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"fit": "-1"}, "whole number"),
        ({"fit": "2.5"}, "whole number"),
        ({"fit": "9" * 30}, "whole number"),
        ({"unfit": "NaN"}, "whole number"),
        ({"instead": "鹌鹑蛋"}, "Say what came instead"),
        ({"instead": "鹌鹑蛋", "instead_count": "2"}, "costs"),
        ({"instead": "鹌鹑蛋", "instead_count": "2", "price": "€ 50,00"}, "in yuan"),
        ({}, "Count at least one thing"),
    ],
)
def test_a_count_that_cannot_be_read_is_shown_again_with_what_was_typed(zhao, came, more, told):
    typed = {f"{name}-{came.eggs.pk}": text for name, text in more.items()}
    answer = zhao.post(at("arrival", came.order.pk), {"gate": ""} | typed)
    assert (answer.status_code, told in text_of(answer), Arrival.objects.count()) == (422, True, 0)
    for text in more.values():
        assert text in answer.content.decode()


def test_the_sheet_and_the_labels_show_rooms_and_contents_and_no_names(zhao, world, client, came):
    assert "As ordered" in text_of(zhao.get(at("sheet", came.order.pk)))
    came.comes()
    came.shared()
    sheet, labels = text_of(zhao.get(at("sheet", came.order.pk))), text_of(zhao.get(at("labels", came.order.pk)))
    for page in (sheet, labels):
        assert ("502" in page, "林" in page, "138" in page) == (True, False, False)
    assert ("鸡蛋 × 3 · 五花肉 1.5 kg" in labels, labels.count("2号楼")) == (True, 1)
    assert AccessRecord.objects.filter(deed="print", subject=f"group buy {came.order.pk}: labels").count() == 1
    client.force_login(world.qian)
    assert client.get(at("sheet", came.order.pk)).status_code == 403


def test_a_round_is_planned_and_opened_and_a_door_told(zhao, world, came):
    came.comes()
    came.shared()
    noon = timezone.localtime().replace(hour=12, minute=0) + timedelta(days=1)
    day = f"{noon:%Y-%m-%d}"
    window = {"starts_at_0": day, "starts_at_1": "12:00", "ends_at_0": day, "ends_at_1": "14:00"}
    night = zhao.post(at("delivery", came.order.pk), window | {"ends_at_1": "23:00"})
    assert (night.status_code, "Trolleys rest" in text_of(night)) == (422, True)
    zhao.post(at("gate", came.order.pk, world.elder_home.pk))
    zhao.post(at("delivery", came.order.pk), window)
    row = Round.objects.get(kind="buying")
    zhao.post(at("delivery_edit", row.pk), window | {"instructions": "肉先送"})
    zhao.post(at("delivery_open", row.pk))
    row.refresh_from_db()
    assert (row.state, row.delivery.instructions) == ("open", "肉先送")
    visit = Visit.objects.get(round=row, household=world.lin_home)
    eggs = Parcel.objects.get(visit=visit, lot__item=came.eggs)
    short = {"handover": "short", "parcel": eggs.pk}
    for typed in ("", "9", "x"):
        assert zhao.post(at("door", visit.pk), short | {"count": typed}).status_code == 422
    zhao.post(at("door", visit.pk), short | {"count": "2"})
    eggs.refresh_from_db()
    assert (eggs.handover, eggs.told_given, eggs.paid_for) == ("short", 2, 2)


def test_money_is_written_down_taken_back_and_the_books_closed(zhao, world, came):
    came.comes()
    came.shared()
    home = at("money", came.order.pk)
    paid = {"kind": "paid", "way": "cash", "household": world.lin_home.pk, "amount": "¥194.85"}
    for bad in ("€ 50,00", "-5", "NaN", "1e9", "", "50,00"):
        refused = zhao.post(at("money_note", came.order.pk), paid | {"amount": bad})
        assert (refused.status_code, bad in refused.content.decode()) == (422, True)
    zhao.post(at("money_note", came.order.pk), paid)
    entry = MoneyEntry.objects.get()
    zhao.post(at("money_reverse", came.order.pk, entry.pk), {"reason": "记错户"})
    page = text_of(zhao.get(home))
    assert ("owes ¥194.85" in page, "Write down the supplier" in page) == (True, True)
    zhao.post(at("bill", came.order.pk), {"bill-amount": "459.75"})
    zhao.post(at("charge_add", came.order.pk), {"name": "优惠", "amount": "-9.75"})
    charge = came.order.charges.get()
    zhao.post(at("charge_withdraw", came.order.pk, charge.pk))
    for room, amount in ((world.lin_home, "194.85"), (world.elder_home, "45"), (world.tenant_home, "90")):
        zhao.post(at("money_note", came.order.pk), paid | {"household": room.pk, "amount": amount})
    zhao.post(at("settle", came.order.pk))
    assert Settlement.objects.count() == 0
    zhao.post(at("money_note", came.order.pk), paid | {"household": world.far_home.pk, "amount": "129.90"})
    zhao.post(at("money_note", came.order.pk), {"kind": "to_supplier", "way": "bank", "amount": "459.75"})
    assert "Settled" in text_of(zhao.post(at("settle", came.order.pk), follow=True))
    assert Settlement.objects.get().due == Decimal("459.75")


def test_weights_are_typed_and_the_lists_leave_as_files(zhao, came):
    came.comes()
    came.shared()
    pork = Parcel.objects.filter(lot__item=came.pork).order_by("pk").first()
    zhao.post(at("weights", came.order.pk), {f"w-{pork.pk}": "1.48"})
    pork.refresh_from_db()
    assert pork.weighed == 1480
    assert zhao.post(at("weights", came.order.pk), {f"w-{pork.pk}": "x"}).status_code == 422
    for what in ("orders", "sheet", "labels", "settlement"):
        for ending in ("csv", "xlsx", "print"):
            answer = zhao.get(reverse("reports:buying", args=[came.order.pk, what, ending]))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert (answer.status_code, "林".encode() in body) == (200, False)
            if ending == "csv":
                assert "502" in body.decode()


BUDGETS = {"arrival": 12, "sharing": 15, "sheet": 10, "labels": 9, "delivery": 10, "money": 15}


def test_the_pages_cost_the_same_whoever_ordered(zhao, world, came):
    """Labels and sheets are on record: one statement of theirs is that."""
    came.at("open")
    for building in (world.building1, world.building2):
        for door in building.doors.filter(households=None)[:8]:
            came.wants(move_in(door, "r"), 1)
    came.at("ordered")
    came.comes(30)
    came.shared()
    found = {}
    for name in BUDGETS:
        with statements() as seen:
            assert zhao.get(at(name, came.order.pk)).status_code == 200
        found[name] = len(seen)
    assert found == BUDGETS
