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
    Came,
    Charge,
    NotWeighed,
    Parcel,
    amounts_of,
    apportion,
    open_accounts,
    share_charge,
    to_cent,
    weights_of,
)

MONEY = st.decimals("0.01", "2000", places=2)
PRICE = st.decimals("0.01", "300", places=2)
WEIGHT = st.decimals("0.001", "40", places=3)


def parcel(**changes):
    return st.builds(
        Parcel,
        **{"home": st.integers(1, 8), "pieces": st.integers(0, 6), "agreed": PRICE, "weight": st.none()} | changes,
    )


BY_PIECE = st.builds(Came, price=PRICE, parcels=st.lists(parcel(), max_size=8).map(tuple))
WEIGHED = st.builds(
    Came, price=PRICE, parcels=st.lists(parcel(weight=WEIGHT), max_size=8).map(tuple), by_weight=st.just(True)
)
WEIGHED_TOGETHER = st.builds(
    Came,
    price=PRICE,
    parcels=st.lists(parcel(), max_size=8).map(tuple),
    by_weight=st.just(True),
    weight=st.decimals("0.5", "400", places=3),
)
CAMES = st.lists(BY_PIECE | WEIGHED | WEIGHED_TOGETHER, max_size=5)
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
    came = Came(Decimal("12.80"), (Parcel(1, 2, Decimal("12.80")), Parcel(2, 0, Decimal("12.80"))))
    assert amounts_of(came) == {1: Decimal("25.60")}


def test_a_dearer_substitute_costs_what_was_agreed_and_a_cheaper_one_less():
    dear = Came(Decimal("15.00"), (Parcel(1, 2, Decimal("12.80")),))
    cheap = Came(Decimal("9.90"), (Parcel(1, 2, Decimal("12.80")),))
    assert (amounts_of(dear), amounts_of(cheap)) == ({1: Decimal("25.60")}, {1: Decimal("19.80")})


def test_by_weight_the_parts_add_up_to_what_it_weighed_together():
    # 3 x 1.005 kg at 9.99: alone each would be 10.04, together 30.12
    weighed = [Parcel(home, 1, Decimal("9.99"), Decimal("1.005")) for home in (1, 2, 3)]
    amounts = amounts_of(Came(Decimal("9.99"), tuple(weighed), by_weight=True))
    assert (sum(amounts.values()), max(amounts.values()) - min(amounts.values())) == (Decimal("30.12"), ZERO)
    # 1 kg among three who were not weighed one by one
    together = [Parcel(home, 1, Decimal("10.00")) for home in (1, 2, 3)]
    amounts = amounts_of(Came(Decimal("10.00"), tuple(together), by_weight=True, weight=Decimal("1.000")))
    assert list(amounts.values()) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_whoever_was_not_weighed_shares_what_is_left_by_pieces():
    parcels = (Parcel(1, 1, ZERO, Decimal("2.000")), Parcel(2, 1, ZERO), Parcel(3, 3, ZERO), Parcel(4, 0, ZERO))
    came = Came(Decimal(1), parcels, by_weight=True, weight=Decimal("6.000"))
    assert weights_of(came) == [Decimal(2), Decimal(1), Decimal(3)]


@pytest.mark.parametrize("weight", [None, Decimal("2.000"), Decimal("1.000")])
def test_what_nobody_weighed_has_no_price(weight):
    came = Came(Decimal(1), (Parcel(1, 1, ZERO, Decimal("2.000")), Parcel(2, 1, ZERO)), by_weight=True, weight=weight)
    with pytest.raises(NotWeighed):
        amounts_of(came)


def test_a_charge_is_shared_by_who_got_something():
    goods = {1: Decimal("30.00"), 2: Decimal("10.00"), 3: ZERO}
    assert share_charge(Charge(Decimal("5.00")), goods) == {1: Decimal("3.75"), 2: Decimal("1.25")}
    assert share_charge(Charge(Decimal("5.01"), is_equal=True), goods) == {1: Decimal("2.51"), 2: Decimal("2.50")}
    assert share_charge(Charge(Decimal("5.00")), {3: ZERO}) == {}


@given(came=BY_PIECE | WEIGHED | WEIGHED_TOGETHER)
def test_nobody_pays_more_than_agreed_and_nothing_for_nothing(came):
    amounts = amounts_of(came)
    got = [parcel for parcel in came.parcels if parcel.pieces]
    assert amounts.keys() == {parcel.home for parcel in got}
    most: dict[int, Decimal] = {}
    for one, weight in zip(got, weights_of(came) if came.by_weight else [None] * len(got), strict=True):
        asked = one.agreed * (one.pieces if weight is None else weight)
        most[one.home] = most.get(one.home, ZERO) + asked + CENT
    assert all(ZERO <= amounts[home] <= most[home] for home in amounts)


ENTRY = st.tuples(st.sampled_from(["paid", "refunded", "to_supplier", "from_supplier"]), st.integers(1, 8), MONEY)


@settings(max_examples=80)
@given(
    cames=CAMES,
    charges=CHARGES,
    bill=st.decimals("0", "3000", places=2),
    entries=st.lists(ENTRY, max_size=12),
    credits=st.dictionaries(st.integers(1, 8), MONEY, max_size=4),
    is_cancelled=st.booleans(),
)
def test_every_path_balances_to_zero(cames, charges, bill, entries, credits, is_cancelled):
    """Whatever came, whoever paid how much before: once each one's open amount has been moved, nothing is left."""
    homes = range(1, 9)
    books = Books(accounts=open_accounts(homes, [] if is_cancelled else cames, [] if is_cancelled else charges))
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
