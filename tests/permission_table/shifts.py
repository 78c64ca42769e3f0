"""Who sees and keeps shifts: stewards keep them; an officer looks; a lead looks at their buildings' and the compound's
own. Hours, health and who turned positive are for stewards alone."""

from datetime import timedelta

from django.utils import timezone

from shifts.health import record_positive
from shifts.places import take_place
from shifts.services import make_shifts

#                     method steward officer lead volunteer no-role nobody
PLAIN = {
    "shifts:home":     ("GET",  302, 302, 302, 200, 200, 302),
    "my_shifts":       ("GET",  200, 200, 200, 200, 200, 200),
    "my_shift_list":   ("GET",  401, 401, 401, 401, 401, 401),
    "my_shift_take":   ("POST", 401, 401, 401, 401, 401, 401),
    "my_shift_leave":  ("POST", 401, 401, 401, 401, 401, 401),
    "my_health":       ("POST", 401, 401, 401, 401, 401, 401),
}  # fmt: skip

OBJECT = {
    "shifts:roster":             ("compound",    "GET",  200, 200, 200, None),
    "shifts:add":                ("compound",    "FORM", 200, 403, 403, None),
    "shifts:rules":              ("compound",    "FORM", 200, 403, 403, None),
    "shifts:hours":              ("compound",    "GET",  200, 403, 403, None),
    "shifts:health":             ("compound",    "GET",  200, 403, 403, None),
    "shifts:health_tell":        ("volunteer",   "POST", 302, 403, 404, None),
    "shifts:shift":              ("shift",       "GET",  200, 200, 200, 404),
    "shifts:edit":               ("shift",       "FORM", 200, 403, 403, 404),
    "shifts:cancel":             ("shift",       "POST", 422, 403, 403, 404),
    "shifts:sign_up":            ("shift",       "POST", 422, 403, 403, 404),
    "shifts:leave":              ("shift_place", "POST", 302, 403, 403, 404),
    "shifts:presence":           ("shift_place", "POST", 302, 403, 403, 404),
    "shift_gear":                ("shift",       "FORM", 200, 403, 403, 404),
    "reports:shift_hours":       ("hours_file",  "GET",  200, 403, 403, None),
    "volunteer_positive":        ("volunteer",   "FORM", 200, 403, 404, None),
    "volunteer_positive_record": ("positive",    "GET",  200, 404, 404, None),
}  # fmt: skip

BY_SECRET: set[str] = set()
MISSING = {"hours_file": [10**9, "csv"]}


def things(place):
    now = timezone.now()
    times = {"starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=3)}
    facts = {"task": "order", "title": "gate", "places": 2, "building": place.building, "meeting_point": ""}
    shift = make_shifts(compound=place.compound, by=place.steward, **facts | times)[0]
    held = take_place(shift=shift, volunteer=place.volunteer, by=place.steward)
    counts = {"part_count": 0, "claim_count": 0, "door_count": 0}
    later = now + timedelta(days=1)  # the shift is over by then: its place stays
    call = record_positive(volunteer=place.volunteer, by=place.steward, days=4, now=later, **counts)
    return {
        "shift": [shift.pk],
        "shift_place": [held.pk],
        "positive": [call.pk],
        "hours_file": [place.compound.pk, "csv"],
    }
