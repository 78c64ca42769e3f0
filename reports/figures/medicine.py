"""Bags under way and questions open, as they stand when they are asked for. Counts alone."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from medicine.models import Errand, Question
from reports.figures import TIMES, Asked, Counts, Figure, Room

PLACE = "household__door__building"


def read(asked: Asked) -> Counts:
    """Three statements. Open then: begun until the moment asked for, and not ended by it."""
    then = Q(ended_at=None) | Q(ended_at__gt=asked.until)
    bags = Errand.objects.filter(then, compound=asked.compound, made_at__lte=asked.until)
    brought = Errand.objects.filter(
        compound=asked.compound, state="confirmed", ended_at__gt=asked.since, ended_at__lte=asked.until
    )
    unclosed = Q(closed_at=None) | Q(closed_at__gt=asked.until)
    questions = Question.objects.filter(unclosed, compound=asked.compound, asked_at__lte=asked.until)
    counts: dict[str, dict[int | None, int]] = defaultdict(dict)
    for name, rows in (("errands_open", bags), ("errands_done", brought), ("questions_open", questions)):
        counts[name] = dict(rows.order_by().values_list(PLACE).annotate(n=Count("pk")))
    return counts


ROOM = Room(
    "medicine",
    _("Medicine"),
    read,
    (
        Figure("errands_open", _("medicine bags under way"), TIMES, "代配药 配药需求 待配药", in_bulletin=True),
        Figure("errands_done", _("medicine bags brought"), TIMES, "已配药 配药完成 送药"),
        Figure("questions_open", _("questions to doctors open"), TIMES, "医生咨询 问诊 咨询未结", is_health=True),
    ),
)
