"""The store and distributions: stewards keep them, leads count and hand out in their own buildings, officers look."""

import uuid
from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from compound.opening import open_any_round
from residents.links import find_link, reissue_link
from rounds.complaints import complain
from rounds.marks import mark_at_desk
from rounds.models import Visit
from supplies.ledger import create_item, issue_gear, record_arrival, settle_count, stock_in
from supplies.models import BatchCount, Item, KeptShare
from supplies.photos import keep_photo
from supplies.services import add_line, create_distribution

#                            method steward officer lead volunteer no-role nobody
PLAIN = {
    "supplies:home":         ("GET",  302,    302,   302,  200,      200,    302),
}  # fmt: skip

# What lies in the store is seen by everybody with a role in the compound: beside is their own compound too.
OBJECT = {
    "supplies:store":           ("compound",  "GET",  200, 200, 200, None),
    "supplies:item_add":        ("compound",  "FORM", 200, 403, 403, None),
    "supplies:arrive":          ("compound",  "FORM", 200, 403, 403, None),
    "supplies:gear":            ("compound",  "FORM", 200, 403, 403, None),
    "supplies:add":             ("compound",  "FORM", 200, 403, 403, None),
    "reports:store":            ("stock_list", "GET",  200, 200, 200, None),
    "supplies:kept":            ("compound",  "GET",  200, 403, 403, None),
    "supplies:kept_hand_over":  ("kept_share", "POST", 302, 403, 403, 403),
    "supplies:kept_until":      ("kept_share", "POST", 302, 403, 403, 403),
    "supplies:kept_let_go":     ("kept_share", "POST", 302, 403, 403, 403),
    "supplies:photo":           ("photo",     "GET",  200, 200, 200, 404),
    "supplies:variants":        ("building",  "FORM", 200, 403, 200, 404),
    "supplies:batch":           ("batch",     "GET",  200, 200, 200, 200),
    "supplies:batch_count":     ("batch",     "POST", 422, 403, 422, 422),
    "supplies:batch_settle":    ("batch",     "POST", 422, 403, 403, 403),
    "supplies:batch_adjust":    ("batch",     "POST", 422, 403, 403, 403),
    "supplies:batch_write_off": ("batch",     "POST", 422, 403, 403, 403),
    "supplies:move_undo":       ("move",      "POST", 302, 403, 403, 403),
    "supplies:gear_return":     ("gear",      "POST", 302, 403, 403, 403),
    "supplies:distribution":    ("handout",   "GET",  200, 200, 200, 404),
    "supplies:edit":            ("handout",   "FORM", 200, 403, 403, 404),
    "supplies:line_add":        ("draft_handout", "POST", 422, 403, 403, 404),
    "supplies:line_remove":     ("supply_line",      "POST", 302, 403, 403, 404),
    "supplies:shortage":        ("draft_handout", "FORM", 200, 403, 403, 404),
    "supplies:close":           ("handout",   "POST", 302, 403, 403, 404),
    "supplies:totals":          ("handout",   "GET",  200, 200, 200, 404),
    "supplies:totals_link":     ("handout",   "POST", 200, 403, 403, 404),
    "supplies:totals_revoke":   ("handout",   "POST", 302, 403, 403, 404),
    "reports:supplies":         ("handout_list", "GET", 200, 200, 200, 404),
    "supplies:lobby":           ("lobby_of",  "GET",  200, 403, 200, 404),
    "supplies:load":            ("lobby_of",  "POST", 302, 403, 302, 404),
    "supplies:back":            ("lobby_of",  "POST", 302, 403, 302, 404),
    "supplies:lobby_write_off": ("lobby_of",  "POST", 302, 403, 302, 404),
    "supplies:found":           ("lobby_of",  "POST", 302, 403, 302, 404),
    "supplies:pick_list":       ("lobby_of",  "GET",  200, 403, 200, 404),
    "supplies:labels":          ("lobby_of",  "GET",  200, 403, 200, 404),
    "supplies:handover":        ("handout_visit", "FORM", 200, 403, 200, 404),
    "rounds:complaints":        ("handout",   "GET",  200, 200, 200, 404),
    "rounds:complaint_answer":  ("complaint", "POST", 422, 403, 422, 404),
}  # fmt: skip

# The secret decides: tests/supplies/test_views.py, test_photos.py
BY_SECRET = {"supplies:totals_public", "sync_photo"}

MISSING = {
    "supply_line": [10**9, 10**9],
    "lobby_of": [10**9, 10**9],
    "stock_list": [10**9, "stock", "xlsx"],
    "photo": [uuid.uuid4()],
    "handout_list": [10**9, "books", "csv"],
}


def _batch(place, item):
    batch = record_arrival(item=item, quantity=50, by=place.steward, arrived_on=timezone.localdate())
    BatchCount.objects.create(batch=batch, number=2, quantity=49, by=place.volunteer.user)
    settle_count(batch=batch, quantity=50, reason="r", by=place.steward)
    return batch


def _distribution(place, batch):
    now = timezone.now()
    row = create_distribution(
        compound=place.compound, starts_at=now, ends_at=now + timedelta(hours=4), buildings=[place.building]
    )
    return row, add_line(distribution=row, batch=batch, amount=1)


def _photo(visit, place):
    mark = mark_at_desk(visit=visit, by=place.steward, outcome="done")
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    return keep_photo(id=uuid.uuid4(), mark_id=mark.pk, content=picture.getvalue(), by=place.steward)


def _link(place):
    return find_link(reissue_link(household=place.household, by=place.steward).secret)


def things(place):
    item = Item.objects.filter(compound=place.compound, is_ppe=False).first()
    item = item or create_item(compound=place.compound, name="bag", unit="bag")
    suits = Item.objects.filter(compound=place.compound, is_ppe=True).first()
    suits = suits or create_item(compound=place.compound, name="suit", unit="piece", is_ppe=True)
    batch, gear = _batch(place, item), _batch(place, suits)
    issue_gear(batch=gear, volunteer=place.volunteer, quantity=1, by=place.steward)
    draft, line = _distribution(place, _batch(place, item))
    opened, _line = _distribution(place, batch)
    open_any_round(round=opened.round, by=place.steward)
    visit = Visit.objects.get(round=opened.round_id, household=place.household)
    share = KeptShare.objects.create(
        line=opened.lines.get(),
        household=place.household,
        building=place.building,
        rooms="1",
        quantity=1,
        allotted=1,
    )
    return {
        "batch": [batch.pk],
        "move": [batch.moves.first().pk],
        "gear": [stock_in(gear, holder=place.volunteer.user).pk],
        "draft_handout": [draft.round_id],
        "supply_line": [draft.round_id, line.pk],
        "handout": [opened.round_id],
        "handout_visit": [visit.pk],
        "lobby_of": [opened.round_id, place.building.pk],
        "stock_list": [place.compound.pk, "stock", "xlsx"],
        "kept_share": [share.pk],
        "complaint": [complain(visit=visit, link=_link(place), kind="short").pk],
        "photo": [_photo(visit, place).pk],
        "handout_list": [opened.round_id, "books", "csv"],
    }
