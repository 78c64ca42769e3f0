"""Who waits when there is not enough of something. Pure: the same claims, order and seed give the same answer.

Nothing is given beyond what is there, everything that is there is given, and whoever gets less than another by no
fault of theirs can read why: others come first by the stated rule, the lot among equals, or a person's decision.
A room says what its rules are by `rank`: lower comes first, and equal ranks are parted by lot alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

# Why somebody gets less than their due.
RANK = "rank"  # others come first by the stated rule
LOT = "lot"  # the lot, among equals
HAND = "hand"  # decided by hand


class Claim(Protocol):
    """Somebody's due of one thing, and whatever else the room's rules look at."""

    @property
    def key(self) -> int: ...

    @property
    def quantity(self) -> int: ...


C = TypeVar("C", bound=Claim)


@dataclass(frozen=True)
class Share:
    allotted: int
    reason: str = ""


def ticket(seed: str, key: int) -> str:
    """The lot's number of a claim: anybody with the seed draws the same."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def share_out(
    claims: Iterable[C], available: int, *, rank: Callable[[C], int], seed: str, waits: Collection[int] = ()
) -> dict[int, Share]:
    """Key -> its share. `waits`: those who wait by hand; among those left `rank` and the lot decide."""
    by_hand = frozenset(waits)
    line = sorted(claims, key=lambda claim: (claim.key in by_hand, rank(claim), ticket(seed, claim.key)))
    left = max(0, available)
    shares: dict[int, Share] = {}
    last = None  # the rank of the last who got something
    for claim in line:
        got = min(claim.quantity, left)
        left -= got
        reason = ""
        if got < claim.quantity:
            is_behind = last is not None and last < rank(claim)
            reason = HAND if claim.key in by_hand else RANK if is_behind else LOT
        shares[claim.key] = Share(got, reason)
        if got:
            last = rank(claim)
    return shares
