"""Who shares at the desk: everybody with a role sees what is offered; doors only who keeps them; typing is for stewards
and leads; a drive of the whole compound is run by stewards, one of a house by its lead too."""

from datetime import timedelta

from django.utils import timezone

from residents.links import reissue_link
from sharing.models import Corner
from sharing.offering import give, offer_something, open_corner, reserve
from sharing.pledging import add_part, begin_drive, pledge
from sharing.telling import Teller
from sharing.wishing import ask_for
from tests.world import move_in

#                    method steward officer lead volunteer no-role nobody
PLAIN = {
    "sharing:home":   ("GET",  302,    302,   302,  200,      200,    302),
    "sharing:drives": ("GET",  302,    302,   302,  200,      200,    302),
}  # fmt: skip

# What is offered in the building beside is seen by a lead; the rooms are not: tests/sharing/test_views.py.
OBJECT = {
    "sharing:corner":              ("compound",    "GET",  200, 200, 200, None),
    "sharing:rules":               ("compound",    "FORM", 200, 403, 403, None),
    "sharing:pause":               ("open_corner", "POST", 302, 403, 403, None),
    "sharing:wall":                ("compound",    "GET",  200, 200, 200, None),
    "sharing:offer_add":           ("compound",    "FORM", 200, 403, 200, None),
    "sharing:wishes":              ("compound",    "GET",  200, 200, 200, None),
    "sharing:wish_add":            ("compound",    "FORM", 200, 403, 200, None),
    "sharing:offer":               ("offer",       "GET",  200, 200, 200, 200),
    "sharing:offer_reserve":       ("offer",       "POST", 422, 403, 422, 422),
    "sharing:offer_stop":          ("offer",       "POST", 302, 403, 302, 403),
    "sharing:offer_resume":        ("offer",       "POST", 302, 403, 302, 403),
    "sharing:offer_withdraw":      ("offer",       "POST", 422, 403, 422, 403),
    "sharing:reservation_give":    ("reservation", "POST", 302, 404, 302, 404),
    "sharing:reservation_release": ("reservation", "POST", 302, 404, 302, 404),
    "sharing:reservation_undo":    ("given",       "POST", 302, 404, 302, 404),
    "sharing:wish_answer":         ("wish",        "FORM", 200, 403, 200, 200),
    "sharing:wish_stop":           ("wish",        "POST", 302, 403, 403, 403),
    "sharing:drive_list":          ("compound",    "GET",  200, 200, 200, None),
    "sharing:drive_add":           ("compound",    "FORM", 200, 403, 200, None),
    "sharing:drive":               ("drive",       "GET",  200, 200, 200, 404),
    "sharing:drive_edit":          ("drive",       "FORM", 200, 403, 200, 404),
    "sharing:drive_part_add":      ("drive",       "POST", 422, 403, 422, 404),
    "sharing:drive_part_change":   ("part",        "POST", 302, 403, 302, 404),
    "sharing:drive_part_remove":   ("part",        "POST", 302, 403, 302, 404),
    "sharing:drive_pledge":        ("drive",       "POST", 422, 403, 422, 404),
    "sharing:drive_pledge_end":    ("pledge",      "POST", 302, 404, 302, 404),
    "sharing:drive_collect":       ("drive",       "POST", 422, 403, 422, 404),
    "sharing:drive_route":         ("drive",       "GET",  200, 403, 200, 404),
    "sharing:drive_picked":        ("pledge",      "POST", 302, 404, 302, 404),
    "sharing:drive_made":          ("drive",       "POST", 422, 403, 422, 404),
    "sharing:drive_portions":      ("portions_of", "FORM", 200, 403, 200, 404),
    "sharing:drive_hand_over":     ("drive",       "POST", 422, 403, 422, 404),
    "sharing:drive_cancel":        ("drive",       "POST", 422, 403, 422, 404),
    "reports:sharing":             ("corner_list", "GET",  200, 403, 200, None),
    "reports:drive":               ("drive_file",  "GET",  200, 403, 200, 404),
}  # fmt: skip

# The household's link decides: tests/compound/test_home_sharing.py
BY_SECRET = {
    *("home_share_new", "home_share_offer", "home_share_reservation", "home_share_wish"),
    *("home_pledge", "home_pledge_end"),
}

MISSING = {
    "portions_of": [10**9, 10**9],
    "corner_list": [10**9, "handovers", "xlsx"],
    "drive_file": [10**9, "csv"],
}


def _drive(place):
    now = timezone.now()
    drive = begin_drive(
        by=place.steward,
        compound=place.compound,
        building=place.building,
        title="cake",
        goes_to="children",
        where="door",
        pledge_until=now + timedelta(hours=1),
        collect_at=now + timedelta(hours=2),
    )
    return drive, add_part(drive=drive, name="butter", quantity=200, unit="g")


def things(place):
    if not Corner.objects.filter(compound=place.compound).exists():
        open_corner(compound=place.compound)
    teller = Teller(by=place.steward)
    neighbour = move_in(place.building.doors.get(room="401"), "邻居")
    reissue_link(household=neighbour, by=place.steward)  # every door has its card: issuing finds none to give
    thing = {"category": "other", "what": "book", "quantity": 5, "unit": "piece"}
    offers = [offer_something(household=place.household, teller=teller, place="door", **thing) for _n in range(2)]
    held, given = (reserve(offer=offer, household=neighbour, quantity=1, teller=teller) for offer in offers)
    give(reservation=given, teller=teller)
    wish = ask_for(household=place.household, teller=teller, until=timezone.localdate(), **thing)
    drive, part = _drive(place)
    row = pledge(part=part, household=place.household, quantity=50, teller=teller)
    keys = {"offer": offers[0], "reservation": held, "given": given, "wish": wish, "drive": drive, "part": part}
    keys |= {"pledge": row, "open_corner": place.compound}
    return {kind: [one.pk] for kind, one in keys.items()} | {
        "portions_of": [drive.pk, place.building.pk],
        "corner_list": [place.compound.pk, "handovers", "xlsx"],
        "drive_file": [drive.pk, "csv"],
    }
