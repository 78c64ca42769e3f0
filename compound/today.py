"""What the day asks of one person: rounds, clocks, what waits for a decision. Read only, seven statements at most."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce
from django.utils import timezone

from clock.showing import Tonight, read_tonight
from notices.models import Message
from residents.models import Compound, Device, Household, User, Volunteer
from rounds.board import LETTERS
from rounds.models import HeldMark, Outcome, Round, Visit
from supplies.models import Batch
from testing_rounds.models import Hold, UnplacedResult

IN_A_BAR = (Outcome.DONE, Outcome.ELSEWHERE, Outcome.EXEMPT, Outcome.PARTLY, Outcome.REFUSED, Outcome.NOBODY_HOME)


@dataclass(frozen=True)
class Segment:
    css: str
    letter: str
    label: str
    count: int
    start: float  # per cent of the bar
    share: float


@dataclass
class Progress:
    """An open round and how far it has come, in the buildings the user may see."""

    round: Round
    counts: dict[str, int] = field(default_factory=dict)
    is_over: bool = False

    @property
    def expected(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in Outcome.answered())

    @property
    def missing(self) -> int:
        return self.expected - self.answered

    @property
    def segments(self) -> list[Segment]:
        segments, start = [], 0.0
        for outcome in IN_A_BAR:
            count = self.counts.get(outcome, 0)
            share = 100 * count / (self.expected or 1)
            if count:
                place = round(start, 2), round(share, 2)
                segments.append(Segment(outcome.value, str(LETTERS[outcome]), str(outcome.label), count, *place))
            start += share
        return segments


@dataclass
class Today:
    compounds: list[Compound]
    open_rounds: list[Progress]
    drafts: list[Round]
    messages: list[Message]
    unread_count: int
    held_count: int
    at_home_count: int  # people held because of a tube
    unplaced_count: int  # results for nobody expected
    old_batch_count: int  # lying in the store too long
    phone_count: int
    unsent_count: int
    clocks: Tonight
    guide: Compound | None  # the compound whose first round is still ahead


def read_today(user: User) -> Today:
    now = timezone.now()
    compounds: list[Any] = list(_compounds(user))  # with what `_compounds` annotates
    rounds = list(
        Round.objects.visible_to(user)
        .filter(state__in=[Round.State.OPEN, Round.State.DRAFT])
        .select_related("compound", "call_down_plan")
        .order_by("ends_at", "pk")
    )
    counts = _outcome_counts(user, [row.pk for row in rounds if row.is_open])
    messages = list(Message.objects.inbox_of(user).unread().annotate(total=Window(Count("*")))[:5])
    guided = [place for place in compounds if place.pk in user.access.steward and not place.has_closed]
    return Today(
        compounds=compounds,
        open_rounds=[Progress(row, counts[row.pk], row.ends_at < now) for row in rounds if row.is_open],
        drafts=[row for row in rounds if row.is_draft],
        messages=messages,
        unread_count=messages[0].total if messages else 0,
        held_count=sum(place.held_count for place in compounds if place.pk in user.access.steward),
        at_home_count=sum(place.at_home_count for place in compounds if place.pk in user.access.steward),
        unplaced_count=sum(place.unplaced_count for place in compounds if place.pk in user.access.steward),
        old_batch_count=sum(place.old_batch_count for place in compounds if place.pk in user.access.steward),
        phone_count=sum(place.phone_count for place in compounds if place.pk in user.access.whole_compounds),
        unsent_count=sum(place.unsent_count for place in compounds if place.pk in user.access.whole_compounds),
        clocks=read_tonight(user),
        guide=guided[0] if guided else None,
    )


def _outcome_counts(user: User, rounds: list[int]) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    visits = Visit.objects.visible_to(user).filter(round__in=rounds).order_by()
    for round_pk, outcome, number in visits.values_list("round", "outcome").annotate(number=Count("pk")):
        counts[round_pk][outcome] = number
    return counts


def _compounds(user: User) -> QuerySet[Compound]:
    """Each compound with what waits in it and how far its first round has come, in one statement."""
    here = OuterRef("pk")
    unsent = Device.objects.filter(volunteer__compound=here, ended_at=None, queued_count__gt=0)
    held = HeldMark.objects.filter(compound=here, decision="")
    old_batches = Batch.objects.ringing(timezone.localdate()).filter(item__compound=here)
    return Compound.objects.visible_to(user).annotate(
        held_count=_sum_of(held, "compound", Count("pk")),
        at_home_count=_sum_of(Hold.objects.open().filter(tube__compound=here), "tube__compound", Count("pk")),
        old_batch_count=_sum_of(old_batches, "item__compound", Count("pk")),
        unplaced_count=_sum_of(UnplacedResult.objects.waiting().filter(compound=here), "compound", Count("pk")),
        phone_count=_sum_of(unsent, "volunteer__compound", Count("pk")),
        unsent_count=_sum_of(unsent, "volunteer__compound", Sum("queued_count")),
        has_people=Exists(Household.objects.filter(door__building__compound=here)),
        has_phones=Exists(Device.objects.filter(volunteer__compound=here, ended_at=None)),
        has_volunteers=Exists(Volunteer.objects.filter(compound=here, ended_at=None)),
        has_open=Exists(Round.objects.filter(compound=here).filter(Q(state="open") | Q(state="closed"))),
        has_closed=Exists(Round.objects.filter(compound=here, state=Round.State.CLOSED)),
    )


def _sum_of(rows: QuerySet, by: str, aggregate) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(number=aggregate).values("number")), Value(0))
