"""On a household's own link: what the portal holds about it, who looked, and on which lists its door stood.

Everybody may read what is kept of them. Two things are told by a person and never here, where a card can be
photographed: what a PCR found (compound/home_tests.py) and whether a case was reported. That there is a result, from
when and until when it is kept, is told. Who looked is named by their office, why in their own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from buying.models import OrderLine
from care.models import Need
from clock.models import Case, Homecoming
from compound.household import Visitor, home_look
from medicine.models import Question
from residents.keeping import held_of
from residents.looks import about, about_household, lists_with_household
from residents.models import AccessRecord, Household, Resident, RoleGrant
from residents.needs import NEED_WORDS
from residents.together import read_together
from rounds.models import Round, Visit
from testing_rounds.models import ExpectedPerson, PersonResult, ResultSource

MOST = 60  # the newest of each; all of them are counted
# By words that say nothing of why somebody looked into it.
CLOSE = ("case ", "homecoming ")
OFFICES = {
    RoleGrant.Role.STEWARD: _("a steward"),
    RoleGrant.Role.OFFICER: _("the street officer"),
    RoleGrant.Role.LEAD: _("the building lead"),
    RoleGrant.Role.DOCTOR: _("a volunteer doctor"),
    RoleGrant.Role.VOLUNTEER: _("a volunteer"),
}
DEEDS = {
    AccessRecord.Deed.REVEAL: _("saw in full:"),
    AccessRecord.Deed.LOOK: _("looked at:"),
    AccessRecord.Deed.PRINT: _("printed:"),
    AccessRecord.Deed.EXPORT: _("took as a file:"),
}


@dataclass(frozen=True)
class Told:
    """A look at this household, in the words of this page."""

    record: AccessRecord
    who: Any

    @property
    def sentence(self) -> str:
        is_close = self.record.subject.startswith(CLOSE)
        what = _("an entry about your household") if is_close else about(self.record.subject).words
        words = {"who": self.who, "deed": DEEDS[AccessRecord.Deed(self.record.deed)], "what": what}
        return str(_("%(who)s %(deed)s %(what)s")) % words

    @property
    def why(self) -> str:
        return "" if self.record.subject.startswith(CLOSE) else self.record.reason


@home_look
def home_data(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    home = visitor.household
    people, visits, own, needs = _read_home(home)
    looks, lists = _read_looks(home, people, visits)
    address = reverse("home_data", args=[visitor.secret])
    door = home.door
    context = {
        "home": home,
        "door": door,
        "building": door.building,
        "compound": door.building.compound,
        "people": [(person, [NEED_WORDS[need] for need in person.needs]) for person in people],
        "visits": visits[:MOST],
        "own": own,
        "needs": needs,
        "held": held_of(home),
        "looks": looks,
        "lists": lists,
        "back": visitor.address("home"),
        "languages": {"zh": address, "en": f"{address}?lang=en"},
    }
    return HttpResponse(render_to_string("home/data.html", context))


def _read_home(home: Household) -> tuple[list[Resident], list[Visit], list[PersonResult], list[Need]]:
    """Who is known here, each round's visit, what was told from here of tests, and help asked for. One statement."""
    people = Resident.objects.filter(household=home).current().select_related("stays_at__building")
    visits = (
        Visit.objects.filter(household=home).exclude(round__state=Round.State.DRAFT).select_related("round")
    ).order_by("-round__starts_at", "-pk")
    own = PersonResult.objects.filter(person__visit__household=home, source=ResultSource.RESIDENT)
    own = own.select_related("person__visit__round", "person__resident").order_by("-told_at", "-pk")[:MOST]
    needs = Need.objects.filter(household=home).order_by("-made_at", "-pk")[:MOST]
    return tuple(read_together(people, visits, own, needs))  # type: ignore[return-value]


def _read_looks(home: Household, people: list[Resident], visits: list[Visit]) -> tuple[list[Told], list[Told]]:
    """What was looked at of this household alone, and the lists with its door. Three statements."""
    persons, questions, cases, homecomings, buys = read_together(
        ExpectedPerson.objects.filter(visit__household=home).only("pk"),
        Question.objects.filter(household=home).only("pk"),
        Case.objects.filter(household=home).only("pk"),
        Homecoming.objects.filter(household=home).only("pk"),
        OrderLine.objects.filter(household=home).select_related("item").only("pk", "item__order_id"),
    )
    keys = [visit.pk for visit in visits]
    alone = about_household(
        home,
        [person.pk for person in people],
        people=[row.pk for row in persons],
        questions=[row.pk for row in questions],
        visits=keys,
        cases=[row.pk for row in cases],
        homecomings=[row.pk for row in homecomings],
    )
    rounds = {visit.round_id for visit in visits}
    others = lists_with_household(home, rounds, {line.item.order_id for line in buys})
    compound = home.door.building.compound
    records = AccessRecord.objects.filter(compound=compound).order_by("-at", "-pk")
    mine, shared = read_together(records.filter(alone)[:MOST], records.filter(others & ~alone)[:MOST])
    offices = _offices({record.user_id for record in [*mine, *shared]}, compound.pk)
    somebody = _("somebody of the committee")
    told = {one.pk: Told(one, offices.get(one.user_id, somebody)) for one in (*mine, *shared)}
    return [told[one.pk] for one in mine], [told[one.pk] for one in shared]


def _offices(users: set[int], compound: int) -> dict[int, Any]:
    """What each of them is here, or was."""
    grants = RoleGrant.objects.filter(compound=compound, user__in=users).values_list("user", "role")
    found: dict[int, list[str]] = {}
    for user, role in grants:
        found.setdefault(user, []).append(role)
    order = list(OFFICES)
    return {user: OFFICES[min(map(RoleGrant.Role, roles), key=order.index)] for user, roles in found.items()}
