"""The record of who looked at what, printed it or took it away, in people's words.

An `AccessRecord` says in a short fixed text which row or list it was about, so that the record itself holds nobody's
name. Here those texts become sentences, and the household a record is about is found by its key and shown masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import AccessRecord, Compound, Household, Resident, User

Deed = AccessRecord.Deed
KINDS = {
    Deed.REVEAL.value: _("shown in full"),
    Deed.LOOK.value: pgettext_lazy("privacy", "looked at"),
    Deed.PRINT.value: _("printed"),
    Deed.EXPORT.value: _("taken as a file"),
}
# What a record is about, as its writer put it -> words. The first that fits; a key of a household, resident or round
# is taken along. A text no line fits stands on the page as it was written.
WORDS: tuple[tuple[str, Any], ...] = (
    (r"resident (?P<resident>\d+),.*", _("name or phone of a person")),
    (r"household (?P<household>\d+): link revoked", _("link of a household, withdrawn")),
    (r"household (?P<household>\d+): link", _("link of a household")),
    (r"building \d+: links", _("links of a house")),
    (r"test history of household (?P<household>\d+)", _("test results of a household")),
    (r"test history of resident (?P<resident>\d+)", _("test results of a person")),
    (r"results of expected person \d+", _("test results of a person")),
    (r"results of round (?P<round>\d+), building \d+", _("test results of a house")),
    (r"list of results \d+", _("list of a laboratory")),
    (r"holds of round (?P<round>\d+)", _("who stays in because of a tube")),
    (r"round (?P<round>\d+): doors to knock at", _("doors that owe a result")),
    (r"round (?P<round>\d+): totals", _("counts of a round")),
    (r"round (?P<round>\d+): gaps", _("gap list of a round")),
    (r"round (?P<round>\d+): tubes", _("tubes of a round")),
    (r"round (?P<round>\d+): (entitlements|handovers|waits)", _("what each household gets")),
    (r"round (?P<round>\d+): (pick[- ]list|labels|lobby).*", _("sheets of a distribution")),
    (r"round (?P<round>\d+): rubbish route.*", _("doors on a rubbish route")),
    (r"round (?P<round>\d+)(: .*)?", _("doors of a round")),
    (r"case \d+,.*", _("room and person of a case")),
    (r"homecoming \d+,.*", _("room of somebody back from hospital")),
    (r"visit \d+: photo \d+", _("picture of a handover")),
    (r"giver of gift \d+", _("name of a giver")),
    (r"receipt \d+ of expense \d+", _("receipt of the fund")),
    (r"fund \d+: .*", _("books of the fund")),
    (r"doctor question \d+", _("question to the doctor")),
    (r"compound \d+: medical dates", _("medical dates")),
    (r"compound \d+: medicine labels,.*", _("labels of medicine bags")),
    (r"compound \d+: medicine,.*", _("hospital list of medicine errands")),
    (r"compound \d+: share corner,.*", _("share corner")),
    (r"compound \d+: hours of volunteers", _("hours of volunteers")),
    (r"compound \d+: disinfection log", _("disinfection log")),
    (r"compound \d+: privacy log", _("this record")),
    (r"compound \d+: kept", _("what is kept for who is away")),
    (r"compound \d+: (stock|batches)", _("the store's books")),
    (r"drive \d+: route", _("route of a pledge drive")),
    (r"health log of volunteers", _("health log of volunteers")),
    (r"recent doors of volunteer \d+", _("recent doors of a volunteer")),
    (r"needs of volunteer \d+", _("needs of a volunteer, on paper")),
    (r"group buy \d+: .*", _("sheets of a group buy")),
    (r"evening sheet: restricted", _("evening sheet of positives and recalls")),
    (r"evening sheet: .*", _("evening sheet")),
    (r"report \d+.*", _("daily report")),
    (r"roster of compound \d+", _("the whole roster")),
    (r"rows left out of roster import \d+", _("rows left out of a roster")),
)
PATTERNS = tuple((re.compile(pattern), words) for pattern, words in WORDS)


@dataclass(frozen=True)
class About:
    """What a record's text says."""

    words: Any
    kind: str = ""  # household, resident or round
    key: int = 0


