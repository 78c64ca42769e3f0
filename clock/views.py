"""Clocks to look at: of a compound, of a building, the rules, a notice to copy."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clock.forms import newest_rules
from clock.models import RuleProfile, RuleVersion
from clock.notice_text import notice_text
from clock.profiles import RuleError, read_rules
from clock.reading import clocks_of, read_clocks, today_in_shanghai
from clock.showing import check_lines, day_lines, event_lines, make_card, read_overview
from residents.access import get_kept, get_visible
from residents.models import Building, Compound

BUILDINGS = Building.objects.select_related("compound")


@require_safe
def compounds(request):
    rows = list(Compound.objects.visible_to(request.user))
    if len(rows) == 1:
        return redirect("clock:compound", rows[0].pk)
    return render(request, "clock/compounds.html", {"compounds": rows})


@require_safe
def compound(request, pk):
    place = get_visible(Compound.objects, request.user, pk=pk)
    context = {
        "compound": place,
        "overview": read_overview(place, request.user),
        "can_keep": place.pk in request.user.access.steward,
        "sees_whole": place.pk in request.user.access.whole_compounds,
    }
    return render(request, "clock/compound.html", context)


@require_safe
def building(request, pk):
    """A steward sees cases and decisions; everybody else who may look, a zone and a day."""
    place = get_visible(BUILDINGS, request.user, pk=pk)
    can_keep, today = place.compound_id in request.user.access.steward, today_in_shanghai()
    rows = read_clocks(clocks_of(request.user).filter(building=place), today=today)
    context = {"building": place, "compound": place.compound, "can_keep": can_keep}
    if rows:
        (row,) = rows
        context |= {
            "clock": row.clock,
            "card": make_card(row, today, is_discreet=not can_keep),
            "days": day_lines(row, today, is_discreet=not can_keep),
        }
    if rows and can_keep:
        context |= {"read": row, "checks": check_lines(row), "events": event_lines(row), "cases": row.cases}
    elif can_keep:
        context["cases"] = place.cases.standing()
    return render(request, "clock/building.html", context)


@require_safe
def notice(request, pk):
    place = get_kept(BUILDINGS, request.user, pk=pk)
    rows = read_clocks(clocks_of(request.user).filter(building=place))
    text = notice_text(rows[0]) if rows else ""
    return render(request, "clock/notice.html", {"building": place, "text": text})


@require_safe
def rules(request):
    """What is in force, in words. New versions are written in the administration."""
    homes = RuleVersion.objects.filter(profile__kind=RuleProfile.Kind.RETURN).select_related("profile")
    read = []
    for version in [*newest_rules(), *homes.order_by("-at", "-number")[:1]]:
        try:
            said = read_rules(version.body, code=version.profile.code, number=version.number)
        except RuleError as error:
            read.append({"version": version, "faults": error.faults})
        else:
            read.append({"version": version, "rules": said, "is_return": version.profile.kind == "return"})
    return render(request, "clock/rules.html", {"rules": read})
