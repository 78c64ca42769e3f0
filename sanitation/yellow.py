"""Yellow bags: special waste, fetched within twenty-four hours. Oldest bags leave first.

Bags counted at the doors of a separate route come from its marks; those of sampling and staff posts are typed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, Compound, User
from rounds.models import Outcome, Visit
from sanitation.collecting import bags_told
from sanitation.models import WasteRound, YellowBags
from sanitation.services import SanitationError, refuse_future, require_reason

LONGEST = timedelta(hours=24)
WARN_BEFORE = timedelta(hours=4)
LOOK_BACK = timedelta(days=30)
MOST = 999
Kind = YellowBags.Kind


@dataclass
class Lot:
    at: datetime
    count: int
    where: str = ""

    @property
    def due_at(self) -> datetime:
        return self.at + LONGEST


def left_of(stored: Iterable[Lot], fetched: Iterable[tuple[datetime, int]]) -> list[Lot]:
    """Pure: what still lies there, oldest first. A lorry takes the oldest of what was there when it came."""
    lots = sorted((Lot(lot.at, lot.count, lot.where) for lot in stored), key=lambda lot: lot.at)
    for at, count in sorted(fetched):
        still = count
        for lot in lots:
            if lot.at > at or not still:
                break
            taken = min(lot.count, still)
            lot.count -= taken
            still -= taken
    return [lot for lot in lots if lot.count]


def waiting_bags(compounds: Iterable[int], now: datetime) -> dict[int, list[Lot]]:
    """By compound, what waits for the lorry. Two statements."""
    keys, since = list(compounds), now - LOOK_BACK
    stored: dict[int, list[Lot]] = {key: [] for key in keys}
    fetched: dict[int, list[tuple[datetime, int]]] = {key: [] for key in keys}
    typed = YellowBags.objects.filter(compound__in=keys, at__gt=since, takes_back=None, taken_back=None)
    for row in typed.select_related("building"):
        if row.kind == Kind.FETCHED:
            fetched[row.compound_id].append((row.at, row.count))
        else:
            where = str(row.building or "")
            stored[row.compound_id].append(
                Lot(row.at, row.count, " ".join(word for word in (where, str(row.get_source_display())) if word))
            )
    doors = Visit.objects.filter(
        round__compound__in=keys,
        round__waste_round__route=WasteRound.Route.APART,
        outcome=Outcome.DONE,
        latest_at__gt=since,
    )
    told = doors.order_by().values_list("round__compound", "latest_mark__happened_at", "latest_mark__details")
    for compound, at, details in told:
        if count := bags_told(details, "yellow"):
            stored[compound].append(Lot(at, count, str(WasteRound.Route.APART.label)))
    return {key: left_of(stored[key], fetched[key]) for key in keys}


def with_old_bags(compounds: QuerySet[Compound], now: datetime) -> QuerySet[Compound]:
    """Those where the oldest bags are nearly or more than a day old: what came before then is more than what was ever
    fetched, for the oldest leave first. In the database, for counting many compounds at once."""
    old, since = now - LONGEST + WARN_BEFORE, now - LOOK_BACK
    typed = YellowBags.objects.filter(compound=OuterRef("pk"), at__gt=since, takes_back=None, taken_back=None)
    doors = Visit.objects.filter(
        round__compound=OuterRef("pk"),
        round__waste_round__route=WasteRound.Route.APART,
        outcome=Outcome.DONE,
        latest_at__gt=since,
        latest_mark__happened_at__lte=old,
        latest_mark__details__yellow__regex=r"^[0-9]{1,2}$",
    )
    told = Cast(KeyTextTransform("yellow", "latest_mark__details"), IntegerField())
    came = _sum(typed.filter(kind=Kind.STORED, at__lte=old), "compound", F("count"))
    came += _sum(doors, "round__compound", told)
    return compounds.annotate(came=came, went=_sum(typed.filter(kind=Kind.FETCHED), "compound", F("count"))).filter(
        came__gt=F("went")
    )


def _sum(rows: QuerySet, of: str, what: Any) -> Any:
    summed = rows.order_by().values(of).annotate(n=Sum(what)).values("n")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)


def _hold(compound: Compound) -> None:
    Compound.objects.select_for_update().get(pk=compound.pk)


@transaction.atomic
def store_bags(
    *,
    compound: Compound,
    count: int,
    source: str,
    by: User,
    building: Building | None = None,
    at: datetime | None = None,
) -> YellowBags:
    _refuse_numbers(count)
    refuse_future(at)
    if building is not None and building.compound_id != compound.pk:
        raise SanitationError(_("This building is not part of the compound."))
    return YellowBags.objects.create(
        compound=compound,
        kind=Kind.STORED,
        source=source,
        building=building,
        count=count,
        at=at or timezone.now(),
        by=by,
    )


@transaction.atomic
def hand_to_lorry(*, compound: Compound, count: int, by: User, at: datetime | None = None) -> YellowBags:
    """Never more than lies there: whoever counts more has bags nobody wrote down, and writes them down first."""
    _refuse_numbers(count)
    refuse_future(at)
    _hold(compound)
    at = at or timezone.now()
    there = sum(lot.count for lot in waiting_bags([compound.pk], timezone.now())[compound.pk] if lot.at <= at)
    if count > there:
        raise SanitationError(_("Only %(n)s bags are written down: write down the others first.") % {"n": there})
    return YellowBags.objects.create(compound=compound, kind=Kind.FETCHED, count=count, at=at, by=by)


@transaction.atomic
def take_back_bags(*, bags: YellowBags, by: User, reason: str) -> YellowBags:
    """The line stays, struck out."""
    said = require_reason(reason)
    _hold(bags.compound)
    if bags.takes_back_id is not None:
        raise SanitationError(_("This line takes another back and stands."))
    try:
        with transaction.atomic():
            return YellowBags.objects.create(
                compound=bags.compound,
                kind=bags.kind,
                source=bags.source,
                building=bags.building,
                count=bags.count,
                at=bags.at,
                by=by,
                takes_back=bags,
                reason=said,
            )
    except IntegrityError as error:
        raise SanitationError(_("This line was taken back already.")) from error


def _refuse_numbers(count: int) -> None:
    if not 1 <= count <= MOST:
        raise SanitationError(_("Between 1 and %(most)s bags.") % {"most": MOST})
