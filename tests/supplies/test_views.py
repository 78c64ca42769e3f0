"""The store's and distributions' pages, from a delivery to closed books. Who may is in the permission table."""

import csv
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import AccessRecord
from rounds.models import Mark, Round, Visit
from supplies.ledger import create_item
from supplies.models import Batch, Distribution, Entitlement, Stock, StockMove
from supplies.services import load_building, make_totals_link, plan_shortage
from tests.world import CANARY, move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def lead(world, client):
    client.force_login(world.zhao)
    return client


def at(name, *args):
    return reverse(f"supplies:{name}", args=args)


def text_of(answer):
    return answer.content.decode()


NOT_QUANTITIES = ["", "0", "-3", "2.5", "NaN", "1e3", "two", "99999999999999", "１００００００１"]


# --- The store ------------------------------------------------------------------------------------


def test_an_empty_store_says_how_to_begin(world, steward):
    page = text_of(steward.get(at("store", world.jiamu.pk)))
    assert "The store is empty" in page
    assert at("item_add", world.jiamu.pk) in page


def test_a_lorry_is_counted_by_the_steward_then_by_a_lead(world, store, client):
    client.force_login(world.chen)
    today = timezone.localdate().isoformat()
    form = {"item": store.bag.pk, "source": "donation", "quantity": "２０", "arrived_on": today}
    answer = client.post(at("arrive", world.jiamu.pk), form)
    batch = Batch.objects.get()
    assert answer.url == at("batch", batch.pk)
    assert "Waits for the second count" in text_of(client.get(at("store", world.jiamu.pk)))
    client.force_login(world.zhao)
    page = text_of(client.get(at("batch", batch.pk)))
    assert (">20<" in page, "陈干事 has counted" in page) == (False, True)
    client.post(at("batch_count", batch.pk), {"quantity": "20"})
    assert Stock.objects.get().quantity == 20


@pytest.mark.parametrize("quantity", NOT_QUANTITIES)
def test_what_is_no_quantity_is_refused_and_the_form_kept(world, store, steward, quantity):
    form = {
        "item": store.bag.pk,
        "source": "street",
        "quantity": quantity,
        "arrived_on": timezone.localdate().isoformat(),
        "note": "by the wall",
    }
    answer = steward.post(at("arrive", world.jiamu.pk), form)
    assert answer.status_code == 422
    assert "invalid-feedback" in text_of(answer)
    assert "by the wall" in text_of(answer)
    assert Batch.objects.count() == 0


@pytest.mark.parametrize(
    ("arrived", "expires", "told"),
    [(1, None, "has not come yet"), (0, -1, "before it arrives"), (None, None, "required")],
)
def test_days_that_cannot_be_are_refused(world, store, steward, arrived, expires, told):
    def day(n):
        return "" if n is None else (timezone.localdate() + timedelta(days=n)).isoformat()

    form = {"item": store.bag.pk, "source": "street", "quantity": "2"}
    form |= {"arrived_on": day(arrived), "expires_on": day(expires)}
    answer = steward.post(at("arrive", world.jiamu.pk), form)
    assert (answer.status_code, told in text_of(answer)) == (422, True)


def test_counts_that_differ_are_explained_on_the_page(world, store, client):
    client.force_login(world.chen)
    form = {"item": store.bag.pk, "source": "street", "quantity": "20", "arrived_on": timezone.localdate().isoformat()}
    client.post(at("arrive", world.jiamu.pk), form)
    batch = Batch.objects.get()
    assert "somebody else has to count" in text_of(client.post(at("batch_count", batch.pk), {"quantity": "20"}))
    client.force_login(world.zhao)
    client.post(at("batch_count", batch.pk), {"quantity": "18"})
    client.force_login(world.chen)
    assert "The two counts differ." in text_of(client.get(at("batch", batch.pk)))
    answer = client.post(at("batch_settle", batch.pk), {"settle-quantity": "18", "settle-reason": ""})
    assert (answer.status_code, Stock.objects.count()) == (422, 0)
    client.post(at("batch_settle", batch.pk), {"settle-quantity": "18", "settle-reason": "two were empty"})
    assert Stock.objects.get().quantity == 18


