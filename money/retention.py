"""The fund's books stay: everybody gave to it. Real names and remarks go; pseudonyms are what givers chose to show."""

from django.utils.translation import gettext_lazy as _

from money.models import (
    Closing,
    Duty,
    Entry,
    Expense,
    ExpenseLine,
    Fund,
    Gift,
    Purse,
    PurseCount,
    Receipt,
    Share,
)
from residents.retention import keeps, stays

stays(
    _("The public books of the neighbours' fund, with their vouchers: ten years, as accounts are."),
    keeps(Fund, "compound", plain=("name", "purpose", "surplus_rule", "public_hash")),
    keeps(Duty, "fund__compound"),
    keeps(Purse, "fund__compound"),
    keeps(PurseCount, "fund__compound", end={"note": ""}),
    keeps(Entry, "fund__compound", plain=("reason",)),
    keeps(Gift, "fund__compound", end={"giver": "", "wish": "", "note": ""}, plain=("pseudonym",)),
    keeps(
        Gift.history.model,
        "fund__compound",
        end={"wish": "", "note": "", "history_change_reason": None},
        plain=("pseudonym",),
    ),
    keeps(Closing, "fund__compound", plain=("decision", "to_whom")),
    keeps(Share, "closing__fund__compound"),
    keeps(Expense, "fund__compound", plain=("title", "no_receipt_why", "decision_note")),
    keeps(ExpenseLine, "expense__fund__compound", plain=("what",)),
    keeps(Receipt, "expense__fund__compound", plain=("digest", "content")),
)
