"""By which rules a distribution says who waits; how shares follow from them is `rounds.shortage`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rounds import shortage
from rounds.shortage import Share
from supplies.models import Distribution

Rule = Distribution.Rule


@dataclass(frozen=True)
class Claim:
    """One household's due of one line, and what the rules look at."""

    key: int  # the household
    quantity: int
    heads: int = 1
    elders: int = 0
    needs: int = 0
    has_waited: bool = False


def rank(claim: Claim, rule: str) -> int:
    """Lower comes first. Equal ranks are parted by lot alone."""
    if rule == Rule.ELDERS:
        return 0 if claim.elders else 1
    if rule == Rule.NEEDS:
        return 0 if claim.needs else 1
    if rule == Rule.BIGGEST:
        return -claim.heads
    if rule == Rule.WAITED:
        return 0 if claim.has_waited else 1
    return 0


def share_out(
    claims: Iterable[Claim], available: int, rule: str, seed: str, waits: Collection[int] = ()
) -> dict[int, Share]:
    """Household -> its share. `waits`: the households that wait by hand; used by the rule `hand` alone."""
    by_hand = waits if rule == Rule.HAND else ()
    return shortage.share_out(claims, available, rank=lambda claim: rank(claim, rule), seed=seed, waits=by_hand)
