"""Every sentence about a list of results or one of its lines, by code, so that a stored code is read in any language.

The values come from the line itself (`cell`, `line`) or from what it was compared with; nothing else is stored.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LIST: dict[str, Any] = {
    "empty": _("There is nothing in the list."),
    "too_long": _("The text is too long. Split it into lists of %(limit)s lines."),
    "too_many": _("The list has more than %(limit)s lines. Split it."),
    "no_result_column": _("No column holds the result. Name one of them 结果."),
    "no_whose_column": _("No column says whose result it is. Name one of them 采样管, 室号 or 姓名."),
    "only_header": _("There is a header but no line below it."),
    "nothing_given": _("Paste a list or choose a file."),
    "both_given": _("Either paste a list or choose a file, not both."),
    "not_ready": _("This list was applied or set aside already."),
    "stale": _("Something has changed since this was previewed. Look at it again before you apply it."),
    "nothing_to_apply": _("There is no line that could be applied."),
    "not_open": _("The round is not open: no result can be told."),
}

LINE: dict[str, Any] = {
    # refused
    "no_value": _("Result: the cell is empty."),
    "value": _("Result: “%(value)s” is not understood."),
    "time": _("Time: “%(time)s” is not understood."),
    "future": _("Time: %(time)s is in the future."),
    "before_round": _("Time: %(time)s is before the round began. Is the list of another round?"),
    "wrong_round": _("Round: this list says “%(round)s”, the page is another round's."),
    "whose": _("Neither tube nor room nor name is told."),
    "other_round": _("Tube: %(tube)s belongs to another round."),
    "unknown_tube": _("Tube: no tube %(tube)s is known."),
    "empty_tube": _("Tube: nobody is in %(tube)s; a result needs a sample."),
    "no_sample": _("Name: %(name)s was not sampled in this round; a result needs a sample."),
    "two_values": _("Result: the list says two different things of this one."),
    # for the review list
    "unknown_room": _("Room: nobody is expected at %(room)s."),
    "not_expected": _("Name: %(name)s is not expected in this round."),
    "near_name": _("Name: %(name)s is not at this door; is it %(near)s?"),
    "not_in_room": _("Name: %(name)s is not expected at %(room)s."),
    "not_in_tube": _("Name: %(name)s is not in tube %(tube)s; is it %(near)s?"),
    "stranger_in_tube": _("Name: %(name)s is not in tube %(tube)s."),
    "several": _("Name: more than one person fits."),
    "which_one": _("Name: several people live there and none is named."),
    "tube_unknown": _("Tube: %(tube)s is not known, so nobody can tell whether it was a single tube."),
    # worth saying of a line that counts
    "corrects": _("Corrects what the same source told before."),
    "known": _("Told before by the same source."),
    "twice": _("The same as another line of this list."),
}


def sentence(words: dict[str, Any], code: str, values: dict[str, Any] | None = None) -> str:
    text = str(words[code]) if code in words else ""
    return text % values if values and text else text
