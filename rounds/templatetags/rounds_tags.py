from django import template
from django.utils.translation import gettext as _

from rounds.board import Tally
from rounds.models import Mark, Outcome

register = template.Library()

SHOWN = [
    Outcome.DONE,
    Outcome.ELSEWHERE,
    Outcome.EXEMPT,
    Outcome.PARTLY,
    Outcome.NOBODY_HOME,
    Outcome.REFUSED,
]


@register.inclusion_tag("_bar.html")
def tally_bar(tally: Tally):
    """Shares of a tally as coloured lengths; what is not reached yet is the ground of the bar."""
    segments, start = [], 0.0
    for outcome in SHOWN:
        share = tally.counts[outcome] * 100 / tally.expected if tally.expected else 0
        if share:
            segments.append({"css": outcome.value, "start": round(start, 2), "share": round(share, 2)})
        start += share
    return {"segments": segments}


@register.filter
def outcome_label(outcome: str) -> str:
    """The word for what a mark says of one person."""
    return str(Outcome(outcome).label)


@register.filter
def outcome_is_unknown(outcome: str) -> bool:
    return outcome not in Outcome.values


@register.simple_tag
def mark_origin(mark: Mark) -> str:
    """From which phone, or by whom it was typed."""
    if mark.device:
        return f"{mark.device} #{mark.seq}"
    if mark.walked_by:
        return _("on paper, typed by %(who)s") % {"who": mark.marked_by}
    return _("at a desk")
