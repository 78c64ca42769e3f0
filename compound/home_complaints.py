"""On a household's own page, beside what was brought: a way to say that it was short, spoiled, wrong or never came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from compound.household import Refused, Visitor, home_act, over, refuse, thanks
from residents.links import touch_link
from residents.models import Household
from rounds.complaints import brought_to, complain
from rounds.models import Complaint, Round, Visit
from rounds.services import RoundError

PART_OF = {Round.Kind.SUPPLIES: "supplies", Round.Kind.BUYING: "buying"}


@dataclass
class HomeComplaint:
    """The form of one visit, and what was said there before."""

    action: str
    said: list[Complaint]
    error: str
    typed: Any
    kinds: Any = field(default_factory=lambda: Complaint.Kind.choices)


def complaint_queries(household: Household) -> tuple[QuerySet[Visit], QuerySet[Complaint]]:
    """What `make_complaints` asks for."""
    visits = brought_to(household)
    said = Complaint.objects.filter(visit__in=visits.order_by().values("pk")).order_by("at", "pk")
    return visits.select_related("round").order_by("pk"), said


def make_complaints(visitor: Visitor, visits: Iterable[Visit], said: Iterable[Complaint]) -> dict[int, HomeComplaint]:
    """Round -> its form, for those one may still say something of."""
    of_visit = defaultdict(list)
    for row in said:
        of_visit[row.visit_id].append(row)
    forms = {}
    for visit in visits:
        refused = visitor.refusal_at(PART_OF[Round.Kind(visit.round.kind)], f"wrong-{visit.pk}")
        action = visitor.address("home_complain", visit.pk)
        error, typed = (refused.message, refused.posted) if refused else ("", {})
        forms[visit.round_id] = HomeComplaint(action, of_visit[visit.pk], error, typed)
    return forms


@home_act
def home_complain(request: HttpRequest, visitor: Visitor, visit_pk: int) -> HttpResponse:
    visit = brought_to(visitor.household).select_related("round").filter(pk=visit_pk).first()
    if visit is None:
        return over(visitor)
    part = PART_OF[Round.Kind(visit.round.kind)]
    told = {name: request.POST.get(name, "") for name in ("kind", "words")}
    try:
        complain(visit=visit, link=visitor.link, **told)
    except RoundError as error:
        return refuse(visitor, Refused(part, str(error), f"wrong-{visit.pk}", request.POST))
    touch_link(visitor.link)
    return thanks(visitor, part)
