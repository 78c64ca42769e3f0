"""Reasons in words. Three readers: the desk, building leads (zone and day, nothing of anybody's health), the public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from clock.facts import Reason
from clock.profiles import Name, Rules


def say_day(on: date | None) -> str:
    """`6 Apr`, `4月6日`."""
    return date_format(on, pgettext("day and month, as Django writes date formats", "j M")) if on else "–"


def say_name(name: Name) -> str:
    return name.in_language(get_language() or "zh-hans")


def say_rules(rules: Rules) -> str:
    return _("%(rule)s, version %(number)s") % {"rule": say_name(rules.name), "number": rules.number}


def say_zone(zone: str) -> str:
    return {
        "none": _("no area"),
        "sealed": _("sealed area"),
        "controlled": _("controlled area"),
        "precaution": _("precaution area"),
    }[zone]


def _heads() -> dict[str, str]:
    return {
        "day": _("%(phase)s, day %(day)s of %(days)s."),
        "day_open": _("%(phase)s, day %(day)s; no end is set."),
        "day_zero": _("%(phase)s, day 0: whole days are counted from tomorrow."),
        "waiting": _("%(phase)s; the count has not begun."),
        "over": _("%(phase)s: the %(total)s days are over, waiting to be released."),
        "released": _("Released: %(phase)s."),
        "stopped": _("The clock does not run any more."),
    }


def _causes() -> dict[str, str]:
    return {
        "since_closed": _("Counted from %(on)s, when the building was closed."),
        "since_sampled": _("Counted from %(on)s, when the positive was sampled."),
        "since_reported": _("Counted from %(on)s, when the positive was reported."),
        "since_ordered": _("Counted from %(on)s, when the order came."),
        "since_moved_out": _("Counted from %(on)s, when the last positive or contact was moved out."),
        "if_moved_out_today": _("Estimated as if the last positive or contact were moved out on %(on)s."),
        "waits_for_move": _("Waits until the positive or contact of %(on)s is moved out."),
        "anew_sampled": _("Counted anew from %(on)s: a positive sampled that day."),
        "anew_reported": _("Counted anew from %(on)s: a positive reported that day."),
        "anew_ordered": _("Counted anew from %(on)s: the order about a positive came that day."),
        "anew_decided": _("Counted anew from %(on)s: %(by)s so decided about the positive of that day."),
        "extended": _("Extended to day %(to_day)s: a positive on %(on)s, day %(number)s. Other buildings go on."),
        "asked": _("The positive of %(on)s, day %(number)s, waits for a decision after investigation."),
        "goes_on": _("The positive of %(on)s, day %(number)s, changes nothing: %(by)s so decided."),
        "override": _("%(zone)s until %(until)s by decision of %(by)s: %(reason)s."),
        "override_open": _("%(zone)s by decision of %(by)s: %(reason)s."),
        "since_released": _("Released on %(on)s by %(by)s."),
        "since_stopped": _("Stopped on %(on)s by %(by)s: %(reason)s."),
        "rule": _("Rule: %(rules)s."),
        "rule_changed": _("Rule changed from %(old)s to %(new)s as of %(on)s: %(reason)s."),
    }


def _discreet() -> dict[str, str]:
    """For building leads: what a day is and from when it counts, and nothing of positives."""
    since = ("since_sampled", "since_reported", "since_ordered", "since_moved_out", "if_moved_out_today")
    anew = ("anew_sampled", "anew_reported", "anew_ordered", "anew_decided")
    silent = ("waits_for_move", "asked", "goes_on", "since_stopped")
    return {
        **dict.fromkeys(since, _("Counted from %(on)s.")),
        **dict.fromkeys(anew, _("Counted anew from %(on)s.")),
        **dict.fromkeys(silent, ""),
        "extended": _("Extended to day %(to_day)s."),
        "override": _("%(zone)s until %(until)s by decision."),
        "override_open": _("%(zone)s by decision."),
        "since_released": _("Released on %(on)s."),
        "rule_changed": _("Rule changed from %(old)s to %(new)s as of %(on)s."),
    }


def _checks() -> dict[str, str]:
    return {
        "days_left": _("The last day of the count is %(on)s."),
        "days_over": _("The last day of the count, %(on)s, has come."),
        "clean_days": _("%(days)s of %(of)s days without a positive, since %(on)s."),
        "round_ahead": _("Day %(number)s is %(on)s: the round is still ahead."),
        "round_none": _("No PCR round covered the building on %(on)s, day %(number)s."),
        "round_unclear": _("In the round of %(on)s, day %(number)s, a result is positive, inconclusive or disputed."),
        "round_full": _("The round of %(on)s, day %(number)s, is complete."),
        "street_open": _("The sub-district has not confirmed yet."),
    }


def _word(key: str, value: Any) -> str:
    if isinstance(value, date):
        return say_day(value)
    if isinstance(value, Name):
        return say_name(value)
    if isinstance(value, Rules):
        return say_rules(value)
    if key == "zone":
        return capfirst(say_zone(value))
    return str(value).rstrip("。.") if key == "reason" else str(value)


def _counted(code: str, values: dict[str, Any]) -> str | None:
    if code == "round_missing":
        return ngettext(
            "In the round of %(on)s, day %(number)s, %(missing)s door is still missing.",
            "In the round of %(on)s, day %(number)s, %(missing)s doors are still missing.",
            values["missing"],
        )
    if code == "round_untold":
        return ngettext(
            "In the round of %(on)s, day %(number)s, the result of %(untold)s door has not been told.",
            "In the round of %(on)s, day %(number)s, the results of %(untold)s doors have not been told.",
            values["untold"],
        )
    if code == "asks_open":
        return ngettext(
            "%(count)s positive waits for a decision.", "%(count)s positives wait for a decision.", values["count"]
        )
    return None


def say(reason: Reason, *, is_discreet: bool = False) -> str:
    values = dict(reason.values)
    code = "override_open" if reason.code == "override" and not values.get("until") else reason.code
    sentence = _discreet().get(code) if is_discreet else None
    if sentence is None:
        sentence = _counted(code, values) or (_heads() | _causes() | _checks())[code]
    return sentence % {key: _word(key, value) for key, value in values.items()}


def say_all(reasons: Iterable[Reason], *, is_discreet: bool = False) -> str:
    """One after the other: a blank between them in English, nothing in Chinese."""
    blank = "" if (get_language() or "").startswith("zh") else " "
    return blank.join(sentence for reason in reasons if (sentence := say(reason, is_discreet=is_discreet)))


def say_tests(tests: Iterable[str]) -> str:
    words: dict[str, Callable[[], str]] = {"pcr": lambda: _("PCR test"), "antigen": lambda: _("antigen test")}
    return _(", ").join(words[test]() for test in tests)
