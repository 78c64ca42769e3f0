"""One box for all that people say: `301`, `1-301`, `12号502`, `1号楼 1单元 301`, `王小明`, `wxm`, `8000`."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Concat

from residents.encryption import fingerprint
from residents.models import Door, Household, Resident, User
from residents.namesakes import told_apart
from residents.phones import PhoneError, fingerprint_of_end, normalise_phone
from residents.sounds import plain

LONGEST = 100
MOST = 50
APART = "\x1f"  # between a name and an age: names hold no control characters
NAMES = 3  # shown of a household; more are hinted at
BETWEEN = re.compile(r"[\s\-–—－/、,，#]+|号楼|单元|[号栋幢座室楼门]")
SOUND = re.compile(r"[A-Za-zÀ-ǿ](?:[A-Za-zÀ-ǿ'’ ]*[A-Za-zÀ-ǿ])?")
PIECE = re.compile(r"[0-9A-Za-z]{1,20}")


@dataclass
class Found:
    door: Door
    household: Household | None
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SearchResult:
    rows: list[Found]
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)


def clean_query(text: str) -> str:
    """What can be searched for: one line, no control characters, not longer than anybody would type."""
    text = unicodedata.normalize("NFKC", text[:1000])
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def search(*, user: User, query: str) -> SearchResult:
    """Doors the user may see whose room or people match, in one statement. Names and numbers are searched only where
    the user sees names: otherwise the box would tell who lives where after all."""
    if not query:
        return SearchResult([], 0)
    access = user.access
    named = Q(building__compound__in=access.steward) | Q(building__in=access.lead_buildings)
    people = Resident.objects.filter(household=OuterRef("home"), moved_out_on=None)
    asked = _person(query)
    # Who was searched for comes first, then who speaks for the household.
    ordered = people.order_by(Case(When(asked, then=0), default=1), "-is_contact", "pk")
    in_order = ordered.values(told=Concat("name", Value(APART), "age_band"))
    homes = (
        Door.objects.visible_to(user)
        .annotate(home=FilteredRelation("households", condition=Q(households__moved_out_on=None)))
        .filter(
            Q(joined_to=None) | Q(home__isnull=False),
            room_query(query) | (named & Q(home__in=Resident.objects.current().filter(asked).values("household"))),
        )
        .annotate(home_id=F("home__pk"), home_occupancy=F("home__occupancy"), total=Window(Count("*")))
        .annotate(**{f"name{place}": Subquery(in_order[place : place + 1]) for place in range(NAMES + 1)})
        .select_related("building")
        .order_by("building__position", "building__code", "entrance", "floor", "position", "home_id")[:MOST]
    )
    rows = [_found(door, access.keeps(door.building)) for door in homes]
    return SearchResult(rows, rows[0].door.total if rows else 0)  # type: ignore[attr-defined]


def _found(door, sees_names: bool) -> Found:
    home = Household(pk=door.home_id, door=door, occupancy=door.home_occupancy) if door.home_id else None
    told = [told for place in range(NAMES + 1) if (told := getattr(door, f"name{place}"))]
    people = [Resident(name=name, age_band=band) for name, band in (each.split(APART) for each in told)]
    names = told_apart(people, names=sees_names)
    return Found(door, home, [*names[:NAMES], *(["…"] if len(names) > NAMES else [])])


def _person(query: str) -> Q:
    """A part of the name; its sounds from their beginning; the end of a number, or all of it."""
    match = Q(name__icontains=query)
    if SOUND.fullmatch(query):
        match |= Q(name_pinyin__contains=f" {plain(query).replace(' ', '')}")
    if re.fullmatch("[0-9]{4}", query):
        match |= Q(phone_end_index=fingerprint_of_end(query))
    with suppress(PhoneError):
        match |= Q(phone_index=fingerprint(normalise_phone(query)))
    return match


def room_query(query: str) -> Q:
    """Pieces from the right: room, then entrance or building, then building. A joined door is found as its main."""
    pieces = [piece for piece in BETWEEN.split(query) if piece]
    nothing = Q(pk__in=[])
    if not 1 <= len(pieces) <= 3 or not all(PIECE.fullmatch(piece) for piece in pieces):
        return nothing
    *before, room = (piece.upper().lstrip("0") or "0" for piece in pieces)
    match = Q(key=room)
    if len(before) == 2:
        match &= Q(building__code__iexact=before[0], entrance__iexact=before[1])
    elif before:
        match &= Q(building__code__iexact=before[0]) | Q(entrance__iexact=before[0])
    return match | Q(pk__in=Door.objects.filter(match, joined_to__isnull=False).values("joined_to"))
