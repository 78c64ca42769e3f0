"""The privacy report as plain text, for who runs the portal: what is held, since when, until when, and who read it.

No names: neither of whom it is about nor of who looked.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import models
from django.db.models import Count, Sum, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.keeping import Kept, read_keeping, words_of
from residents.looks import KINDS
from residents.models import AccessRecord, Compound
from residents.purge import what_goes, what_stays
from residents.retention import FOR_GOOD, UNTIL_THE_END, Table, cutoff_of, tables, why_held

LATELY = timedelta(days=30)
TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def privacy_report(compound: Compound, *, with_fields: bool = False) -> str:
    keeping, lying = read_keeping(compound), _lying(compound)
    told = _("Privacy report of %(compound)s, %(at)s") % {"compound": compound, "at": _moment(timezone.now())}
    last = keeping.last_night
    night = _("Last night of deletion: %(at)s.") % {"at": _moment(last.at)} if last else _("No night of deletion yet.")
    parts = [f"{told}\n{night}"]
    for kept in keeping.kept:
        lines = _of_class(compound, kept, lying.get(kept.klass.code, 0))
        parts.append("\n  ".join(lines + _fields(kept.klass.code, with_fields)))
    parts.append("\n  ".join(_at_the_end(compound, lying) + _fields(UNTIL_THE_END.code, with_fields)))
    return "\n\n".join([*parts, "\n  ".join(_looks(compound))]) + "\n"


def _lying(compound: Compound) -> dict[str, int]:
    """Class -> everything that lies there, also what has no end yet. One statement."""
    parts = [
        table.of(compound)
        .order_by()
        .annotate(_code=Value(klass.code))
        .values("_code")
        .annotate(_n=Count("pk", distinct=True))
        .values_list("_code", "_n")
        for klass, table in tables()
        if table.scope is not None and klass.code != FOR_GOOD
    ]
    found: Counter[str] = Counter()
    for code, count in parts[0].union(*parts[1:], all=True):
        found[code] += count
    return found


def _of_class(compound: Compound, kept: Kept, lying: int) -> list[str]:
    counts = _("%(count)s entries; of %(counted)s the days are counted")
    told = [counts % {"count": lying, "counted": kept.count}]
    told += [_("the oldest is of %(day)s") % {"day": _day(kept.oldest)}] if kept.oldest else []
    days = _("kept for %(days)s days, counted from: %(told)s") % {"days": kept.days, "told": kept.klass.told}
    lines = [str(kept.klass.label), "; ".join(told), days]
    if kept.goes_on:
        lines.append(_("next deletion: %(day)s") % {"day": _day(kept.goes_on)})
    if kept.is_held and (why := why_held(kept.klass, compound, cutoff_of(kept.days))):
        lines.append(_("held back: %(why)s") % {"why": why})
    if kept.gone_lately:
        lines.append(_("gone in 30 days: %(count)s") % {"count": kept.gone_lately})
    return lines


def _at_the_end(compound: Compound, lying: dict[str, int]) -> list[str]:
    counts = {
        "count": lying.get(UNTIL_THE_END.code, 0),
        "going": sum(what_goes(compound).values()),
        "staying": sum(what_stays(compound).values()),
    }
    told = _("%(count)s entries; the purge would reach %(going)s of all classes, and %(staying)s would stay") % counts
    return [str(UNTIL_THE_END.label), told, str(UNTIL_THE_END.told)]


def _fields(code: str, is_asked: bool) -> list[str]:
    """Table by table the columns in which there may be words about people."""
    if not is_asked:
        return []
    return [
        f"  {words_of(table.name)}: {', '.join(_columns(table))}" for klass, table in tables() if klass.code == code
    ]


def _columns(table: Table) -> list[str]:
    names = [
        str(field.verbose_name)
        for field in table.model._meta.concrete_fields
        if (isinstance(field, TEXTS) and field.name not in table.plain) or isinstance(field, models.ForeignKey)
    ]
    return names or ["–"]


def _looks(compound: Compound) -> list[str]:
    rows = AccessRecord.objects.filter(compound=compound, at__gt=timezone.now() - LATELY).order_by()
    found = rows.values_list("deed").annotate(n=Count("pk"), rows=Sum("row_count"), people=Count("user", distinct=True))
    lines = [_("Looks and exports in the last 30 days")]
    told = _("%(deed)s: %(count)s, of %(rows)s rows; people who did: %(people)s")
    for deed, count, row_count, people in sorted(found):
        words = capfirst(str(KINDS.get(deed, deed)))
        lines.append(told % {"deed": words, "count": count, "rows": row_count, "people": people})
    return lines if len(lines) > 1 else [*lines, _("none")]


def _day(day) -> str:
    return date_format(day, "Y-m-d")


def _moment(at) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")
