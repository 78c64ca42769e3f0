"""Jiamu's fund, and words for what tests do with it. Chen keeps the books; Zhao, a lead, has the duty to approve."""

from decimal import Decimal

from django.utils import timezone

from money.counting import count_purse
from money.expenses import Line, approve_expense, ask_expense
from money.funds import open_fund, set_duties
from money.gifts import record_gift
from money.models import Entry, Fund, Purse
from money.receipts import ReadReceipt
from residents.models import RoleGrant
from tests.world import grant, make_user

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24
PDF = b"%PDF-1.4\n%%EOF\n"


def yuan(text) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


class Books:
    def __init__(self, world, compound=None, by=None):
        self.world = world
        self.by = by or world.chen
        self.fund = open_fund(
            compound=compound or world.jiamu,
            name="防疫互助金",
            purpose="防护服和口罩",
            surplus_rule="由捐款人投票决定",
            cash_keeper=self.by,
            account_keeper=self.by,
            by=self.by,
        )
        if compound is None:
            set_duties(fund=self.fund, leads=[world.zhao], by=world.chen)

    def second_steward(self):
        other = make_user("he", "何干事")
        grant(other, RoleGrant.Role.STEWARD, self.world.jiamu)
        return other

    def give(self, amount="100", purse="account", **told) -> Entry:
        told = {"witness": self.world.zhao, "received_on": timezone.localdate()} | told
        return record_gift(fund=self.fund, amount=yuan(amount), purse=purse, by=self.by, **told)

    def ask(self, amount="30", purse="account", lines=None, **told):
        lines = lines or [Line("口罩", 1, yuan(amount))]
        told = {
            "title": "口罩",
            "spent_on": timezone.localdate(),
            "spender": self.by,
            "no_receipt_why": "摊主没有",
            "by": self.by,
        } | told
        return ask_expense(fund=self.fund, purse=purse, amount=yuan(amount), lines=lines, **told)

    def spend(self, amount="30", **told) -> Entry:
        return approve_expense(expense=self.ask(amount, **told), by=self.world.zhao)

    def count(self, purse="account", counted=None, **told):
        counted = self.purse(purse).balance if counted is None else yuan(counted)
        return count_purse(fund=self.fund, purse=purse, counted=counted, by=self.by, witness=self.world.zhao, **told)

    def count_all(self):
        for kind in Purse.Kind.values:
            self.count(kind)

    def purse(self, kind) -> Purse:
        return self.fund.purses.get(kind=kind)

    @property
    def balance(self) -> Decimal:
        return Fund.objects.get(pk=self.fund.pk).balance


def receipt(content=PNG, kind="image/jpeg", digest=None) -> ReadReceipt:
    return ReadReceipt(kind, content, digest or str(hash(content)))


def books_agree(fund: Fund) -> bool:
    """Every balance kept is the sum of the entries, in the books' own order."""
    fund.refresh_from_db()
    running = Decimal(0)
    purses = {purse.pk: Decimal(0) for purse in fund.purses.all()}
    for number, entry in enumerate(Entry.objects.filter(fund=fund).order_by("number"), start=1):
        running += entry.change
        if entry.source_id:
            purses[entry.source_id] -= entry.amount
        if entry.target_id:
            purses[entry.target_id] += entry.amount
        if (entry.number, entry.balance_after) != (number, running) or running < 0:
            return False
    kept = {purse.pk: purse.balance for purse in fund.purses.all()}
    return kept == purses and fund.balance == running == sum(kept.values())
