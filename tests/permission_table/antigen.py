"""Antigen rounds, households' links and the households' own page."""

from datetime import timedelta

from django.utils import timezone

from compound.opening import open_any_round
from residents.links import issue_links
from residents.models import HouseholdLink
from rounds.marks import mark_at_desk
from rounds.models import Visit
from testing_rounds.antigen import create_antigen_round
from testing_rounds.models import AnswerQuestion

PLAIN: dict = {}

OBJECT = {
    "residents:links":                      ("building",  "GET",  200, 403, 200, 404),
    "residents:links_issue":                ("building",  "POST", 302, 403, 302, 404),
    "residents:link_reissue":               ("household", "POST", 200, 403, 200, 404),
    "residents:link_revoke":                ("household", "POST", 302, 403, 302, 404),
    "testing_rounds:antigen_add":           ("compound",  "FORM", 200, 403, 403, None),
    "testing_rounds:antigen_edit":          ("antigen",   "FORM", 200, 403, 403, 404),
    "testing_rounds:antigen":               ("antigen",   "GET",  200, 200, 200, 404),
    "testing_rounds:antigen_live":          ("antigen",   "GET",  200, 200, 200, 404),
    "testing_rounds:antigen_picture":       ("antigen",   "GET",  200, 200, 200, 404),
    "testing_rounds:antigen_building":      ("antigen_building", "GET",  200, 403, 200, 404),
    "testing_rounds:antigen_all_negative":  ("antigen_building", "POST", 302, 403, 302, 404),
    "testing_rounds:antigen_overdue":       ("antigen",   "GET",  200, 403, 200, 404),
    "testing_rounds:antigen_knocks":        ("antigen",   "GET",  200, 403, 200, 404),
    "testing_rounds:antigen_tell":          ("antigen_visit", "POST", 422, 403, 422, 404),
    "testing_rounds:antigen_question":      ("answer_question", "POST", 302, 403, 302, 404),
    "testing_rounds:antigen_chase":         ("antigen_visit", "POST", 302, 403, 302, 404),
}  # fmt: skip

# Whoever is signed in: the secret decides. tests/compound/test_household.py
BY_SECRET = {"home", "home_tell"}

MISSING = {"antigen_building": [10**9, 10**9]}


def things(place):
    now = timezone.now()
    test_round = create_antigen_round(
        compound=place.compound,
        starts_at=now,
        ends_at=now + timedelta(hours=4),
        feedback_until=now + timedelta(hours=6),
        buildings=[place.building],
    )
    open_any_round(round=test_round.round, by=place.steward)
    if not HouseholdLink.objects.filter(household__door__building=place.building).exists():
        issue_links(building=place.building, by=place.steward)
    visit = Visit.objects.get(round=test_round.round, household=place.household)
    mark = mark_at_desk(visit=visit, by=place.steward, outcome="done", details={"antigen": "?"})
    question = AnswerQuestion.objects.create(mark=mark, number=0, told="?", reason="unreadable")
    return {
        "answer_question": [question.pk],
        "antigen": [test_round.round.pk],
        "antigen_building": [test_round.round.pk, place.building.pk],
        "antigen_visit": [visit.pk],
    }
