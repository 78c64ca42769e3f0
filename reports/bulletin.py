"""The day in a few lines for the chat group: counts of the whole compound, no room, no person, no count of
people under five."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures import PEOPLE, Figure, figures_of, rooms
from reports.showing import UNDER, coarse, value_of


def bulletin_text(
    *, compound: str, day: date, at: datetime, body: Mapping[str, Any], phones: int, version: int | None = None
) -> str:
    """In the reader's language. `version` is empty while the day is in the making."""
    head = _("%(compound)s · bulletin of %(month)s-%(day)s") % {
        "compound": compound,
        "month": day.month,
        "day": day.day,
    }
    lines = [head]
    for room in rooms():
        told = [_say(figure, body) for figure in figures_of(room) if figure.in_bulletin]
        told = [words for words in told if words]
        if told:
            lines.append(_("%(room)s: %(figures)s") % {"room": room.label, "figures": _(", ").join(told)})
    if phones:
        lines.append(
            ngettext("%(count)s phone has not synced yet.", "%(count)s phones have not synced yet.", phones)
            % {"count": phones}
        )
    clock = timezone.localtime(at).strftime("%H:%M")
    if version is None:
        lines.append(_("As of %(time)s, still changing.") % {"time": clock})
    else:
        lines.append(_("As of %(time)s, version %(version)s.") % {"time": clock, "version": version})
    return "\n".join(lines)


def _say(figure: Figure, body: Mapping[str, Any]) -> str:
    value = value_of(body, figure.key)
    if figure.is_health or figure.unit is PEOPLE:
        value = coarse(value)
    if not value:  # nothing happened: not worth a line of everybody's time
        return ""
    if value == UNDER:
        value = _("fewer than five")
    return _("%(figure)s %(value)s") % {"figure": figure.label, "value": value}
