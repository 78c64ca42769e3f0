"""A rule profile as data: what a JSON body may say, and in which words it is refused.

Pure: no database. `read_rules` turns a body into `Rules` or raises RuleError with one sentence for each fault.
docs/clock.md explains every key to whoever must write the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

ZONES = ("none", "sealed", "controlled", "precaution")
BASES = ("sampled", "reported", "ordered")
COUNTS = ("event", "moved_out")
DEEDS = ("restart", "extend", "ask", "nothing")
LONGEST = 60  # days of one phase


class RuleError(ValueError):
    """Everything that is wrong with a body, a sentence each."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Name:
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class Phase:
    """`days` None: until somebody ends it. Test days count from the phase's first day, repeated every `every_days`."""

    name: Name
    zone: str
    days: int | None
    pcr: tuple[int, ...] = ()
    antigen: tuple[int, ...] = ()
    every_days: int | None = None
    on_positive: str = "ask"
    to_day: int | None = None

    def tests_on(self, day: int) -> tuple[str, ...]:
        if day < 1:
            return ()
        every = self.every_days or self.days  # an extended phase begins its pattern again
        if every:
            day = (day - 1) % every + 1
        return tuple(kind for kind, days in (("pcr", self.pcr), ("antigen", self.antigen)) if day in days)


@dataclass(frozen=True)
class Rules:
    """One version of a building's rule, as it is kept."""

    code: str
    number: int
    name: Name
    basis: str
    count_from: str
    first_day: int
    phases: tuple[Phase, ...]
    clean_days: int
    full_rounds: tuple[int, ...]
    needs_street: bool
    afterwards: Phase

    @property
    def total_days(self) -> int | None:
        days = [phase.days for phase in self.phases]
        return None if None in days else sum(day or 0 for day in days)


@dataclass(frozen=True)
class ReturnRules:
    """What is asked of somebody who comes home recovered, and of those who must let them in."""

    code: str
    number: int
    name: Name
    monitoring_days: int
    test_days: tuple[int, ...]
    screening_free_months: int
    text: Name


