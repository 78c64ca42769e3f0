"""Which doors need a route of their own when rubbish is collected. Only keys leave this module, never why."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from clock.models import Case
from residents.models import Compound
from testing_rounds.models import ExpectedPerson, Hold, Result

COUNTS_FOR = timedelta(days=14)


def doors_apart(compound: Compound) -> frozenset[int]:
    """Households with a positive or a close contact at home, told of within two weeks. Three statements."""
    since = timezone.now() - COUNTS_FOR
    cases = Case.objects.standing().filter(
        Q(sampled_at__gt=since) | Q(reported_at__gt=since) | Q(ordered_at__gt=since) | Q(at__gt=since),
        building__compound=compound,
        household__isnull=False,
        moved_out_at=None,
    )
    held = Hold.objects.open().filter(tube__compound=compound)
    told = ExpectedPerson.objects.filter(
        visit__round__compound=compound, result=Result.POSITIVE, result_at__gt=since, holds=None
    )
    homes = {
        *cases.values_list("household", flat=True),
        *held.values_list("person__visit__household", flat=True),
        *told.values_list("visit__household", flat=True),
    }
    return frozenset(pk for pk in homes if pk is not None)
