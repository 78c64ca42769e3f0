"""Money, pieces and weights as people type them: read to the cent, or refused in a sentence."""

import contextlib
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from residents.number_fields import MoneyField, PiecesField, WeightField
from residents.numbers_typed import NumberError, read_money, read_quantity, read_weight, show_money

HUGE = "9" * 60
YUAN = "Give an amount in yuan from 0.01 to 1000000.00."
FOREIGN = "Amounts here are in yuan: write for example 12.50."
COMMA = "Write the amount with a point before the cents: 12.50, not 12,50."
CENT = "There is nothing smaller than a cent: write two digits after the point."
PIECES = "Give a whole number from 1 to 100000."
WEIGHT = "Give a weight in kilograms such as 1.250, at most 10000."


@pytest.mark.parametrize(
    "typed",
    ["12.5", " 12.50 ", "¥12.5", "￥ 12.50", "12.50元", "12.5块", "１２．５０", "RMB 12.50", 
     "12.500", Decimal("12.5"), "\u300012.50"],
)  # fmt: skip
def test_an_amount_is_read_however_it_is_written(typed):
    assert read_money(typed) == Decimal("12.50")
    assert str(read_money(typed)) == "12.50"


def test_thousands_may_be_parted():
    assert [read_money(text) for text in ("1,234.50", "12,345", "1，234")] == [
        Decimal("1234.50"),
        Decimal("12345.00"),
        Decimal("1234.00"),
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("€ 50,00", FOREIGN), ("$50", FOREIGN), ("50 EUR", FOREIGN), ("50,00", COMMA), ("1,23,4", COMMA),
        ("1.234,50", COMMA), ("12.345", CENT), ("-5", YUAN), ("−5", YUAN), ("0", YUAN), ("NaN", YUAN),
        ("Infinity", YUAN), ("1e5", YUAN), (HUGE, YUAN), ("1000000.01", YUAN), ("", YUAN), ("五十", YUAN),
        ("٥٠", YUAN), ("5_0", YUAN), (12.5, YUAN), (float("nan"), YUAN), (True, YUAN), (None, YUAN),
    ],
)  # fmt: skip
def test_an_amount_that_could_mean_something_else_is_refused(typed, told):
    with translation.override("en"), pytest.raises(NumberError) as caught:
        read_money(typed)
    assert str(caught.value) == told


def test_pieces_are_whole():
    assert [read_quantity(typed) for typed in ("2", "２", " 2 ", "0002", 2, "100000")] == [2, 2, 2, 2, 2, 100000]
    assert read_quantity("0", least=0) == 0


@pytest.mark.parametrize("typed", ["0", "-2", "2.5", "2,5", '"2"', "½", "NaN", HUGE, "100001", "", 2.0, True, None])
def test_what_is_no_number_of_pieces_is_refused(typed):
    with translation.override("en"), pytest.raises(NumberError) as caught:
        read_quantity(typed)
    assert str(caught.value) == PIECES


def test_a_weight_is_read_to_the_gram():
    assert [str(read_weight(typed)) for typed in ("1.25", "１.２５ kg", "1.25公斤", "2")] == [
        "1.250",
        "1.250",
        "1.250",
        "2.000",
    ]


@pytest.mark.parametrize("typed", ["0", "-1", "1.2345", "1,5", "NaN", HUGE, "10001", "", None, 1.5])
def test_what_is_no_weight_is_refused(typed):
    with translation.override("en"), pytest.raises(NumberError) as caught:
        read_weight(typed)
    assert str(caught.value) == WEIGHT


@given(st.text(max_size=50))
def test_no_text_is_worse_than_refused(text):
    for read in (read_money, read_quantity, read_weight):
        with contextlib.suppress(NumberError):
            assert read(text) > 0


@given(st.decimals(min_value="0.01", max_value="1000000", places=2))
def test_an_amount_shown_reads_as_itself(amount):
    assert read_money(show_money(amount)) == amount


def test_a_minus_stands_before_the_sign():
    assert show_money(Decimal("-1234.5")) == "−¥1,234.50"


def test_a_field_says_the_sentence_and_keeps_empty_for_none():
    fields = [MoneyField(required=False), PiecesField(required=False), WeightField(required=False)]
    assert [field.clean("２") for field in fields] == [Decimal("2.00"), 2, Decimal("2.000")]
    assert [field.clean("") for field in fields] == [None, None, None]
    assert [field.widget.attrs["inputmode"] for field in fields] == ["decimal", "numeric", "decimal"]


def test_a_template_shows_an_amount_and_nothing_for_none():
    page = Template("{% load money %}{{ amount|yuan }}|{{ none|yuan }}")
    assert page.render(Context({"amount": Decimal("1234.5"), "none": None})) == "¥1,234.50|"
