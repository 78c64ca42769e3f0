"""The demo's doctor desk and medicine bags in the estate: a question answered, one corrected, one that waits; a bag in
two hands, one settled, one for tomorrow; dialysis every third day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from medicine.asking import answer, ask, correct
from medicine.bags import Hand, ask_errand, hand_over, pick_up, reach_hospital, settle
from medicine.calendar import add_date
from medicine.models import Handover
from medicine.telling import Teller
from residents.models import Compound, Resident, User

ALL = ("slip", "card", "booklet", "cash", "box")


def show_medicine(estate: Compound, steward: User, lead: User, doctor: User) -> None:
    """Typed by the steward, as for households without a phone."""
    rows = Resident.objects.filter(household__door__building__compound=estate, is_contact=True, moved_out_on=None)
    people = list(rows.select_related("household__door__building").order_by("household__door__building", "pk")[:60:6])
    teller, today = Teller(by=steward), timezone.localdate()
    _fill_desk(people, teller, doctor)
    facts: dict[str, Any] = {"teller": teller, "planned_on": today + timedelta(days=1)}
    ask_errand(resident=people[3], hospital="中心医院", is_cold=True, needed_by=today + timedelta(days=3), **facts)
    walking = ask_errand(resident=people[4], hospital="中心医院", window="特药窗口 3 号", **facts)
    mine, leads = (Hand(Handover.Holder.PERSON, user) for user in (steward, lead))
    things = pick_up(errand=walking, kinds=ALL, cash="300", to=mine, teller=teller)
    hand_over(errand=walking, saw={thing.pk: 2 for thing in things[:2]}, to=leads, teller=teller)
    bought = ask_errand(resident=people[5], hospital="社区卫生站", teller=teller, planned_on=today)
    pick_up(errand=bought, kinds=ALL, cash="100", to=mine, teller=teller)
    reach_hospital(errand=bought, teller=teller)
    settle(errand=bought, cost="62.40", cash_back="37.60", to=mine, by=steward)
    for person, kind, days, every in ((6, "dialysis", 1, 3), (7, "antenatal", 2, None), (8, "refill", 5, 28)):
        day = today + timedelta(days=days)
        add_date(resident=people[person], by=steward, kind=kind, due_on=day, every_days=every, ahead_days=2)


def _fill_desk(people: list[Resident], teller: Teller, doctor: User) -> None:
    words = ("降压药只剩两天，可以减半吃吗？", "孩子低烧一天，要不要去医院？", "抗原试剂进眼睛了怎么办？")
    asked = [
        ask(household=one.household, resident=one, text=text, teller=teller)
        for one, text in zip(people, words, strict=False)
    ]
    advice = "多喝水，每四小时量一次体温；超过 39 度或没精神就去医院。"
    answer(question=asked[1], kind="guidance", text=advice, by=doctor)
    wrong = answer(question=asked[2], kind="guidance", text="用毛巾擦干即可。", by=doctor)
    correct(entry=wrong, kind="guidance", text="请用流动清水冲洗至少 15 分钟；还疼就去医院。", by=doctor)
