"""A notice ready to be copied into a chat group: why, from when to when, on which days tests are. No room, no person,
no number of anything under five."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from clock.reading import ReadClock
from clock.reckoning import DAY
from clock.sentences import say_day, say_name, say_rules, say_zone


def _days(days: list[date]) -> str:
    """Four or more in a row are one word, or the line would be read by nobody."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    daily = _("every day from %(first)s to %(last)s")
    said = []
    for run in runs:
        if len(run) >= 4:
            said.append(daily % {"first": say_day(run[0]), "last": say_day(run[-1])})
        else:
            said += map(say_day, run)
    return _(", ").join(said)


def _why(row: ReadClock) -> str:
    causes = {reason.code for reason in row.today.reasons} if row.today else set()
    if "override" in causes:
        return _("by decision of the sub-district")
    if causes & {"since_moved_out", "waits_for_move", "if_moved_out_today"}:
        return _("a positive case; the days count from when the last person was moved out")
    if causes & {"extended"} or any(code.startswith("anew_") for code in causes):
        return _("a further positive case in this building")
    if causes & {"since_sampled", "since_reported", "since_ordered"}:
        return _("a positive case in this building")
    return _("as ordered by the sub-district")


def notice_text(row: ReadClock) -> str:
    """In the reader's language. Empty where there is nothing to tell yet."""
    today, reckoning = row.today, row.reckoning
    if today is None:
        return ""
    lines = [_("Notice: %(building)s") % {"building": row.building}]
    if today.state in {"released", "stopped"}:
        lines.append(_("The lockdown of this building has ended: %(phase)s.") % {"phase": say_name(today.phase.name)})
        return "\n".join(lines)
    zone = say_zone(today.zone) if today.is_override else say_name(today.phase.name)
    lines.append(_("Now: %(zone)s") % {"zone": zone})
    lines.append(_("Reason: %(why)s") % {"why": _why(row)})
    if today.number > 0:
        began = today.on - (today.number - 1) * DAY
        lines.append(_("From: %(day)s (day 1)") % {"day": say_day(began)})
    if reckoning.next_change is not None:
        change = reckoning.next_change
        words = {"day": say_day(change.on), "zone": say_name(change.phase.name)}
        lines.append(_("From 0:00 on %(day)s: %(zone)s") % words)
    if reckoning.last_day is not None:
        lines.append(_("Last day: %(day)s, 24:00") % {"day": say_day(reckoning.last_day)})
    for kind, line in (("pcr", _("PCR tests: %(days)s")), ("antigen", _("Antigen tests: %(days)s"))):
        if days := reckoning.tests(kind, today.on)[:14]:
            lines.append(line % {"days": _days(days)})
    lines.append(_("Rule: %(rules)s.") % {"rules": say_rules(today.rules)})
    lines.append(_("These days are estimated; the sub-district decides."))
    return "\n".join(lines)