def test_recount_write_off_and_counter_entry(world, store, steward):
    batch = store.arrive(20)
    steward.post(at("batch_adjust", batch.pk), {"recount-counted": "17", "recount-reason": "three are wet"})
    steward.post(at("batch_write_off", batch.pk), {"off-quantity": "2", "off-reason": "rotten"})
    assert store.there(batch) == 15
    answer = steward.post(at("batch_write_off", batch.pk), {"off-quantity": "16", "off-reason": "rotten"})
    assert (answer.status_code, "only 15 there" in text_of(answer)) == (422, True)
    arrival, _recount, off = batch.moves.all()
    assert "Say why" in text_of(steward.post(at("move_undo", off.pk), {"reason": ""}, follow=True))
    steward.post(at("move_undo", off.pk), {"reason": "other crate"})
    page = text_of(steward.post(at("move_undo", arrival.pk), {"reason": "other lorry"}, follow=True))
    assert "only 17 of 20 are still there" in page
    assert store.there(batch) == 17


def test_batches_that_lie_too_long_stand_out(world, store, steward):
    today = timezone.localdate()
    store.arrive(5, arrived_on=today - timedelta(days=5))
    store.arrive(5, arrived_on=today - timedelta(days=1), expires_on=today - timedelta(days=1))
    page = text_of(steward.get(at("store", world.jiamu.pk)))
    assert ("! 5 days" in page, "! expired" in page) == (True, True)
    assert "batches that lie in the store too long" in text_of(steward.get(reverse("today")))


@pytest.mark.parametrize("batches", [1, 12])
def test_the_store_costs_the_same_for_few_and_many(world, store, steward, django_assert_num_queries, batches):
    for number in range(batches):
        store.arrive(5, item=create_item(compound=world.jiamu, name=f"item {number}", unit="bag"))
    with django_assert_num_queries(10):
        steward.get(at("store", world.jiamu.pk))


def test_gear_goes_out_and_comes_back(world, store, steward):
    suits = create_item(compound=world.jiamu, name="suit", unit="piece", is_ppe=True)
    batch = store.arrive(10, item=suits)
    issue = {"batch": batch.pk, "volunteer": world.wei.pk, "quantity": "3"}
    steward.post(at("gear", world.jiamu.pk), issue)
    stock = Stock.objects.get(holder=world.wei.user)
    assert stock.quantity == 3
    answer = steward.post(at("gear", world.jiamu.pk), issue | {"quantity": "8"})
    assert (answer.status_code, "only 7 there" in text_of(answer)) == (422, True)
    answer = steward.post(at("gear_return", stock.pk), {"returned": "4", "used": "0"}, follow=True)
    assert "only 3 there" in text_of(answer)
    steward.post(at("gear_return", stock.pk), {"returned": "1", "used": "2"})
    assert (store.there(batch), store.there(batch, holder=world.wei.user)) == (8, 0)


def test_a_lead_keeps_the_variants_of_their_building(world, lead):
    url = at("variants", world.building1.pk)
    lead.post(url, {f"h{world.lin_home.pk}": "halal", f"h{world.far_home.pk}": "baby"})
    world.lin_home.refresh_from_db()
    assert world.lin_home.diet.variant == "halal"
    assert not hasattr(world.far_home, "diet")
    assert lead.post(url, {f"h{world.lin_home.pk}": "gold"}).status_code == 422


# --- A distribution -------------------------------------------------------------------------------


def window(**changes):
    now = timezone.localtime().replace(second=0, microsecond=0)
    data = {"title": "vegetables"} | changes
    for name, moment in {"starts_at": now, "ends_at": now + timedelta(hours=2)}.items():
        data |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    return data


