from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_kept, get_visible
from residents.elevation import draw_elevation
from residents.forms import BuildingAddForm, BuildingForm
from residents.models import Building, Compound
from residents.occupancy import lines_of, occupancy_cells, summarise
from residents.search import clean_query
from residents.search import search as search_doors
from residents.services import BuildingError, add_building


@require_safe
def compounds(request):
    rows = list(Compound.objects.visible_to(request.user))
    if len(rows) == 1:
        return redirect(rows[0])
    return render(request, "residents/compounds.html", {"compounds": rows})


@require_safe
def compound(request, pk):
    place = get_visible(Compound.objects, request.user, pk=pk)
    summaries = summarise(list(Building.objects.houses().visible_to(request.user).filter(compound=place)))
    totals = {
        count: sum(getattr(summary, count) for summary in summaries)
        for count in ("doors", "lived_in", "vacant", "unlisted", "people", "elders", "alone")
    }
    access = request.user.access
    context = {
        "compound": place,
        "summaries": summaries,
        "totals": totals,
        "can_keep": place.pk in access.steward,
        "can_see_volunteers": place.pk in access.whole_compounds,
    }
    return render(request, "residents/compound.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def building_add(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = BuildingAddForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            building = add_building(compound=place, **form.cleaned_data)
        except BuildingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The building and its doors are there."))
            return redirect(building)
    context = {"compound": place, "form": form}
    return render(request, "residents/building_add.html", context, status=422 if form.errors else 200)


@require_safe
def building(request, pk):
    place = get_visible(Building.objects.select_related("compound"), request.user, pk=pk)
    can_keep_homes = request.user.access.keeps(place)
    lines = lines_of(place, names=can_keep_homes)
    context = {
        "building": place,
        "lines": lines,
        "entrances": draw_elevation(occupancy_cells(lines, may_add=can_keep_homes)),
        "home_count": sum(len(line.homes) for line in lines),
        "people_count": sum(home.head_count for line in lines for home in line.homes),
        "help_count": sum(bool(home.needs) for line in lines for home in line.homes),
        "can_keep": place.compound_id in request.user.access.steward,
        "can_keep_homes": can_keep_homes,
    }
    return render(request, "residents/building.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def building_edit(request, pk):
    place = get_kept(Building.objects.select_related("compound"), request.user, pk=pk)
    name = place.name  # a form that fails has already put what was typed into `place`
    form = BuildingForm(request.POST if request.method == "POST" else None, instance=place)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(place)
    context = {"building": place, "name": name, "form": form}
    return render(request, "residents/building_edit.html", context, status=422 if form.errors else 200)


@require_safe
def search(request):
    query = clean_query(request.GET.get("q", ""))
    result = search_doors(user=request.user, query=query)
    return render(request, "residents/search.html", {"query": query, "result": result})
