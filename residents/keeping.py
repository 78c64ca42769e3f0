"""What is kept and how long, for the page that tells it: the register beside what lies in the database today."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Count, DateTimeField, F, Min, Model, QuerySet, Sum, Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from residents.models import Compound, Household, HouseholdLink, Purge, PurgeStep, RetentionDeed, RetentionPeriod
from residents.purge import LOOSENED
from residents.retaining import periods_of
from residents.retention import DELETED, FOR_GOOD, KeepClass, classes, cutoff_of, is_held_back, tables

LATELY = timedelta(days=30)
MOST_CHANGES = 20


@dataclass
class Kept:
    """One class: how long, what lies there, what goes next."""

    klass: KeepClass
    days: int
    count: int = 0
    oldest: date | None = None
    is_held: bool = False
    gone_lately: int = 0
    typed: str = ""
    error: str = ""

    @property
    def goes_on(self) -> date | None:
        """The morning the oldest goes; what is late goes with the next night."""
        if self.oldest is None:
            return None
        return max(self.oldest + timedelta(days=self.days + 1), timezone.localdate() + timedelta(days=1))


@dataclass(frozen=True)
class Keeping:
    kept: list[Kept]
    changes: list[RetentionPeriod]
    last_night: RetentionDeed | None
    labels: dict[str, Any] = field(default_factory=dict)


def read_keeping(compound: Compound) -> Keeping:
    """Four statements, and one for each class that something may hold back; flat in what lies there."""
    days = periods_of(compound)
    today = timezone.localdate()
    found = _lying(compound)
    deeds = RetentionDeed.objects.filter(compound=compound)
    lately = deeds.filter(at__gt=timezone.now() - LATELY).exclude(code="").order_by()
    gone = dict(lately.values_list("code").annotate(n=Sum("row_count")))
    kept = []
    for klass in classes():
        count, oldest = found.get(klass.code, (0, None))
        is_held = is_held_back(klass, compound, cutoff_of(days[klass.code], today))
        kept.append(Kept(klass, days[klass.code], count, oldest, is_held, gone.get(klass.code, 0)))
    kept.sort(key=lambda one: not one.count)
    labels = {klass.code: klass.label for klass in classes()}
    changes = list(
        RetentionPeriod.objects.filter(compound=compound).select_related("by").order_by("-at", "-pk")[:MOST_CHANGES]
    )
    for change in changes:
        change.label = labels.get(change.code, change.code)  # type: ignore[attr-defined]
    return Keeping(kept, changes, deeds.filter(code="").first(), labels)


def _lying(compound: Compound) -> dict[str, tuple[int, date | None]]:
    """Class -> rows whose time is running, and the day of the oldest. One statement."""
    parts = []
    for klass, table in tables():
        if table.night is None or table.scope is None or klass.days is None:
            continue
        rows = table.full(table.night, table.of(compound).filter(table.due, **{f"{table.since}__isnull": False}))
        moment = get_fields_from_path(table.model, table.since)[-1]
        day: Any = TruncDate("_oldest") if isinstance(moment, DateTimeField) else F("_oldest")
        parts.append(
            rows.order_by()
            .annotate(_code=Value(klass.code))
            .values("_code")
            .annotate(_n=Count("pk", distinct=True), _oldest=Min(table.since))
            .annotate(_day=day)
            .values_list("_code", "_n", "_day")
        )
    found: dict[str, tuple[int, date | None]] = {}
    for code, count, day in parts[0].union(*parts[1:], all=True):
        known, oldest = found.get(code, (0, None))
        days = [one for one in (oldest, day) if one is not None]
        found[code] = (known + count, min(days, default=None))
    return found


# --- What goes at the end ------------------------------------------------------------------------


def words_of(name: str) -> str:
    """A table as people call it: `rounds.Mark` -> `marks`."""
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        return name  # of a table that is no more: an old certificate still says what went
    meta = model._meta
    tracked = getattr(model, "instance_type", None)
    if tracked is not None and tracked._meta.auto_created:
        return str(_("Houses of a role: who changed what"))
    if tracked is not None:
        return str(_("%(what)s: who changed what")) % {"what": capfirst(str(tracked._meta.verbose_name))}
    is_chinese = (get_language() or "").startswith("zh")  # which counts with words of its own, and knows no plural
    return str(capfirst(str(meta.verbose_name if is_chinese else meta.verbose_name_plural)))


@dataclass(frozen=True)
class Row:
    words: str
    count: int
    is_emptied: bool = False
    digest: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    rows: list[Row]

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)


# By night only what is over goes; at the end all of it, and a household reads of all of it.
WHOLE: dict[str, Any] = {
    "moved": _("People: name, age, phone"),
    "links": _("Household links and invitations"),
    "helpers": _("Volunteers and their phones"),
    "forms": _("Excel forms"),
}


def _heading(klass: KeepClass, *, goes: bool) -> tuple[str, Any]:
    """Under which words a table stands. What stays tells why it does; of what is emptied there, that says nothing."""
    if klass.code != FOR_GOOD:
        return klass.code, WHOLE.get(klass.code, klass.label) if goes else klass.label
    return ("", _("Remarks in what stays")) if goes else (str(klass.told), klass.told)


def grouped(counts: dict[str, int], *, is_going: bool) -> list[Group]:
    """What goes or stays by class, in the register's order, the largest table first."""
    rooms: dict[str, tuple[Any, list[Row]]] = {}
    known = {table.name: (klass, table) for klass, table in tables()}
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        if name not in known:
            rooms.setdefault("others", (_("Others"), []))[1].append(Row(words_of(name), count))
            continue
        klass, table = known[name]
        key, label = _heading(klass, goes=is_going)
        row = Row(words_of(name), count, is_emptied=isinstance(table.end, dict))
        rooms.setdefault(key, (label, []))[1].append(row)
    return _largest_first(rooms.values())


