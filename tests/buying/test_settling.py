"""To the cent: what is shared out adds up, nobody pays more than agreed, every path balances to zero."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buying.settling import (
    CENT,
    ZERO,
    Account,
    Books,
    Charge,
    Lot,
    Part,
    amounts_of,
    apportion,
    open_accounts,
    share_charge,
    to_cent,
)

MONEY = st.decimals("0.01", "2000", places=2)
PRICE = st.decimals("0.01", "300", places=2)


def lots(scale, most):
    part = st.builds(Part, home=st.integers(1, 8), quantity=st.integers(0, most), agreed=PRICE)
    return st.builds(Lot, price=PRICE, parts=st.lists(part, max_size=8).map(tuple), scale=st.just(scale))


LOT = lots(1, 6) | lots(1000, 9_000)
LOTS = st.lists(LOT, max_size=5)
CHARGES = st.lists(st.builds(Charge, amount=st.decimals("-20", "60", places=2), is_equal=st.booleans()), max_size=3)


@given(
    total=st.decimals("-5000", "5000", places=2),
    parts=st.lists(st.integers(0, 50) | st.decimals("0", "20", places=3), min_size=1, max_size=20),
)
def test_what_is_shared_out_adds_up_and_is_fair_to_the_cent(total, parts):
    whole = sum(map(Fraction, parts))
    if not whole:
        with pytest.raises(ValueError, match="parts of nothing"):
            apportion(total, parts)
        return
    shares = apportion(total, parts)
    assert sum(shares) == total
    for share, part in zip(shares, parts, strict=True):
        assert abs(Fraction(share) - Fraction(total) * Fraction(part) / whole) < Fraction(CENT)


def test_three_share_ten_yuan():
    assert apportion(Decimal("10.00"), [1, 1, 1]) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert apportion(Decimal("-0.01"), [1, 2]) == [ZERO, Decimal("-0.01")]


def test_half_a_cent_goes_up():
    assert [to_cent(Decimal(text)) for text in ("0.005", "0.0149", "2.675")] == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("2.68"),
    ]


def test_by_the_piece_each_pays_its_pieces():
    lot = Lot(Decimal("12.80"), (Part(1, 2, Decimal("12.80")), Part(2, 0, Decimal("12.80"))))
    assert amounts_of(lot) == {1: Decimal("25.60")}


def test_a_dearer_substitute_costs_what_was_agreed_and_a_cheaper_one_less():
    dear = Lot(Decimal("15.00"), (Part(1, 2, Decimal("12.80")),))
    cheap = Lot(Decimal("9.90"), (Part(1, 2, Decimal("12.80")),))
    assert (amounts_of(dear), amounts_of(cheap)) == ({1: Decimal("25.60")}, {1: Decimal("19.80")})


def test_by_weight_the_parts_add_up_to_what_it_weighed_together():
    # 3 x 1.004 kg at 9.95 are 29.97
    weighed = tuple(Part(home, 1004, Decimal("9.95")) for home in (1, 2, 3))
    assert list(amounts_of(Lot(Decimal("9.95"), weighed, scale=1000)).values()) == [Decimal("9.99")] * 3
    uneven = tuple(Part(home, 333, Decimal("10.00")) for home in (1, 2, 3))
    amounts = amounts_of(Lot(Decimal("10.00"), uneven, scale=1000))
    assert amounts == {1: Decimal("3.33"), 2: Decimal("3.33"), 3: Decimal("3.33")}
    odd = tuple(Part(home, 335, Decimal("9.99")) for home in (1, 2, 3))
    assert sorted(amounts_of(Lot(Decimal("9.99"), odd, scale=1000)).values()) == [
        Decimal("3.34"),
        Decimal("3.35"),
        Decimal("3.35"),
    ]


def test_a_charge_is_shared_by_who_got_something():
    goods = {1: Decimal("30.00"), 2: Decimal("10.00"), 3: ZERO}
    assert share_charge(Charge(Decimal("5.00")), goods) == {1: Decimal("3.75"), 2: Decimal("1.25")}
    assert share_charge(Charge(Decimal("5.01"), is_equal=True), goods) == {1: Decimal("2.51"), 2: Decimal("2.50")}
    assert share_charge(Charge(Decimal("5.00")), {3: ZERO}) == {}


@given(lot=LOT)
def test_nobody_pays_more_than_agreed_and_nothing_for_nothing(lot):
    amounts = amounts_of(lot)
    got = [part for part in lot.parts if part.quantity]
    assert amounts.keys() == {part.home for part in got}
    for home, amount in amounts.items():
        mine = [part for part in got if part.home == home]
        agreed = sum(part.agreed * part.quantity for part in mine) / lot.scale
        assert ZERO <= amount <= agreed + CENT * len(mine) * 2


ENTRY = st.tuples(st.sampled_from(["paid", "refunded", "to_supplier", "from_supplier"]), st.integers(1, 8), MONEY)


@settings(max_examples=80)
@given(
    lots=LOTS,
    charges=CHARGES,
    bill=st.decimals("0", "3000", places=2),
    entries=st.lists(ENTRY, max_size=12),
    credits=st.dictionaries(st.integers(1, 8), MONEY, max_size=4),
    is_cancelled=st.booleans(),
)
def test_every_path_balances_to_zero(lots, charges, bill, entries, credits, is_cancelled):
    """Whatever came, whoever paid how much before: once each one's open amount has been moved, nothing is left."""
    homes = range(1, 9)
    books = Books(accounts=open_accounts(homes, [] if is_cancelled else lots, [] if is_cancelled else charges))
    books.bill = ZERO if is_cancelled else bill
    for kind, home, amount in entries:
        if kind in {"paid", "refunded"}:
            setattr(books.accounts[home], kind, getattr(books.accounts[home], kind) + amount)
        else:
            setattr(books, kind, getattr(books, kind) + amount)
    for home, amount in credits.items():
        books.accounts[home].credited += amount

    # The invariant that the page shows, at any moment of any path.
    still_open = sum(account.open for account in books.accounts.values())
    assert books.held + still_open - books.supplier_open == books.difference
    was_balanced = not still_open and not books.supplier_open and not books.held and not books.unsettled
    assert books.is_balanced == was_balanced

    for account in books.accounts.values():
        account.paid, account.refunded = account.paid + account.owes, account.refunded + account.gets_back
    supplier_open = books.supplier_open
    books.to_supplier += max(supplier_open, ZERO)
    books.from_supplier += max(-supplier_open, ZERO)
    assert books.held == books.difference
    left = books.difference
    books.passed_on += max(left, ZERO)
    books.covered += max(-left, ZERO)
    assert (books.is_balanced, books.held, books.difference, books.unsettled) == (True, ZERO, ZERO, [])


def test_an_account_says_who_owes_whom():
    owing = Account(goods=Decimal("20.00"), charges=Decimal("1.00"), credited=Decimal("2.00"), paid=Decimal("10.00"))
    paid_too_much = Account(goods=Decimal("20.00"), paid=Decimal("25.00"), refunded=Decimal("1.00"))
    assert (owing.due, owing.owes, owing.gets_back) == (Decimal("19.00"), Decimal("9.00"), ZERO)
    assert (paid_too_much.owes, paid_too_much.gets_back) == (ZERO, Decimal("4.00"))
