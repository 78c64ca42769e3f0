"""What the tellings come to. Pure: the same set of facts gives the same status, in any order and told twice.

A fact is anything with `pk`, `value`, `source`, `told_at` and `corrects_id`: a PersonResult or a TubeResult.

* A corrected fact falls away; it stays on record. One that only takes another back says nothing of its own.
* Of each source its latest word counts.
* Sources that say different things give `disputed`. "Invalid" says nothing, so it contradicts nothing.

A tube speaks for its people like this, and nowhere else is it decided:

* A negative tube says of each of them that they are negative. Any tube of one person says of them what it says.
* Another tube of several says of nobody in particular: its people are `inconclusive` (`invalid` when it was lost)
  until something is told of them one by one, and then that counts.
* What a source says of a person replaces what the same source said of their tube.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from testing_rounds.models import TAKEN_BACK, Result


class Fact(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def value(self) -> Any: ...
    @property
    def source(self) -> Any: ...
    @property
    def told_at(self) -> Any: ...
    @property
    def corrects_id(self) -> Any: ...


class Settled(NamedTuple):
    value: str = ""
    at: datetime | None = None


NOTHING = Settled()


def latest_by_source(facts: Iterable[Fact]) -> dict[str, Fact]:
    """What each source says now: the latest of its facts that nobody has corrected."""
    once = {fact.pk: fact for fact in facts}
    corrected = {fact.corrects_id for fact in once.values()}
    standing = [fact for fact in once.values() if fact.pk not in corrected and fact.value != TAKEN_BACK]
    return {str(fact.source): fact for fact in sorted(standing, key=lambda fact: (fact.told_at, fact.pk))}


def settle_status(facts: Iterable[Fact]) -> Settled:
    return _settle([(str(fact.value), fact.told_at) for fact in latest_by_source(facts).values()])


def settle_person(own: Iterable[Fact], of_tube: Iterable[Fact], *, is_alone: bool) -> Settled:
    """Of a person, from what was told of them and of the tube they are in; `is_alone` there."""
    told = latest_by_source(own)
    pooled = [fact for source, fact in latest_by_source(of_tube).items() if source not in told]
    words = [(str(fact.value), fact.told_at) for fact in told.values()]
    for fact in pooled:
        if is_alone or fact.value == Result.NEGATIVE:
            words.append((str(fact.value), fact.told_at))
        elif not told:
            words.append((_of_one(str(fact.value)), fact.told_at))
    return _settle(words)


def _of_one(value: str) -> str:
    return str(Result.INCONCLUSIVE if value == Result.POSITIVE else value)


def _settle(words: list[tuple[str, datetime]]) -> Settled:
    """Words of different sources become one. The moment is that of the latest word that is part of it."""
    if not words:
        return NOTHING
    telling = [word for word in words if word[0] != Result.INVALID] or words
    values = {value for value, _at in telling}
    value = values.pop() if len(values) == 1 else str(Result.DISPUTED)
    return Settled(value, max(at for _value, at in telling))
