"""The money of one order: what was paid how, credited why, asked by the supplier; closed when all of it is zero.

The portal takes and pays nothing. What a household owes follows from its parcels; before anything was shared out it is
what its order would cost. Whoever keeps the list writes down what people did, and takes a mistake back by its opposite.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from buying import settling
from buying.arrivals import lots_of
from buying.delivering import contents
from buying.models import Bill, Charge, GroupOrder, MoneyEntry, OrderLine, Parcel, Settlement, Share
from buying.services import BuyingError, check_reason, lock_order, take_step
from buying.settling import ZERO, Account, Books, Lot, Part, open_accounts
from residents.models import Household, User
from residents.numbers_typed import CENT, MOST_MONEY, show_money

State = GroupOrder.State
Kind = MoneyEntry.Kind
ESTIMATED = frozenset({State.DRAFT, State.OPEN, State.CLOSED, State.ORDERED, State.ARRIVED})


# --- Reading --------------------------------------------------------------------------------------


@dataclass
class HomeAccount:
    """One household's page of the books."""

    household: Household
    account: Account
    parcels: list[Parcel] = field(default_factory=list)
    ordered: list[OrderLine] = field(default_factory=list)
    refused: int = 0  # parcels refused at the door: a person decides whether they are credited

    @property
    def contents(self) -> str:
        return contents(self.parcels)


@dataclass
class OrderBooks:
    order: GroupOrder
    books: Books
    homes: list[HomeAccount]
    is_estimate: bool  # nothing was shared out yet: what the orders would cost
    has_bill: bool
    waiting: int = 0  # parcels on a round that nobody has told anything of

    @property
    def owing(self) -> list[HomeAccount]:
        return [home for home in self.homes if home.account.owes]

    @property
    def to_refund(self) -> list[HomeAccount]:
        return [home for home in self.homes if home.account.gets_back]

    @property
    def open_points(self) -> list[str]:
        """What keeps the books from closing, a sentence each."""
        books, told = self.books, []
        if self.is_estimate:
            told.append(_("Nothing was shared out yet: until then the sums are what the orders would cost."))
        if self.owing:
            money = show_money(sum((home.account.owes for home in self.owing), ZERO))
            told.append(_("Still to be paid by %(n)s households: %(money)s.") % {"n": len(self.owing), "money": money})
        if self.to_refund:
            money = show_money(sum((home.account.gets_back for home in self.to_refund), ZERO))
            words = {"n": len(self.to_refund), "money": money}
            told.append(_("To be paid back to %(n)s households: %(money)s.") % words)
        if not self.has_bill and self.order.state != State.CANCELLED:
            told.append(_("Write down the supplier's bill."))
        if books.supplier_open > 0:
            told.append(_("The supplier still gets %(money)s.") % {"money": show_money(books.supplier_open)})
        if books.supplier_open < 0:
            told.append(_("The supplier still pays back %(money)s.") % {"money": show_money(-books.supplier_open)})
        return [*told, *_difference(books)]


def _difference(books: Books) -> list[str]:
    money = {"money": show_money(abs(books.difference))}
    if books.difference > 0:
        return [_("%(money)s are left over once everybody has paid: say where they go.") % money]
    if books.difference < 0:
        return [_("%(money)s are lacking once everybody has paid: say who puts them in, and why.") % money]
    return []


def read_settlement(order: GroupOrder, households: Iterable[int] | None = None) -> OrderBooks:
    """Six statements, however many households there are. `households`: only their pages; the sums are of all."""
    return make_settlement(order, BooksRead(*(list(rows) for rows in settlement_queries([order]))), households)


@dataclass
class BooksRead:
    """The rows the books of an order are made from."""

    lines: list[OrderLine]
    parcels: list[Parcel]
    entries: list[MoneyEntry]
    charges: list[Charge]
    bills: list[Bill]

    def only(self, order: GroupOrder) -> BooksRead:
        """Of one order, where several were read at once."""
        return BooksRead(
            [row for row in self.lines if row.item.order_id == order.pk],
            [row for row in self.parcels if row.line.item.order_id == order.pk],
            [row for row in self.entries if row.order_id == order.pk],
            [row for row in self.charges if row.order_id == order.pk],
            [row for row in self.bills if row.order_id == order.pk],
        )


