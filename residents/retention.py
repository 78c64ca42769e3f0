"""How long each thing is kept, by whom it may be set, and what becomes of it: one register for every room.

HOW TO REGISTER. Every app has a module `retention.py`; it is found by itself. Each model stands in exactly one class,
or the build fails (tests/privacy/test_register.py). Three words are enough:

    from residents.retention import KeepClass, register, until_the_end, goes, emptied, stays

    NEEDS = KeepClass("needs", _("Help asked for"), _("the day it was confirmed"), days=30, low=7, high=180)

    register(
        NEEDS,
        # by night: rows past their days are deleted, and at the end of the epidemic all of them
        goes(NeedStep, "need__compound", since="need__confirmed_at"),
        # by night: these fields are emptied, the row stays until the end; `end=STAYS` or a dict: also after it
        emptied(Need, "compound", since="confirmed_at", fields={"words": "", "note": ""}),
    )
    until_the_end(goes(Turn, "call_down__building__compound"))          # nothing by night, deleted by the purge
    stays(_("Names of things, no people."), keeps(Item, "compound", plain=("name", "unit")))

`since` is a date or moment on the row's path: rows go on the morning after `days` whole days (Shanghai). `due` narrows
it. `sooner` empties words while the row is kept longer. `counted` names fields whose combinations are counted and kept
(KeptCount) before the rows go. `outside` is called with the keys inside the transaction, for files. `loosen` names
nullable keys that are part of a circle. A text whose lack would mean something ("why it was taken back") is emptied
with IF_ANY: to BARE, where there was one. Text fields that stay after the purge are named in `plain`: say only what no
person is in. A kept row that points at one that goes names the key in its `end`: {"entitlement": None}.

NO ROW IS TAKEN FROM UNDER ANOTHER. Facts are append-only in the services and protected by foreign keys in Python;
here rows are deleted in the database itself, never while anything still points at them, so that order does not matter
and a half-done night goes on the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from graphlib import TopologicalSorter
from importlib import import_module
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Case, DateTimeField, Model, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from residents.models import Compound

DELETED = "deleted"
STAYS = "stays"
BARE = "–"  # what stands where a text must not be empty
IF_ANY = object()  # emptied to BARE; an empty text stays empty, as the checks of its table may ask
Scope = str | Callable[[Compound], Q] | None  # None: of no compound
Why = Any  # a lazy sentence


@dataclass(frozen=True)
class KeepClass:
    """Things of one kind: how long, counted from what. Without days: until the purge, or for good."""

    code: str
    label: Why
    told: Why  # counted from what, or why it stays
    days: int | None = None
    low: int = 1
    high: int = 3650


@dataclass(frozen=True)
class Table:
    model: type[Model]
    scope: Scope
    since: str = ""
    due: Q = field(default_factory=Q)
    night: str | dict[str, Any] | None = None  # DELETED, fields to empty, or nothing
    end: str | dict[str, Any] = DELETED  # the same for the purge; STAYS
    plain: tuple[str, ...] = ()
    loosen: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    outside: Callable[[list], None] | None = None
    sooner: tuple[str, dict[str, Any]] | None = None  # counted from what, fields emptied by night while the row is kept
    still: Q | None = field(
        default=None, compare=False
    )  # which rows are not emptied yet, where that cannot be read off

    @property
    def name(self) -> str:
        return self.model._meta.label

    @property
    def early(self) -> Table | None:
        return replace(self, since=self.sooner[0], night=self.sooner[1], sooner=None) if self.sooner else None

    def of(self, compound: Compound) -> QuerySet:
        """Every row of the compound. Nothing else decides what is reached."""
        rows = self.model._base_manager.all()
        if self.scope is None:
            return rows.none()
        if callable(self.scope):
            return rows.filter(self.scope(compound))
        return rows.filter(**{self.scope or "pk": compound.pk})

    def past(self, compound: Compound, cutoff: datetime) -> QuerySet:
        """Rows whose time had come at `cutoff`, a midnight, and that still hold something."""
        moment = get_fields_from_path(self.model, self.since)[-1]
        before: datetime | date = cutoff if isinstance(moment, DateTimeField) else timezone.localdate(cutoff)
        return self.full(self.night, self.of(compound).filter(self.due, **{f"{self.since}__lt": before}))

    def full(self, deed: str | dict[str, Any] | None, rows: QuerySet) -> QuerySet:
        """Those of `rows` for which the deed has something to do."""
        if not isinstance(deed, dict):
            return rows
        if self.still is not None:
            return rows.filter(self.still)
        return rows.filter(reduce(or_, (_differs(name, value) for name, value in deed.items())))


def _differs(name: str, value: Any) -> Q:
    if value is IF_ANY:
        return ~Q(**{f"{name}__in": ["", BARE]})
    return Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{name: value})


def written(deed: dict[str, Any]) -> dict[str, Any]:
    """The deed as the database is told it."""
    return {
        name: Case(When(**{name: ""}, then=Value("")), default=Value(BARE)) if value is IF_ANY else value
        for name, value in deed.items()
    }


def goes(model: type[Model], scope: Scope, since: str = "", **more: Any) -> Table:
    return Table(model, scope, since, night=DELETED if since else None, **more)


def emptied(model: type[Model], scope: Scope, since: str, fields: dict[str, Any], **more: Any) -> Table:
    return Table(model, scope, since, night=fields, **more)


def keeps(model: type[Model], scope: Scope, **more: Any) -> Table:
    """Stays after the purge; `end` names fields that are emptied then."""
    return Table(model, scope, **({"end": STAYS} | more))


FOR_GOOD = "kept"
UNTIL_THE_END = KeepClass("end", _("Lists and steps of the epidemic"), _("kept until the end-of-epidemic purge"))

_classes: dict[str, KeepClass] = {}
_tables: list[tuple[KeepClass, Table]] = []
_why: dict[str, Why] = {}
_holds: dict[str, list[tuple[Callable[[Compound, datetime], bool], Why]]] = {}
_blockers: list[Callable[[Compound], Iterable[Any]]] = []


def register(klass: KeepClass, *tables: Table) -> None:
    if _classes.setdefault(klass.code, klass) != klass:
        raise ValueError(f"Two retention classes are called {klass.code}.")
    _tables.extend((klass, table) for table in tables)


def until_the_end(*tables: Table) -> None:
    register(UNTIL_THE_END, *tables)


def stays(why: Why, *tables: Table) -> None:
    """Kept, because …"""
    for table in tables:
        _tables.append((KeepClass(FOR_GOOD, _("Kept"), why), table))
        _why[table.name] = why


def hold_back(code: str, test: Callable[[Compound, datetime], bool], why: Why) -> None:
    """While `test(compound, cutoff)` says so, nothing of the class goes: an upper room knows why, such as a clock."""
    _holds.setdefault(code, []).append((test, why))


def before_the_end(test: Callable[[Compound], Iterable[Any]]) -> None:
    """Sentences on what must be closed before a purge may be asked for."""
    _blockers.append(test)


@cache
def load() -> None:
    import_module("residents.retention_tables")
    autodiscover_modules("retention")


def tables() -> list[tuple[KeepClass, Table]]:
    load()
    return list(_tables)


def classes() -> list[KeepClass]:
    """Those with days of their own, as registered."""
    load()
    return [klass for klass in _classes.values() if klass.days is not None]


def is_held_back(klass: KeepClass, compound: Compound, cutoff: datetime) -> bool:
    return any(test(compound, cutoff) for test, _why in _holds.get(klass.code, ()))


def why_held(klass: KeepClass, compound: Compound, cutoff: datetime) -> str:
    return " ".join(str(why) for test, why in _holds.get(klass.code, ()) if test(compound, cutoff))


def blockers_by_room(compound: Compound) -> list[tuple[str, str]]:
    """What must be closed first: the app that says so, where it is closed, and its sentence."""
    load()
    return [(test.__module__.partition(".")[0], str(sentence)) for test in _blockers for sentence in test(compound)]


def blockers(compound: Compound) -> list[str]:
    return [sentence for _room, sentence in blockers_by_room(compound)]


def cutoff_of(days: int, today: date | None = None) -> datetime:
    """The midnight before which a thing must lie: what is of day D goes on day D + days + 1."""
    day = (today or timezone.localdate()) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))


def leaf_first(some: Iterable[Table]) -> list[Table]:
    """In an order in which nothing is deleted from under another. Raises CycleError: something needs `loosen`."""
    by_model = {table.model: table for table in some}
    order: TopologicalSorter = TopologicalSorter(dict.fromkeys(by_model, ()))
    for table in by_model.values():
        for key in table.model._meta.concrete_fields:
            target = key.related_model
            if target in by_model and target is not table.model and key.name not in table.loosen:
                order.add(target, table.model)
    return [by_model[model] for model in order.static_order()]


def ours() -> set[type[Model]]:
    """Every model of the portal; what Django keeps for many-to-many goes with its row."""
    return {model for model in apps.get_models() if model._meta.app_config is not None}
