"""Marks that cannot be counted yet, and phones that have not sent theirs."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from compound.today_lines import Ask, Urgency, in_place
from residents.models import Device
from rounds.models import HeldMark


def held(user, _now) -> QuerySet:
    return HeldMark.objects.kept_by(user).filter(decision="")


def unsent(user, _now) -> QuerySet:
    """Of the whole compound: a lead does not know which doors a volunteer's phone stands before."""
    rows = Device.objects.filter(ended_at=None, queued_count__gt=0)
    return rows.filter(volunteer__compound__in=user.access.whole_compounds)


ASKS = (
    Ask(
        "held_marks",
        Urgency.TODAY,
        ngettext_lazy("mark to decide on", "marks to decide on", "n"),
        _("Decide"),
        rows=held,
        link=lambda _found: reverse("rounds:held"),
    ),
    Ask(
        "phones_unsent",
        Urgency.TODAY,
        ngettext_lazy(
            "phone with marks not sent yet: let it find a signal",
            "phones with marks not sent yet: let them find a signal",
            "n",
        ),
        _("Whose they are"),
        rows=unsent,
        compound="volunteer__compound",
        link=in_place("residents:volunteers", "residents:compounds"),
    ),
)
