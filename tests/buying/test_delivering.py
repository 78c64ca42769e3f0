"""From door to door: parcels go on a round, follow its marks in their transaction, and show on the phone."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from buying.delivering import hand_over_at_gate, open_delivery, plan_delivery, record_parcels
from buying.models import Parcel
from buying.services import BuyingError
from compound.following import follow_marks
from compound.my_doors import build_feed
from rounds.marks import mark_at_desk
from rounds.models import Mark, Visit
from rounds.services import assign, cancel_round, create_round, open_round
from tests.buying.came import Came
from tests.marks import envelope, post, statements, tap


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def came(world):
    row = Came(world)
    row.comes()
    row.shared()
    return row


def told(home):
    rows = Parcel.objects.filter(line__household=home).order_by("line__item__position")
    return [(row.handover, row.told_given, row.paid_for) for row in rows]


def mark(came, home, outcome="done", **details):
    mark_at_desk(visit=came.visit(home), by=came.world.chen, outcome=outcome, details=details, follow=follow_marks)
    return told(home)


def test_every_parcel_is_on_the_round_and_other_doors_are_spared(world, came):
    row = came.on_the_way()
    assert (came.order.state, row.round.kind, row.round.buildings.count()) == ("delivering", "buying", 2)
    outcomes = dict(Visit.objects.filter(round=row.round).values_list("household", "outcome"))
    assert outcomes == {
        home.pk: "waiting" for home in (world.lin_home, world.elder_home, world.tenant_home, world.far_home)
    }
    assert Parcel.objects.filter(visit=None).count() == 0


def test_the_phone_says_what_to_hand_over_and_one_tap_hands_it_over(world, came, client):
    row = came.on_the_way()
    assign(round=row.round, volunteer=world.wei, building=world.building1, by=world.chen)
    feed = build_feed(world.wei_phone)["rounds"][0]
    door = next(one for one in feed["doors"] if one["room"] == "502")
    assert (feed["kind"], door["label"].split(" · ")[0]) == ("buying", "鸡蛋 ×3 + 五花肉 1.5 kg ×1")
    answer = post(client, "token-of-wei-0000000000", envelope(tap(came.visit(world.lin_home), 1)))
    assert answer.json()["receipts"][0]["result"] == "stored"
    assert told(world.lin_home) == [("given", 3, 3), ("given", 1500, 1500)]


def test_what_was_lacking_or_broken_is_not_paid_and_what_was_refused_stays_owed(world, came):
    came.on_the_way()
    eggs, pork = Parcel.objects.filter(line__household=world.lin_home).order_by("line__item__position")
    assert mark(came, world.lin_home, "partly", handover="short", line=str(eggs.pk), count="1") == [
        ("short", 1, 1),
        ("given", 1500, 1500),
    ]
    assert mark(came, world.lin_home, "partly", handover="damaged", line=str(pork.pk), grams="500") == [
        ("given", 3, 3),
        ("damaged", 1000, 1000),
    ]
    assert mark(came, world.lin_home, "partly", handover="damaged", line=str(pork.pk), count="1")[1][1:] == (0, 0)
    assert mark(came, world.lin_home, "refused") == [("refused", 0, 3), ("refused", 0, 1500)]
    assert mark(came, world.lin_home, "nobody_home", handover="kept", until="2022-04-20") == [
        ("kept", 0, 3),
        ("kept", 0, 1500),
    ]
    assert Parcel.objects.get(pk=eggs.pk).keep_until.isoformat() == "2022-04-20"
    assert mark(came, world.lin_home, "done", handover="left") == [("left", 3, 3), ("left", 1500, 1500)]


@pytest.mark.parametrize(
    ("outcome", "details", "expected"),
    [
        ("partly", {"handover": "short"}, ("short", 0, 0)),
        ("partly", {"handover": "short", "count": "99"}, ("short", 3, 3)),
        ("partly", {"handover": "damaged"}, ("damaged", 0, 0)),
        ("done", {"handover": "short", "count": "1"}, ("given", 3, 3)),
        ("done", {"handover": "nonsense"}, ("given", 3, 3)),
        ("nobody_home", {"handover": "kept", "until": "never"}, ("kept", 0, 3)),
        ("partly", {}, ("", 0, 3)),
    ],
)
def test_details_that_make_no_sense_cost_nobody_anything(world, came, outcome, details, expected):
    came.on_the_way()
    assert mark(came, world.lin_home, outcome, **details)[0] == expected


def test_an_undo_takes_the_handover_back(world, came):
    came.on_the_way()
    mark(came, world.elder_home)
    first = Mark.objects.get(visit=came.visit(world.elder_home))
    mark_at_desk(visit=first.visit, by=world.chen, outcome="cleared", undoes=first.pk, follow=follow_marks)
    assert told(world.elder_home) == [("", 0, 1)]


def test_after_the_books_are_closed_a_mark_counts_and_the_money_stays(world, came):
    came.on_the_way()
    mark(came, world.elder_home)
    came.at("settled")
    assert mark(came, world.elder_home, "partly", handover="short", count="0") == [("given", 1, 1)]


def test_marks_of_other_rounds_cost_nothing_here_and_of_ours_three_statements(world, came):
    row = came.on_the_way()
    other = create_round(**world.round_form())
    open_round(round=other, by=world.chen)
    mark_at_desk(visit=Visit.objects.filter(round=other).first(), by=world.chen, outcome="done", follow=_none)
    mark_at_desk(visit=row.round.visits.first(), by=world.chen, outcome="done", follow=_three)


def _none(news):
    with statements() as seen:
        record_parcels(news)
    assert seen == []
    return {}


def _three(news):
    with statements() as seen:
        record_parcels(news)
    assert len(seen) == 3
    return {}


def test_nobody_delivers_in_the_quiet_hours_or_twice(came):
    night = timezone.localtime().replace(hour=23, minute=0) + timedelta(days=1)
    with pytest.raises(BuyingError, match="Trolleys rest from 22:00 to 07:00"):
        plan_delivery(order=came.order, starts_at=night, ends_at=night + timedelta(hours=1), by=came.lead)
    noon = night.replace(hour=12)
    window = {"starts_at": noon, "ends_at": noon + timedelta(hours=2), "by": came.lead}
    row = plan_delivery(order=came.order, **window)
    with pytest.raises(BuyingError, match="waiting to be opened already"):
        plan_delivery(order=came.order, **window)
    open_delivery(delivery=row, by=came.lead)
    with pytest.raises(BuyingError, match="on its way already"):
        plan_delivery(order=came.order, **window)


def test_a_round_called_off_gives_its_parcels_back(world, came):
    row = came.on_the_way()
    cancel_round(round=row.round, by=world.chen, reason="暴雨")
    assert Parcel.objects.unsent().count() == 6
    came.on_the_way()
    assert Parcel.objects.unsent().count() == 0


def test_who_fetches_at_the_gate_has_it(world, came):
    assert hand_over_at_gate(order=came.order, household=world.lin_home, by=came.lead) == 2
    assert told(world.lin_home) == [("given", 3, 3), ("given", 1500, 1500)]
    with pytest.raises(BuyingError, match="not on a round already"):
        hand_over_at_gate(order=came.order, household=world.lin_home, by=came.lead)
    came.on_the_way()
    assert came.visit(world.lin_home).outcome == "exempt"
