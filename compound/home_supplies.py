"""On a household's own page: what of the hand-outs is for it, what became of each bag, and why it got less."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compound.home_complaints import HomeComplaint, complaint_queries, make_complaints
from compound.household import Part, Visitor
from residents.in_rounds import Reads, in_rounds
from residents.models import Household
from rounds.models import Outcome, Round
from supplies.models import Entitlement, Handover, KeptShare

SHOWN_FOR = timedelta(days=3)  # after the round was closed
THERE = frozenset({Handover.GIVEN, ""})


@dataclass
class Thing:
    """One line of a bag as the household sees it."""

    what: str
    count: int
    unit: str
    word: str
    css: str  # an outcome's colours
    less: str = ""  # why it is less than its due


@dataclass
class Bag:
    round: Round
    things: list[Thing] = field(default_factory=list)
    complaint: HomeComplaint | None = None

    @property
    def is_due(self) -> bool:
        return self.round.is_open and any(thing.css == "waiting" for thing in self.things)


@in_rounds
def supplies_part(visitor: Visitor) -> Reads[Part | None]:
    """One step, however many hand-outs there are."""
    home = visitor.household
    due, kept, visits, said = yield (due_of(home), kept_for(home), *complaint_queries(home))
    if not due and not kept:
        return None
    forms = make_complaints(visitor, visits, said)
    bags = bags_of(due)
    for bag in bags:
        bag.complaint = forms.get(bag.round.pk)
    context = {"bags": bags, "kept": kept}
    return Part("supplies", "home/_supplies.html", context, style="css/home_more.css")


def due_of(household: Household) -> QuerySet[Entitlement]:
    recent = Q(visit__round__closed_at__gt=timezone.now() - SHOWN_FOR)
    rows = Entitlement.objects.filter(Q(visit__round__state=Round.State.OPEN) | recent, visit__household=household)
    rows = rows.exclude(visit__round__state=Round.State.CANCELLED)
    return rows.select_related("visit__round", "line__batch__item").order_by("-visit__round__starts_at", "line")


def bags_of(due: list[Entitlement]) -> list[Bag]:
    bags: dict[int, Bag] = {}
    for row in due:
        bag = bags.setdefault(row.visit.round_id, Bag(row.visit.round))
        bag.things.append(_thing(row))
    return list(bags.values())


def kept_for(household: Household) -> QuerySet[KeptShare]:
    return KeptShare.objects.open().filter(household=household).select_related("line__batch__item")


def _thing(row: Entitlement) -> Thing:
    item = row.line.batch.item
    word, css = _word(row)
    less = row.get_wait_reason_display() if row.wait_reason else ""
    return Thing(item.name, row.allotted, item.unit, word, css, less)


def _word(row: Entitlement) -> tuple[str, str]:
    """What the marks at the door say of it, not what the books have caught up with."""
    if not row.allotted:
        return _("none this time"), "nobody_home"
    if row.keep_until and not row.told_given:
        return _("kept for you until %(day)s") % {"day": f"{row.keep_until.month}-{row.keep_until.day}"}, "waiting"
    if row.told_given or row.told_spoiled:
        if row.handover not in THERE:
            return str(row.get_handover_display()), "done"
        return _("received"), "done"
    if row.visit.outcome == Outcome.REFUSED:
        return _("not taken"), "exempt"
    if row.visit.round.is_open:
        return _("on its way to your door"), "waiting"
    return _("not handed over: call your building lead"), "nobody_home"
