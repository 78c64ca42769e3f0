"""Numbers as people type them: money to the cent, whole pieces, weights. Pure; one reading for every room.

Whole-width digits, spaces, `¥` and `元` are read. Whatever could mean two things is refused in a sentence, because a
guess about somebody's money is worse than a question.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

CENT = Decimal("0.01")
MOST_MONEY = Decimal("1000000.00")
MOST_PIECES = 100_000
MOST_WEIGHT = Decimal("10000.000")

WHOLE = re.compile(r"[0-9]{1,15}")
PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,9})?")
YUAN = re.compile(r"^(RMB|CNY|[¥元])|(RMB|CNY|[¥元块])$", re.IGNORECASE)
FOREIGN = re.compile(r"[€$£₽₩]|EUR|USD|GBP|HKD|JPY", re.IGNORECASE)


class NumberError(ValueError):
    """Why this is not the number that was asked for, in a sentence."""


def read_quantity(typed: Any, *, least: int = 1, most: int = MOST_PIECES) -> int:
    """Whole pieces. A `2.5`, a NaN, a minus or a word is refused; so are True and every float."""
    text = _narrow(typed)
    if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise NumberError(_("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
    return int(text)


def read_money(typed: Any, *, least: Decimal = CENT, most: Decimal = MOST_MONEY) -> Decimal:
    """Yuan, with two places. `¥12.5`, `12.50元`, `１２．５０` and `1,234.50` are read; `€ 50,00` is not guessed at."""
    text = _narrow(typed)
    if FOREIGN.search(text):
        raise NumberError(_("Amounts here are in yuan: write for example 12.50."))
    text = YUAN.sub("", text)
    if "," in text and not GROUPED.fullmatch(text):
        raise NumberError(_("Write the amount with a point before the cents: 12.50, not 12,50."))
    text = text.replace(",", "")
    amount = Decimal(text) if PLAIN.fullmatch(text) else None
    if amount is None or not least <= amount <= most:
        words = {"least": f"{least:.2f}", "most": f"{most:.2f}"}
        raise NumberError(_("Give an amount in yuan from %(least)s to %(most)s.") % words)
    if amount != amount.quantize(CENT):
        raise NumberError(_("There is nothing smaller than a cent: write two digits after the point."))
    return amount.quantize(CENT)


def read_weight(typed: Any, *, most: Decimal = MOST_WEIGHT) -> Decimal:
    """Kilograms, to the gram, more than nothing."""
    text = _narrow(typed)
    text = re.sub(r"(kg|公斤|千克)$", "", text, flags=re.IGNORECASE)
    weight = Decimal(text) if PLAIN.fullmatch(text) else None
    gram = Decimal("0.001")
    if weight is None or not gram <= weight <= most or weight != weight.quantize(gram):
        raise NumberError(_("Give a weight in kilograms such as 1.250, at most %(most)s.") % {"most": int(most)})
    return weight.quantize(gram)


def show_money(amount: Decimal) -> str:
    """`¥1,234.50`, a minus before the sign."""
    sign = "−" if amount < 0 else ""
    return f"{sign}¥{abs(amount):,.2f}"


def _narrow(typed: Any) -> str:
    """What was typed, in narrow characters and without spaces. Numbers come as texts; an int or a Decimal may pass."""
    if isinstance(typed, bool) or not isinstance(typed, str | int | Decimal):
        return ""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(typed)[:40]))
