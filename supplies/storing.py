"""Read models of the store: what lies there, since when, what is out, what waits for its second count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from residents.models import Compound
from supplies.models import Batch, Item, Stock, StockMove


@dataclass
class Shelf:
    item: Item
    batches: list[Batch]

    @property
    def in_store(self) -> int:
        return sum(batch.in_store for batch in self.batches)

    @property
    def elsewhere(self) -> int:
        return sum(batch.elsewhere for batch in self.batches)

    @property
    def packs(self) -> int:
        return self.in_store // self.item.pack if self.item.pack > 1 else 0


def with_numbers(rows=None):
    """Batches with what is in the store, what is elsewhere, and whether both counts agreed or were settled."""
    here = Q(stocks__building=None, stocks__holder=None)
    arrived = StockMove.objects.filter(batch=OuterRef("pk"), kind=StockMove.Kind.ARRIVED, countered=None)
    return (
        (Batch.objects.all() if rows is None else rows)
        .select_related("item__compound")
        .annotate(
            in_store=Coalesce(Sum("stocks__quantity", filter=here), 0),
            elsewhere=Coalesce(Sum("stocks__quantity", filter=~here), 0),
            is_counted=Exists(arrived),
        )
    )


def read_shelves(compound: Compound, today: date) -> list[Shelf]:
    """Two statements. Batches that are used up are left to their own pages."""
    held: dict[int, list[Batch]] = defaultdict(list)
    for batch in with_numbers().filter(item__compound=compound).order_by("arrived_on", "pk"):
        batch.days = (today - batch.arrived_on).days
        if batch.in_store or batch.elsewhere or not batch.is_counted:
            held[batch.item_id].append(batch)
    return [Shelf(item, held[item.pk]) for item in Item.objects.filter(compound=compound)]


def gear_out(compound: Compound) -> list[Stock]:
    """What volunteers hold now."""
    rows = Stock.objects.filter(batch__item__compound=compound, holder__isnull=False, quantity__gt=0)
    return list(rows.select_related("batch__item", "holder").order_by("holder__display_name", "pk"))
