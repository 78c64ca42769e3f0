"""A household's own page, reached by the secret on the card at its door: no account, no session, no script needed.

On the top floor because every room that asks something of a household, or has something for it, adds its part here:
a module `compound/home_<room>.py` with a reader in PARTS, and the acts of its forms (`home_act`). A reader yields the
querysets it wants and is handed their rows (`residents.in_rounds`): the whole page is as many statements as its slowest
reader takes steps, however many rooms there are.
The page names people only masked, and knows nothing of any other household.

The secret in the address is the whole authority, for reading and for telling. That is why an act asks for no CSRF
token: such a token proves that a form came from a page of ours, by a cookie, and no cookie is read here. Who could
forge the POST would have to know the address, and then could open the page as well. It also has to work inside chat
apps, whose browsers often keep no cookies between a page and its form. A GET changes nothing, not even "last used":
previews of links fetch every address that is pasted into a group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compound.phone_requests import language_of
from residents.in_rounds import read_in_rounds
from residents.links import LinkError, LinkGone, find_link
from residents.models import Household, HouseholdLink

# In the order of the page: what is due, what comes or lies ready, what is told, what one may ask for or give.
PARTS = (
    "compound.home_antigen.antigen_part",
    "compound.home_tests.tests_part",
    "compound.home_supplies.supplies_part",
    "compound.home_medicine.errands_part",
    "compound.home_buying.buying_part",
    "compound.home_notices.notices_part",
    "compound.home_care.care_part",
    "compound.home_medicine.doctor_part",
    "compound.home_sharing.drives_part",
    "compound.home_sharing.corner_part",
)
# As the strip on top calls them.
TITLES = {
    "antigen": _("Antigen self-test"),
    "tests": pgettext_lazy("household", "PCR test"),
    "supplies": _("Supplies"),
    "medicine": _("Medicine"),
    "buying": _("Group buying"),
    "notices": _("Notices"),
    "care": _("I need help"),
    "doctor": _("Ask a doctor"),
    "drives": _("Pledge drives"),
    "share": _("Share corner"),
}


@dataclass(frozen=True)
class Refused:
    """An act that was not done: shown at its form, with everything that was typed."""

    part: str
    message: str
    key: int | str = ""  # which of the part's forms
    posted: Any = field(default_factory=dict)


@dataclass(frozen=True)
class Visitor:
    """Who holds the card: one household, whatever they ask for."""

    link: HouseholdLink
    secret: str
    refused: Refused | None = None

    @property
    def household(self) -> Household:
        return self.link.household

    def address(self, name: str, *args: Any) -> str:
        """The address of an act of ours, in the language the page is read in."""
        return reverse(name, args=[self.secret, *args]) + ("?lang=en" if _is_foreign() else "")

    def refusal_at(self, part: str, key: int | str = "") -> Refused | None:
        refused = self.refused
        return refused if refused and (refused.part, refused.key) == (part, key) else None


@dataclass(frozen=True)
class Part:
    """What one room has for the household: a template, shown with its own context and nothing else's."""

    name: str  # also the anchor an act comes back to
    template: str
    context: dict[str, Any]
    script: str = ""
    style: str = ""
    todo: int = 0  # things the household is asked to do in it
    is_alarm: bool = False  # a doctor says call 120 or go to hospital: before everything else

    @property
    def title(self) -> str:
        return str(TITLES.get(self.name, self.name))


@login_not_required
@require_safe
def home(request: HttpRequest, secret: str) -> HttpResponse:
    with translation.override(language_of(request)):
        try:
            link = find_link(secret)
        except LinkError as error:
            return _gone(error)
        return _page(Visitor(link, secret), has_told="thanks" in request.GET)


def home_act(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A household does something: `view(request, visitor, …)` answers with `thanks`, `refuse` or `over`."""
    # No cookie is read, so no token is asked for: see above.
    return login_not_required(csrf_exempt(require_POST(_by_secret(view))))


def home_look(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A moving part of the page, asked for again by its script. Changes nothing."""
    return login_not_required(require_safe(_by_secret(view)))


def _by_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, secret: str, **kwargs: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            try:
                link = find_link(secret)
            except LinkError as error:
                return _gone(error)
            return _sealed(view(request, Visitor(link, secret), **kwargs))

    return answer


def thanks(visitor: Visitor, part: str = "") -> HttpResponse:
    """Done: back to the page, at that part."""
    address = f"{visitor.address('home')}{'&' if _is_foreign() else '?'}thanks=1"
    return _sealed(HttpResponseRedirect(f"{address}#{part}" if part else address))


def refuse(visitor: Visitor, refused: Refused) -> HttpResponse:
    """Not done: the page again, with the sentence and what was typed."""
    return _page(Visitor(visitor.link, visitor.secret, refused), status=422)


def over(visitor: Visitor) -> HttpResponse:
    """What the form was about is over, or was never this household's: nobody learns which."""
    return _page(visitor, status=404, is_over=True)


def _page(visitor: Visitor, *, status: int = 200, **words: Any) -> HttpResponse:
    parts = read_parts(visitor)
    door = visitor.household.door
    address = reverse("home", args=[visitor.secret])
    context = {
        "door": door,
        "building": door.building,
        "compound": door.building.compound,
        "parts": parts,
        "todo_count": sum(part.todo for part in parts),
        "scripts": sorted({part.script for part in parts if part.script}),
        "styles": sorted({part.style for part in parts if part.style}),
        "languages": {"zh": address, "en": f"{address}?lang=en"},
        "data_at": visitor.address("home_data"),
        **words,
    }
    return _sealed(HttpResponse(render_to_string("home/home.html", context), status=status))


def read_parts(visitor: Visitor) -> list[Part]:
    """What the rooms have for this household; an alarm comes first."""
    found = read_in_rounds([import_string(reader).wants(visitor) for reader in PARTS])
    return sorted((part for part in found if part is not None), key=lambda part: not part.is_alarm)


def _is_foreign() -> bool:
    return translation.get_language() != "zh-hans"


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