def test_from_a_short_delivery_to_closed_books(world, store, client):
    """Three bags for four households: who waits is decided, the lead counts, a bag bursts, the books close."""
    client.force_login(world.chen)
    batch = store.arrive(3)
    both = [world.building1.pk, world.building2.pk]
    page = client.post(at("add", world.jiamu.pk), window(buildings=both), follow=True)
    round = Round.objects.get()
    plan = at("distribution", round.pk)
    assert page.redirect_chain[-1][0] == plan
    client.post(at("line_add", round.pk), {"batch": batch.pk, "amount": "1", "per": "household"})
    page = text_of(client.get(plan))
    assert ("1 is missing" in page, "Freeze the list" in page) == (True, False)
    answer = client.post(reverse("round_open", args=[round.pk]), follow=True)
    assert "decide first who waits" in text_of(answer)
    client.post(at("shortage", round.pk), {"rule": "hand", "waits": [world.far_home.pk], "reason": "has a garden"})
    page = text_of(client.get(plan))
    assert ("has a garden" in page, "402" in page) == (True, True)
    client.post(reverse("round_open", args=[round.pk]))
    round.refresh_from_db()
    assert round.is_open

    client.force_login(world.zhao)
    lobby = at("lobby", round.pk, world.building1.pk)
    line = Distribution.objects.get().lines.get().pk
    client.post(at("load", round.pk, world.building1.pk), {"line": line, "quantity": "3"})
    visit = {home: Visit.objects.get(round=round, household=home).pk for home in (world.lin_home, world.elder_home)}
    answer = client.post(at("handover", visit[world.lin_home]), {"handover": "left"})
    assert answer.url == f"{lobby}#v{visit[world.lin_home]}"
    client.post(at("handover", visit[world.elder_home]), {"handover": "damaged", "count": "1", "line": line})
    assert "left at the door" in text_of(client.get(lobby))

    client.force_login(world.chen)
    answer = client.post(at("close", round.pk), follow=True)
    assert "do not balance yet: 1号楼" in text_of(answer)
    client.force_login(world.zhao)
    client.post(at("back", round.pk, world.building1.pk), {"line": line, "quantity": "1"})
    client.force_login(world.chen)
    assert "every one is accounted for" in text_of(client.post(at("close", round.pk), follow=True))
    assert (store.there(batch), Distribution.objects.get().closed_by) == (1, world.chen)


@pytest.fixture
def running(store, world):
    distribution = store.open(store.prepare(store.arrive(20), amount=2))
    load_building(line=distribution.lines.get(), building=world.building1, quantity=6, by=world.zhao)
    return distribution


@pytest.mark.parametrize("quantity", NOT_QUANTITIES)
def test_the_lobby_refuses_what_is_no_quantity_in_words(world, lead, running, quantity):
    moves = StockMove.objects.count()
    for name in ("load", "back", "lobby_write_off", "found"):
        answer = lead.post(
            at(name, running.round_id, world.building1.pk),
            {"line": running.lines.get().pk, "quantity": quantity, "reason": "x"},
            follow=True,
        )
        assert "alert-danger" in text_of(answer)
    assert StockMove.objects.count() == moves


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"note": ""}, "This field is required"),
        ({"handover": "gold"}, "Select a valid choice"),
        ({"handover": "short"}, "Say how many."),
        ({"handover": "short", "count": "-1"}, "whole number from 0"),
        ({"handover": "kept"}, "Say until which day."),
        ({"handover": "kept", "until": "2020-01-01"}, "in the past"),
        ({"handover": "kept", "until": "tomorrow"}, "valid date"),
    ],
)
def test_a_door_that_tells_nonsense_is_shown_again(world, lead, running, posted, told):
    visit = Visit.objects.get(round=running.round_id, household=world.lin_home)
    answer = lead.post(at("handover", visit.pk), posted)
    assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert Mark.objects.count() == 0


