"""The disinfection log: warn, spray, done, each with a text to copy; afterwards from paper; and corrections."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import Compound
from sanitation.disinfecting import begin_disinfection, call_off, finish_spraying, start_spraying, write_down
from sanitation.forms import DisinfectionForm, FilterForm, SafeAtForm, WhyForm, WrittenForm
from sanitation.log import list_disinfections
from sanitation.models import BelongingsAsked, Disinfection
from sanitation.services import SanitationError
from sanitation.texts import announcement
from sanitation.views import form_answer, form_page, may_log

PAGE = 50
ENTRIES = Disinfection.objects.select_related("compound", "building", "by", "corrects", "corrected_by")


def _get_logged_in(request, pk) -> Compound:
    place = get_visible(Compound.objects, request.user, pk=pk)
    if not may_log(request.user, place):
        raise PermissionDenied
    return place


@require_safe
def disinfections(request, pk, *, beside=None):
    """`beside`: what other rooms disinfect and log by themselves, newest first; said by the top floor."""
    place = get_visible(Compound.objects, request.user, pk=pk)
    form = FilterForm(request.GET or None, compound=place, user=request.user)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = Paginator(list_disinfections(place, request.user, asked), PAGE).get_page(request.GET.get("page"))
    keep = urlencode({name: request.GET[name] for name in form.fields if request.GET.get(name)})
    context = {
        "compound": place,
        "form": form,
        "page": page,
        "keep": f"{keep}&" if keep else "",
        "query": f"?{keep}" if keep else "",
        "lifts": beside(request.user, place, asked) if beside else [],
        "can_log": may_log(request.user, place),
    }
    return render(request, "sanitation/disinfections.html", context)


@form_page
def disinfection_add(request, pk):
    place = _get_logged_in(request, pk)
    form = DisinfectionForm(request.POST or None, compound=place, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(begin_disinfection(compound=place, plan=form.plan(), by=request.user))
        except SanitationError as error:
            form.add_error(None, str(error))
    hint = _("First warn: the text to copy comes next. Spraying begins with a press of its own.")
    return form_answer(request, form, place, _("Disinfect"), hint)


@form_page
def write_down_add(request, pk):
    place = _get_logged_in(request, pk)
    form = WrittenForm(request.POST or None, compound=place, user=request.user, is_correction=False)
    return _written(request, form, place, None, _("Write down afterwards"), _("What was done, from the team's paper."))


@form_page
def correct(request, pk):
    entry = get_kept(ENTRIES, request.user, pk=pk)
    names = ("part", "place", "reason", "agent", "ppm", "team", "team_size", "asked_belongings")
    initial = {name: getattr(entry, name) for name in names} | {"building": entry.building_id}
    initial |= {name: getattr(entry, name) for name in ("started_at", "ended_at") if getattr(entry, name)}
    if asked := BelongingsAsked.objects.filter(disinfection=entry).select_related("door").first():
        initial |= {"room": asked.door.full_room, "belongings": asked.note}
    form = WrittenForm(
        request.POST or None, compound=entry.compound, user=request.user, is_correction=True, initial=initial
    )
    hint = _("The entry stays, struck out, and points to this one.")
    return _written(request, form, entry.compound, entry, _("Correct an entry"), hint)


def _written(request, form, place, entry, title: str, hint: str):
    if request.method == "POST" and form.is_valid():
        try:
            row = write_down(compound=place, plan=form.plan(), by=request.user, corrects=entry, **form.told())
            return redirect(row)
        except SanitationError as error:
            form.add_error(None, str(error))
    return form_answer(request, form, place, title, hint, entry.get_absolute_url() if entry else "")


def _entry(request, entry, **forms):
    is_steward = entry.compound_id in request.user.access.steward
    asked = BelongingsAsked.objects.filter(disinfection=entry).select_related("door__building") if is_steward else None
    context = {
        "entry": entry,
        "compound": entry.compound,
        "steps": list(entry.steps.select_related("by")),
        "text": announcement(entry),
        "belongings": asked.first() if asked is not None else None,
        "can_keep": is_steward or entry.building_id in request.user.access.lead_buildings,
        "safe": SafeAtForm(),
        "why": WhyForm(),
        **forms,
    }
    return render(request, "sanitation/disinfection.html", context, status=422 if forms else 200)


@require_safe
def disinfection(request, pk):
    return _entry(request, get_visible(ENTRIES, request.user, pk=pk))


@require_POST
def spray(request, pk):
    entry = get_kept(ENTRIES, request.user, pk=pk)
    try:
        start_spraying(disinfection=entry, by=request.user)
    except SanitationError as error:
        messages.error(request, str(error))
    return redirect(entry)


@require_POST
def finish(request, pk):
    entry = get_kept(ENTRIES, request.user, pk=pk)
    form = SafeAtForm(request.POST)
    if form.is_valid():
        try:
            finish_spraying(disinfection=entry, by=request.user, **form.cleaned_data)
            return redirect(entry)
        except SanitationError as error:
            form.add_error(None, str(error))
    return _entry(request, entry, safe=form)


@require_POST
def end_early(request, pk):
    entry = get_kept(ENTRIES, request.user, pk=pk)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            call_off(disinfection=entry, by=request.user, **form.cleaned_data)
            return redirect(entry)
        except SanitationError as error:
            form.add_error(None, str(error))
    return _entry(request, entry, why=form)
