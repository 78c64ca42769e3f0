"""On a household's own page: the antigen results it still owes, and those it may correct."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
from residents.in_rounds import Reads, in_rounds
from testing_rounds.antigen import AntigenError, rounds_told_by, tell_household
from testing_rounds.antigen_views import read_answers
from testing_rounds.models import ResultSource
from testing_rounds.results import ResultError


@in_rounds
def antigen_part(visitor: Visitor) -> Reads[Part | None]:
    """Two steps, one when nothing is due."""
    tests = yield from rounds_told_by.wants(visitor.household)
    if not tests:
        return None
    for test in tests:
        test.action = visitor.address("home_tell", test.visit.pk)
        refused = visitor.refusal_at("antigen", test.visit.pk)
        test.error = refused.message if refused else ""
        answers = read_answers(refused.posted) if refused else {}
        for line in test.lines:
            line.chosen = answers.get(line.person.number, "")
    todo = sum(test.is_open for test in tests)
    return Part("antigen", "home/_antigen.html", {"tests": tests}, script="js/household.js", todo=todo)


@home_act
def home_tell(request: HttpRequest, visitor: Visitor, visit_pk: int) -> HttpResponse:
    """Each person of this household separately. What is told again changes nothing; what differs corrects it."""
    test = next((one for one in rounds_told_by(visitor.household) if one.visit.pk == visit_pk), None)
    if test is None:
        return over(visitor)
    try:
        tell_household(
            visit=test.visit, answers=read_answers(request.POST), source=ResultSource.RESIDENT, link=visitor.link
        )
    except (AntigenError, ResultError) as error:
        return refuse(visitor, Refused("antigen", str(error), visit_pk, request.POST))
    return thanks(visitor)
