"""What became of every test round: of a building, of a household, of a person, of the whole compound."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Building, Compound, Household, Resident
from testing_rounds.history import TESTS, draw_trend, household_lines, lines_of, person_lines

PAGE = 30


@require_safe
def building(request, pk):
    place = get_visible(Building.objects.select_related("compound"), request.user, pk=pk)
    here = Building.objects.filter(pk=place.pk)
    rounds = TESTS.filter(buildings=place)
    page = Paginator(rounds, PAGE).get_page(request.GET.get("page"))
    lines = lines_of(here, rounds.filter(pk__in=[round.pk for round in page]))
    context = {
        "building": place,
        "page": page,
        "lines": lines,
        "bars": draw_trend(lines),
        "few": any(not line.is_of_all for line in lines),
        "sees_values": place.compound_id in request.user.access.whole_compounds,
        "is_steward": place.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/history_building.html", context)


@require_safe
def coverage(request, compound_pk):
    """Round by round: no household left out. A lead reads it of their own buildings."""
    compound = get_visible(Compound.objects, request.user, pk=compound_pk)
    buildings = Building.objects.visible_to(request.user).filter(compound=compound)
    rounds = TESTS.filter(compound=compound)
    page = Paginator(rounds, PAGE).get_page(request.GET.get("page"))
    lines = lines_of(buildings, rounds.filter(pk__in=[round.pk for round in page]))
    context = {
        "compound": compound,
        "page": page,
        "lines": lines,
        "bars": draw_trend(lines),
        "few": any(not line.is_of_all for line in lines),
        "buildings": list(buildings),
        "sees_values": compound.pk in request.user.access.whole_compounds,
        "is_steward": compound.pk in request.user.access.steward,
    }
    return render(request, "testing_rounds/history_coverage.html", context)


def _log(request, compound: Compound, subject: str, rows: int) -> None:
    AccessRecord.objects.create(
        user=request.user, compound=compound, deed=AccessRecord.Deed.LOOK, subject=subject, row_count=rows
    )


@require_safe
def household(request, pk):
    home = get_kept(Household.objects.select_related("door__building__compound"), request.user, pk=pk)
    place = home.door.building
    lines = household_lines(home)
    _log(request, place.compound, f"test history of household {home.pk}", len(lines))
    context = {
        "household": home,
        "building": place,
        "lines": lines,
        "sees_values": place.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/history_household.html", context)


@require_safe
def person(request, pk):
    someone = get_kept(Resident.objects.select_related("household__door__building__compound"), request.user, pk=pk)
    place = someone.household.door.building
    lines = person_lines(someone)
    _log(request, place.compound, f"test history of resident {someone.pk}", len(lines))
    context = {
        "person": someone,
        "household": someone.household,
        "building": place,
        "lines": lines,
        "sees_values": place.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/history_person.html", context)
