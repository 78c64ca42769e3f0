"""Needs at the desk: what is asked for, who sees to it, and every deed of one need."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from care.errors import CareError
from care.folding import HELD
from care.forms import CircleForm, DeskForm, GiveForm, NeedForm, NoteForm, WaitForm, WhyForm, first_error
from care.models import CareDesk, Kind, Need
from care.needs import (
    ask,
    change_circle,
    claim,
    confirm,
    finish,
    open_desk,
    release,
    reopen,
    start,
    tell_urgent,
    wait,
    withdraw,
)
from care.reading import count_needs, read_needs, who_could
from care.telling import Teller
from care.urgency import URGENT_WORDS
from care.views.pages import form_answer, get_cared, may_care
from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound, Household, Volunteer

form_page = require_http_methods(["GET", "HEAD", "POST"])
NEEDS = Need.objects.select_related("compound", "household__door__building", "holder", "helper")


@require_safe
def needs(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    can_care = may_care(request.user, compound)
    kind = request.GET.get("kind", "")
    context = {
        "compound": compound,
        "desk": CareDesk.objects.filter(compound=compound).first(),
        "page": read_needs(compound, request.user, kind=kind if kind in Kind else "") if can_care else None,
        "numbers": None if can_care else count_needs(compound),
        "kinds": Kind.choices,
        "kind": kind,
        "tab": "needs",
        "can_care": can_care,
        "can_keep": pk in request.user.access.steward,
    }
    return render(request, "care/needs.html", context)


@form_page
def rules(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    desk = CareDesk.objects.filter(compound=compound).first()
    form = DeskForm(request.POST or None, instance=desk)
    if request.method == "POST" and form.is_valid():
        open_desk(compound=compound, **form.cleaned_data)
        messages.success(request, _("Saved.") if desk else _("The care desk is open."))
        return redirect("care:needs", pk)
    title = _("Rules of the care desk") if desk else _("Open the care desk")
    hint = _("From then on each household can ask for help on its own page. Somebody must look here every day.")
    return form_answer(request, form, compound, title, "needs", hint)


@form_page
def need_add(request, pk):
    """Typed while the telephone is at the ear."""
    compound = get_cared(request, pk)
    form = NeedForm(request.POST or None, compound=compound, user=request.user, initial=_start(request, compound))
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("kind", "words", "due_on", "circle", "is_urgent")}
        teller = Teller(by=request.user, heard_by=form.cleaned_data["heard_by"])
        try:
            need = ask(household=form.cleaned_data["household"], teller=teller, **told)
            messages.success(request, _("Written down."))
            return _to_page(request, need)
        except CareError as error:
            form.add_error(None, str(error))
    hint = _("The household reads on its own page how far it is, and says itself whether it is well.")
    words = "|".join(URGENT_WORDS)
    return form_answer(request, form, compound, _("Write down a need"), "needs", hint, urgent_words=words)


def _to_page(request, row: Need):
    """A lead who has made it a matter for stewards alone does not see it any more."""
    stays = Need.objects.visible_to(request.user).filter(pk=row.pk).exists()
    return redirect(row) if stays else redirect("care:needs", row.compound_id)


def _start(request, compound) -> dict:
    """For this household, where one comes from its page or from its call."""
    key = request.GET.get("household", "")
    homes = Household.objects.kept_by(request.user).filter(door__building__compound=compound).select_related("door")
    home = homes.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None
    return {"building": home.door.building_id, "room": home.door.full_room} if home else {}


# --- One need -----------------------------------------------------------------------------------------


def _need_page(request, row: Need, status: int = 200, **forms):
    now = timezone.now()
    context = {
        "need": row,
        "compound": row.compound,
        "steps": row.steps.select_related("by", "volunteer"),
        "is_free": row.is_free(now),
        "is_held": row.state in HELD,
        "is_stale": row.is_stale(now),
        "hands": who_could(row) if row.is_free(now) else [],
        "note_form": NoteForm(prefix="n"),
        "why_form": WhyForm(prefix="y"),
        "wait_form": WaitForm(prefix="w"),
        "circle_form": CircleForm(initial={"circle": row.circle}),
        "error": "",
        "tab": "needs",
    }
    return render(request, "care/need.html", context | forms, status=status)


@require_safe
def need(request, pk):
    return _need_page(request, get_visible(NEEDS, request.user, pk=pk))


def _read(form) -> dict:
    if not form.is_valid():
        raise CareError(first_error(form))
    return form.cleaned_data


def _claim(row, user, posted, saw):
    claim(need=row, by=user)


def _give(row, user, posted, saw):
    claim(need=row, by=user, helper=_read(GiveForm(posted, compound=row.compound))["volunteer"])


def _wait(row, user, posted, saw):
    told = _read(WaitForm(posted, prefix="w"))
    wait(need=row, by=user, until=told["until"], reason=told["note"], saw=saw)


def _why(posted) -> str:
    return _read(WhyForm(posted, prefix="y"))["note"]


def _note(posted) -> str:
    return _read(NoteForm(posted, prefix="n"))["note"]


def _urgent(row, user, posted, saw, *, is_urgent: bool):
    tell_urgent(need=row, by=user, is_urgent=is_urgent, reason=_why(posted), saw=saw)


# Each deed of a need, by the last word of its address. The household's own words are told here by telephone.
DEEDS = {
    "claim": _claim,
    "give": _give,
    "start": lambda row, user, posted, saw: start(need=row, by=user, saw=saw),
    "wait": _wait,
    "release": lambda row, user, posted, saw: release(need=row, by=user, reason=_why(posted), saw=saw),
    "done": lambda row, user, posted, saw: finish(need=row, by=user, note=_note(posted), saw=saw),
    "confirm": lambda row, user, posted, saw: confirm(need=row, teller=Teller(by=user), saw=saw),
    "reopen": lambda row, user, posted, saw: reopen(need=row, teller=Teller(by=user), reason=_why(posted), saw=saw),
    "withdraw": lambda row, user, posted, saw: withdraw(need=row, teller=Teller(by=user), note=_note(posted), saw=saw),
    "urgent": lambda row, user, posted, saw: _urgent(row, user, posted, saw, is_urgent=True),
    "calm": lambda row, user, posted, saw: _urgent(row, user, posted, saw, is_urgent=False),
    "circle": lambda row, user, posted, saw: change_circle(
        need=row, by=user, circle=_read(CircleForm(posted))["circle"], saw=saw
    ),
}


@require_POST
def need_step(request, pk, deed):
    row = get_kept(NEEDS, request.user, pk=pk)
    if deed not in DEEDS:
        raise Http404
    saw = request.POST.get("saw", "")
    try:
        DEEDS[deed](row, request.user, request.POST, int(saw) if saw.isascii() and saw.isdigit() else None)
    except CareError as error:
        row = NEEDS.get(pk=pk)
        return _need_page(request, row, 422, error=str(error), posted=request.POST, open_deed=deed)
    messages.success(request, _("Saved."))
    return _to_page(request, row)


@require_safe
def slip(request, pk, volunteer_pk):
    """For the volunteer's hand: doors, what is needed, and the words only where everybody on duty may read them."""
    compound = get_cared(request, pk)
    volunteer = Volunteer.objects.filter(compound=compound, pk=volunteer_pk).first()
    rows = NEEDS.visible_to(request.user).filter(compound=compound, helper=volunteer_pk, state__in=HELD)
    found = list(rows)
    if volunteer is None:
        raise Http404
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"needs of volunteer {volunteer.pk}",
        row_count=len(found),
    )
    return render(request, "care/slip.html", {"compound": compound, "volunteer": volunteer, "needs": found})
