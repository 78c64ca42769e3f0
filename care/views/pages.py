"""What the rooms of care share."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.access import get_visible
from residents.models import Compound


@require_safe
def home(request):
    """Straight on where one has a single compound."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect("care:needs", compounds[0].pk)
    return render(request, "care/home.html", {"compounds": compounds, "title": _("Care")})


def may_care(user, compound: Compound) -> bool:
    """Stewards, and leads for their buildings."""
    return compound.pk in user.access.steward | user.access.lead_compounds


def get_cared(request, pk) -> Compound:
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_care(request.user, compound):
        raise PermissionDenied
    return compound


def form_answer(request, form, compound, title: str, back: str, hint: str = "", **more):
    context = {"form": form, "compound": compound, "title": title, "hint": hint, "back": back} | more
    return render(request, more.get("template", "care/form.html"), context, status=422 if form.errors else 200)
