"""On a household's own page: asking for help, how far it is, and whether it is well.

Words that sound dangerous are answered with the ambulance's number at once: while they are typed, and on the page that
answers, whatever became of the form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from care.errors import CareError
from care.forms import AskForm, first_error
from care.models import Circle, Kind, Need
from care.needs import ask, confirm, reopen, withdraw
from care.reading import read_home_needs
from care.telling import Teller
from care.urgency import URGENT_WORDS, sounds_urgent
from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
from residents.in_rounds import Reads, in_rounds
from residents.links import touch_link

STYLE, SCRIPT = "css/care.css", "js/care.js"
NEW = "new"


@in_rounds
def care_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    desk, needs = yield from read_home_needs.wants(visitor.household)
    if desk is None:
        return None
    for need in needs:
        need.at = {deed: visitor.address("home_need", need.pk, deed) for deed in DEEDS}  # type: ignore[attr-defined]
        refused = visitor.refusal_at("care", need.pk)
        need.error = refused.message if refused else ""  # type: ignore[attr-defined]
        need.typed = refused.posted.get("reason", "") if refused else ""  # type: ignore[attr-defined]
    refused = visitor.refusal_at("care", NEW)
    context = {
        "desk": desk,
        "needs": needs,
        "is_urgent": any(need.is_urgent and need.is_open and need.state != Need.State.DONE for need in needs),
        "kinds": Kind.choices,
        "circles": Circle.choices,
        "ask_at": visitor.address("home_need_new"),
        "refused": refused,
        "sounds_urgent": refused is not None and sounds_urgent(refused.posted.get("words", "")),
        "urgent_words": "|".join(URGENT_WORDS),
    }
    todo = sum(need.state == Need.State.DONE for need in needs)
    return Part("care", "home/_care.html", context, style=STYLE, script=SCRIPT, todo=todo)


@home_act
def home_need_new(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return refuse(visitor, Refused("care", first_error(form), NEW, request.POST))
    try:
        ask(household=visitor.household, teller=Teller(link=visitor.link), **form.cleaned_data)
    except CareError as error:
        return refuse(visitor, Refused("care", str(error), NEW, request.POST))
    touch_link(visitor.link)
    return thanks(visitor, "care")


DEEDS: dict[str, Callable[[Need, Teller, Any], Any]] = {
    "confirm": lambda need, teller, _posted: confirm(need=need, teller=teller),
    "reopen": lambda need, teller, posted: reopen(need=need, teller=teller, reason=posted.get("reason", "")),
    "withdraw": lambda need, teller, _posted: withdraw(need=need, teller=teller),
}


@home_act
def home_need(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    need = Need.objects.filter(household=visitor.household, pk=pk).first()
    if need is None or deed not in DEEDS:
        return over(visitor)
    try:
        DEEDS[deed](need, Teller(link=visitor.link), request.POST)
    except CareError as error:
        return refuse(visitor, Refused("care", str(error), pk, request.POST))
    touch_link(visitor.link)
    return thanks(visitor, "care")
