"""One row in every table of the register, made up from the models alone: a new table cannot be forgotten.

Everything a person could have typed holds the canary. Twice a compound: with all that may be told, and with nothing
that may be left out. What the checks of a table ask for is found by trying.
"""

import itertools
import operator
import uuid
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.utils import timezone

from residents.models import Purge, PurgeCertificate, PurgeStep, User
from residents.retention import tables
from tests.privacy.canaries import WORD

NOT_FILLED = {Purge, PurgeStep, PurgeCertificate}  # made by the purge itself
NUMBERS = (models.IntegerField, models.DecimalField)
# What a model does not say of itself: of the first kinds a row is not about to go, of these it is.
BEST = {
    "care.Need.state": "confirmed",
    "residents.RoleGrant.role": "lead",
    "residents.User.is_staff": False,
    "residents.User.is_superuser": False,
    "supplies.HandoverPhoto.gone_at": None,
}
MOST_TRIED = 60_000
PLAIN = "plain"
SERIAL = itertools.count(1)


class Filler:
    """`full`: optional things are there. `ended`: whatever has an end has come to it, on the same day. What there can
    be once a compound is that of the `other`."""

    def __init__(self, compound, day: date, *, full: bool, ended: bool = True, other: "Filler | None" = None):
        self.start = timezone.make_aware(datetime.combine(day, time(10)))
        self.full, self.ended, self.other = full, ended, other
        self.rows: dict[type, models.Model] = {type(compound): compound}
        self.shared: set[str] = set()
        self.tables = {table.model: table for _klass, table in tables() if table.scope is not None}
        self.under_way: set[type] = set()
        self.seconds: dict[type, models.Model] = {}
        self.afterwards: list[tuple[type, dict]] = []
        self.needed = {label for table in self.tables.values() for label in self._on_the_way(table)}

    def _on_the_way(self, table):
        """Fields without which a row would be of no compound, or have no end."""
        for path in (table.scope if isinstance(table.scope, str) else "", table.since if self.ended else ""):
            model = table.model
            for name in path.split("__") if path else ():
                field = model._meta.get_field(name)
                if not field.auto_created:
                    yield f"{model._meta.label}.{field.name}"
                model = field.related_model or model

    def fill(self) -> "Filler":
        for model in self.tables:
            if model not in NOT_FILLED:
                self.row(model)
        for model, values in self.afterwards:
            told = {name: self.rows[one] if isinstance(one, type) else one for name, one in values.items()}
            with suppress(IntegrityError), transaction.atomic():  # a check may want it alone
                model._base_manager.filter(pk=self.rows[model].pk).update(**told)
        return self

    def row(self, model) -> models.Model:
        if model in self.rows:
            return self.rows[model]
        self.under_way.add(model)
        row = model(**self._unpublished(model, self._solve(model)))
        try:
            with transaction.atomic():
                model._base_manager.bulk_create([row])
        except IntegrityError:
            if self.other is None:
                raise
            row = self.other.rows[model]
            self.shared.add(model._meta.label)
        self.rows[model] = row
        self.under_way.discard(model)
        return row

    def _unpublished(self, model, values: dict) -> dict:
        """A notice takes no more recipients once it is published."""
        if model._meta.label != "notices.Notice":
            return values
        first = {"published_at": None, "published_by": None, "digest": ""}
        self.afterwards.append((model, {name: values[name] for name in first}))
        return values | first

    # --- What a field may hold, best first --------------------------------------------------------------

    def _solve(self, model) -> dict:
        checks = [rule for rule in model._meta.constraints if isinstance(rule, models.CheckConstraint)]
        said: dict[str, list] = {}
        for rule in checks:
            _leaves(rule.condition, said)
        choices = {field.name: self._choices(model, field, said) for field in model._meta.concrete_fields}
        choices = {name: some for name, some in choices.items() if some}
        values = {name: some[0] for name, some in choices.items()}

        for group in _groups(checks):
            names = sorted({name for rule in group for name in _names(rule.condition)} & set(choices))
            for changed in itertools.islice(_fewest_changes(names, choices), MOST_TRIED):
                asked = values | changed
                if all(_holds(rule.condition, asked) is not False for rule in group):
                    values = asked
                    break
            else:
                raise AssertionError(f"{model._meta.label}: nothing meets {[rule.name for rule in group]}")
        return values

    def _choices(self, model, field, said) -> list:
        if isinstance(field, models.AutoField):
            return []
        label = f"{model._meta.label}.{field.name}"
        some = self._worth(model, field, said.get(field.name, []))
        if field.null:
            end = field.name in ("ended_at", "closed_at")
            if label not in self.needed and not (end and self.ended):
                some = [*some, None] if self.full and not end else [None, *some]
        if label in BEST and (self.ended or label != "care.Need.state"):
            some.sort(key=lambda one: one != BEST[label])
        return some

    def _worth(self, model, field, said: list) -> list:
        if field.is_relation:
            return self._related(model, field, said)
        if field.choices:
            some = [value for value, _label in field.flatchoices]
            if not field.blank or "" in some or not isinstance(field, models.CharField):
                return some
            return [*some, ""] if self.full else ["", *some]
        if isinstance(field, models.BooleanField):
            return [self.full, not self.full]
        if isinstance(field, models.DateTimeField):
            return [self.start, self.start + timedelta(hours=1), self.start + timedelta(hours=2)]
        if isinstance(field, models.DateField):
            return [self.start.date(), self.start.date() + timedelta(days=1)]
        if isinstance(field, models.TimeField):
            return [self.start.time(), (self.start + timedelta(hours=1)).time()]
        if isinstance(field, models.UUIDField):
            return [uuid.uuid4()]
        if isinstance(field, models.GenericIPAddressField):
            return ["192.0.2.1"]
        if isinstance(field, NUMBERS):
            bounds = [Decimal(one) for one in said if isinstance(one, (int, Decimal)) and not isinstance(one, bool)]
            near = sorted(
                {value for one in bounds for value in (one, one + 1, one - 1)} | {Decimal(n) for n in range(3)}
            )
            kind = Decimal if isinstance(field, models.DecimalField) else int
            first = [100 + next(SERIAL)] if _is_one_of_a_kind(model, field) else []
            return [kind(one) for one in [*first, 1, *near]]
        return self._texts(model, field, said)

    def _texts(self, model, field, said) -> list:
        told = model in self.tables and field.name not in self.tables[model].plain
        word = WORD if told else PLAIN
        if isinstance(field, models.JSONField):
            empty = field.get_default()
            held = [word] if isinstance(empty, list) else {"said": word}
            return [held if told or empty is None else empty]
        if isinstance(field, models.BinaryField):
            return [word.encode()]
        if _is_one_of_a_kind(model, field):
            word = f"{next(SERIAL)}{word}"
        word = word[: field.max_length] if field.max_length else word
        fixed = [one for one in said if isinstance(one, str) and one]
        some = [word, *fixed]
        return [*some, ""] if self.full or not field.blank else ["", *some]

    def _related(self, model, field, said) -> list:
        target = field.related_model
        if not field.null and target not in self.tables:
            return [target._base_manager.first() or self.row(target)]
        if target is model or target in NOT_FILLED or target not in self.tables or _must_have(target) & self.under_way:
            assert field.null, f"{model._meta.label}.{field.name} closes a circle"
            if target is not model and target in self.tables and self.full:
                self.afterwards.append((model, {field.name: target}))
            return []
        some = [self.row(target)]
        return [*some, self.second(target)] if any(isinstance(one, F) for one in said) else some

    def second(self, model) -> models.Model:
        """Another of the kind, where a check wants two that differ."""
        if model is User:  # an account without a part in the compound
            return User.objects.get_or_create(username="somebody")[0]
        if model not in self.seconds:
            values = self._solve(model)
            for rule in model._meta.constraints:
                keys = [model._meta.get_field(name) for name in getattr(rule, "fields", ())]
                if keys and all(key.is_relation or key.choices for key in keys):  # once each: of another, then
                    values[keys[0].name] = self.second(keys[0].related_model)
            self.seconds[model] = model(**values)
            model._base_manager.bulk_create([self.seconds[model]])
        return self.seconds[model]


