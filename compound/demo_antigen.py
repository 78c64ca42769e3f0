"""The demo's antigen round, in the estate: kits at most doors, most told, one positive, one invalid, some overdue."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from compound.opening import open_any_round
from residents.links import find_link, issue_links, reissue_link
from residents.models import Compound, Household, User
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Round, Visit
from testing_rounds.antigen import create_antigen_round, record_chase, tell_all_negative, tell_household
from testing_rounds.antigen_stats import UNFINISHED
from testing_rounds.models import Chase, ResultSource

HOUSES = ("1", "2", "3")


def start_antigen_round(estate: Compound, steward: User, lead: User, luck: random.Random) -> None:
    now = timezone.now()
    test_round = create_antigen_round(
        compound=estate,
        title="晚间自测",
        starts_at=now - timedelta(hours=3),
        ends_at=now + timedelta(hours=1),
        feedback_until=now - timedelta(minutes=10),
        buildings=estate.buildings.filter(code__in=HOUSES),
        instructions="每人一盒，挂门把手，敲两下就走",
    )
    open_any_round(round=test_round.round, by=steward)
    visits = list(Visit.objects.filter(round=test_round.round).select_related("round__test_round").top_down())
    handed = [visit for visit in visits if luck.random() < 0.93]
    for visit in handed:
        mark_at_desk(visit=visit, by=steward, outcome=Outcome.DONE, people={})
    quiet = luck.sample(handed, len(handed) // 8)
    talking = [visit for visit in handed if visit not in quiet]
    _tell_through_a_link(talking[0], lead)
    first = next(visit for visit in talking if visit.building != talking[0].building)
    tell_household(visit=first, answers={1: "positive"}, source=ResultSource.DESK, by=steward)
    tell_household(visit=talking[1], answers={1: "invalid"}, source=ResultSource.LEAD, by=lead)
    tell_all_negative(round=test_round.round, visits=talking[1:], source=ResultSource.DESK, by=steward)
    for visit, was_reached in zip(quiet, (False, True), strict=False):
        caller = lead if visit.building == talking[0].building else steward
        record_chase(visit=visit, step=Chase.Step.CALLED, was_reached=was_reached, by=caller)


def _tell_through_a_link(visit: Visit, lead: User) -> None:
    """The top door of the lead's house tells for everybody, with the card at its door."""
    fresh = issue_links(building=visit.building, by=lead)
    secret = next(one.secret for one in fresh if one.household.pk == visit.household_id)
    answers = dict.fromkeys(range(1, visit.expected_count + 1), "negative")
    tell_household(visit=visit, answers=answers, source=ResultSource.RESIDENT, link=find_link(secret))


def fresh_household_link() -> str:
    """For the demo's welcome: a household of several people that owes its results. Empty when there is none."""
    lead = User.objects.filter(username="zhao").first()
    owing = Visit.objects.filter(
        round__kind=Round.Kind.ANTIGEN,
        round__state=Round.State.OPEN,
        outcome=Outcome.DONE,
        expected_people__result__in=UNFINISHED,
    )
    homes = Household.objects.current().filter(visits__in=owing, visits__expected_count__gt=1)
    household = homes.order_by("pk").first()
    if lead is None or household is None:
        return ""
    return settings.PUBLIC_URL + reverse("home", args=[reissue_link(household=household, by=lead).secret])
