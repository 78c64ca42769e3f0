from django import template

from rounds.board import Tally
from rounds.models import Outcome

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
