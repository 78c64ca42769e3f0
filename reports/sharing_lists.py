"""The share corner and a drive as lists: what is to be had, what is on its way, the runner's doors."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.exports import ROW_CAP
from residents.models import Compound, User
from sharing.models import Drive, Offer, Pledge, Reservation, Wish
from sharing.reading import SOONEST

Table = tuple[list[str], list[list[str]], str]


def offers_table(compound: Compound, user: User) -> Table:
    """For the wall: no door stands in it."""
    header = [_("What"), _("Kind"), pgettext("sharing", "Free"), _("Unit"), _("Good until")]
    offers = Offer.objects.filter(compound=compound).on_show().order_by(*SOONEST)
    rows = [
        [
            row.what,
            str(row.get_category_display()),
            str(row.left),
            row.unit,
            row.use_by.isoformat() if row.use_by else "",
        ]
        for row in offers[:ROW_CAP]
    ]
    return header, rows, _("To be had")


def wishes_table(compound: Compound, user: User) -> Table:
    """For the wall: who asks is in no file either."""
    header = [_("What"), _("Kind"), _("Still needed"), _("Unit"), _("Needed until")]
    rows = [
        [row.what, str(row.get_category_display()), str(row.missing), row.unit, row.until.isoformat()]
        for row in Wish.objects.filter(compound=compound).on_show().order_by("until", "pk")[:ROW_CAP]
    ]
    return header, rows, _("Asked for")


def handovers_table(compound: Compound, user: User) -> Table:
    """From door to door, as far as the user helps there. Rooms, and nothing else of anybody."""
    header = [_("Out of room"), _("Into room"), _("What"), _("How many"), _("Unit"), _("Where to pick it up")]
    held = Reservation.objects.visible_to(user).filter(offer__compound=compound).live()
    places = ("offer__household__door__building", "household__door__building")
    rows = [
        [
            str(row.offer.household.door),
            str(row.household.door),
            row.offer.what,
            str(row.quantity),
            row.offer.unit,
            row.offer.place,
            timezone.localtime(row.until).strftime("%Y-%m-%d %H:%M"),
        ]
        for row in held.select_related(*places).order_by("until", "pk")[:ROW_CAP]
    ]
    return [*header, _("Kept until")], rows, pgettext("sharing", "On the way")


def route_table(drive: Drive) -> Table:
    header = [_("Building"), _("Room"), _("Part"), _("How much"), _("Unit"), _("State")]
    pledges = Pledge.objects.standing().filter(part__drive=drive).on_the_way()
    rows = [
        [
            str(row.household.door.building),
            row.household.door.full_room,
            row.part.name,
            str(row.quantity),
            row.part.unit,
            str(row.get_state_display()),
        ]
        for row in pledges[:ROW_CAP]
    ]
    return header, rows, _("The runner's way")
