"""Files of a fund."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.http import require_safe

from money.models import Fund
from money.reading import month_named
from reports.money_lists import gear_table, ledger_table, month_table
from reports.views import send_table
from residents.access import get_visible


@require_safe
def money(request, pk, what, ending):
    """`what`: ledger or month, for who reads the books; gear, for everybody with a role."""
    if ending not in {"xlsx", "csv"} or what not in {"ledger", "month", "gear"}:
        raise Http404
    fund = get_visible(Fund.objects.select_related("compound"), request.user, pk=pk)
    if what != "gear" and not Fund.objects.read_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if what == "month":
        table = month_table(fund, month_named(request.GET.get("month", "")))
    else:
        table = gear_table(fund) if what == "gear" else ledger_table(fund)
    return send_table(request, fund.compound, f"fund {pk}: {what}", str(fund), ending, table)
