"""What each household of a group buy owes, and whether the money balances to the cent. Pure.

Whatever is shared out is shared out whole: the parts of a bill add up to the bill, a cent that cannot be parted goes to
the largest remainder. Nobody pays more for a piece than they agreed to; what they did not get they do not pay for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def to_cent(amount: Decimal) -> Decimal:
    """As a shop does it: half a cent goes up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def apportion(total: Decimal, parts: Sequence[Decimal | int]) -> list[Decimal]:
    """`total` in proportion to `parts`, in whole cents that add up to it; each within a cent of its exact share.

    Equal remainders are parted by place in the list, so that the same list always gives the same answer.
    """
    whole = sum((Fraction(part) for part in parts), Fraction(0))
    if whole <= 0 or any(part < 0 for part in parts):
        raise ValueError("parts of nothing")
    cents = int(abs(total) / CENT)
    exact = [cents * Fraction(part) / whole for part in parts]
    got = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (got[place] - exact[place], place))
    for place in by_remainder[: cents - sum(got)]:
        got[place] += 1
    sign = -1 if total < 0 else 1
    return [sign * share * CENT for share in got]


# --- Goods ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What one household has of one lot, in pieces or grams as weighed, and the price it agreed to."""

    home: int
    quantity: int
    agreed: Decimal


@dataclass(frozen=True)
class Lot:
    """One thing that came at one price. `price` is what is asked for it: a substitute has its own."""

    price: Decimal
    parts: tuple[Part, ...]
    scale: int = 1  # pieces or grams in what the price is for


def price_for(part: Part, lot: Lot) -> Decimal:
    return min(lot.price, part.agreed)


def amounts_of(lot: Lot) -> dict[int, Decimal]:
    """Home -> what it pays for its part. By the piece every product is exact; what is weighed is shared out.

    Those of one price share what their weight costs together, so that no cent is lost between them.
    """
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    parts = [part for part in lot.parts if part.quantity]
    for price in sorted({price_for(part, lot) for part in parts}):
        group = [part for part in parts if price_for(part, lot) == price]
        together = to_cent(price * sum(part.quantity for part in group) / lot.scale)
        for part, amount in zip(group, apportion(together, [part.quantity for part in group]), strict=True):
            amounts[part.home] += amount
    return dict(amounts)


@dataclass(frozen=True)
class Charge:
    """Something beside the goods that all of them share: what the van costs, or a discount (below zero)."""

    amount: Decimal
    is_equal: bool = False  # the same for each household that got something; else by what its goods cost


def share_charge(charge: Charge, goods: Mapping[int, Decimal]) -> dict[int, Decimal]:
    homes = sorted(home for home, amount in goods.items() if amount > 0)
    if not homes:
        return {}
    parts: list[Decimal | int] = [1 if charge.is_equal else goods[home] for home in homes]
    return dict(zip(homes, apportion(charge.amount, parts), strict=True))


# --- Money ----------------------------------------------------------------------------------------


@dataclass
class Account:
    """One household's money in this order."""

    goods: Decimal = ZERO
    charges: Decimal = ZERO
    credited: Decimal = ZERO
    paid: Decimal = ZERO
    refunded: Decimal = ZERO

    @property
    def due(self) -> Decimal:
        return self.goods + self.charges - self.credited

    @property
    def open(self) -> Decimal:
        """Above zero: still to be paid. Below: to be paid back."""
        return self.due - self.paid + self.refunded

    @property
    def owes(self) -> Decimal:
        return max(self.open, ZERO)

    @property
    def gets_back(self) -> Decimal:
        return max(-self.open, ZERO)


@dataclass
class Books:
    """All the money of one order of one compound."""

    accounts: dict[int, Account] = field(default_factory=dict)
    bill: Decimal = ZERO  # what the supplier wants in the end
    to_supplier: Decimal = ZERO
    from_supplier: Decimal = ZERO
    covered: Decimal = ZERO  # put in by somebody who is no household of the order, and why
    passed_on: Decimal = ZERO  # what was left over, and where it went

    @property
    def due(self) -> Decimal:
        return sum((account.due for account in self.accounts.values()), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((account.paid for account in self.accounts.values()), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum((account.refunded for account in self.accounts.values()), ZERO)

    @property
    def held(self) -> Decimal:
        """In the hands of whoever keeps the money of this order."""
        return self.paid - self.refunded - self.to_supplier + self.from_supplier + self.covered - self.passed_on

    @property
    def supplier_open(self) -> Decimal:
        """Above zero: the supplier still gets this. Below: the supplier still pays this back."""
        return self.bill - self.to_supplier + self.from_supplier

    @property
    def difference(self) -> Decimal:
        """What is left over (above zero) or lacking once everybody has paid; nothing at all in the end."""
        return self.due - self.bill + self.covered - self.passed_on

    @property
    def unsettled(self) -> list[int]:
        return sorted(home for home, account in self.accounts.items() if account.open)

    @property
    def is_balanced(self) -> bool:
        return not self.unsettled and not self.supplier_open and not self.held


def open_accounts(homes: Iterable[int], lots: Iterable[Lot], charges: Iterable[Charge]) -> dict[int, Account]:
    """What each of these homes is due to pay; every home that ordered has an account, also with nothing in it."""
    accounts = {home: Account() for home in homes}
    for lot in lots:
        for home, amount in amounts_of(lot).items():
            accounts.setdefault(home, Account()).goods += amount
    goods = {home: account.goods for home, account in accounts.items()}
    for charge in charges:
        for home, amount in share_charge(charge, goods).items():
            accounts[home].charges += amount
    return accounts
