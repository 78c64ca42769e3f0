"""The demo's share corner and two drives in the estate: things to be had, reserved, fetched and asked for; a birthday
cake of which the cocoa is still missing, and dumplings that are being collected."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from residents.models import Compound, Household, User
from sharing.models import Drive, Offer, Pledge
from sharing.offering import give, offer_something, open_corner, reserve
from sharing.pledging import add_part, begin_collecting, begin_drive, pledge, tell_collected
from sharing.telling import Teller
from sharing.wishing import answer_wish, ask_for

CAKE = (("黄油", 200, "克"), ("低筋面粉", 300, "克"), ("可可粉", 50, "克"), ("鸡蛋", 6, "个"), ("8 寸模具", 1, "个"))
PROMISED = ((0, 100), (0, 100), (1, 300), (3, 4), (3, 2), (4, 1))  # of which part, how much; the cocoa is missing


def share_things(estate: Compound, steward: User) -> None:
    """Typed by the steward, as for households without a phone: the same services as behind each link."""
    rows = Household.objects.lived_in().filter(door__building__compound=estate).select_related("door__building")
    homes = list(rows.order_by("door__building__position", "-door__floor", "door__position", "pk"))
    open_corner(compound=estate, most_reservations=3, most_pieces=4, hold_minutes=240, hours="每天 15:00–17:00 送")
    teller, today = Teller(by=steward), timezone.localdate()
    milk = _offer(homes[3], teller, "food", "纯牛奶", 6, "盒", today + timedelta(days=2), "门把手挂袋里")
    _offer(homes[8], teller, "food", "大白菜", 4, "棵", today, "5 楼消防栓上")
    _offer(homes[21], teller, "baby", "M 码纸尿裤", 30, "片", None, "一楼大堂爱心角")
    books = _offer(homes[30], teller, "other", "儿童绘本", 12, "本", None, "门口鞋柜上")
    reserve(offer=milk, household=homes[14], quantity=2, teller=teller)
    fetched = reserve(offer=books, household=homes[5], quantity=3, teller=teller)
    give(reservation=fetched, teller=teller)
    for home, thing in ((homes[40], ("food", "生姜", 1, "块")), (homes[17], ("care", "洗衣液", 1, "瓶"))):
        _ask(home, teller, thing, today)
    salt = _ask(homes[26], teller, ("food", "食盐", 1, "袋"), today)
    use_by = today + timedelta(days=300)
    answer_wish(wish=salt, household=homes[2], quantity=1, place="门把手", use_by=use_by, teller=teller)
    _bake_cake(estate, steward, homes)
    _collect_dumplings(estate, steward, homes)


def _offer(
    home: Household, teller: Teller, category: str, what: str, quantity: int, unit: str, use_by: date | None, place: str
) -> Offer:
    thing = {"category": category, "what": what, "quantity": quantity, "unit": unit, "place": place}
    return offer_something(household=home, teller=teller, use_by=use_by, **thing)


def _ask(home: Household, teller: Teller, thing: tuple[str, str, int, str], today: date):
    category, what, quantity, unit = thing
    told = {"category": category, "what": what, "quantity": quantity, "unit": unit}
    return ask_for(household=home, teller=teller, until=today + timedelta(days=2), **told)


def _bake_cake(estate: Compound, steward: User, homes: list[Household]) -> Drive:
    now = timezone.now().replace(second=0, microsecond=0)
    drive = begin_drive(
        by=steward,
        compound=estate,
        title="生日蛋糕",
        goes_to="1号楼的孩子们",
        kitchen=homes[4],
        pledge_until=now + timedelta(hours=5),
        collect_at=now + timedelta(hours=6),
        where="门把手",
    )
    parts = [add_part(drive=drive, name=name, quantity=much, unit=unit) for name, much, unit in CAKE]
    for number, (which, much) in enumerate(PROMISED):
        pledge(part=parts[which], household=homes[6 + 5 * number], quantity=much, teller=Teller(by=steward))
    return drive


def _collect_dumplings(estate: Compound, steward: User, homes: list[Household]) -> Drive:
    now = timezone.now().replace(second=0, microsecond=0)
    drive = begin_drive(
        by=steward,
        compound=estate,
        title="两百只饺子",
        goes_to="门岗和大白",
        pledge_until=now + timedelta(minutes=1),
        collect_at=now + timedelta(minutes=1),
        where="家门口凳子上",
    )
    part = add_part(drive=drive, name="饺子", quantity=200, unit="只")
    for home in homes[1:101:10]:
        pledge(part=part, household=home, quantity=20, teller=Teller(by=steward))
    begin_collecting(drive=drive, by=steward)
    for row in Pledge.objects.filter(part=part).on_the_way()[:4]:
        tell_collected(pledge=row, by=steward, state=Pledge.State.COLLECTED)
    return drive
