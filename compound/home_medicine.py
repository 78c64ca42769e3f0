"""On a household's own page: what it asked a doctor and what was answered, and where its medicine is.

What a doctor says struck and anew stands as it stands at the desk; an alarm is the first thing to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
from medicine.asking import ask, ask_again, close
from medicine.bags import confirm, reopen
from medicine.models import Errand, Handover, Question
from medicine.reading import HomeBag, read_home_desk, read_home_errands
from medicine.telling import MedicineError, Teller
from residents.in_rounds import Reads, in_rounds
from residents.links import touch_link

STYLE = "css/medicine.css"
NEW = "new"


@in_rounds
def doctor_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    page = yield from read_home_desk.wants(visitor.household)
    if page is None:
        return None
    for question in page.questions:
        question.more_at = visitor.address("home_question", question.pk, "more")
        question.close_at = visitor.address("home_question", question.pk, "close")
        question.refused = visitor.refusal_at("doctor", question.pk)
    context = {
        "page": page,
        "ask_at": visitor.address("home_ask"),
        "refused": visitor.refusal_at("doctor", NEW),
    }
    alarms = sum(hasattr(question, "alarm") and question.closed_at is None for question in page.questions)
    return Part("doctor", "home/_doctor.html", context, style=STYLE, todo=alarms, is_alarm=bool(alarms))


@in_rounds
def errands_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    bags = yield from read_home_errands.wants(visitor.household)
    if not bags:
        return None
    for bag in bags:
        errand = bag.errand
        errand.confirm_at = visitor.address("home_errand", errand.pk, "confirm")  # type: ignore[attr-defined]
        errand.reopen_at = visitor.address("home_errand", errand.pk, "missing")  # type: ignore[attr-defined]
        errand.refused = visitor.refusal_at("medicine", errand.pk)  # type: ignore[attr-defined]
        errand.at_home = _seen_from_home(bag)  # type: ignore[attr-defined]
    errands = [bag.errand for bag in bags]
    brought = sum(errand.state == Errand.State.DELIVERED for errand in errands)
    return Part("medicine", "home/_medicine.html", {"errands": errands}, style=STYLE, todo=brought)


def _seen_from_home(bag: HomeBag) -> list[tuple[str, list[str]]]:
    """Where each thing is, without anybody's name."""
    said = {
        Handover.Holder.HOUSEHOLD: _("with you"),
        Handover.Holder.PERSON: _("with a volunteer"),
        Handover.Holder.DESK: _("at the committee's desk"),
        Handover.Holder.HOSPITAL: _("at the hospital or pharmacy"),
    }
    return [(said[holder], [str(thing) for thing in things]) for holder, things in bag.places]


def _try(visitor: Visitor, part: str, key: int | str, posted: Any, deed: Callable[[], Any]) -> HttpResponse:
    try:
        deed()
    except MedicineError as error:
        return refuse(visitor, Refused(part, str(error), key, posted))
    touch_link(visitor.link)
    return thanks(visitor, part)


@home_act
def home_ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For one of the household, or without saying for whom."""
    home, chosen = visitor.household, request.POST.get("person", "")
    person = next((one for one in home.residents.current() if str(one.pk) == chosen), None)
    told: dict[str, Any] = {"household": home, "resident": person, "teller": Teller(link=visitor.link)}
    text = request.POST.get("text", "")
    return _try(visitor, "doctor", NEW, request.POST, lambda: ask(text=text, **told))


@home_act
def home_question(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    """`deed`: more, or close."""
    question = Question.objects.filter(household=visitor.household, pk=pk).first()
    if question is None or deed not in {"more", "close"}:
        return over(visitor)
    teller, text = Teller(link=visitor.link), request.POST.get("text", "")
    if deed == "close":
        return _try(visitor, "doctor", pk, request.POST, lambda: close(question=question, teller=teller))
    return _try(visitor, "doctor", pk, request.POST, lambda: ask_again(question=question, text=text, teller=teller))


@home_act
def home_errand(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    """`deed`: confirm, or missing."""
    errand = Errand.objects.filter(household=visitor.household, pk=pk).first()
    if errand is None or deed not in {"confirm", "missing"}:
        return over(visitor)
    teller, reason = Teller(link=visitor.link), request.POST.get("reason", "")
    if deed == "confirm":
        return _try(visitor, "medicine", pk, request.POST, lambda: confirm(errand=errand, teller=teller))
    return _try(visitor, "medicine", pk, request.POST, lambda: reopen(errand=errand, reason=reason, teller=teller))
