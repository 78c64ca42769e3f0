"""Rubbish and disinfection: stewards plan and keep; leads log the shared parts of their own buildings."""

from datetime import timedelta

from django.utils import timezone

from sanitation.collecting import plan_collection
from sanitation.disinfecting import Plan, begin_disinfection
from sanitation.yellow import store_bags

PLAIN = {"sanitation:home": ("GET", 302, 302, 302, 200, 200, 302)}

OBJECT = {
    "sanitation:compound":         ("compound", "GET",  200, 200, 200, None),
    "sanitation:plan":             ("compound", "FORM", 200, 403, 403, None),
    "sanitation:route":            ("waste",    "GET",  200, 200, 200, 404),
    "sanitation:next_pass":        ("waste",    "FORM", 200, 403, 403, 404),
    "sanitation:yellow":           ("compound", "GET",  200, 200, 403, None),
    "sanitation:yellow_store":     ("compound", "POST", 422, 403, 403, None),
    "sanitation:yellow_fetch":     ("compound", "POST", 422, 403, 403, None),
    "sanitation:yellow_back":      ("bags",     "POST", 302, 403, 404, None),
    "sanitation:disinfections":    ("compound", "GET",  200, 200, 200, None),
    "disinfection_log":            ("compound", "GET",  200, 200, 200, None),
    "sanitation:disinfection_add": ("compound", "FORM", 200, 403, 200, None),
    "sanitation:write_down":       ("compound", "FORM", 200, 403, 200, None),
    "sanitation:disinfection":     ("spraying", "GET",  200, 200, 200, 404),
    "sanitation:spray":            ("spraying", "POST", 302, 403, 302, 404),
    "sanitation:finish":           ("spraying", "POST", 422, 403, 422, 404),
    "sanitation:call_off":         ("spraying", "POST", 422, 403, 422, 404),
    "sanitation:correct":          ("spraying", "FORM", 200, 403, 200, 404),
    "reports:disinfections":       ("log_file", "GET",  200, 200, 200, None),
}  # fmt: skip

BY_SECRET: set[str] = set()
MISSING = {"log_file": [10**9, "csv"]}


def things(place):
    now = timezone.now()
    window = {"starts_at": now, "ends_at": now + timedelta(hours=2), "bags_out_at": now}
    waste = plan_collection(compound=place.compound, buildings=[place.building], by=place.steward, **window)[0]
    bags = store_bags(compound=place.compound, count=2, source="sampling", by=place.steward)
    plan = Plan(part="lift", reason="routine", agent="chlorine", ppm=500, team="property", building=place.building)
    row = begin_disinfection(compound=place.compound, plan=plan, by=place.steward)
    keys = {"waste": waste.round_id, "bags": bags.pk, "spraying": row.pk}
    return {kind: [key] for kind, key in keys.items()} | {"log_file": [place.compound.pk, "csv"]}
