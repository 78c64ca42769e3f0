"""Every table of the portal is in the register, every text of it is spoken for."""

from collections import Counter

from django.conf import settings
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.utils.translation import override

from residents.retention import DELETED, classes, leaf_first, ours, tables

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def test_every_model_is_in_exactly_one_class_or_kept_because():
    named = Counter(table.model for _klass, table in tables())
    assert {model._meta.label for model, count in named.items() if count > 1} == set()
    assert {model._meta.label for model in ours()} == {model._meta.label for model in named}
    assert [table.name for klass, table in tables() if not str(klass.told)] == []


def test_every_text_that_outlives_the_purge_is_named():
    left = [
        f"{table.name}.{field.name}"
        for _klass, table in tables()
        if table.end != DELETED and table.scope is not None
        for field in table.model._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices
        if field.name not in {*table.plain, *(table.end if isinstance(table.end, dict) else ())}
    ]
    assert left == []


def test_nothing_that_stays_points_at_what_goes():
    going = {table.model for _klass, table in tables() if table.end == DELETED}
    pointing = [
        f"{table.name}.{field.name}"
        for _klass, table in tables()
        if table.model not in going
        for field in table.model._meta.concrete_fields
        if field.related_model in going and not (isinstance(table.end, dict) and field.name in table.end)
    ]
    assert pointing == []


def test_what_goes_can_be_taken_leaf_by_leaf():
    """Raises CycleError when a circle of keys is not loosened."""
    going = [table for _klass, table in tables() if table.end == DELETED]
    assert len(leaf_first(going)) == len(going)


def test_shipped_periods_lie_within_their_limits():
    assert [klass.code for klass in classes() if not klass.low <= klass.days <= klass.high] == []
    assert [table.name for klass, table in tables() if table.night is not None and not table.since] == []


def test_what_is_counted_and_kept_holds_no_words():
    """Of choices, numbers and things only: the counts outlive whoever typed something."""
    typed = [
        f"{table.name}.{name}"
        for _klass, table in tables()
        for name in table.counted
        for field in [get_fields_from_path(table.model, name.removesuffix("_id"))[-1]]
        if isinstance(field, TEXTS) and not field.choices
    ]
    assert typed == []


def test_the_document_tells_the_days_that_are_shipped():
    told = (settings.BASE_DIR / "docs" / "privacy.md").read_text()
    with override("en"):
        lines = [f"| {one.label} | {one.days} ({one.low}–{one.high}) | {one.told} |" for one in classes()]
    assert [line for line in lines if line not in told] == []