def grouped_deeds(deeds: Iterable[dict[str, Any]]) -> list[Group]:
    """The same for what a certificate says was done."""
    rooms: dict[str, tuple[Any, list[Row]]] = {}
    known = {table.name: klass for klass, table in tables()}
    for one in sorted(deeds, key=lambda one: -one["rows"]):
        klass = known.get(one["table"])
        code, label = _heading(klass, goes=True) if klass else ("others", _("Others"))
        row = Row(words_of(one["table"]), one["rows"], one["deed"] != DELETED, one.get("digest", ""))
        rooms.setdefault(code, (label, []))[1].append(row)
    return _largest_first(rooms.values())


def _largest_first(rooms: Iterable[tuple[Any, list[Row]]]) -> list[Group]:
    return sorted((Group(str(label), rows) for label, rows in rooms), key=lambda group: -group.count)


def certificate_text(body: dict[str, Any]) -> bytes:
    """The bytes that were sealed when the purge ended: what the file holds, and what the fingerprint is of."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    is_finished: bool
    is_stuck: bool

    @property
    def percent(self) -> int:
        return 100 if self.is_finished else min(99, self.done * 100 // max(1, self.total))


LATE = timedelta(minutes=5)


def progress_of(purge: Purge) -> Progress:
    """How far it is: one statement. Stuck: something is left that nothing may take, or nobody works on it."""
    done = PurgeStep.objects.filter(purge=purge).exclude(deed=LOOSENED).aggregate(n=Sum("row_count"))["n"] or 0
    is_finished = purge.finished_at is not None
    lease = purge.leased_until
    is_late = lease is not None and lease < timezone.now() - LATE
    return Progress(done, sum(purge.preview.values()), is_finished, not is_finished and bool(purge.trouble or is_late))


# --- What is kept of one household ---------------------------------------------------------------

DEEP = 4
# Told by a person and by no page that lies open on a table (compound/home_tests.py).
NOT_ON_PAPER = frozenset({"cases", "homecomings"})


@cache
def path_home(model: type[Model]) -> str:
    """The way by keys from a table to the household it is about, the shortest by keys that are never empty; else the
    shortest there is; empty when there is none. A link only tells who told it."""
    return _way(model, loose=False) or _way(model, loose=True)


def _way(model: type[Model], *, loose: bool) -> str:
    if model is Household:
        return "pk"
    seen: set[Any] = {model, HouseholdLink}
    ways: list[tuple[str, Any]] = [("", model)]
    for _depth in range(DEEP):
        further: list[tuple[str, Any]] = []
        for way, here in ways:
            for key in here._meta.concrete_fields:
                target: Any = key.related_model
                if target is None or target in seen:
                    continue
                step = f"{way}__{key.name}" if way else key.name
                if target is Household:
                    return step
                if loose or not key.null:
                    seen.add(target)
                    further.append((step, target))
        ways = further
    return ""


@dataclass(frozen=True)
class Held:
    """Of one class, what is kept of a household."""

    klass: KeepClass
    count: int
    days: int | None

    @property
    def label(self) -> Any:
        return WHOLE.get(self.klass.code, self.klass.label)


def held_of(home: Household) -> list[Held]:
    """What is kept of a household by class, in the register's order. Two statements."""
    counts, days = counts_of(home), periods_of(home.door.building.compound)
    order = {klass.code: klass for klass, _table in tables()}
    return [Held(klass, counts[code], days.get(code)) for code, klass in order.items() if counts.get(code)]


def counts_of(home: Household) -> dict[str, int]:
    """Class -> entries about this household, over every table of the register. One statement."""
    parts: list[QuerySet] = []
    for klass, table in tables():
        way = path_home(table.model)
        if not way or klass.code in NOT_ON_PAPER or klass.code == FOR_GOOD:
            continue
        rows = table.model._base_manager.filter(**{way: home.pk}).order_by()
        parts.append(
            rows.annotate(_code=Value(klass.code))
            .values("_code")
            .annotate(_n=Count("pk", distinct=True))
            .values_list("_code", "_n")
        )
    found: dict[str, int] = {}
    for code, count in parts[0].union(*parts[1:], all=True):
        found[code] = found.get(code, 0) + count
    return found
