"""What is kept and for how long, and the record of who looked."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept
from residents.keeping import read_keeping
from residents.looks import read_looks, records_of
from residents.models import Compound, Purge
from residents.privacy_forms import LogForm
from residents.retaining import PrivacyError, read_days, set_period
from residents.retention import classes

PER_PAGE = 50


def get_whole(user, pk) -> Compound:
    """A building lead answers for houses, not for what the compound keeps."""
    return get_object_or_404(Compound, pk__in=user.access.whole_compounds & {pk})


@require_safe
def privacy(request, pk):
    return _privacy(request, get_whole(request.user, pk))


def _privacy(request, place: Compound, status: int = 200, code: str = "", typed: str = "", error: str = ""):
    keeping = read_keeping(place)
    for kept in keeping.kept:
        if kept.klass.code == code:
            kept.typed, kept.error = typed, error
    context = {
        "compound": place,
        "keeping": keeping,
        "purge": Purge.objects.live().filter(compound=place).first(),
        "can_keep": place.pk in request.user.access.steward,
    }
    return render(request, "residents/privacy.html", context, status=status)


@require_POST
def privacy_days(request, pk, code):
    get_whole(request.user, pk)
    place = get_kept(Compound.objects, request.user, pk=pk)
    klass = next((klass for klass in classes() if klass.code == code), None)
    if klass is None:
        raise Http404
    typed = request.POST.get("days", "")
    try:
        set_period(compound=place, klass=klass, days=read_days(typed, klass), by=request.user)
    except PrivacyError as error:
        return _privacy(request, place, 422, code, typed[:20], str(error))
    messages.success(request, _("Saved. It holds from the next night on."))
    return redirect("residents:privacy", pk)


@require_safe
def privacy_log(request, pk):
    """What cannot be read as a filter is said above, and the whole record shown."""
    place = get_whole(request.user, pk)
    form = LogForm(request.GET, compound=place)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(records_of(place, **asked), PER_PAGE).get_page(request.GET.get("page"))
    keep = request.GET.copy()
    keep.pop("page", None)
    context = {
        "compound": place,
        "form": form,
        "page": page,
        "looks": read_looks(page),
        "keep": f"{keep.urlencode()}&" if keep else "",
        "query": keep.urlencode(),
        "is_filtered": any(asked.values()),
        "can_take": place.pk in request.user.access.steward,
    }
    return render(request, "residents/privacy_log.html", context, status=422 if form.errors else 200)
