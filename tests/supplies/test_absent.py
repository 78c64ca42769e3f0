"""All of a household in hospital: nobody walks there, and their share waits in the store until somebody decides."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Resident
from rounds.models import Visit
from rounds.services import cancel_round
from supplies.absent import hand_over_kept, let_share_go, open_shares
from supplies.entitling import reckon
from supplies.ledger import SupplyError, undo_move
from supplies.models import Entitlement, KeptShare
from supplies.reconciling import read_totals
from supplies.services import bring_back, close_books, load_building
from tests.supplies.store import books_agree


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def away(world):
    """The elder of 301 is in hospital."""
    world.elder_home.residents.update(whereabouts=Resident.Whereabouts.HOSPITAL)
    return world.elder_home


@pytest.fixture
def kept(store, away):
    store.batch = store.arrive(4)
    store.row = store.open(store.prepare(store.batch))
    return KeptShare.objects.get()


def at(name, *args):
    return reverse(f"supplies:{name}", args=args)


def test_nobody_walks_there_and_their_share_is_kept(store, world, kept, away):
    assert (kept.household, kept.rooms, kept.allotted, kept.wait_reason) == (away, "301", 1, "")
    assert not Visit.objects.filter(household=away).exists()
    assert Entitlement.objects.count() == 3
    assert [row.kept for row in [*read_totals(store.row)[0], read_totals(store.row)[1]]] == [1, 0, 1]


def test_who_is_away_takes_part_in_a_shortage_like_everybody(store, away):
    distribution = store.prepare(store.arrive(3))
    plan = reckon(distribution)
    assert (plan.missing, len(plan.entitled), [one.visit.room for one in plan.kept]) == (1, 4, ["301"])
    store.open(distribution, rule="hand", waits=[away.pk], reason="back in a week")
    share = KeptShare.objects.get()
    assert (share.quantity, share.allotted, share.wait_reason) == (1, 0, "hand")
    assert open_shares(store.world.jiamu) == []


def test_who_sleeps_at_a_neighbours_is_not_away(store, world, away):
    away.residents.update(whereabouts=Resident.Whereabouts.HOME, stays_at=world.lin_home.door)
    assert reckon(store.prepare(store.arrive(9))).absent == []


def test_what_is_kept_is_neither_loaded_nor_promised_again(store, world, kept):
    line, batch = store.row.lines.get(), store.batch
    with pytest.raises(SupplyError, match="1 of them are kept for households that are away"):
        load_building(line=line, building=world.building1, quantity=4, by=world.chen)
    load_building(line=line, building=world.building1, quantity=3, by=world.chen)
    bring_back(line=line, building=world.building1, quantity=3, by=world.chen)
    close_books(distribution=store.row, by=world.chen)
    assert reckon(store.prepare(batch)).lines[0].available == 3
    let_share_go(share=kept, reason="moved to her son's", by=world.chen)
    assert reckon(store.prepare(batch)).lines[0].available == 4


def test_a_share_handed_over_leaves_the_store_and_comes_back_by_counter_entry(store, world, kept):
    move = hand_over_kept(share=kept, by=world.chen)
    assert (store.there(store.batch), open_shares(world.jiamu)) == (3, [])
    with pytest.raises(SupplyError, match="Nothing is kept"):
        hand_over_kept(share=kept, by=world.chen)
    undo_move(move=move, reason="wrong door", by=world.chen)
    assert (store.there(store.batch), open_shares(world.jiamu)) == (4, [kept])
    hand_over_kept(share=kept, by=world.chen)
    assert books_agree()


def test_a_round_called_off_keeps_nothing_back(store, world, kept):
    cancel_round(round=store.row.round, by=world.chen, reason="rain")
    assert open_shares(world.jiamu) == []


def test_a_steward_decides_on_the_page(store, world, kept, client):
    client.force_login(world.chen)
    page = client.get(at("kept", world.jiamu.pk)).content.decode()
    assert "301" in page
    assert "301" in client.get(at("store", world.jiamu.pk)).content.decode()
    until = timezone.localdate() + timedelta(days=5)
    client.post(at("kept_until", kept.pk), {"until": until.isoformat()})
    kept.refresh_from_db()
    assert kept.keep_until == until
    for name, posted, told in (
        ("kept_until", {"until": "2020-01-01"}, "in the past"),
        ("kept_until", {"until": "soon"}, "valid date"),
        ("kept_let_go", {"reason": " "}, "required"),
    ):
        answer = client.post(at(name, kept.pk), posted, follow=True)
        assert told in answer.content.decode()
    client.post(at("kept_hand_over", kept.pk))
    assert store.there(store.batch) == 3


def test_the_lead_sees_in_the_lobby_what_is_kept(store, world, kept, client):
    client.force_login(world.zhao)
    page = client.get(at("lobby", store.row.round_id, world.building1.pk)).content.decode()
    assert "Kept in the store: nobody is at home" in page
