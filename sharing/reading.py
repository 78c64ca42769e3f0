"""What the pages show: read models with a fixed number of statements, and the rooms only where they may be seen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from residents.in_rounds import Reads, in_rounds
from residents.listing import listed
from residents.models import Building, Compound, Household, User
from sharing.models import Corner, Drive, Offer, Part, Pledge, Reservation, Wish

SHOWN = 60
SOONEST = (F("use_by").asc(nulls_last=True), "-made_at", "pk")  # what has to be eaten first, first
STILL_TOLD = timedelta(days=2)  # how long a household reads that something came to nothing
HOMES = ("household__door__building", "offer__household__door__building")


@dataclass
class CornerPage:
    offers: list[Offer]
    handovers: list[Reservation]
    wish_count: int
    numbers: dict[str, int]


def read_corner(compound: Compound, user: User, now: datetime | None = None) -> CornerPage:
    """Four statements."""
    now = now or timezone.now()
    rows = Offer.objects.filter(compound=compound).on_show(now).select_related("household__door__building")
    offers = list(rows.order_by(*SOONEST)[:SHOWN])
    for offer in offers:
        offer.is_mine = user.access.keeps(offer.household.door.building)  # type: ignore[attr-defined]
    handovers = Reservation.objects.visible_to(user).filter(offer__compound=compound).live(now)
    numbers = Reservation.objects.filter(offer__compound=compound).aggregate(
        held=Count("pk", filter=Q(state="held", until__gt=now)),
        given=Count("pk", filter=Q(state="given")),
        pieces=Sum("quantity", filter=Q(state="given"), default=0),
    )
    return CornerPage(
        offers=offers,
        handovers=list(handovers.select_related(*HOMES).order_by("until", "pk")[:SHOWN]),
        wish_count=Wish.objects.filter(compound=compound).on_show(now).count(),
        numbers=numbers,
    )


def read_wishes(compound: Compound, user: User, now: datetime | None = None) -> list[Wish]:
    """Who asked is told to nobody here, not even by the order of the list: newest last need first."""
    wishes = list(Wish.objects.filter(compound=compound).on_show(now).order_by("until", "pk")[:SHOWN])
    access = user.access
    for wish in wishes:
        wish.can_stop = wish.compound_id in access.steward or (  # type: ignore[attr-defined]
            wish.typed_by_id == user.pk and wish.compound_id in access.lead_compounds
        )
    return wishes


def read_answered(compound: Compound, user: User, now: datetime | None = None) -> list[Reservation]:
    """Wishes a neighbour has answered and that are on their way."""
    rows = Reservation.objects.visible_to(user).filter(offer__compound=compound, offer__wish__isnull=False).live(now)
    return list(rows.select_related(*HOMES).order_by("until", "pk")[:SHOWN])


# --- A household's own page -------------------------------------------------------------------------


@dataclass
class HomeCorner:
    corner: Corner
    mine: list[Offer] = field(default_factory=list)
    reserved: list[Reservation] = field(default_factory=list)
    ended: list[Reservation] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    asked: list[Wish] = field(default_factory=list)


@in_rounds
def read_home_corner(household: Household, now: datetime | None = None) -> Reads[HomeCorner | None]:
    """One statement. Rooms only of doors this household is matched with."""
    now = now or timezone.now()
    compound = household.door.building.compound_id
    wishes = Wish.objects.filter(household=household, stopped_at=None, until__gte=timezone.localdate(now))
    others = Offer.objects.filter(compound=compound).exclude(household=household).on_show(now).filter(left__gt=0)
    asked = Wish.objects.filter(compound=compound).exclude(household=household).on_show(now)
    corners, own, live, took, wanted, offers, asked_for = yield (
        Corner.objects.filter(compound=compound),
        *_own(household, now),
        wishes,
        others.order_by(*SOONEST)[:SHOWN],
        asked.order_by("until", "pk")[:SHOWN],
    )
    if not corners:
        return None
    page = HomeCorner(corners[0], wishes=wanted)
    _show_own(page, own, live, took, now)
    if page.corner.paused_at is None:
        taken = {held.offer_id for held in page.reserved}
        page.offers = [row for row in offers if row.pk not in taken]
        page.asked = asked_for
    return page


def _own(household: Household, now: datetime) -> tuple[QuerySet, ...]:
    """What it offers, what of that is reserved, and what it has reserved itself."""
    mine = Offer.objects.filter(household=household, ended_at=None).fit(timezone.localdate(now)).with_left(now)
    live = Reservation.objects.live(now).filter(offer__household=household, offer__ended_at=None)
    fit = Q(offer__use_by=None) | Q(offer__use_by__gte=timezone.localdate(now))
    recent = Q(state__in=["withdrawn", "lapsed"], ended_at__gt=now - STILL_TOLD)
    took = Reservation.objects.filter(fit, Q(state="held") | recent, household=household)
    return (
        mine.order_by("-made_at", "-pk")[:SHOWN],
        live.select_related("household__door__building").order_by("until", "pk"),
        took.select_related(HOMES[1]).order_by("until", "pk"),
    )


def _show_own(
    page: HomeCorner, own: list[Offer], live: list[Reservation], took: list[Reservation], now: datetime
) -> None:
    of_offer: dict[int, list[Reservation]] = defaultdict(list)
    for held in live:
        of_offer[held.offer_id].append(held)
    for offer in own:
        offer.live_ones = of_offer[offer.pk]  # type: ignore[attr-defined]
        # What answered a wish and was fetched is done; an offer stays, so that its giver sees what is left.
        if of_offer[offer.pk] or (offer.left and offer.wish_id is None):
            page.mine.append(offer)
    for held in took:
        if held.is_live(now):
            page.reserved.append(held)
        elif held.until > now - STILL_TOLD:
            page.ended.append(held)


# --- Drives ---------------------------------------------------------------------------------------


def read_drives(compound: Compound, user: User) -> tuple[list[Drive], list[Drive]]:
    """Those going on and those that are over. Two statements."""
    rows = Drive.objects.visible_to(user).filter(compound=compound).select_related("building").with_missing()
    drives = list(rows.prefetch_related("parts").order_by("-made_at", "-pk")[:SHOWN])
    return [one for one in drives if not one.is_over], [one for one in drives if one.is_over]


@dataclass
class DrivePage:
    parts: list[Part]
    pledge_count: int
    collected_count: int
    missed_count: int
    has_missing: bool

    @property
    def is_full(self) -> bool:
        return bool(self.parts) and not self.has_missing

    @property
    def waiting_count(self) -> int:
        return self.pledge_count - self.collected_count - self.missed_count


def read_drive(drive: Drive, user: User) -> DrivePage:
    """Each part with its promises; whose, only for who may see. Two statements."""
    parts = list(drive.parts.all())
    pledges: dict[int, list[Pledge]] = defaultdict(list)
    runs = user.access
    runs_it = drive.compound_id in runs.steward or drive.building_id in runs.lead_buildings
    rows = list(Pledge.objects.standing().filter(part__drive=drive).on_the_way())
    for row in rows:
        row.is_seen = runs_it or row.household.door.building_id in runs.lead_buildings  # type: ignore[attr-defined]
        row.is_kept = runs.keeps(row.household.door.building)  # type: ignore[attr-defined]
        pledges[row.part_id].append(row)
    for part in parts:
        part.standing = pledges[part.pk]  # type: ignore[attr-defined]
        part.share = round(100 * part.pledged / part.quantity)  # type: ignore[attr-defined]
    states = [row.state for row in rows]
    return DrivePage(
        parts=parts,
        pledge_count=len(rows),
        collected_count=states.count(Pledge.State.COLLECTED),
        missed_count=states.count(Pledge.State.MISSED),
        has_missing=any(part.missing for part in parts),
    )


@dataclass
class Stop:
    """One door of the runner's way, with all it gives."""

    household: Household
    pledges: list[Pledge] = field(default_factory=list)


