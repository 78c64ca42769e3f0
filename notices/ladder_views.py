"""Reaching everybody: what is printed, which step was tried when, and who was told in which house."""

from __future__ import annotations

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from notices.chat import facts_of
from notices.coverage import attach_later, read_cover, unread_of, with_first
from notices.models import Notice, Reached, Recipient
from notices.notice_views import NOTICES
from notices.reaching import BY_HAND, climb, take_back_reached, tell_households
from notices.services import NoticeError
from residents.access import get_visible
from residents.models import Building

WALK = ["building__position", "building__code", "household__door__entrance", "-household__door__floor"]
WALK += ["household__door__position", "pk"]
MOST_TICKED = 900  # a post holds a thousand fields


def _published(request, pk) -> Notice:
    return get_visible(NOTICES.published(), request.user, pk=pk)


def _house(request, pk, building_pk) -> tuple[Notice, Building]:
    """The notice and one of its houses, both visible."""
    row = _published(request, pk)
    return row, get_visible(Building.objects.filter(compound=row.compound), request.user, pk=building_pk)


def _kept_house(request, pk, building_pk) -> tuple[Notice, Building]:
    """Of a notice to the whole compound a lead tells their own house."""
    row, building = _house(request, pk, building_pk)
    if not request.user.access.keeps(building):
        raise PermissionDenied
    return row, building


@require_safe
def sheet(request, pk):
    """For the notice board and the lift: large, and no household on it."""
    row = get_visible(NOTICES.filter(checked_at__isnull=False), request.user, pk=pk)
    attach_later([row])
    return render(request, "notices/sheet.html", {"notice": row, "facts": facts_of(row)})


@require_safe
def slips(request, pk):
    """One for each household that only paper reaches; or for all that are not reached yet."""
    row = _published(request, pk)
    attach_later([row])
    rows = unread_of(row).filter(building__in=Building.objects.visible_to(request.user))
    if row.later:  # type: ignore[attr-defined]
        rows = rows.none()
    is_all = "all" in request.GET
    if not is_all:
        rows = rows.exclude(paper="")
    rows = rows.select_related("household__door__building").order_by(*WALK)
    context = {"notice": row, "facts": facts_of(row), "slips": list(rows), "is_all": is_all}
    return render(request, "notices/slips.html", context)


@require_safe
def house(request, pk, building_pk):
    """Who of one house is not reached yet, to be ticked; and who is, and how."""
    row, building = _house(request, pk, building_pk)
    attach_later([row])
    got = with_first(Recipient.objects.filter(notice=row, building=building))
    got = list(got.select_related("household__door").order_by(*WALK[2:]))
    hand = Reached.objects.standing().filter(recipient__in=[each.pk for each in got], round_key=None)
    ticked = {each.recipient_id: each for each in hand.exclude(how=Reached.How.LINK).select_related("by")}
    for each in got:
        each.way = Reached.How(each.how).label if each.how else ""
        each.ticked = ticked.get(each.pk)
    context = {
        "notice": row,
        "building": building,
        "unread": [each for each in got if not each.how],
        "reached": [each for each in got if each.how],
        "house": next(iter(read_cover(row, Building.objects.filter(pk=building.pk)).houses), None),
        "ways": [(how.value, how.label) for how in BY_HAND],
        "can_tell": request.user.access.keeps(building) and not row.later,  # type: ignore[attr-defined]
    }
    return render(request, "notices/house.html", context)


@require_POST
def tell(request, pk, building_pk):
    row, building = _kept_house(request, pk, building_pk)
    keys = {int(key) for key in request.POST.getlist("told") if key.isascii() and key.isdigit() and len(key) < 15}
    try:
        how = request.POST.get("how", "")
        count = tell_households(notice=row, building=building, keys=keys, how=how, by=request.user)
        said = ngettext("%(count)s household more is reached.", "%(count)s households more are reached.", count)
        flash.success(request, said % {"count": count})
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect("notices:house", row.pk, building.pk)


@require_POST
def untell(request, pk):
    rows = Reached.objects.select_related("recipient__building")
    seen = rows.filter(recipient__building__in=Building.objects.visible_to(request.user))
    reached = get_object_or_404(seen, pk=pk)
    if not request.user.access.keeps(reached.recipient.building):
        raise PermissionDenied
    try:
        take_back_reached(reached=reached, by=request.user)
        flash.success(request, _("Taken back."))
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect("notices:house", reached.recipient.notice_id, reached.recipient.building_id)


@require_POST
def step(request, pk):
    """A rung was tried: everywhere by whoever keeps the notice, else in one's own house."""
    row = _published(request, pk)
    chosen = request.POST.get("building", "")
    building = None
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 15:
        building = _kept_house(request, pk, int(chosen))[1]
    elif not Notice.objects.kept_by(request.user).filter(pk=row.pk).exists():
        raise PermissionDenied
    try:
        kind, note = request.POST.get("kind", ""), request.POST.get("note", "")
        climb(notice=row, kind=kind, building=building, note=note.replace("\x00", ""), by=request.user)
        flash.success(request, _("Noted. Whoever is reached from now on counts after this step."))
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect("notices:house", row.pk, building.pk) if building else redirect(row)
