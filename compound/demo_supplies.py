"""The demo's store and one distribution under way in the estate: six bags short, one building behind with loading."""

from __future__ import annotations

import random
from datetime import timedelta

from django.utils import timezone

from compound.following import follow_marks
from compound.opening import open_any_round
from residents.models import Compound, User, Volunteer
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Visit
from rounds.snapshot import take_snapshot
from supplies.ledger import count_again, create_item, issue_gear, record_arrival
from supplies.models import Batch, Distribution, Item
from supplies.reconciling import read_books
from supplies.services import add_line, create_distribution, load_building, plan_shortage

SHORT = 6
HOUSES = ("1", "2", "3")


def _arrive(item: Item, quantity: int, by: User, other: User, **facts) -> Batch:
    batch = record_arrival(item=item, quantity=quantity, by=by, **facts)
    count_again(batch=batch, quantity=quantity, by=other)
    return batch


def fill_store(estate: Compound, steward: User, lead: User, volunteer: Volunteer | None = None) -> None:
    """Noodles that lie too long, milk to be used at once, rice that waits for its second count, suits for a shift."""
    today = timezone.localdate()
    noodles = create_item(compound=estate, name="挂面", unit="把", pack=20)
    milk = create_item(compound=estate, name="牛奶", unit="箱", alarm_days=1)
    rice = create_item(compound=estate, name="大米 5kg", unit="袋", alarm_days=7)
    suits = create_item(compound=estate, name="防护服", unit="件", pack=50, alarm_days=90, is_ppe=True)
    _arrive(noodles, 240, steward, lead, arrived_on=today - timedelta(days=5), note="靠墙第二排")
    milk_facts = {"arrived_on": today, "expires_on": today + timedelta(days=1), "is_cold": True, "source": "donation"}
    _arrive(milk, 36, steward, lead, **milk_facts)
    record_arrival(item=rice, quantity=118, by=steward, arrived_on=today, slip_count=120)
    gear = _arrive(suits, 100, steward, lead, arrived_on=today - timedelta(days=3))
    if volunteer is not None:
        issue_gear(batch=gear, volunteer=volunteer, quantity=2, by=steward)


def start_distribution(estate: Compound, steward: User, lead: User, luck: random.Random) -> Distribution:
    now = timezone.now()
    bags = create_item(compound=estate, name="蔬菜包", unit="袋")
    row = create_distribution(
        compound=estate,
        title="第四批大礼包",
        starts_at=now - timedelta(hours=2),
        ends_at=now + timedelta(hours=2),
        buildings=estate.buildings.filter(code__in=HOUSES),
        instructions="轻放，先送老人",
    )
    homes = [snapshot.visit.household_id for snapshot in take_snapshot(row.round)]
    batch = _arrive(bags, len(homes) - SHORT, steward, lead, arrived_on=timezone.localdate(), note="车牌记在送货单上")
    line = add_line(distribution=row, batch=batch, amount=1)
    plan_shortage(
        distribution=row,
        rule=Distribution.Rule.HAND,  # by lot, the same seed of the demo would draw other doors
        waits=luck.sample(homes, SHORT),
        reason="这六户本周已在单位领过同样的菜",
        by=steward,
    )
    open_any_round(round=row.round, by=steward)
    pages = read_books(row)
    for page in pages[:2]:
        load_building(line=line, building=page.building, quantity=page.allotted, by=steward)
    carried = Visit.objects.filter(round=row.round, entitlements__allotted__gt=0)
    visits = list(carried.filter(building__in=[page.building for page in pages[:2]]).top_down())
    for number, visit in enumerate(visits[: len(visits) * 2 // 3]):
        outcome, details = _told(number, luck)
        mark_at_desk(visit=visit, by=steward, outcome=outcome, details=details, follow=follow_marks)
    return row


def _told(number: int, luck: random.Random) -> tuple[str, dict[str, str]]:
    if number == 2:
        return Outcome.PARTLY, {"handover": "damaged", "count": "1"}
    if number == 5:
        until = timezone.localdate() + timedelta(days=2)
        return Outcome.NOBODY_HOME, {"handover": "kept", "until": until.isoformat()}
    if number == 7:
        return Outcome.REFUSED, {}
    return Outcome.DONE, {"handover": "left"} if luck.random() < 0.4 else {}
