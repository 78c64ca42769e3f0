"""Who lives here and who is at home. The same heads as on the compound's page."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.figures import DOORS, HOUSEHOLDS, PEOPLE, Asked, Counts, Figure, Room
from residents.models import Door, Household, Resident
from residents.occupancy import ELDER_BANDS
from residents.staying import Guests, guests_of

HERE = Q(residents__moved_out_on=None, residents__isnull=False)
WHERE = Resident.Whereabouts
LIVED_IN = {Household.Occupancy.OWNER, Household.Occupancy.TENANT}


def read(asked: Asked) -> Counts:
    """Three statements."""
    guests = guests_of(asked.buildings)
    counts: dict[str, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for home in _homes(asked, guests):
        _add(counts, home, guests)
    doors = Door.objects.filter(building__in=asked.building_keys).order_by().values_list("building")
    for building, number in doors.annotate(n=Count("pk")):
        counts["doors"][building] = number
    return counts


def _homes(asked: Asked, guests: Guests):
    own = HERE & ~Q(residents__in=guests.gone) if guests.gone else HERE
    return (
        Household.objects.current()
        .filter(door__building__in=asked.building_keys)
        .order_by()
        .values("pk", "occupancy", "told_count", building=F("door__building"))
        .annotate(
            known=Count("residents", filter=own),
            away=Count("residents", filter=own & Q(residents__whereabouts=WHERE.AWAY)),
            hospital=Count("residents", filter=own & Q(residents__whereabouts=WHERE.HOSPITAL)),
            elders=Count("residents", filter=own & Q(residents__age_band__in=ELDER_BANDS)),
            children=Count("residents", filter=own & Q(residents__age_band=Resident.AgeBand.CHILD)),
            alone=Count("residents", filter=own & Q(residents__lives_alone=True)),
        )
    )


def _add(counts: dict, home: dict, guests: Guests) -> None:
    building, is_lived_in = home["building"], home["occupancy"] in LIVED_IN
    visitors = guests.with_host.get(home["pk"], [])
    people = guests.head_count(home["pk"], home["known"] + len(visitors), home["told_count"])
    away = home["away"] + sum(person.whereabouts == WHERE.AWAY for person in visitors)
    hospital = home["hospital"] + sum(person.whereabouts == WHERE.HOSPITAL for person in visitors)
    if home["occupancy"] == Household.Occupancy.AWAY:
        away = people - hospital  # the whole door, named or not
    counts["vacant"][building] += home["occupancy"] == Household.Occupancy.VACANT
    counts["households"][building] += home["occupancy"] != Household.Occupancy.VACANT
    counts["occupied"][building] += is_lived_in
    counts["tenants"][building] += home["occupancy"] == Household.Occupancy.TENANT
    counts["people"][building] += people
    counts["away"][building] += away
    counts["hospital"][building] += hospital
    counts["present"][building] += people - away - hospital
    counts["elders"][building] += home["elders"] + sum(person.age_band in ELDER_BANDS for person in visitors)
    counts["children"][building] += home["children"] + sum(
        person.age_band == Resident.AgeBand.CHILD for person in visitors
    )
    counts["alone"][building] += home["alone"] + sum(person.lives_alone for person in visitors)


ROOM = Room(
    "residents",
    _("Residents"),
    read,
    (
        Figure("doors", _("doors in all"), DOORS, "总门户数 门户数 总户数"),
        Figure("households", pgettext_lazy("figure", "households"), HOUSEHOLDS, "户数 住户数 家庭数", in_bulletin=True),
        Figure("occupied", _("households at home"), HOUSEHOLDS, "在住户数 实住户数 居住户数 入住户数"),
        Figure("tenants", _("tenant households"), HOUSEHOLDS, "租户数 租客户数 出租户数"),
        Figure("vacant", _("vacant doors"), DOORS, "空关户 空置户 空置户数 空关户数 空户"),
        Figure(
            "people", pgettext_lazy("figure", "people"), PEOPLE, "人数 总人数 人口数 实有人口 居民数", in_bulletin=True
        ),
        Figure("present", _("people at home"), PEOPLE, "在家人数 在住人数 实住人数 实际在楼人数 在楼人数 在册在家"),
        Figure("away", _("people out of town"), PEOPLE, "外出人数 离沪人数 不在人数 在外人数"),
        Figure("hospital", _("people in hospital"), PEOPLE, "住院人数 在院人数", is_health=True),
        Figure("elders", _("people of 60 and over"), PEOPLE, "老人数 60岁以上 60岁以上人数 老年人 老人"),
        Figure("children", _("children up to 13"), PEOPLE, "儿童数 儿童 未成年 小孩"),
        Figure("alone", _("people who live alone and need calls"), PEOPLE, "独居人数 独居老人 独居 孤老"),
    ),
)