def settlement_queries(orders: Iterable[GroupOrder]) -> tuple[QuerySet, ...]:
    """In the order of `BooksRead`."""
    own = [order.pk for order in orders]
    lines = OrderLine.objects.standing().filter(item__order__in=own)
    parcels = Parcel.objects.filter(line__item__order__in=own)
    homes = "lot__item", "line__item", "line__household__door__building", "visit__round"
    return (
        lines.select_related("item", "household__door__building").order_by("item__position", "pk"),
        parcels.select_related(*homes).order_by("line__item__position", "pk"),
        MoneyEntry.objects.filter(order__in=own).select_related("household__door__building"),
        Charge.objects.filter(order__in=own, withdrawn_at=None),
        Bill.objects.filter(order__in=own),
    )


def make_settlement(order: GroupOrder, read: BooksRead, households: Iterable[int] | None = None) -> OrderBooks:
    lines, parcels, entries = read.lines, read.parcels, read.entries
    is_estimate = order.state in ESTIMATED and not _came_to_nothing(order)
    homes: dict[int, Household] = {}
    rows: list[OrderLine | MoneyEntry] = [*lines, *(parcel.line for parcel in parcels), *entries]
    for row in rows:
        if row.household is not None:
            homes.setdefault(row.household.pk, row.household)
    lots = [] if order.state == State.CANCELLED else _ordered(lines) if is_estimate else _lots(parcels)
    charges = [settling.Charge(row.amount, row.is_equal) for row in read.charges]
    books = Books(open_accounts(homes, lots, [] if order.state == State.CANCELLED else charges))
    _book(books, entries)
    bill = read.bills[-1] if read.bills else None
    books.bill = bill.amount if bill else ZERO
    pages = {pk: HomeAccount(home, books.accounts[pk]) for pk, home in homes.items()}
    for line in lines:
        pages[line.household_id].ordered.append(line)
    for parcel in parcels:
        pages[parcel.line.household_id].parcels.append(parcel)
        pages[parcel.line.household_id].refused += parcel.handover == Parcel.Handover.REFUSED
    wanted = None if households is None else set(households)
    listed = [page for pk, page in pages.items() if wanted is None or pk in wanted]
    waiting = sum(not parcel.handover for parcel in parcels)
    return OrderBooks(order, books, sorted(listed, key=_place), is_estimate, bill is not None, waiting)


def _came_to_nothing(order: GroupOrder) -> bool:
    """The lorry came, and nothing on it was fit to be shared out: then nobody owes anything."""
    return order.state == State.ARRIVED and not any(lot.left for lot in lots_of([order]))


def _place(page: HomeAccount) -> tuple:
    door = page.household.door
    building = door.building
    return (building.position, building.code, door.entrance, -door.floor, door.position, door.room, page.household.pk)


def _lots(parcels: Iterable[Parcel]) -> list[Lot]:
    parts: dict[Any, list[Part]] = defaultdict(list)
    lots = {}
    for parcel in parcels:
        lots[parcel.lot_id] = parcel.lot
        parts[parcel.lot_id].append(Part(parcel.line.household_id, parcel.paid_for, parcel.line.item.price))
    return [Lot(lot.asked, tuple(parts[pk]), lot.item.scale) for pk, lot in lots.items()]


def _ordered(lines: Iterable[OrderLine]) -> list[Lot]:
    parts: dict[Any, list[Part]] = defaultdict(list)
    for line in lines:
        parts[line.item].append(Part(line.household_id, line.quantity, line.item.price))
    return [Lot(item.price, tuple(some), item.scale) for item, some in parts.items()]


OF_BOOKS = {
    Kind.TO_SUPPLIER: "to_supplier",
    Kind.FROM_SUPPLIER: "from_supplier",
    Kind.COVERED: "covered",
    Kind.PASSED_ON: "passed_on",
}
OF_ACCOUNT = {Kind.PAID: "paid", Kind.REFUNDED: "refunded", Kind.CREDIT: "credited"}


def _book(books: Books, entries: Iterable[MoneyEntry]) -> None:
    for entry in entries:
        kind = Kind(entry.kind)
        page: Any = books if kind in OF_BOOKS else books.accounts[entry.household_id or 0]
        name = OF_BOOKS.get(kind) or OF_ACCOUNT[kind]
        amount = -entry.amount if entry.reverses_id else entry.amount
        setattr(page, name, getattr(page, name) + amount)


# --- Writing down ---------------------------------------------------------------------------------


def _lock_unsettled(order: GroupOrder) -> GroupOrder:
    row = lock_order(order)
    if Settlement.objects.filter(order=row).exists():
        raise BuyingError(_("This list is settled: its books are closed."))
    return row


