"""Who is held, since when, what their single tube came to, and what is left to do about each."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, Q, QuerySet

from residents.models import Building, User
from rounds.models import Round
from testing_rounds.models import Hold

HOLDS = Hold.objects.select_related(
    "person__visit__building",
    "person__visit__round",
    "person__resident",
    "tube__test_round__round",
    "recalled_as__visit__round",
    "recalled_as__visit__building",
    "released_by",
)


def open_holds(user: User) -> QuerySet[Hold]:
    """Those whom the user may see by name: a steward's compound, a lead's house. The longest held first."""
    access = user.access
    mine = Q(tube__compound__in=access.steward) | Q(person__visit__building__in=access.lead_buildings)
    return HOLDS.open().filter(mine).order_by("since", "pk")


def holds_of_round(round: Round, buildings: QuerySet[Building]) -> list[Hold]:
    """Held because of the round's tubes or, of a recall, because of the tube it recalls; open ones first."""
    about = Q(tube__test_round__round=round) | Q(tube__recall__round=round)
    here = Q(person__visit__building__in=buildings) | Q(recalled_as__visit__building__in=buildings)
    rows = HOLDS.filter(about & here).order_by(
        "person__visit__building__position", "person__visit__building__code", "person__visit__floor", "pk"
    )
    return sorted(rows, key=lambda hold: hold.release != "")


def count_holds(round: Round | None, buildings: QuerySet[Building]) -> list[tuple[Building, int]]:
    """Building -> people held, without a name. Two statements."""
    rows = Hold.objects.open().filter(person__visit__building__in=buildings)
    if round is not None:
        rows = rows.filter(Q(tube__test_round__round=round) | Q(tube__recall__round=round))
    counts: Counter[int] = Counter(dict(rows.order_by().values_list("person__visit__building").annotate(n=Count("pk"))))
    return [(building, counts[building.pk]) for building in Building.objects.filter(pk__in=counts)]
