"""On a household's own page: whether it is waited for in a PCR round, and whether it has to stay in.

No result, no tube and no name is told here: a page that lies open on a kitchen table says what to do, never why. What
was found is told by a person, and a positive by who comes to the door.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from compound.household import Part, Visitor
from residents.in_rounds import Reads, in_rounds
from residents.models import Household
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import Hold, Recheck, Result

SHOWN_FOR = timedelta(hours=24)  # after the round was closed


@in_rounds
def tests_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    visits: list[Any]  # with what `visits_of` annotates
    (visits,) = yield (visits_of(visitor.household),)
    if not visits:
        return None
    # Who is to stay at home is waited for at the door: the round down in the yard does not call them.
    stays = any(visit.is_held or (visit.round.kind == Round.Kind.RECALL and visit.is_missing) for visit in visits)
    plain = [visit for visit in visits if visit.round.kind == Round.Kind.PCR and _is_near(visit)]
    waits = [visit for visit in plain if visit.is_missing and visit.round.is_open]
    done = [visit for visit in plain if not visit.is_missing]
    if not (stays or waits or done):
        return None
    context = {"stays": stays, "waits": [] if stays else waits, "done": [] if stays else done}
    todo = 1 if stays else len(waits)
    return Part("tests", "home/_tests.html", context, style="css/home_more.css", todo=todo)


def _is_near(visit: Visit) -> bool:
    closed_at = visit.round.closed_at
    return visit.round.is_open or (closed_at is not None and closed_at > timezone.now() - SHOWN_FOR)


def visits_of(household: Household) -> QuerySet[Visit]:
    held = Q(Exists(Hold.objects.open().filter(person__visit=OuterRef("pk"))))
    # Two lines on an antigen test: until the single tube says otherwise, also once it was taken.
    rechecks = Recheck.objects.filter(asked_as__visit=OuterRef("pk"), released_at=None)
    asked = Q(Exists(rechecks.exclude(asked_as__result=Result.NEGATIVE)))
    near = Q(round__state=Round.State.OPEN) | Q(round__closed_at__gt=timezone.now() - SHOWN_FOR)
    rows = Visit.objects.filter(household=household, round__state__in=[Round.State.OPEN, Round.State.CLOSED])
    held |= asked & near & (Q(round__state=Round.State.OPEN) | Q(outcome=Outcome.DONE))
    rows = rows.filter(held | (near & Q(round__kind__in=[Round.Kind.PCR, Round.Kind.RECALL])))
    # A recall that was closed without this door waits for nobody any more; the hold it came from does.
    rows = rows.exclude(~held, round__kind=Round.Kind.RECALL, round__state=Round.State.CLOSED)
    is_held = ExpressionWrapper(held, output_field=BooleanField())
    return rows.annotate(is_held=is_held).select_related("round").order_by("-round__starts_at", "-pk")