def _check_amount(amount: Any) -> Decimal:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not CENT <= amount <= MOST_MONEY:
        raise BuyingError(_("An amount is more than nothing, and at most a million yuan."))
    if amount != amount.quantize(CENT):
        raise BuyingError(_("There is nothing smaller than a cent: write two digits after the point."))
    return amount


@transaction.atomic
def note_money(
    *,
    order: GroupOrder,
    kind: str,
    amount: Decimal,
    by: User,
    household: Household | None = None,
    way: str = "",
    note: str = "",
    key: UUID | None = None,
) -> MoneyEntry:
    """One entry. The same press twice (`key`) is one entry."""
    row = _lock_unsettled(order)
    known = MoneyEntry.objects.filter(order=row, key=key).first() if key else None
    if known is not None:
        return known
    _check_amount(amount)
    if kind not in Kind.values:
        raise BuyingError(_("Choose what kind of payment it was."))
    note = check_reason(note) if kind in MoneyEntry.SAY_WHY else note.strip()[:200]
    if kind == Kind.CREDIT:
        way = ""
    elif way not in MoneyEntry.Way.values:
        raise BuyingError(_("Choose how the money went."))
    if kind not in MoneyEntry.OF_A_HOUSEHOLD:
        household = None
    elif household is None:
        raise BuyingError(_("Choose the household."))
    else:
        _check_home(row, household, kind, amount)
    return MoneyEntry.objects.create(
        order=row, household=household, kind=kind, amount=amount, way=way, note=note, by=by, key=key
    )


def _check_home(row: GroupOrder, household: Household, kind: str, amount: Decimal) -> None:
    """Credited is never more than what it owes, paid back never more than what it paid."""
    if not OrderLine.objects.filter(item__order=row, household=household).exists():
        raise BuyingError(_("This household has ordered nothing on this list."))
    account = read_settlement(row, [household.pk]).books.accounts.get(household.pk, Account())
    if kind == Kind.CREDIT and amount > account.due:
        raise BuyingError(
            _("It owes %(money)s for its goods; no more can be credited.") % {"money": _shown(account.due)}
        )
    left = account.paid - account.refunded
    if kind == Kind.REFUNDED and amount > left:
        raise BuyingError(
            _("It has paid %(money)s that it did not get back; no more is paid back.") % {"money": _shown(left)}
        )


def _shown(amount: Decimal) -> str:
    return show_money(max(amount, ZERO))


@transaction.atomic
def reverse_money(*, entry: MoneyEntry, why: str, by: User) -> MoneyEntry:
    """Written down wrongly: the opposite is appended, and both stay to be read."""
    why = check_reason(why)
    row = _lock_unsettled(entry.order)
    if entry.reverses_id is not None:
        raise BuyingError(_("This entry takes another one back; write down what is right instead."))
    if MoneyEntry.objects.filter(reverses=entry).exists():
        raise BuyingError(_("This entry was taken back already."))
    copied = {name: getattr(entry, name) for name in ("kind", "amount", "household", "way")}
    return MoneyEntry.objects.create(order=row, reverses=entry, note=why, by=by, **copied)


@transaction.atomic
def add_charge(*, order: GroupOrder, name: str, amount: Decimal, is_equal: bool, by: User) -> Charge:
    """Shared by all who got something: the van (above zero), or a discount (below)."""
    row = _lock_unsettled(order)
    _check_amount(abs(amount) if isinstance(amount, Decimal) else amount)
    if not name.strip():
        raise BuyingError(_("Say what it is for."))
    charge = Charge.objects.create(order=row, name=name.strip()[:60], amount=amount, is_equal=is_equal, by=by)
    if any(account.due < 0 for account in read_settlement(row).books.accounts.values()):
        raise BuyingError(_("This is more than the goods of a household cost."))
    return charge


@transaction.atomic
def withdraw_charge(*, charge: Charge, by: User) -> None:
    _lock_unsettled(charge.order)
    done = Charge.objects.filter(pk=charge.pk, withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_by=by)
    if not done:
        raise BuyingError(_("This was withdrawn already."))


@transaction.atomic
def tell_bill(*, order: GroupOrder, amount: Decimal, by: User, note: str = "") -> Bill:
    """What the supplier asks in the end; told anew, the newest counts."""
    row = _lock_unsettled(order)
    if amount != ZERO:
        _check_amount(amount)
    return Bill.objects.create(order=row, amount=amount, note=note.strip()[:200], by=by)


