"""Results, lists of them, recall, history. Values are the steward's; a lead tells and sees flags, an officer counts."""

from django.utils import timezone

from rounds.models import Mark
from testing_rounds.models import ExpectedPerson, Hold, LabList, Swab, Tube, UnplacedResult

#                              method  steward officer lead volunteer no-role  nobody
PLAIN = {
    "testing_rounds:unplaced": ("GET",  200,    403,   403,   403,     403,    302),
    "testing_rounds:holds":    ("GET",  200,    200,   200,   403,     403,    302),
}  # fmt: skip

OBJECT = {
    "testing_rounds:results":           ("round",        "GET",  200, 200, 200, 404),
    "testing_rounds:results_building":  ("round_place",  "GET",  200, 403, 200, 404),
    "testing_rounds:all_negative":      ("round",        "FORM", 200, 403, 200, 404),
    "testing_rounds:result_person":     ("told_of",      "FORM", 200, 403, 200, 404),
    "testing_rounds:tube_result":       ("told_tube",    "FORM", 200, 403, 404, 404),
    "testing_rounds:lab_add":           ("round",        "FORM", 200, 403, 403, 404),
    "testing_rounds:lab":               ("lab_list",     "GET",  200, 404, 404, 404),
    "testing_rounds:lab_apply":         ("lab_list",     "POST", 302, 404, 404, 404),
    "reports:lab_lines":                ("lab_file",     "GET",  200, 404, 404, 404),
    "testing_rounds:lab_discard":       ("lab_list",     "POST", 302, 404, 404, 404),
    "testing_rounds:unplaced_decide":   ("unplaced",     "FORM", 200, 404, 404, 404),
    "testing_rounds:recall":            ("round",        "GET",  200, 200, 200, 404),
    "testing_rounds:hold_release":      ("hold",         "FORM", 200, 403, 403, 404),
    "testing_rounds:history_building":  ("building",     "GET",  200, 200, 200, 404),
    "testing_rounds:history_household": ("household",    "GET",  200, 403, 200, 404),
    "testing_rounds:history_person":    ("resident",     "GET",  200, 403, 200, 404),
    "testing_rounds:coverage":          ("compound",     "GET",  200, 200, 200, None),
}  # fmt: skip

BY_SECRET: set = set()
MISSING = {"round_place": [10**9, 10**9], "lab_file": [10**9, "csv"]}


def things(place):
    test_round = place.round.test_round
    mark = Mark.objects.filter(visit=place.visit).first()
    person = ExpectedPerson.objects.filter(visit=place.visit).last()
    tube = Tube.objects.create(
        compound=place.compound,
        test_round=test_round,
        code=f"R{place.building.pk}",
        size=10,
        filled_count=1,
        opened_by=place.steward,
    )
    Swab.objects.create(person=person, tube=tube, mark=mark, place=1, at=timezone.now())
    lab_list = LabList.objects.create(test_round=test_round, uploaded_by=place.steward)
    unplaced = UnplacedResult.objects.create(
        compound=place.compound,
        test_round=test_round,
        told='{"cells": ["x"], "tube": "", "building": "", "entrance": "", "room": "", "name": "x", "value": "",'
        ' "time": "", "round": ""}',
        value="negative",
        source="lab_list",
        entered_by=place.steward,
    )
    return {
        "round_place": [place.round.pk, place.building.pk],
        "told_of": [person.pk],
        "told_tube": [tube.pk],
        "lab_list": [lab_list.pk],
        "lab_file": [lab_list.pk, "csv"],
        "unplaced": [unplaced.pk],
        "hold": [Hold.objects.create(person=person, tube=tube).pk],
    }
