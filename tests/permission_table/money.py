"""Funds: stewards keep them, leads with the duty to approve read their books, everybody else with a role their totals.

The lead of the table has no duty: what one with it may do is in tests/money/test_views.py.
"""

from decimal import Decimal

from django.utils import timezone

from money.counting import count_purse
from money.expenses import Line, approve_expense, ask_expense
from money.funds import open_fund
from money.gifts import record_gift
from money.models import Closing, Fund, Receipt, Share
from money.receipts import seal
from residents.models import RoleGrant
from tests.world import grant, make_user

#                          method steward officer lead volunteer no-role nobody
PLAIN = {
    "money:home":           ("GET",  302,    302,   302,  200,      200,    302),
}  # fmt: skip

OBJECT = {
    "money:compound":         ("compound",       "GET",  200, 200, 200, None),
    "money:fund_add":         ("compound",       "FORM", 200, 403, 403, None),
    "money:fund":             ("fund",           "GET",  200, 200, 200, 200),
    "money:gear":             ("fund",           "GET",  200, 200, 200, 200),
    "money:chat":             ("fund",           "GET",  200, 200, 200, 200),
    "money:statement":        ("fund",           "GET",  200, 403, 403, 403),
    "money:settings":         ("fund",           "GET",  200, 403, 403, 403),
    "money:duty":             ("fund",           "POST", 302, 403, 403, 403),
    "money:gift_add":         ("fund",           "FORM", 200, 403, 403, 403),
    "money:goods_add":        ("fund",           "FORM", 200, 403, 403, 403),
    "money:expense_add":      ("fund",           "FORM", 200, 403, 403, 403),
    "money:move":             ("fund",           "FORM", 200, 403, 403, 403),
    "money:count":            ("fund",           "FORM", 200, 403, 403, 403),
    "money:closing_add":      ("fund",           "FORM", 200, 403, 403, 403),
    "money:link":             ("fund",           "POST", 200, 403, 403, 403),
    "money:revoke":           ("fund",           "POST", 302, 403, 403, 403),
    "reports:money":          ("fund_list",      "GET",  200, 403, 403, 403),
    "money:entry":            ("fund_entry",     "GET",  200, 404, 404, 404),
    "money:reverse":          ("fund_entry",     "POST", 422, 404, 404, 404),
    "money:explain":          ("purse_count",    "POST", 302, 404, 404, 404),
    "money:gift":             ("gift",           "GET",  200, 404, 404, 404),
    "money:gift_rename":      ("gift",           "POST", 302, 404, 404, 404),
    "money:gift_reveal":      ("gift",           "POST", 200, 404, 404, 404),
    "money:gift_forget":      ("gift",           "POST", 302, 404, 404, 404),
    "money:gift_return":      ("gift",           "POST", 422, 404, 404, 404),
    "money:expense":          ("expense",        "GET",  200, 404, 404, 404),
    "money:approve":          ("expense",        "POST", 302, 404, 404, 404),
    "money:decline":          ("expense",        "POST", 422, 404, 404, 404),
    "money:withdraw":         ("expense",        "POST", 302, 404, 404, 404),
    "money:receipt_add":      ("expense",        "POST", 422, 404, 404, 404),
    "money:line_batch":       ("expense_line",   "POST", 302, 404, 404, 404),
    "money:receipt":          ("receipt",        "GET",  200, 404, 404, 404),
    "money:closing":          ("fund_closing",   "GET",  200, 404, 404, 404),
    "money:closing_confirm":  ("fund_closing",   "POST", 302, 404, 404, 404),
    "money:closing_withdraw": ("fund_closing",   "POST", 302, 404, 404, 404),
    "money:closing_finish":   ("fund_closing",   "POST", 302, 404, 404, 404),
    "money:share_pay":        ("fund_share",     "POST", 302, 404, 404, 404),
    "money:share_leave":      ("fund_share",     "POST", 302, 404, 404, 404),
}  # fmt: skip

# The secret decides: tests/money/test_public.py
BY_SECRET = {"money:public"}

MISSING = {"fund_list": [10**9, "ledger", "csv"], "expense_line": [10**9, 10**9]}


def _second(place):
    """Whoever approves where a place has one steward."""
    name = f"second{place.compound.pk}"
    user = type(place.steward).objects.filter(username=name).first()
    if user is None:
        user = make_user(name, "乙")
        grant(user, RoleGrant.Role.STEWARD, place.compound)
    return user


def things(place):
    by, other, today = place.steward, _second(place), timezone.localdate()
    fund = open_fund(
        compound=place.compound,
        name=f"fund {Fund.objects.count()}",
        purpose="p",
        surplus_rule="r",
        cash_keeper=by,
        account_keeper=by,
        by=by,
    )
    told = {"fund": fund, "purse": "account", "by": by}
    gift = record_gift(amount=Decimal("90.00"), received_on=today, giver="某某", **told).gift
    line, facts = Line("mask", 1, Decimal("9.00")), {"spent_on": today, "spender": by, "no_receipt_why": "none"}
    told |= {"title": "masks", "amount": Decimal("9.00"), "lines": [line], **facts}
    expense, spent = ask_expense(**told), ask_expense(**told)
    entry = approve_expense(expense=spent, by=other)
    count = count_purse(fund=fund, purse="cash", counted=Decimal("1.00"), by=by, witness=other)
    receipt = Receipt.objects.create(
        expense=expense, kind="application/pdf", size=1, digest="d", content=seal(b"%PDF-"), by=by
    )
    closing = Closing.objects.create(
        fund=fund, method="return", decision="d", decided_on=today, to_whom="w", made_by=by
    )
    share = Share.objects.create(closing=closing, gift=gift, amount=Decimal("1.00"))
    return {
        "fund": [fund.pk],
        "fund_list": [fund.pk, "ledger", "csv"],
        "fund_entry": [entry.pk],
        "purse_count": [count.pk],
        "gift": [gift.pk],
        "expense": [expense.pk],
        "expense_line": [expense.pk, expense.lines.get().pk],
        "receipt": [receipt.pk],
        "fund_closing": [closing.pk],
        "fund_share": [share.pk],
    }
