"""What everybody with the link may read: sums, lines without names, gear bought and handed out."""

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from money.funds import make_public_link, revoke_public_link
from money.models import Entry
from money.reading import read_gear, sums_of
from money.views import FUNDS, PAGE
from residents.access import get_kept
from residents.devices import token_hash

LONGEST_CODE = 100


@require_POST
def link(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    address = settings.PUBLIC_URL + reverse("money:public", args=[make_public_link(fund=fund)])
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    response = render(request, "money/link.html", {"fund": fund, "link": address, "qr": mark_safe(qr)})
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
def revoke(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    revoke_public_link(fund=fund)
    messages.success(request, _("The link no longer opens anything."))
    return redirect("money:settings", pk)


@login_not_required
@require_safe
def public(request, code):
    """The whole secret decides. An empty one opens nothing."""
    fund = FUNDS.filter(public_hash=token_hash(code)).first() if len(code) <= LONGEST_CODE else None
    if fund is None:
        response = render(request, "money/gone.html", status=404)
    else:
        entries = Entry.objects.filter(fund=fund).with_words().order_by("-number")
        context = {
            "fund": fund,
            "sums": sums_of(fund),
            "gear": read_gear(fund),
            "page": Paginator(entries, PAGE).get_page(request.GET.get("page")),
            "goods": fund.gifts.filter(batch__isnull=False).select_related("batch__item")[:PAGE],
            "closing": fund.closings.filter(confirmed_at__isnull=False).first(),
        }
        response = render(request, "money/public.html", context)
        response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
