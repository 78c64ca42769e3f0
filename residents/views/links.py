"""Links of a building's households: who has one, the sheet on which new ones are printed, the end of one.

A sheet is the answer to the POST that made it and cannot be asked for again: the secrets are on it alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.link_forms import LinkEndForm
from residents.links import FreshLink, LinkError, issue_links, reissue_link, revoke_link
from residents.models import Building, Household, HouseholdLink

HOUSEHOLDS = Household.objects.select_related("door__building__compound")


@dataclass(frozen=True)
class DoorCard:
    """One card of the sheet."""

    room: str
    link: str
    qr: SafeString


def _card(fresh: FreshLink) -> DoorCard:
    link = settings.PUBLIC_URL + reverse("home", args=[fresh.secret])
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=2, light="#fff", svgclass="qr")
    return DoorCard(fresh.household.door.full_room, link, mark_safe(qr))


def _building(request, pk) -> Building:
    """Of stewards and of its own lead. 403 for who may only look."""
    place = get_visible(Building.objects.select_related("compound"), request.user, pk=pk)
    if not request.user.access.keeps(place):
        raise PermissionDenied
    return place


def _sheet(request, building: Building, fresh: list[FreshLink]):
    cards = [_card(one) for one in fresh]
    response = render(request, "residents/links_sheet.html", {"building": building, "cards": cards})
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def links(request, pk):
    place = _building(request, pk)
    homes = (
        Household.objects.lived_in()
        .filter(door__building=place)
        .select_related("door")
        .prefetch_related(Prefetch("links", HouseholdLink.objects.order_by("-created_at", "-pk"), to_attr="all_links"))
        .order_by("door__entrance", "-door__floor", "door__position", "door__key", "pk")
    )
    rows = [(home, next((link for link in home.all_links), None)) for home in homes]
    without = sum(link is None or link.revoked_at is not None for _home, link in rows)
    return render(request, "residents/links.html", {"building": place, "rows": rows, "without": without})


@require_POST
def links_issue(request, pk):
    place = _building(request, pk)
    try:
        fresh = issue_links(building=place, by=request.user)
    except LinkError as error:
        messages.error(request, str(error))
        return redirect("residents:links", place.pk)
    return _sheet(request, place, fresh)


@require_POST
def link_reissue(request, pk):
    home = get_kept(HOUSEHOLDS, request.user, pk=pk)
    try:
        fresh = reissue_link(household=home, by=request.user)
    except LinkError as error:
        messages.error(request, str(error))
        return redirect(home)
    return _sheet(request, home.door.building, [fresh])


@require_POST
def link_revoke(request, pk):
    home = get_kept(HOUSEHOLDS, request.user, pk=pk)
    form = LinkEndForm(request.POST)
    try:
        revoke_link(household=home, by=request.user, reason=form.cleaned_data["reason"] if form.is_valid() else "")
        messages.success(request, _("The link is withdrawn: the paper at the door opens nothing any more."))
    except LinkError as error:
        messages.error(request, str(error))
    return redirect(home)