@cache
def _must_have(model) -> set[type]:
    """The model and whatever a row of it cannot be without."""
    keys = [field for field in model._meta.concrete_fields if field.is_relation and not field.null]
    return {model}.union(*(_must_have(field.related_model) for field in keys if field.related_model is not model))


def _is_one_of_a_kind(model, field) -> bool:
    rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return field.unique or any(field.name in rule.fields for rule in rules)


def _fewest_changes(names: list[str], choices: dict[str, list]):
    """What could stand instead of the best: nothing else, then one thing, then two …"""
    for count in range(len(names) + 1):
        for some in itertools.combinations(names, count):
            for values in itertools.product(*(choices[name][1:] for name in some)):
                yield dict(zip(some, values, strict=True))


# --- Checks, read in Python: unknown passes, as in the database ---------------------------------------------


def _groups(checks) -> list[list]:
    """Checks that share a field are met together."""
    groups: list[tuple[set, list]] = []
    for rule in checks:
        names, rules = set(_names(rule.condition)), [rule]
        for group in [group for group in groups if group[0] & names]:
            groups.remove(group)
            names |= group[0]
            rules = group[1] + rules
        groups.append((names, rules))
    return [rules for _names, rules in groups]


def _names(q: Q) -> set[str]:
    return set(q.referenced_base_fields)


def _leaves(q: Q, said: dict[str, list]) -> None:
    for child in q.children:
        if isinstance(child, Q):
            _leaves(child, said)
        else:
            name, value = child
            some = said.setdefault(name.split("__")[0], [])
            some += value if isinstance(value, (list, tuple, set)) else [value]
            if isinstance(value, F):
                said.setdefault(value.name, []).append(F(name))


def _holds(q: Q, values: dict) -> bool | None:
    found = [_holds(one, values) if isinstance(one, Q) else _leaf(*one, values) for one in q.children]
    if q.connector == Q.AND:
        result = False if False in found else None if None in found else True
    else:
        result = True if True in found else None if None in found else False
    return (None if result is None else not result) if q.negated else result


LOOKUPS = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda have, some: have in some,
    "range": lambda have, ends: ends[0] <= have <= ends[1],
}


def _leaf(path: str, value, values: dict) -> bool | None:
    name, _sep, lookup = path.partition("__")
    have, want = values.get(name), _told(value, values)
    if lookup == "isnull":
        return (have is None) == want
    if (lookup or "exact") == "exact" and value is None:
        return have is None
    if have is None or want is None:
        return None
    return LOOKUPS[lookup or "exact"](have, want)


def _told(value, values: dict):
    if isinstance(value, F):
        return values.get(value.name)
    if isinstance(value, CombinedExpression):
        left, right = _told(value.lhs, values), _told(value.rhs, values)
        work = {"+": operator.add, "-": operator.sub}[value.connector]
        return None if left is None or right is None else work(left, right)
    return getattr(value, "value", value)