@transaction.atomic
def weigh_parcels(*, order: GroupOrder, grams: dict[int, int | None], by: User) -> int:
    """Parcel -> what the scales said; None for its part of what came. All of it or nothing."""
    row = _lock_unsettled(order)
    parcels = list(Parcel.objects.filter(line__item__order=row, pk__in=grams).select_related("line__item"))
    if len(parcels) != len(grams) or not all(parcel.line.item.is_weighed for parcel in parcels):
        raise BuyingError(_("Something changed meanwhile: look at the parcels again."))
    changed = [parcel for parcel in parcels if parcel.weighed != grams[parcel.pk]]
    for parcel in changed:
        weight = grams[parcel.pk]
        if weight is not None and not 0 < weight <= 2 * parcel.quantity:
            words = {"room": parcel.line.household.door, "ordered": parcel.line.item.say(parcel.quantity)}
            raise BuyingError(_("%(room)s was to get %(ordered)s: this weight cannot be right.") % words)
        parcel.weighed = weight
    Parcel.objects.bulk_update(changed, ["weighed"])
    return len(changed)


# --- Closing --------------------------------------------------------------------------------------


@transaction.atomic
def settle_order(*, order: GroupOrder, by: User) -> Settlement:
    """To the cent: each household, the supplier and the purse at zero. Else refused, with what is open."""
    row = _lock_unsettled(order)
    if row.state not in {State.ARRIVED, State.SORTING, State.DELIVERING, State.CANCELLED}:
        raise BuyingError(_("There is nothing to settle yet: first the goods come, or the list is called off."))
    told = read_settlement(row)
    problems = told.open_points
    if problems or not told.books.is_balanced:
        raise BuyingError(_("The books do not balance yet. %(points)s") % {"points": " ".join(problems)})
    settlement = Settlement.objects.create(order=row, due=told.books.due, bill=told.books.bill, by=by)
    if row.state != State.CANCELLED:
        take_step(order=row, to=State.SETTLED, by=by)
    return settlement


# --- What one household sees ----------------------------------------------------------------------


@dataclass
class HomeStatement:
    """For the household's own page: what it gets, why less, and its own money. Nothing of anybody else."""

    order: GroupOrder
    lines: list[dict[str, Any]]
    account: Account
    is_estimate: bool
    is_settled: bool


def statement_for(order: GroupOrder, household: Household) -> HomeStatement | None:
    """None where it has no part in it."""
    *rows, shares, settled = (list(rows) for rows in statement_queries([order], household))
    return make_statement(order, household, BooksRead(*rows), shares, settled)


def statement_queries(orders: Iterable[GroupOrder], household: Household) -> tuple[QuerySet, ...]:
    """What `make_statement` asks for, of several orders at once."""
    own = [order.pk for order in orders]
    shares = Share.objects.filter(line__household=household, line__item__order__in=own).select_related("sharing")
    settled = Settlement.objects.filter(order__in=own).values_list("order", flat=True)
    return (*settlement_queries(orders), shares.order_by("sharing__number", "pk"), settled)


def make_statement(
    order: GroupOrder, household: Household, read: BooksRead, shares: Iterable[Share], settled: Iterable[int]
) -> HomeStatement | None:
    told = make_settlement(order, read, [household.pk])
    if not told.homes:
        return None
    page = told.homes[0]
    newest = {} if told.is_estimate else {share.line_id: share for share in shares}
    parcels: dict[int, list[Parcel]] = defaultdict(list)
    for parcel in page.parcels:
        parcels[parcel.line_id].append(parcel)
    lines = [
        {
            "item": line.item,
            "ordered": line.item.say(line.quantity),
            "gets": contents(parcels[line.pk]),
            "quantity": sum(parcel.quantity for parcel in parcels[line.pk]),
            "is_short": not told.is_estimate and sum(p.quantity for p in parcels[line.pk]) < line.quantity,
            "why": _why(newest.get(line.pk)),
        }
        for line in page.ordered
    ]
    return HomeStatement(order, lines, page.account, told.is_estimate, order.pk in settled)


def _why(share: Share | None) -> str:
    """The rule and the reason of the newest sharing, should it have got less by it."""
    if share is None or not share.why:
        return ""
    reason = share.sharing.reason or share.get_why_display()
    return _("%(rule)s: %(reason)s") % {"rule": share.sharing.get_rule_display(), "reason": reason}
