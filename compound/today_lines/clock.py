"""What the clocks of a lockdown ask for tonight, as lines. Costs nothing: the page reads them anyhow."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clock.reading import SHANGHAI
from clock.showing import Tonight
from compound.today_lines import Line, Urgency
from residents.listing import listed

AFTER_THE_ROOMS = 1000


def clock_lines(tonight: Tonight, now: datetime) -> list[Line]:
    day = now.astimezone(SHANGHAI).date() + timedelta(days=1)
    midnight = datetime.combine(day, time(), tzinfo=SHANGHAI)
    lines = [
        _line("clock_flag", Urgency.LATE, f"{building}: {flag}", building, _("Decide"))
        for building, flag in tonight.flags
    ]
    lines += [
        _line("turning", Urgency.TODAY, f"{building}: {change}", building, _("Its clock"), midnight)
        for building, change in tonight.turning
    ]
    for test, buildings in tonight.tests:
        words = _("Tomorrow: %(test)s · %(buildings)s") % {"test": test, "buildings": listed(buildings)}
        lines.append(Line("test_due", Urgency.KNOW, words, reverse("clock:list"), _("Clocks"), order=AFTER_THE_ROOMS))
    if tonight.count and tonight.is_quiet:
        words = ngettext(
            "building is closed; nothing turns tonight",
            "buildings are closed; nothing turns tonight",
            tonight.count,
        )
        clocks = reverse("clock:list")
        lines.append(Line("closed", Urgency.KNOW, words, clocks, _("Clocks"), tonight.count, order=AFTER_THE_ROOMS))
    return lines


def _line(name: str, urgency: Urgency, words: str, building, deed: str, at: datetime | None = None) -> Line:
    link = reverse("clock:building", args=[building.pk])
    return Line(name, urgency, words, link, deed, at=at, tells_at=False, order=AFTER_THE_ROOMS)
