"""What is copied into the chat before and after: no room and no person is in it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from sanitation.models import Disinfection, DisinfectionStep

Step = DisinfectionStep.Kind


def announcement(row: Disinfection) -> str:
    """For the step it is at; empty where nothing is to be said."""
    words = {"place": _place(row), "time": f"{timezone.localtime(row.safe_at):%H:%M}" if row.safe_at else ""}
    if row.state == Step.WARNED:
        return (
            _(
                "Dear neighbours: %(place)s will be disinfected now. Please close doors and windows, keep children and "
                "pets inside and wait for our word."
            )
            % words
        )
    if row.state == Step.SPRAYING:
        return _("%(place)s is being disinfected. Please stay inside, doors and windows closed.") % words
    if row.state == Step.DONE:
        return _("The disinfection of %(place)s is done. Safe again at %(time)s; then air the rooms.") % words
    if row.state == Step.CALLED_OFF:
        return _("The disinfection of %(place)s does not take place now. Thank you for waiting.") % words
    return ""


def _place(row: Disinfection) -> str:
    if row.part == Disinfection.Part.HOME:
        return _("your home")  # sent to this household alone
    return row.where
