"""A household's own page, reached by the secret on the card at its door: no account, no session, no script needed.

On the top floor because each room that has something for a household adds its part here; today it is the antigen
result. The page names people only masked, and knows nothing of any other household.

The secret in the address is the whole authority, for reading and for telling. That is why the POST asks for no CSRF
token: such a token proves that a form came from a page of ours, by a cookie, and no cookie is read here. Who could
forge the POST would have to know the address, and then could open the page as well. It also has to work inside chat
apps, whose browsers often keep no cookies between a page and its form. A GET changes nothing, not even "last used":
previews of links fetch every address that is pasted into a group.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compound.phone_requests import language_of
from residents.links import LinkError, LinkGone, find_link
from residents.models import HouseholdLink
from testing_rounds.antigen import AntigenError, HouseholdTest, rounds_told_by, tell_household
from testing_rounds.antigen_views import read_answers
from testing_rounds.models import ResultSource
from testing_rounds.results import ResultError


@login_not_required
@require_safe
def home(request, secret):
    with translation.override(language_of(request)):
        try:
            link = find_link(secret)
        except LinkError as error:
            return _gone(error)
        return _page(link, secret, rounds_told_by(link.household), has_told="thanks" in request.GET)


@login_not_required
@csrf_exempt  # no cookie is read: see above
@require_POST
def home_tell(request, secret, visit_pk):
    """Each person of this household separately. What is told again changes nothing; what differs corrects it."""
    with translation.override(language_of(request)):
        try:
            link = find_link(secret)
        except LinkError as error:
            return _gone(error)
        tests = rounds_told_by(link.household)
        test = next((one for one in tests if one.visit.pk == visit_pk), None)
        if test is None:
            return _page(link, secret, tests, status=404, is_over=True)
        answers = read_answers(request.POST)
        try:
            tell_household(visit=test.visit, answers=answers, source=ResultSource.RESIDENT, link=link)
        except (AntigenError, ResultError) as error:
            return _page(link, secret, tests, status=422, error=str(error), failed=visit_pk, answers=answers)
        return _sealed(HttpResponseRedirect(f"{_address(secret)}{'&' if _is_foreign() else '?'}thanks=1"))


def _is_foreign() -> bool:
    return translation.get_language() != "zh-hans"


def _address(secret: str) -> str:
    return reverse("home", args=[secret]) + ("?lang=en" if _is_foreign() else "")


def _page(
    link: HouseholdLink,
    secret: str,
    tests: list[HouseholdTest],
    *,
    status: int = 200,
    answers: dict[int, str] | None = None,
    failed: int = 0,
    **words: Any,
) -> HttpResponse:
    door = link.household.door
    for test in tests:
        test.action = reverse("home_tell", args=[secret, test.visit.pk]) + ("?lang=en" if _is_foreign() else "")
        for line in test.lines:
            line.chosen = (answers or {}).get(line.person.number, "") if test.visit.pk == failed else ""
    context = {
        "door": door,
        "building": door.building,
        "compound": door.building.compound,
        "tests": tests,
        "languages": {"zh": reverse("home", args=[secret]), "en": reverse("home", args=[secret]) + "?lang=en"},
        "failed_pk": failed,
        **words,
    }
    return _sealed(HttpResponse(render_to_string("home/home.html", context), status=status))


def _gone(error: LinkError) -> HttpResponse:
    is_gone = isinstance(error, LinkGone)
    page = render_to_string("home/gone.html", {"message": str(error), "is_gone": is_gone})
    return _sealed(HttpResponse(page, status=410 if is_gone else 404))


def _sealed(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no cache, to no other site and into no search engine."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
