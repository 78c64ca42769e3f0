"""Looking things up. All of it is fact: nobody adds, changes or deletes money here."""

from django.contrib import admin

from money.models import Closing, Duty, Entry, Expense, ExpenseLine, Fund, Gift, Purse, PurseCount, Receipt, Share
from residents.scoped_admin import FactAdmin


@admin.register(Fund)
class FundAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["public_hash"]
    list_display = ["name", "compound", "balance", "opened_at", "closed_at"]
    list_select_related = ["compound"]


@admin.register(Duty)
class DutyAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["fund", "user", "given_by", "given_at", "ended_at"]
    list_select_related = ["fund", "user", "given_by"]


@admin.register(Purse)
class PurseAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["fund", "kind", "keeper", "balance"]
    list_select_related = ["fund", "keeper"]


@admin.register(PurseCount)
class PurseCountAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["purse", "booked", "counted", "by", "witness", "at"]
    list_select_related = ["purse", "by", "witness"]


@admin.register(Entry)
class EntryAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["number", "kind", "amount", "balance_after", "on", "by"]
    list_filter = ["kind"]
    list_select_related = ["by"]


@admin.register(Gift)
class GiftAdmin(FactAdmin):
    """Without the real name: a look at it is logged, and is taken on the gift's own page."""

    compound_path = "fund__compound"
    exclude = ["giver"]
    list_display = ["number", "pseudonym", "amount", "returned", "received_on"]


@admin.register(Expense)
class ExpenseAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["title", "amount", "spender", "decision", "decided_by"]
    list_filter = ["decision"]
    list_select_related = ["spender", "decided_by"]


@admin.register(ExpenseLine)
class ExpenseLineAdmin(FactAdmin):
    compound_path = "expense__fund__compound"
    list_display = ["what", "quantity", "amount", "item", "batch"]
    list_select_related = ["item", "batch__item"]


@admin.register(Receipt)
class ReceiptAdmin(FactAdmin):
    compound_path = "expense__fund__compound"
    exclude = ["content"]
    list_display = ["expense", "kind", "size", "by", "at"]
    list_select_related = ["expense", "by"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(Closing)
class ClosingAdmin(FactAdmin):
    compound_path = "fund__compound"
    list_display = ["fund", "method", "made_by", "confirmed_by", "finished_at"]
    list_select_related = ["fund", "made_by", "confirmed_by"]


@admin.register(Share)
class ShareAdmin(FactAdmin):
    compound_path = "closing__fund__compound"
    list_display = ["closing", "gift", "amount", "left_at"]
    list_select_related = ["closing__fund", "gift"]
