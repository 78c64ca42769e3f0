"""The neighbours' money: what was given, what was spent on whose word, what is left, and what becomes of it.

Reading order: `ledger.py` (funds, purses and entries that are only appended), `giving.py`, `spending.py`, `closing.py`.
"""

from money.models.closing import Closing, Share
from money.models.giving import Gift
from money.models.ledger import Duty, Entry, Fund, Purse, PurseCount
from money.models.spending import Expense, ExpenseLine, Receipt

__all__ = [
    "Closing",
    "Duty",
    "Entry",
    "Expense",
    "ExpenseLine",
    "Fund",
    "Gift",
    "Purse",
    "PurseCount",
    "Receipt",
    "Share",
]
