"""Bags at the desk: who asked, whose hands each thing is in, tomorrow's runner, the money, and the way back."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from medicine.bags import (
    ON_THE_WAY,
    ask_errand,
    cancel,
    change_errand,
    confirm,
    deliver,
    hand_over,
    pick_up,
    reach_hospital,
    reopen,
    settle,
)
from medicine.forms import (
    ErrandFields,
    ErrandForm,
    HandForm,
    PickUpForm,
    ReasonForm,
    RevealForm,
    SettleForm,
    hands_of,
)
from medicine.models import Errand
from medicine.reading import count_errands, read_bag, read_errands, read_runner
from medicine.revealing import reveal_contact
from medicine.telling import MedicineError, Teller
from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound
from residents.services import RevealError

form_page = require_http_methods(["GET", "HEAD", "POST"])
WAY = [state for state in Errand.State if state != Errand.State.CANCELLED]
ERRANDS = Errand.objects.select_related("compound", "resident__household", "household__door__building__compound")


def may_keep(user, compound: Compound) -> bool:
    """Stewards, and leads for their buildings: who types for others and reads the lists."""
    return compound.pk in user.access.steward | user.access.lead_compounds


def get_run(request, pk) -> Compound:
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_keep(request.user, compound):
        raise PermissionDenied
    return compound


def form_answer(request, form, compound, title: str, back: str, hint: str = ""):
    context = {"form": form, "compound": compound, "title": title, "hint": hint, "back": back}
    return render(request, "medicine/form.html", context, status=422 if form.errors else 200)


@require_safe
def home(request):
    """Straight on where one has a single compound; a doctor goes to the desk."""
    access = request.user.access
    compounds = list(Compound.objects.filter(pk__in=access.compounds | access.doctor))
    if len(compounds) == 1:
        only = compounds[0]
        return redirect("medicine:errands" if only.pk in access.compounds else "medicine:desk", only.pk)
    for compound in compounds:
        compound.to = "medicine:errands" if compound.pk in access.compounds else "medicine:desk"
    return render(request, "medicine/home.html", {"compounds": compounds})


@require_safe
def errands(request, pk):
    """An officer sees how many; who keeps a house sees its bags."""
    compound = get_visible(Compound.objects, request.user, pk=pk)
    can_keep = may_keep(request.user, compound)
    today = timezone.localdate()
    rows = read_errands(compound, request.user) if can_keep else []
    for row in rows:
        row.late = row.is_late(today)
    context = {
        "compound": compound,
        "counts": count_errands(compound),
        "errands": rows,
        "can_keep": can_keep,
        "today": today,
        "tomorrow": today + timedelta(days=1),
    }
    return render(request, "medicine/errands.html", context)


@form_page
def errand_add(request, pk):
    compound = get_run(request, pk)
    form = ErrandForm(request.POST if request.method == "POST" else None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        told = form.told()
        told.pop("household")
        try:
            row = ask_errand(teller=Teller(by=request.user), **told)
            messages.success(request, _("The bag is on the list."))
            return redirect(row)
        except MedicineError as error:
            form.add_error(None, str(error))
    hint = _("One bag a person, so that nothing is mixed up at the window.")
    return form_answer(request, form, compound, _("Medicine for somebody"), "errands", hint)


@form_page
def errand_edit(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    names = ("hospital", "window", "planned_on", "needed_by", "is_cold", "wanted")
    initial = {name: getattr(row, name) for name in names}
    form = ErrandFields(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_errand(errand=row, teller=Teller(by=request.user), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(row)
        except MedicineError as error:
            form.add_error(None, str(error))
    return form_answer(request, form, row.compound, _("Another day or place"), "errands")


# --- Lists for who goes ---------------------------------------------------------------------------


def asked_day(request):
    """Tomorrow, unless another day is asked for."""
    try:
        return parse_date(request.GET.get("day", "")) or timezone.localdate() + timedelta(days=1)
    except ValueError:
        raise Http404 from None


@require_safe
def runner(request, pk):
    compound = get_run(request, pk)
    day = asked_day(request)
    stops = read_runner(compound, request.user, day)
    context = {
        "compound": compound,
        "day": day,
        "stops": stops,
        "bag_count": sum(len(rows) for _hospital, rows in stops),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
    }
    return render(request, "medicine/runner.html", context)


@require_POST
def labels(request, pk):
    """Printed for one day. What leaves the portal on paper is on record."""
    compound = get_run(request, pk)
    day = asked_day(request)
    rows = [row for _hospital, some in read_runner(compound, request.user, day) for row in some]
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"compound {pk}: medicine labels, {day.isoformat()}",
        row_count=len(rows),
    )
    return render(request, "medicine/labels.html", {"compound": compound, "day": day, "errands": rows})


# --- One bag --------------------------------------------------------------------------------------


def _errand_page(request, row: Errand, status: int = 200, **more):
    people = hands_of(row)
    hands = {"people": people, "user": request.user}
    stops = read_bag(row)
    before = next((n for n, state in enumerate(WAY) if state == row.state), 0)
    context = {
        "errand": row,
        "compound": row.compound,
        "stops": stops,
        "steps": row.steps.select_related("by"),
        "settlements": list(row.settlements.select_related("by")),
        "is_late": row.is_late(timezone.localdate()),
        "way": [(state.value, state.label) for state in WAY],
        "past": [state.value for state in WAY[:before]],
        "can_hand": row.state in ON_THE_WAY,
        "can_settle": row.state in ON_THE_WAY,
        "can_cancel": row.state in (Errand.State.ASKED, *ON_THE_WAY),
        "pick_form": PickUpForm(**hands, prefix="p"),
        "hand_form": HandForm(**hands, prefix="h"),
        "settle_form": SettleForm(**hands, prefix="s"),
        "reopen_form": ReasonForm(prefix="o"),
        "cancel_form": ReasonForm(prefix="c"),
        "reveal_form": RevealForm(prefix="r"),
    } | more
    return render(request, "medicine/errand.html", context, status=status)


@require_safe
def errand(request, pk):
    return _errand_page(request, get_visible(ERRANDS, request.user, pk=pk))


def _try(request, row: Errand, name: str, form, service, said: str, **told):
    """The deed behind a form of the bag's page; refused, the page comes back with the sentence at that form."""
    if form.is_valid():
        try:
            service(errand=row, **{key: form.cleaned_data[key] for key in form.cleaned_data} | told)
            messages.success(request, said)
            return redirect(row)
        except MedicineError as error:
            form.add_error(None, str(error))
    return _errand_page(request, row, 422, **{name: form})


