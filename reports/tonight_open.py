"""Tonight's sheets of what is still owed: goods nobody has signed for, and needs nobody has ended.

For those who keep the house. What a household needs is told by its kind alone: the words stay in the care room.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from buying.models import Parcel
from care.models import Need
from reports.night import Night, Sheet
from residents.listing import listed
from rounds.models import Outcome, Round, Visit
from supplies.models import Entitlement, Handover, KeptShare


def receipts_open(night: Night) -> Sheet | None:
    """A line a household and round: what lies ready for it and was not handed over. Four statements at most."""
    if not night.kept:
        return None
    rounds = [round.pk for round in night.rounds if round.kind in {Round.Kind.SUPPLIES, Round.Kind.BUYING}]
    rows = [*(_at_doors(night, rounds) if rounds else []), *_kept_for_who_is_away(night)]
    header = [_("Building"), _("Room"), _("Name (masked)"), _("What"), _("State"), _("Round")]
    return Sheet("receipts", _("Receipts open"), header, rows, _("Everything that lay ready is handed over."))


def _at_doors(night: Night, rounds: list[int]) -> list[list[str]]:
    """As the daily report counts "not delivered yet"."""
    here = Q(visit__round__in=rounds, visit__building__in=night.kept)
    here &= ~Q(visit__outcome=Outcome.REFUSED) & ~Q(handover=Handover.REFUSED)
    bags = Entitlement.objects.filter(here, allotted__gt=F("told_given") + F("told_spoiled"))
    parcels = Parcel.objects.filter(here, handover__in=["", Parcel.Handover.KEPT])
    visits: dict[int, Visit] = {}
    what: dict[int, list[str]] = defaultdict(list)
    until: dict[int, date] = {}
    for bag in bags.select_related("visit__building", "visit__round", "line__batch__item").order_by("pk"):
        left = bag.allotted - bag.told_given - bag.told_spoiled
        what[bag.visit_id].append(f"{bag.line} {left} {bag.line.batch.item.unit}")
        visits[bag.visit_id] = bag.visit
        if bag.keep_until:
            until[bag.visit_id] = bag.keep_until
    for parcel in parcels.select_related("visit__building", "visit__round", "lot__item").order_by("pk"):
        if visit := parcel.visit:
            what[visit.pk].append(f"{parcel.lot.name} {parcel.lot.item.say(parcel.quantity - parcel.told_given)}")
            visits[visit.pk] = visit
            if parcel.keep_until:
                until[visit.pk] = parcel.keep_until
    order = Visit.objects.filter(pk__in=visits).top_down().values_list("pk", flat=True)
    return [_owed(visits[pk], what[pk], until.get(pk)) for pk in order]


def _owed(visit: Visit, what: list[str], until: date | None) -> list[str]:
    state = _kept_until(until) if until else str(visit.get_outcome_display() or _("not reached yet"))
    return [str(visit.building), visit.rooms, visit.label, listed(what), state, str(visit.round)]


def _kept_for_who_is_away(night: Night) -> list[list[str]]:
    shares = KeptShare.objects.open().filter(building__in=night.kept)
    shares = shares.select_related("building", "line__batch__item", "line__distribution__round").order_by(
        "building__position", "building__code", "rooms", "pk"
    )
    return [
        [
            str(share.building),
            share.rooms,
            "",
            f"{share.line} {share.allotted} {share.line.batch.item.unit}",
            _kept_until(share.keep_until),
            str(share.line.distribution.round),
        ]
        for share in shares
    ]


def _kept_until(day: date | None) -> str:
    return _("kept until %(day)s") % {"day": f"{day.month}-{day.day}"} if day else _("kept for who is away")


def needs_open(night: Night) -> Sheet | None:
    """The urgent first, then the oldest; a lead reads none that are for stewards alone. One statement."""
    if not night.kept:
        return None
    needs = Need.objects.visible_to(night.user).open().exclude(state=Need.State.DONE)
    needs = needs.filter(household__door__building__in=night.kept).select_related("household__door__building", "holder")
    rows = [
        [
            str(need.household.door.building),
            need.household.door.full_room,
            (_("urgent: %(kind)s") if need.is_urgent else "%(kind)s") % {"kind": need.get_kind_display()},
            f"{need.due_on.month}-{need.due_on.day}" if need.due_on else "",
            str(need.get_state_display()),
            str(need.holder or ""),
            f"{timezone.localtime(need.made_at):%m-%d %H:%M}",
        ]
        for need in needs.order_by("-is_urgent", "made_at", "pk")
    ]
    header = [
        *(_("Building"), _("Room"), _("Need"), _("Needed by"), _("State"), _("Taken by"), _("Asked at")),
    ]
    return Sheet("needs", _("Needs open"), header, rows, _("No need is open."))
