"""Who gets how much of what came, when it is less than what was ordered. Pure; shares and lots as in `rounds.shortage`.

First come first, small households first, elders first or a lot: each is a rank, and equal ranks are parted by a lot
that anybody can draw again from the seed. The same part for everybody fills all to one level. By hand, the numbers are
a person's, with the reason beside them. Pieces or grams: whole numbers either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from buying.models import Share as Row
from buying.models import Sharing
from rounds import shortage
from rounds.shortage import Share, ticket

Rule = Sharing.Rule
Why = Row.Why


@dataclass(frozen=True)
class Wish:
    """One household's order of one item, as far as it is not served yet."""

    key: int
    quantity: int
    place: int = 0  # in the order in which they were made
    heads: int = 1
    elders: int = 0
    has: int = 0  # of it, from earlier arrivals


class ByHandError(ValueError):
    """The numbers given by hand are more than somebody ordered, or than there is."""


def share(
    wishes: Sequence[Wish], available: int, rule: str, seed: str, by_hand: Mapping[int, int] | None = None
) -> dict[int, Share]:
    """Key -> its share: never more than its wish, together never more than there is."""
    if rule == Rule.HAND:
        return _by_hand(wishes, available, by_hand or {})
    if rule == Rule.EVEN:
        return _evenly(wishes, available, seed)
    return shortage.share_out(wishes, available, rank=lambda wish: rank(wish, rule), seed=seed)


def rank(wish: Wish, rule: str) -> int:
    """Lower comes first."""
    if rule == Rule.FIRST:
        return wish.place
    if rule == Rule.SMALL:
        return wish.heads
    if rule == Rule.ELDERS:
        return 0 if wish.elders else 1
    return 0


def _evenly(wishes: Sequence[Wish], available: int, seed: str) -> dict[int, Share]:
    """All are filled to one level, as high as it goes. Over the last ones, not enough for all, the lot decides."""
    level = _level(wishes, available)
    got = {wish.key: _filled(wish, level) for wish in wishes}
    over = max(0, available) - sum(got.values())
    next_up = [wish for wish in wishes if _filled(wish, level + 1) > got[wish.key]]
    next_up.sort(key=lambda wish: ticket(seed, wish.key))
    for wish in next_up[:over]:
        got[wish.key] += 1
    drawn = {wish.key for wish in next_up} if over else set()
    shares = {}
    for wish in wishes:
        why = Why.LOT if wish.key in drawn else Why.EVEN
        shares[wish.key] = Share(got[wish.key], "" if got[wish.key] == wish.quantity else str(why))
    return shares


def _filled(wish: Wish, level: int) -> int:
    return min(wish.quantity, max(0, level - wish.has))


def _level(wishes: Sequence[Wish], available: int) -> int:
    """The highest to which there is enough for everybody."""
    low, high = 0, max((wish.has + wish.quantity for wish in wishes), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_filled(wish, middle) for wish in wishes) <= max(0, available):
            low = middle
        else:
            high = middle - 1
    return low


def _by_hand(wishes: Sequence[Wish], available: int, numbers: Mapping[int, int]) -> dict[int, Share]:
    wanted = {wish.key: wish.quantity for wish in wishes}
    if not numbers.keys() <= wanted.keys() or any(not 0 <= numbers[key] <= wanted[key] for key in numbers):
        raise ByHandError
    if sum(numbers.values()) > max(0, available):
        raise ByHandError
    return {
        key: Share(numbers.get(key, 0), "" if numbers.get(key, 0) == quantity else str(Why.HAND))
        for key, quantity in wanted.items()
    }
