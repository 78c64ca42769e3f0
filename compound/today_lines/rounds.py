"""How far the open rounds have come, as lines. Costs nothing: the page reads it anyhow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.today_lines import Line, Urgency
from residents.models import User
from rounds.models import Round

if TYPE_CHECKING:
    from compound.today import Progress

# Before the lines of the rooms, where no hour decides.
GAPS, CONFLICTS, TO_CLOSE, TO_OPEN = -4, -3, -2, -1


def round_lines(user: User, progress: Iterable[Progress], drafts: Iterable[Round], now: datetime) -> list[Line]:
    lines = []
    several = len(user.access.compounds) > 1
    for each in progress:
        keeps = each.round.compound_id in user.access.steward
        places = (each.round.compound,) if several else ()
        lines += [_on(line, places) for line in _of_open(each, keeps)]
    for row in drafts:
        if row.compound_id in user.access.steward and timezone.localdate(row.starts_at) <= timezone.localdate(now):
            lines.append(_on(_of_draft(row, now), (row.compound,) if several else ()))
    return lines


def _on(line: Line, places: tuple) -> Line:
    return Line(**(vars(line) | {"places": places}))


def _of_open(each: Progress, keeps: bool) -> list[Line]:
    lines = []
    name = {"round": each.round}
    urgency = Urgency.LATE if each.is_over else Urgency.TODAY
    board, at = each.round.get_absolute_url(), each.round.ends_at
    if each.round.kind == Round.Kind.RECALL and not each.is_over:
        at = each.round.opened_at or at  # they wait at home for it: since when counts, not until when
    if each.missing:
        words = ngettext("door missing: %(round)s", "doors missing: %(round)s", each.missing) % name
        gaps = reverse("rounds:gaps", args=[each.round.pk])
        lines.append(Line("gaps", urgency, words, gaps, _("Gap list"), each.missing, at, order=GAPS))
    elif keeps:
        words = _("All are reached: %(round)s") % name
        lines.append(Line("to_close", urgency, words, board, _("Close it"), None, at, order=TO_CLOSE))
    if each.conflict_count:
        words = ngettext("door told two ways: %(round)s", "doors told two ways: %(round)s", each.conflict_count) % name
        count = each.conflict_count
        lines.append(Line("conflicts", Urgency.TODAY, words, board, _("Settle"), count, order=CONFLICTS))
    return lines


def _of_draft(row: Round, now: datetime) -> Line:
    is_late = row.starts_at < now
    time = f"{timezone.localtime(row.starts_at):%H:%M}"
    words = _("Should be open by now: %(round)s") if is_late else _("Opens at %(time)s: %(round)s")
    return Line(
        "to_open",
        Urgency.LATE if is_late else Urgency.TODAY,
        words % {"round": row, "time": time},
        row.get_absolute_url(),
        _("Open it"),
        at=row.starts_at,
        tells_at=is_late,
        order=TO_OPEN,
    )