def test_a_bag_kept_until_a_day_stays_in_the_lobby(world, lead, running):
    visit = Visit.objects.get(round=running.round_id, household=world.lin_home)
    until = timezone.localdate() + timedelta(days=2)
    lead.post(at("handover", visit.pk), {"handover": "kept", "until": until.isoformat()})
    row = Entitlement.objects.get(visit=visit)
    assert (row.handover, row.keep_until, row.given) == ("kept", until, 0)


def test_a_choice_by_hand_that_is_not_enough_is_shown_again_with_its_ticks(world, store, steward):
    distribution = store.prepare(store.arrive(1))
    posted = {"rule": "hand", "reason": "x", "waits": [world.lin_home.pk]}
    answer = steward.post(at("shortage", distribution.round_id), posted)
    assert answer.status_code == 422
    assert "2 more have to wait" in text_of(answer)
    assert re.search(f'value="{world.lin_home.pk}" checked', text_of(answer))


def test_paper_holds_masked_names_and_who_printed_is_on_record(world, lead, running):
    for name, masked in (("pick_list", True), ("labels", False)):
        page = text_of(lead.get(at(name, running.round_id, world.building1.pk)))
        assert ("502" in page, "林*" in page, "林小雨" in page) == (True, masked, False)
    assert list(AccessRecord.objects.values_list("deed", "row_count")) == [("print", 3), ("print", 3)]


def test_files_hold_what_the_pages_hold(world, lead, running):
    def lines(what):
        answer = lead.get(reverse("reports:supplies", args=[running.round_id, what, "csv"]))
        return b"".join(answer.streaming_content).decode().splitlines()

    assert [line.split(",")[:5] for line in lines("books")[2:]] == [
        ['"1号楼"', '"蔬菜包"', '"6"', '"6"', '"6"'],
        ['"2号楼"', '"蔬菜包"', '"2"', '"2"', '"0"'],
    ]
    assert [line.split(",")[1] for line in lines("entitlements")[2:]] == ['"502"', '"301"', '"202"']
    assert len(lines("pick-list")) == 2 + 3
    stock = lead.get(reverse("reports:store", args=[world.jiamu.pk, "stock", "csv"]))
    assert '"14","6"' in b"".join(stock.streaming_content).decode()
    assert lead.get(reverse("reports:supplies", args=[running.round_id, "gold", "csv"])).status_code == 404


def test_an_officer_takes_counts_and_no_doors(world, client, running):
    client.force_login(world.qian)
    assert client.get(reverse("reports:supplies", args=[running.round_id, "books", "xlsx"])).status_code == 200
    assert client.get(reverse("reports:supplies", args=[running.round_id, "entitlements", "xlsx"])).status_code == 403


@pytest.mark.parametrize("homes", [0, 40])
def test_the_pages_cost_the_same_for_few_and_many(world, store, steward, django_assert_num_queries, homes):
    for number in range(homes):
        move_in(world.building1.doors.all()[number % 10], f"甲{number}")
    distribution = store.prepare(store.arrive(3))
    plan_shortage(distribution=distribution, rule="lot", by=world.chen)
    with django_assert_num_queries(21):
        steward.get(at("distribution", distribution.round_id))
    distribution.refresh_from_db()
    store.open(distribution)
    with django_assert_num_queries(10):
        steward.get(at("distribution", distribution.round_id))
    with django_assert_num_queries(13):
        steward.get(at("lobby", distribution.round_id, world.building1.pk))
    with django_assert_num_queries(8):
        steward.get(at("totals", distribution.round_id))


# --- For everybody --------------------------------------------------------------------------------


def test_neighbours_read_totals_by_a_link_without_rooms_or_names(client, running):
    code = make_totals_link(distribution=running)
    answer = client.get(at("totals_public", code))
    page = text_of(answer)
    assert answer.status_code == 200
    assert ("1号楼" in page, "502" in page, "林" in page, CANARY in page) == (True, False, False, False)
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    make_totals_link(distribution=running)
    assert client.get(at("totals_public", code)).status_code == 404