@dataclass(frozen=True)
class Look:
    """A line of the record, for a page or a file."""

    record: AccessRecord
    about: About
    home: Household | None = None
    person: str = ""  # masked

    @property
    def kind(self) -> str:
        return str(KINDS[self.record.deed])

    @property
    def words(self) -> str:
        return str(self.about.words)

    @property
    def place(self) -> str:
        return " · ".join(filter(None, [str(self.home) if self.home else "", self.person]))

    @property
    def link(self) -> str:
        if self.home:
            return self.home.get_absolute_url()
        return reverse("rounds:board", args=[self.about.key]) if self.about.kind == "round" else ""


def about(subject: str) -> About:
    for pattern, words in PATTERNS:
        if match := pattern.fullmatch(subject):
            kind, key = next(((k, v) for k, v in match.groupdict().items() if v), ("", "0"))
            return About(words, kind, int(key))
    return About(subject)


def records_of(
    compound: Compound,
    *,
    user: User | None = None,
    deed: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AccessRecord]:
    """Newest first; days are Shanghai's, both of them counted in."""
    rows = AccessRecord.objects.filter(compound=compound).select_related("user")
    if user:
        rows = rows.filter(user=user)
    if deed:
        rows = rows.filter(deed=deed)
    if since:
        rows = rows.filter(at__gte=_midnight(since))
    if until:
        rows = rows.filter(at__lt=_midnight(until + timedelta(days=1)))
    return rows.order_by("-at", "-pk")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def read_looks(records: Iterable[AccessRecord]) -> list[Look]:
    """Two statements besides the records': the people and the households they are about."""
    told = [(record, about(record.subject)) for record in records]
    people = Resident.objects.filter(pk__in={a.key for _record, a in told if a.kind == "resident"})
    by_person = {person.pk: person for person in people.select_related("household__door__building")}
    homes = Household.objects.filter(pk__in={a.key for _record, a in told if a.kind == "household"})
    by_home = {home.pk: home for home in homes.select_related("door__building")}
    looks = []
    for record, what in told:
        person = by_person.get(what.key) if what.kind == "resident" else None
        home = person.household if person else by_home.get(what.key) if what.kind == "household" else None
        looks.append(Look(record, what, home, person.masked_name if person else ""))
    return looks


def lookers(compound: Compound) -> QuerySet[User]:
    """Everybody the record names."""
    return User.objects.filter(pk__in=AccessRecord.objects.filter(compound=compound).values("user")).order_by(
        "display_name", "username"
    )


def about_household(
    home: Household,
    residents: Iterable[int],
    *,
    people: Iterable[int] = (),
    questions: Iterable[int] = (),
    visits: Iterable[int] = (),
    cases: Iterable[int] = (),
    homecomings: Iterable[int] = (),
) -> Q:
    """Records that are about this household alone. The keys are those of its own rows, told by the rooms above."""
    exact = [f"household {home.pk}: link", f"household {home.pk}: link revoked", f"test history of household {home.pk}"]
    exact += [f"test history of resident {pk}" for pk in residents]
    exact += [f"results of expected person {pk}" for pk in people]
    exact += [f"doctor question {pk}" for pk in questions]
    found = Q(subject__in=exact)
    begins = [f"resident {pk}, " for pk in residents]
    begins += [f"visit {pk}: photo " for pk in visits]
    begins += [f"case {pk}, " for pk in cases]
    begins += [f"homecoming {pk}, " for pk in homecomings]
    for text in begins:
        found |= Q(subject__startswith=text)
    return found


OF_SHEETS = (": labels", ": lobby", ": pick-list", ": pick list")
OF_ROUND = ("", ": doors", ": tubes", ": entitlements", ": handovers", *OF_SHEETS)


def lists_with_household(home: Household, rounds: Iterable[int], buys: Iterable[int] = ()) -> Q:
    """Lists on which this household's door stood, with others."""
    building = home.door.building
    exact = [f"roster of compound {building.compound_id}", f"building {building.pk}: links"]
    for pk in rounds:
        exact += [f"round {pk}{what}" for what in OF_ROUND]
        exact += [f"results of round {pk}, building {building.pk}"]
        exact += [f"round {pk}{what}, building {building.pk}" for what in OF_ROUND if what]
    found = Q(subject__in=exact)
    for pk in buys:
        found |= Q(subject__startswith=f"group buy {pk}: ")
    return found
