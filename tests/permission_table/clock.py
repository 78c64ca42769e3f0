"""Clocks and cases. Leads see zone and day of their own building; cases and decisions are the stewards' alone."""

import uuid
from datetime import timedelta

from django.utils import timezone

from clock.cases import record_case
from clock.homecoming import receive_home
from clock.models import RuleVersion
from clock.services import load_shipped_rules, override_zone, start_clock

PLAIN = {
    "clock:list":               ("GET",   302,    302,   302,   200,     200,    302),
    "clock:rules":              ("GET",   200,    200,   200,   200,     200,    302),
}  # fmt: skip

OBJECT = {
    "clock:compound":           ("compound",    "GET",  200,    200,   200,  None),
    "clock:start":              ("compound",    "FORM", 200,    403,   403,  None),
    "clock:cases":              ("compound",    "GET",  200,    403,   403,  None),
    "clock:homecomings":        ("compound",    "GET",  200,    403,   403,  None),
    "clock:homecoming_add":     ("compound",    "FORM", 200,    403,   403,  None),
    "clock:homecoming":         ("homecoming",  "FORM", 200,    404,   404,  None),
    "clock:homecoming_tick":    ("homecoming",  "POST", 302,    404,   404,  None),
    "clock:building":           ("building",    "GET",  200,    200,   200,  404),
    "clock:notice":             ("building",    "GET",  200,    403,   403,  404),
    "clock:case_add":           ("building",    "FORM", 200,    403,   403,  404),
    "clock:case":               ("case",        "FORM", 200,    404,   404,  None),
    "clock:case_correct":       ("case",        "FORM", 200,    404,   404,  None),
    "clock:case_start":         ("case",        "FORM", 200,    404,   404,  None),
    "clock:decide":             ("decision",    "FORM", 200,    403,   403,  404),
    "clock:override":           ("clock",       "FORM", 200,    403,   403,  404),
    "clock:rule":               ("clock",       "FORM", 200,    403,   403,  404),
    "clock:basis":              ("clock",       "FORM", 200,    403,   403,  404),
    "clock:tick":               ("check",       "FORM", 200,    403,   403,  404),
    "clock:release":            ("clock",       "FORM", 200,    403,   403,  404),
    "clock:stop":               ("clock",       "FORM", 200,    403,   403,  404),
    "clock:void":               ("clock_event", "FORM", 200,    403,   404,  None),
}  # fmt: skip

BY_SECRET: set = set()
MISSING = {
    "decision": [10**9, uuid.UUID(int=7)],
    "check": [10**9, "clean_days"],
    "clock_event": [uuid.UUID(int=7)],
}


def things(place):
    load_shipped_rules()
    version = RuleVersion.objects.get(profile__code="7+7", number=1)
    today = timezone.localdate()
    clock = start_clock(building=place.building, version=version, by=place.steward, on=today)
    case = record_case(
        building=place.building,
        kind="positive",
        source="street",
        household=place.household,
        reported_at=timezone.now() - timedelta(hours=2),
        by=place.steward,
    )
    event = override_zone(clock=clock, zone="sealed", on=today, until=today, by=place.steward, reason="r")
    home = receive_home(
        household=place.household, resident=None, discharged_on=today, returned_on=today, by=place.steward
    )
    return {
        "clock": [clock.pk],
        "case": [case.pk],
        "decision": [clock.pk, case.subject],
        "check": [clock.pk, "clean_days"],
        "clock_event": [event.pk],
        "homecoming": [home.pk],
    }
