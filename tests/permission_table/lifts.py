"""Who runs a call-down: stewards of the compound and the building's lead; an officer looks, volunteers do not."""

from django.utils import timezone

from lifts.models import CallDown, Lift, Turn
from lifts.services import keep_plan

PLAIN: dict = {}

#                            object        method steward officer lead  beside
OBJECT = {
    "lifts:round":          ("round",      "GET",  200,    200,   200,  404),
    "lifts:plan":           ("round",      "FORM", 200,    403,   403,  404),
    "lifts:call_down":      ("call_down",  "GET",  200,    200,   200,  404),
    "lifts:settings":       ("call_down",  "FORM", 200,    403,   200,  404),
    "lifts:resume":         ("call_down",  "POST", 302,    403,   302,  404),
    "lifts:end":            ("call_down",  "POST", 302,    403,   302,  404),
    "lifts:go_ahead":       ("call_down",  "POST", 302,    403,   403,  404),
    "lifts:log":            ("call_down",  "GET",  200,    200,   200,  404),
    "lifts:log_csv":        ("call_down",  "GET",  200,    200,   200,  404),
    "lifts:caller":         ("call_down",  "GET",  200,    403,   200,  404),
    "lifts:caller_live":    ("call_down",  "GET",  200,    403,   200,  404),
    "lifts:home_visits":    ("call_down",  "POST", 302,    403,   302,  404),
    "lifts:press":          ("lift",       "POST", 302,    403,   302,  404),
    "lifts:no_show":        ("lift",       "POST", 302,    403,   302,  404),
    "lifts:undo":           ("lift",       "POST", 302,    403,   302,  404),
    "lifts:lift_out":       ("lift",       "POST", 302,    403,   302,  404),
    "lifts:lift_back":      ("lift",       "POST", 302,    403,   302,  404),
    "lifts:lift_reserve":   ("lift",       "POST", 302,    403,   302,  404),
    "lifts:together":       ("lift",       "FORM", 200,    403,   200,  404),
    "lifts:turn_move":      ("turn",       "POST", 302,    403,   302,  404),
    "lifts:lobby":          ("call_down",  "GET",  200,    200,   200,  404),
    "lifts:lobby_live":     ("call_down",  "GET",  200,    200,   200,  404),
    "lifts:lobby_link":     ("call_down",  "POST", 200,    403,   200,  404),
    "lifts:lobby_revoke":   ("call_down",  "POST", 302,    403,   302,  404),
}  # fmt: skip

# Reached by the secret in the lobby's link: tests/lifts/test_lobby.py.
BY_SECRET = {"lifts:lobby_public", "lifts:lobby_public_live"}
MISSING = {"lift": [10**9, 10**9]}


def things(place):
    keep_plan(
        round=place.round,
        buildings=[place.building],
        by=place.steward,
        starts_at=timezone.now(),
        skip=1,
        gap_seconds=0,
        lift_count=1,
    )
    call_down = CallDown.objects.get(plan__round=place.round)
    turn = Turn.objects.get(call_down=call_down, visit=place.visit)
    return {
        "call_down": [call_down.pk],
        "lift": [call_down.pk, Lift.objects.of(call_down).get().pk],
        "turn": [turn.pk],
    }