class _Reader:
    """Collects faults; each value asked for is either right or a harmless stand-in beside its fault."""

    def __init__(self, body: Any, path: str = "", faults: list[str] | None = None):
        self.faults: list[str] = [] if faults is None else faults
        self.path = path
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.fault(_("%(path)s must be an object in braces."))

    def fault(self, sentence: str, key: str = "", **words) -> None:
        self.faults.append(sentence % {"path": self.at(key) or _("The rule"), **words})

    def at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def only(self, *keys: str) -> None:
        for key in self.body.keys() - set(keys):
            self.fault(_("%(path)s is not a word of the schema."), str(key))

    def word(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value = self.body.get(key, default)
        if value not in tuple(allowed) or not isinstance(value, str):
            self.fault(_("%(path)s must be one of: %(words)s."), key, words=", ".join(allowed))
            return next(iter(allowed))
        return value

    def count(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.body.get(key, default)
        if type(value) is not int or not low <= value <= high:
            self.fault(_("%(path)s must be a whole number from %(low)s to %(high)s."), key, low=low, high=high)
            return low
        return value

    def yes(self, key: str, default: bool) -> bool:
        value = self.body.get(key, default)
        if not isinstance(value, bool):
            self.fault(_("%(path)s must be true or false."), key)
        return bool(value)

    def days(self, key: str, high: int) -> tuple[int, ...]:
        value = self.body.get(key, [])
        if not isinstance(value, list) or any(type(day) is not int or not 1 <= day <= high for day in value):
            self.fault(_("%(path)s must be a list of days from 1 to %(high)s."), key, high=high)
            return ()
        if len(set(value)) < len(value):
            self.fault(_("%(path)s names a day twice."), key)
        return tuple(sorted(set(value)))

    def name(self, key: str, longest: int = 40) -> Name:
        words = self.inner(key)
        words.only("zh", "en")
        texts = []
        for language in ("zh", "en"):
            text = words.body.get(language)
            if not isinstance(text, str) or not text.strip() or len(text) > longest:
                words.fault(_("%(path)s must be a text of at most %(longest)s characters."), language, longest=longest)
            texts.append(text if isinstance(text, str) else "")
        return Name(*texts)

    def inner(self, key: str) -> _Reader:
        return _Reader(self.body.get(key), self.at(key), self.faults)

    def each(self, key: str, read: Callable[[_Reader], Any], most: int) -> list[Any]:
        value = self.body.get(key)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            self.fault(_("%(path)s must be a list of 1 to %(most)s."), key, most=most)
            return []
        return [read(_Reader(part, f"{self.at(key)}[{place}]", self.faults)) for place, part in enumerate(value, 1)]


TEST_KEYS = ("pcr", "antigen", "every_days")


def _tests(reader: _Reader, length: int | None) -> dict[str, Any]:
    every = reader.count("every_days", 1, LONGEST) if "every_days" in reader.body else None
    high = every or length or LONGEST
    return {"pcr": reader.days("pcr", high), "antigen": reader.days("antigen", high), "every_days": every}


def _phase(reader: _Reader) -> Phase:
    reader.only("name", "zone", "days", "on_positive", *TEST_KEYS)
    is_open = "days" in reader.body and reader.body["days"] is None
    days = None if is_open else reader.count("days", 1, LONGEST)
    reply = reader.inner("on_positive")
    reply.only("do", "to_day")
    do = reply.word("do", DEEDS)
    to_day = reply.count("to_day", 1, LONGEST) if do == "extend" or "to_day" in reply.body else None
    name, zone = reader.name("name"), reader.word("zone", ZONES)
    return Phase(name=name, zone=zone, days=days, on_positive=do, to_day=to_day, **_tests(reader, days))


def _afterwards(reader: _Reader) -> Phase:
    reader.only("name", "zone", *TEST_KEYS)
    zone, name = reader.word("zone", ("none", "precaution")), reader.name("name")
    return Phase(name=name, zone=zone, days=None, on_positive="nothing", **_tests(reader, None))


def _check_phases(reader: _Reader, phases: list[Phase], full_rounds: tuple[int, ...]) -> None:
    for place, phase in enumerate(phases, 1):
        path = f"phases[{place}]"
        if phase.days is None and place < len(phases):
            reader.fault(_("%(path)s: only the last phase may be without an end."), path)
        if phase.on_positive == "extend" and place > 1:
            reader.fault(_("%(path)s: only the first phase can be extended."), path)
        if phase.to_day is not None and phase.days is not None and phase.to_day <= phase.days:
            reader.fault(_("%(path)s: the day to extend to must lie after the phase's own end."), path)
    total = sum(phase.days or 0 for phase in phases)
    is_open = any(phase.days is None for phase in phases)
    if full_rounds and not is_open and max(full_rounds) > total:
        reader.fault(_("%(path)s names a day after the last one."), "release.full_rounds")


def read_rules(body: Any, *, code: str, number: int) -> Rules | ReturnRules:
    """Raises RuleError with everything that is wrong at once."""
    reader = _Reader(body)
    reader.count("schema", 1, 1)
    kind = reader.word("kind", ("building", "return"))
    rules = _read_return(reader, code, number) if kind == "return" else _read_building(reader, code, number)
    if reader.faults:
        raise RuleError(reader.faults)
    return rules


def _read_building(reader: _Reader, code: str, number: int) -> Rules:
    reader.only(
        "schema", "kind", "name", "source", "basis", "count_from", "first_day", "phases", "release", "afterwards"
    )
    phases = reader.each("phases", _phase, most=4)
    release = reader.inner("release")
    release.only("clean_days", "full_rounds", "street")
    full_rounds = release.days("full_rounds", LONGEST)
    _check_phases(reader, phases, full_rounds)
    return Rules(
        code=code,
        number=number,
        name=reader.name("name"),
        basis=reader.word("basis", BASES),
        count_from=reader.word("count_from", COUNTS),
        first_day=reader.count("first_day", 0, 1),
        phases=tuple(phases),
        clean_days=release.count("clean_days", 0, LONGEST),
        full_rounds=full_rounds,
        needs_street=release.yes("street", True),
        afterwards=_afterwards(reader.inner("afterwards")),
    )


def _read_return(reader: _Reader, code: str, number: int) -> ReturnRules:
    reader.only("schema", "kind", "name", "source", "monitoring_days", "test_days", "screening_free_months", "text")
    days = reader.count("monitoring_days", 1, LONGEST)
    return ReturnRules(
        code=code,
        number=number,
        name=reader.name("name"),
        monitoring_days=days,
        test_days=reader.days("test_days", days),
        screening_free_months=reader.count("screening_free_months", 0, 12),
        text=reader.name("text", longest=400),
    )
