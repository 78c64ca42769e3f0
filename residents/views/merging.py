from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_kept
from residents.forms import MergeForm, UnmergeForm
from residents.lookalikes import candidates_for
from residents.merging import MergeError, merge_residents, unmerge_residents
from residents.models import MergeRecord, Resident
from residents.needs import need_words

RESIDENTS = Resident.objects.select_related("household__door__building__compound")
MERGES = MergeRecord.objects.select_related(
    "by", "kept__household__door__building__compound", "other__household__door__building", "undone__by"
)


@require_safe
def resident_lookalikes(request, pk):
    person = get_kept(RESIDENTS, request.user, pk=pk)
    home = person.household
    context = {"resident": person, "household": home, "building": home.door.building}
    context["candidates"] = candidates_for(person, request.user)
    return render(request, "residents/lookalikes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def resident_merge(request, pk, other_pk):
    kept, other = (get_kept(RESIDENTS, request.user, pk=each) for each in (pk, other_pk))
    if kept.household.door.building.compound_id != other.household.door.building.compound_id:
        raise Http404
    form = MergeForm(request.POST if request.method == "POST" else None, kept=kept, other=other)
    if request.method == "POST" and form.is_valid():
        try:
            merge = merge_residents(kept=kept, other=other, by=request.user, **form.deed)
        except MergeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Merged into one. The trail is kept, and it can be undone."))
            if not other.household.residents.filter(moved_out_on=None).exists():
                messages.warning(request, _("%(door)s: nobody is listed there any more.") % {"door": other.household})
            return redirect(merge)
    for person in (kept, other):
        person.need_words = need_words(person.needs)
    home = kept.household
    context = {"kept": kept, "other": other, "household": home, "building": home.door.building, "form": form}
    return render(request, "residents/merge_ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, pk):
    """What was merged, by whom and why; and the way back."""
    row = get_kept(MERGES, request.user, pk=pk)
    form = UnmergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            undone = unmerge_residents(merge=row, by=request.user, reason=form.cleaned_data["reason"])
        except MergeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Two people again, as they were before."))
            return redirect(undone)
    undone = getattr(row, "undone", None)
    context = {"merge": row, "undone": undone, "building": row.kept.household.door.building, "form": form}
    return render(request, "residents/merge.html", context, status=422 if form.errors else 200)