def test_a_withdrawn_link_opens_nothing(world, steward, running):
    page = text_of(steward.post(at("totals_link", running.round_id)))
    code = re.search(r"/supplies/totals/([^/]+)/", page).group(1)
    assert steward.get(at("totals_public", code)).status_code == 200
    steward.post(at("totals_revoke", running.round_id))
    for missing in (code, "x", "é"):
        assert steward.get(at("totals_public", missing)).status_code == 404


# --- On the wall ----------------------------------------------------------------------------------

LISTS = {
    "books": ["1号楼", "蔬菜包", "6", "6", "6"],
    "entitlements": ["1号楼", "502", "林*", "蔬菜包", "2"],
    "pick-list": ["1号楼", "502", "林*", "蔬菜包", "2"],
    "labels": ["1号楼", "502", "蔬菜包 ×2"],
    "lobby": ["1号楼", "蔬菜包", "3", "6", "6"],
    "handovers": ["1号楼", "502", "林*", "蔬菜包", "2"],
}


@pytest.mark.parametrize("what", [*LISTS, "waits"])
def test_every_list_is_a_file_and_a_sheet_and_on_record(world, lead, running, what):
    """The same rows as XLSX, as CSV and on paper; no full name in any of them."""
    texts = []
    for ending in ("csv", "print", "xlsx"):
        answer = lead.get(reverse("reports:supplies", args=[running.round_id, what, ending]))
        assert answer.status_code == 200
        texts.append(b"".join(answer) if ending != "xlsx" else b"")
    for cell in LISTS.get(what, []):
        assert (cell, [cell in text.decode() for text in texts[:2]]) == (cell, [True, True])
    assert "林小雨" not in texts[0].decode() + texts[1].decode()
    assert list(AccessRecord.objects.order_by("pk").values_list("deed", flat=True)) == ["export", "print", "export"]


@pytest.mark.parametrize("what", ["stock", "batches", "kept"])
def test_the_stores_lists_hold_what_its_page_holds(world, store, steward, what):
    world.elder_home.residents.update(whereabouts="hospital")
    store.open(store.prepare(store.arrive(9, slip_count=10)))
    first = {"stock": "9", "batches": "10", "kept": "301"}[what]
    for ending in ("csv", "print", "xlsx"):
        answer = steward.get(reverse("reports:store", args=[world.jiamu.pk, what, ending]))
        assert (answer.status_code, ending == "xlsx" or first in b"".join(answer).decode()) == (200, True)
    assert steward.get(reverse("reports:store", args=[world.jiamu.pk, "gold", "csv"])).status_code == 404
    assert steward.get(reverse("reports:store", args=[world.jiamu.pk, what, "pdf"])).status_code == 404


def test_the_handover_list_says_what_happened_at_each_door(world, store, lead, running):
    store.tell(running, world.lin_home, "partly", handover="damaged", count="1", by=world.zhao)
    store.tell(running, world.elder_home, "done", handover="left", by=world.zhao)
    rows = b"".join(lead.get(reverse("reports:supplies", args=[running.round_id, "handovers", "csv"]))).decode()
    told = [cells[1:8] for cells in list(csv.reader(rows.splitlines()))[2:]]
    assert [(cells[0], *cells[4:]) for cells in told] == [
        ("502", "damaged, thrown away", "1", "1"),
        ("301", "left at the door", "2", ""),
        ("202", "not reached yet", "0", ""),
    ]


def test_only_who_keeps_the_store_reads_whose_share_is_kept(world, lead):
    assert lead.get(reverse("reports:store", args=[world.jiamu.pk, "kept", "csv"])).status_code == 403
    assert lead.get(reverse("reports:store", args=[world.jiamu.pk, "batches", "csv"])).status_code == 200
