"""The demo's store and one distribution under way in the estate: six bags short, one building behind with loading, a
bag changed for a good one, one with its picture, one kept for who is in hospital, and a household that says something.
"""

from __future__ import annotations

import random
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

from django.utils import timezone
from PIL import Image, ImageDraw

from compound.following import follow_marks
from compound.opening import open_any_round
from residents.links import find_link, reissue_link
from residents.models import Compound, Household, Resident, User, Volunteer
from rounds.complaints import complain
from rounds.marks import mark_at_desk
from rounds.models import Mark, Outcome, Visit
from rounds.snapshot import take_snapshot
from supplies.absent import keep_share_until, open_shares
from supplies.ledger import count_again, create_item, issue_gear, record_arrival
from supplies.models import Batch, Distribution, Item
from supplies.photos import keep_photo
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
    away = _goes_to_hospital(estate)
    row = create_distribution(
        compound=estate,
        title="第四批大礼包",
        starts_at=now - timedelta(hours=2),
        ends_at=now + timedelta(hours=2),
        buildings=estate.buildings.filter(code__in=HOUSES),
        instructions="轻放，先送老人",
    )
    homes = [snapshot.visit.household_id for snapshot in take_snapshot(row.round)]
    facts = {"arrived_on": timezone.localdate(), "note": "车牌记在送货单上"}
    batch = _arrive(bags, len(homes) + len(away) - SHORT, steward, lead, **facts)
    line = add_line(distribution=row, batch=batch, amount=1)
    plan_shortage(
        distribution=row,
        rule=Distribution.Rule.HAND,  # by lot, the same seed of the demo would draw other doors
        waits=luck.sample(homes, SHORT),
        reason="这六户本周已在单位领过同样的菜",
        by=steward,
    )
    open_any_round(round=row.round, by=steward)
    for share in open_shares(estate):
        keep_share_until(share=share, until=timezone.localdate() + timedelta(days=3), by=steward)
    pages = read_books(row)
    for page in pages[:2]:
        load_building(line=line, building=page.building, quantity=page.allotted, by=steward)
    carried = Visit.objects.filter(round=row.round, entitlements__allotted__gt=0)
    visits = list(carried.filter(building__in=[page.building for page in pages[:2]]).top_down())
    for number, visit in enumerate(visits[: len(visits) * 2 // 3]):
        outcome, details = _told(number, luck)
        mark = mark_at_desk(visit=visit, by=steward, outcome=outcome, details=details, follow=follow_marks)
        if number == 0:
            _take_picture(mark, steward)
        if number == 1:
            link = find_link(reissue_link(household=visit.household, by=steward).secret)
            complain(visit=visit, link=link, kind="spoiled", words="青菜有点烂")
    return row


def _goes_to_hospital(estate: Compound) -> list[Household]:
    """Nobody walks to their door; their bag waits in the store."""
    there = Household.objects.lived_in().filter(door__building__in=estate.buildings.filter(code=HOUSES[-1]))
    home = there.filter(told_count=1, residents__isnull=False).order_by("pk").last()
    if home is None:
        return []
    home.residents.update(whereabouts=Resident.Whereabouts.HOSPITAL)
    return [home]


def _take_picture(mark: Mark, by: User) -> None:
    """A door, and a green bag in front of it."""
    picture = Image.new("RGB", (480, 640), "#d9d2c3")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((110, 60, 370, 560), fill="#7a4a2f", outline="#4d2d1b", width=6)
    pen.ellipse((325, 310, 350, 335), fill="#d8b24a")
    pen.rounded_rectangle((60, 440, 240, 610), radius=18, fill="#4f8a4c", outline="#2f5c2d", width=5)
    pen.arc((105, 395, 195, 490), 180, 360, fill="#2f5c2d", width=8)
    told = BytesIO()
    picture.save(told, "JPEG", quality=80)
    keep_photo(id=uuid4(), mark_id=mark.pk, content=told.getvalue(), by=by)


def _told(number: int, luck: random.Random) -> tuple[str, dict[str, str]]:
    if number == 2:
        return Outcome.PARTLY, {"handover": "damaged", "count": "1"}
    if number == 4:
        return Outcome.DONE, {"handover": "swapped", "count": "1"}  # a good one for a bad one
    if number == 5:
        until = timezone.localdate() + timedelta(days=2)
        return Outcome.NOBODY_HOME, {"handover": "kept", "until": until.isoformat()}
    if number == 7:
        return Outcome.REFUSED, {}
    return Outcome.DONE, {"handover": "left"} if luck.random() < 0.4 else {}
