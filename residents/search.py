"""One box for a room or a name: `301`, `1-301`, `12号502`, `1号楼 1单元 301`, `王小明`."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Window

from residents.models import Door, Household, Resident, User

LONGEST = 100
MOST = 50
BETWEEN = re.compile(r"[\s\-–—－/、,，#]+|号楼|单元|[号栋幢座室楼门]")
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
    """Doors the user may see whose room or people match, in two statements. Names are searched only where the
    user sees names: otherwise the box would tell who lives where after all."""
    if not query:
        return SearchResult([], 0)
    access = user.access
    named = Q(building__compound__in=access.steward) | Q(building__in=access.lead_buildings)
    person = Resident.objects.filter(household=OuterRef("home"), moved_out_on=None, name__icontains=query)
    homes = (
        Door.objects.visible_to(user)
        .annotate(home=FilteredRelation("households", condition=Q(households__moved_out_on=None)))
        .filter(_room(query) | (named & Exists(person)))
        .annotate(home_id=F("home__pk"), home_occupancy=F("home__occupancy"), total=Window(Count("*")))
        .select_related("building")
        .order_by("building__position", "building__code", "entrance", "floor", "position", "home_id")[:MOST]
    )
    rows = [Found(door, _household(door)) for door in homes]
    _put_names(rows, user)
    return SearchResult(rows, rows[0].door.total if rows else 0)


def _household(door: Door) -> Household | None:
    return Household(pk=door.home_id, door=door, occupancy=door.home_occupancy) if door.home_id else None


def _put_names(rows: list[Found], user: User) -> None:
    names: dict[int, list[str]] = {}
    people = Resident.objects.current().filter(household__in=[row.household for row in rows if row.household])
    for person in people.only("name", "household_id"):
        names.setdefault(person.household_id, []).append(person)
    for row in rows:
        keeps = user.access.keeps(row.door.building)
        people_here = names.get(row.household.pk, []) if row.household else []
        row.names = [person.name if keeps else person.masked_name for person in people_here]


def _room(query: str) -> Q:
    """Pieces from the right: room, then entrance or building, then building."""
    pieces = [piece for piece in BETWEEN.split(query) if piece]
    nothing = Q(pk__in=[])
    if not 1 <= len(pieces) <= 3 or not all(PIECE.fullmatch(piece) for piece in pieces):
        return nothing
    *before, room = (piece.upper().lstrip("0") or "0" for piece in pieces)
    match = Q(key__iexact=room)
    if len(before) == 2:
        return match & Q(building__code__iexact=before[0], entrance__iexact=before[1])
    if before:
        return match & (Q(building__code__iexact=before[0]) | Q(entrance__iexact=before[0]))
    return match
