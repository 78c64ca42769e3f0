"""Tubes without a result, results without a place, who is held, and antigen results nobody has told."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import CharField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from compound.today_lines import Ask, Found, Urgency
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, SwabQuestion, Tube, UnplacedResult

A_RESULT_TAKES = timedelta(hours=24)
RETEST = ("invalid", "inconclusive")


class ToldOf(Func):
    """What a visit's JSON says of the person of this row; NULL where it says nothing of them."""

    output_field = CharField()

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" ->> ", **context)

    def as_sqlite(self, compiler, connection, **context):
        told, number = self.get_source_expressions()
        path = Concat(Value('$."'), number, Value('"'), output_field=TextField())
        there = ToldOf(told, path, function="JSON_EXTRACT")
        return super(ToldOf, there).as_sql(compiler, connection, **context)


NUMBER = Cast(F("number"), TextField())


def overdue(user, now) -> QuerySet:
    """As `antigen_stats.step_of_person` has it: a kit and no word after the hour, or a word that is none."""
    people = ExpectedPerson.objects.filter(
        visit__in=Visit.objects.visible_to(user),
        visit__round__state=Round.State.OPEN,
        visit__round__kind=Round.Kind.ANTIGEN,
        visit__round__test_round__feedback_until__lte=now,
    )
    people = people.annotate(
        told_of=ToldOf("visit__people", NUMBER),
        stands_at=Coalesce(ToldOf("visit__people", NUMBER), ToldOf("visit__known", NUMBER), "visit__outcome"),
    )
    owes = Q(result__in=RETEST) | Q(result="", stands_at=Outcome.DONE)
    return people.filter(owes, Q(is_added=False) | Q(told_of__isnull=False))


def unread_tubes(user, now, *, is_late: bool) -> QuerySet:
    rows = Tube.objects.visible_to(user).filter(
        result="", filled_count__gt=0, state__in=[Tube.State.SEALED, Tube.State.SENT, Tube.State.RECEIVED]
    )
    rows = rows.exclude(test_round__round__state=Round.State.CANCELLED)
    limit = now - A_RESULT_TAKES
    return rows.filter(created_at__lte=limit) if is_late else rows.filter(created_at__gt=limit)


def results_of(found: Found) -> str:
    return reverse("testing_rounds:tubes", args=[found.thing])


ASKS = (
    Ask(
        "antigen_overdue",
        Urgency.LATE,
        ngettext_lazy("household owes an antigen result", "households owe an antigen result", "n"),
        _("Call, then knock"),
        rows=overdue,
        compound="visit__round__compound",
        count="visit",
        thing="visit__round",
        at="visit__round__test_round__feedback_until",
        link=lambda found: reverse("testing_rounds:antigen_overdue", args=[found.thing]),
    ),
    Ask(
        "tubes_late",
        Urgency.LATE,
        ngettext_lazy("tube without a result for more than a day", "tubes without a result for more than a day", "n"),
        _("Ask the laboratory"),
        rows=lambda user, now: unread_tubes(user, now, is_late=True),
        thing="test_round__round",
        at="created_at",
        link=results_of,
    ),
    Ask(
        "tubes_waiting",
        Urgency.KNOW,
        ngettext_lazy("tube waits for its result", "tubes wait for their results", "n"),
        _("Tubes"),
        rows=lambda user, now: unread_tubes(user, now, is_late=False),
        thing="test_round__round",
        link=results_of,
    ),
    Ask(
        "unplaced_results",
        Urgency.TODAY,
        ngettext_lazy("result to review", "results to review", "n"),
        _("Review"),
        rows=lambda user, _now: UnplacedResult.objects.waiting().filter(compound__in=user.access.steward),
        link=lambda _found: reverse("testing_rounds:unplaced"),
    ),
    Ask(
        "swab_questions",
        Urgency.TODAY,
        ngettext_lazy("swab whose tube is not clear", "swabs whose tube is not clear", "n"),
        _("Decide"),
        rows=lambda user, _now: SwabQuestion.objects.kept_by(user).filter(decision=""),
        compound="person__visit__round__compound",
        thing="person__visit__round",
        link=lambda found: reverse("testing_rounds:tube_questions", args=[found.thing]),
    ),
    Ask(
        "held_at_home",
        Urgency.KNOW,
        ngettext_lazy("person held at home because of a tube", "people held at home because of a tube", "n"),
        _("Who"),
        rows=lambda user, _now: Hold.objects.visible_to(user).open(),
        compound="tube__compound",
        link=lambda _found: reverse("testing_rounds:holds"),
    ),
)
