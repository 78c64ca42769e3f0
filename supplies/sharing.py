"""Who waits when there is not enough. Pure: the same claims, rule and seed give the same answer in any order.

Nothing is given beyond what is there, everything that is there is given, and whoever gets less than another by no
fault of theirs can read why: others come first by the stated rule, the lot among equals, or a person's decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from supplies.models import Distribution, WaitReason

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


@dataclass(frozen=True)
class Share:
    allotted: int
    reason: str = ""


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


def ticket(seed: str, key: int) -> str:
    """The lot's number of a household: anybody with the seed draws the same."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def share_out(
    claims: Iterable[Claim], available: int, rule: str, seed: str, waits: Collection[int] = ()
) -> dict[int, Share]:
    """Household -> its share. `waits`: the households that wait by hand; used by the rule `hand` alone.

    Among those left the lot decides, should the hand's choice not be enough.
    """
    by_hand = frozenset(waits) if rule == Rule.HAND else frozenset()
    line = sorted(claims, key=lambda claim: (claim.key in by_hand, rank(claim, rule), ticket(seed, claim.key)))
    left = max(0, available)
    shares: dict[int, Share] = {}
    last = None  # the last who got something
    for claim in line:
        got = min(claim.quantity, left)
        left -= got
        shares[claim.key] = Share(got, "" if got == claim.quantity else _why(claim, last, rule, by_hand))
        if got:
            last = claim
    return shares


def _why(claim: Claim, last: Claim | None, rule: str, by_hand: frozenset[int]) -> str:
    if claim.key in by_hand:
        return WaitReason.HAND
    is_behind = last is not None and rank(last, rule) < rank(claim, rule)
    return WaitReason.RANK if is_behind else WaitReason.LOT