def _press(request, pk, service, said: str):
    """A deed without words."""
    row = get_kept(ERRANDS, request.user, pk=pk)
    try:
        service(errand=row, teller=Teller(by=request.user))
        messages.success(request, said)
    except MedicineError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def errand_pick_up(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    form = PickUpForm(request.POST, people=hands_of(row), user=request.user, prefix="p")
    return _try(request, row, "pick_form", form, pick_up, _("It is in the bag."), teller=Teller(by=request.user))


@require_POST
def errand_hand_over(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    form = HandForm(request.POST, people=hands_of(row), user=request.user, prefix="h")
    told = {"saw": form.saw(), "teller": Teller(by=request.user)}
    answer = _try(request, row, "hand_form", form, hand_over, _("Handed over."), **told)
    if answer.status_code == 302 and not Errand.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("medicine:home")  # it left the hands of who saw it for that reason alone
    return answer


@require_POST
def errand_hospital(request, pk):
    return _press(request, pk, reach_hospital, _("At the hospital."))


@require_POST
def errand_settle(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    form = SettleForm(request.POST, people=hands_of(row), user=request.user, prefix="s")
    return _try(request, row, "settle_form", form, _settle, _("Settled."), by=request.user)


def _settle(*, is_missing: bool, **told):
    settle(has_medicine=not is_missing, **told)


@require_POST
def errand_deliver(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    answer = _press(request, pk, deliver, _("Delivered."))
    if not Errand.objects.visible_to(request.user).filter(pk=row.pk).exists():
        return redirect("medicine:home")
    return answer


@require_POST
def errand_confirm(request, pk):
    """For a household without a phone: somebody asked, and everything was there."""
    return _press(request, pk, confirm, _("Confirmed."))


@require_POST
def errand_reopen(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    form = ReasonForm(request.POST, prefix="o")
    return _try(request, row, "reopen_form", form, reopen, _("It is on the way again."), teller=Teller(by=request.user))


@require_POST
def errand_cancel(request, pk):
    row = get_kept(ERRANDS, request.user, pk=pk)
    form = ReasonForm(request.POST, prefix="c")
    return _try(request, row, "cancel_form", form, cancel, _("Called off."), teller=Teller(by=request.user))


@require_POST
def errand_reveal(request, pk):
    row = get_visible(ERRANDS, request.user, pk=pk)
    form = RevealForm(request.POST, prefix="r")
    if form.is_valid():
        try:
            contact = reveal_contact(resident=row.resident, by=request.user, reason=form.cleaned_data["reason"])
            return _errand_page(request, row, contact=contact)
        except RevealError as error:
            form.add_error(None, str(error))
    return _errand_page(request, row, 422, reveal_form=form)
