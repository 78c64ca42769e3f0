"""What a clock is reckoned from: events, findings, rounds; and what a day's reason is made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clock.profiles import BASES, Rules


class Kind(StrEnum):
    STARTED = "started"
    BASIS = "basis"
    PROFILE = "profile"
    DECIDED = "decided"
    OVERRIDE = "override"
    TICKED = "ticked"
    RELEASED = "released"
    STOPPED = "stopped"
    VOID = "void"


# What happens on one day happens in this order, whoever told it first.
ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Event:
    """What was decided about a building's clock. `said` orders those of one day; `key` breaks the last tie."""

    key: str
    kind: str
    on: date
    said: Any = 0
    building: Any = None
    rules: Rules | None = None
    about: str = ""  # the finding it starts from or decides on
    choice: str = ""  # a basis, an answer, a zone, a check
    until: date | None = None
    voids: str = ""
    by: str = ""
    reason: str = ""

    @property
    def order(self):
        return self.on, ORDER[Kind(self.kind)], self.said, self.key


@dataclass(frozen=True)
class Finding:
    """A positive or a close contact, as it stands after its corrections."""

    key: str
    kind: str  # positive | contact
    building: Any = None
    sampled: date | None = None
    reported: date | None = None
    ordered: date | None = None
    moved_out: date | None = None

    def moment(self, basis: str) -> tuple[date | None, str]:
        """The day by the basis chosen; where that is not known, by the first that is."""
        for name in (basis, *BASES):
            if day := getattr(self, name):
                return day, name
        return self.moved_out, "ordered"


@dataclass(frozen=True)
class RoundFact:
    """What the PCR rounds over the building on a day came to."""

    expected: int = 0
    missing: int = 0
    unclear: int = 0  # doors with a result that is positive, inconclusive or disputed
    untold: int = 0  # doors in tubes of which no result was told

    @property
    def is_full(self) -> bool:
        return self.expected > 0 and not self.missing and not self.unclear and not self.untold


@dataclass(frozen=True)
class Reason:
    """A sentence to be said in the reader's language; see clock/sentences.py."""

    code: str
    values: tuple[tuple[str, Any], ...] = ()
    event: str = ""  # the key of what made it

    @classmethod
    def of(cls, code: str, event: str = "", **values) -> Reason:
        return cls(code, tuple(sorted(values.items())), event)
