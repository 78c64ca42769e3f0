"""Read models of a fund: sums, a month, and gear bought beside gear handed out. Flat however long the books are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.db.models import Count, Q, Sum
from django.utils import timezone

from money.models import Entry, Expense, ExpenseLine, Fund, Gift
from money.models.ledger import NOTHING
from residents.models import Compound
from supplies.models import Batch, Item, Stock, StockMove

Kind = Entry.Kind


@dataclass(frozen=True)
class Sums:
    """What stands, by kind: neither what was taken back nor what took it back."""

    by_kind: dict[str, Decimal]
    gift_count: int

    def __getattr__(self, name: str) -> Decimal:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.by_kind.get(name, NOTHING)


def read_sums(entries) -> Sums:
    rows = list(entries.order_by().values("kind").annotate(total=Sum("amount"), n=Count("pk")))
    count = next((row["n"] for row in rows if row["kind"] == Kind.GIFT), 0)
    return Sums({row["kind"]: row["total"] for row in rows}, count)


def sums_of(fund: Fund) -> Sums:
    return read_sums(Entry.objects.standing().filter(fund=fund))


def funds_of(compound: Compound) -> list[Fund]:
    """With how many expenses wait."""
    waiting = Count("expenses", filter=Q(expenses__decision=""))
    return list(Fund.objects.filter(compound=compound).annotate(waiting=waiting))


# --- A month --------------------------------------------------------------------------------------


@dataclass
class Month:
    first: date
    opening: Decimal
    closing: Decimal
    entries: list[Entry]
    sums: Sums

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date | None:
        following = (self.first + timedelta(days=32)).replace(day=1)
        return following if following <= timezone.localdate() else None


def month_named(text: str) -> date:
    """`2022-04`; this month when it says no month."""
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return timezone.localdate().replace(day=1)


def read_month(fund: Fund, first: date) -> Month:
    """What was entered in it, by the portal's own day. Three statements."""
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    ends = timezone.make_aware(datetime.combine((first + timedelta(days=32)).replace(day=1), datetime.min.time()))
    before = Entry.objects.filter(fund=fund, at__lt=begins).order_by("-number")
    opening = before.values_list("balance_after", flat=True).first() or NOTHING
    rows = Entry.objects.filter(fund=fund, at__gte=begins, at__lt=ends)
    entries = list(rows.with_words())
    closing = entries[-1].balance_after if entries else opening
    return Month(first, opening, closing, entries, read_sums(rows.standing()))


# --- Gear -----------------------------------------------------------------------------------------


@dataclass
class Gear:
    """One item: what this fund bought and was given of it, and where that is now."""

    item: Item
    bought: int = 0
    paid: Decimal = NOTHING
    given: int = 0
    arrived: int = 0
    in_store: int = 0
    out: int = 0
    batches: set[int] = field(default_factory=set)

    @property
    def handed_out(self) -> int:
        """Used up, handed out for good, or written off."""
        return self.arrived - self.in_store - self.out

    @property
    def on_its_way(self) -> int:
        return max(0, self.bought + self.given - self.arrived)


def read_gear(fund: Fund) -> list[Gear]:
    """Four statements. Only expenses that stand, and the batches that are told to be theirs."""
    rows: dict[int, Gear] = {}
    lines = ExpenseLine.objects.filter(
        expense__fund=fund,
        expense__decision=Expense.Decision.APPROVED,
        expense__entry__reversed=None,
        item__isnull=False,
    )
    for line in lines.select_related("item"):
        item = cast(Item, line.item)
        gear = rows.setdefault(item.pk, Gear(item))
        gear.bought += line.quantity
        gear.paid += line.amount
        if line.batch_id:
            gear.batches.add(line.batch_id)
    for gift in Gift.objects.filter(fund=fund, batch__isnull=False).select_related("batch__item"):
        batch = cast(Batch, gift.batch)
        gear = rows.setdefault(batch.item_id, Gear(batch.item))
        gear.batches.add(batch.pk)
    owner = {batch: gear for gear in rows.values() for batch in gear.batches}
    _count_stock(owner, set(Gift.objects.filter(fund=fund, batch__in=owner).values_list("batch", flat=True)))
    return sorted(rows.values(), key=lambda gear: gear.item.name)


def _count_stock(owner: dict[int, Gear], donated: set[int]) -> None:
    came: dict[int, int] = defaultdict(int)
    moves = StockMove.objects.filter(batch__in=owner, countered=None, kind__in=["arrived", "adjusted"])
    for batch, target, quantity in moves.values_list("batch", "target", "quantity"):
        came[batch] += quantity if target else -quantity
    for batch, quantity in came.items():
        owner[batch].arrived += quantity
        if batch in donated:
            owner[batch].given += quantity
    stocks = Stock.objects.filter(batch__in=owner, quantity__gt=0)
    for batch, building, holder, quantity in stocks.values_list("batch", "building", "holder", "quantity"):
        if building is None and holder is None:
            owner[batch].in_store += quantity
        else:
            owner[batch].out += quantity