@dataclass
class House:
    building: Building
    stops: list[Stop] = field(default_factory=list)


def read_route(drive: Drive) -> list[House]:
    """House by house, from the top floor down; each door once. One statement."""
    houses: list[House] = []
    for pledge in Pledge.objects.standing().filter(part__drive=drive).on_the_way():
        building = pledge.household.door.building
        if not houses or houses[-1].building != building:
            houses.append(House(building))
        stops = houses[-1].stops
        if not stops or stops[-1].household != pledge.household:
            stops.append(Stop(pledge.household))
        stops[-1].pledges.append(pledge)
    return houses


@in_rounds
def read_home_drives(household: Household, now: datetime | None = None) -> Reads[list[Drive]]:
    """Those it may give to, and those it has given to until two days after their end. One statement."""
    now = now or timezone.now()
    mine = Pledge.objects.standing().filter(household=household)
    recent = Q(ended_at=None) | Q(ended_at__gt=now - STILL_TOLD)
    given = Drive.objects.filter(recent, Q(parts__pledges__in=mine) | Q(portions__household=household))
    rows = Drive.objects.filter(Q(pk__in=Drive.objects.open_to(household)) | Q(pk__in=given))
    drives, parts, pledges = yield (
        rows.select_related("runner").order_by("pledge_until", "pk")[:SHOWN],
        Part.objects.filter(drive__in=rows).order_by("drive", "pk"),
        mine.filter(part__drive__in=rows),
    )
    for part in parts:
        part.mine = [one for one in pledges if one.part_id == part.pk]
    for drive in drives:
        own = [part for part in parts if part.drive_id == drive.pk]
        drive.all_parts = own
        drive.can_pledge = drive.state == Drive.State.OPEN and drive.pledge_until > now
        drive.full_parts = listed([part.name for part in own if not part.missing])
        drive.my_parts = [part for part in own if part.mine]
    return drives
