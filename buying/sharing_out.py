"""Who gets how much of what came, when it is less than what was ordered. Pure; the shares are `rounds.shortage`.

First come first, small households first, equal shares or a lot: each is a rank, and equal ranks are parted by a lot
anybody can draw again from the seed. By hand, the numbers are a person's, with the reason beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from rounds import shortage
from rounds.shortage import HAND, LOT, RANK, Share

PIECES_APART = 1_000_000  # keys of one household's pieces: more than anybody can order of one thing


class Rule(models.TextChoices):
    FIRST = "first", _("first come, first served")
    EQUAL = "equal", _("equal shares")
    SMALL = "small", _("small households first")
    LOT = "lot", _("by lot")
    HAND = "hand", _("by hand")


class Why(models.TextChoices):
    """Why somebody gets less than they ordered."""

    RANK = RANK, _("others come first by the rule")
    LOT = LOT, _("by lot among equals")
    HAND = HAND, _("decided by hand")


@dataclass(frozen=True)
class Wish:
    """One household's order of one item, as far as it is not served yet."""

    key: int
    quantity: int
    place: int = 0  # in the order in which they were made
    heads: int = 1
    has: int = 0  # pieces of it from earlier arrivals


class ByHandError(ValueError):
    """The numbers given by hand are more than somebody ordered, or than there is."""


def share(
    wishes: Sequence[Wish], available: int, rule: str, seed: str, by_hand: Mapping[int, int] | None = None
) -> dict[int, Share]:
    """Key -> its share: never more than its wish, together never more than there is."""
    if rule == Rule.HAND:
        return _by_hand(wishes, available, by_hand or {})
    if rule == Rule.EQUAL:
        return _equally(wishes, available, seed)
    return shortage.share_out(wishes, available, rank=lambda wish: rank(wish, rule), seed=seed)


def rank(wish: Wish, rule: str) -> int:
    """Lower comes first."""
    return {Rule.FIRST: wish.place, Rule.SMALL: wish.heads}.get(Rule(rule), 0)


@dataclass(frozen=True)
class _Piece:
    """One piece for one household; `level`: how many it has once it has this one."""

    key: int
    level: int
    quantity: int = 1


def _equally(wishes: Sequence[Wish], available: int, seed: str) -> dict[int, Share]:
    """Everybody's first piece before anybody's second. Over the last ones, not enough for all, the lot decides."""
    pieces = [
        _Piece(wish.key * PIECES_APART + wish.has + number, wish.has + number)
        for wish in wishes
        for number in range(1, wish.quantity + 1)
    ]
    parts = shortage.share_out(pieces, available, rank=lambda piece: piece.level, seed=seed)
    got: dict[int, int] = defaultdict(int)
    whys: dict[int, set[str]] = defaultdict(set)
    for key, part in parts.items():
        got[key // PIECES_APART] += part.allotted
        whys[key // PIECES_APART].add(part.reason)
    return {wish.key: Share(got[wish.key], _strongest(whys[wish.key])) for wish in wishes}


def _strongest(whys: set[str]) -> str:
    return next((why for why in (LOT, RANK) if why in whys), "")


def _by_hand(wishes: Sequence[Wish], available: int, numbers: Mapping[int, int]) -> dict[int, Share]:
    wanted = {wish.key: wish.quantity for wish in wishes}
    if not numbers.keys() <= wanted.keys() or any(not 0 <= numbers[key] <= wanted[key] for key in numbers):
        raise ByHandError
    if sum(numbers.values()) > max(0, available):
        raise ByHandError
    return {
        key: Share(numbers.get(key, 0), "" if numbers.get(key, 0) == quantity else HAND)
        for key, quantity in wanted.items()
    }
