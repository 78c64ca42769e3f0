"""People and tubes of a PCR round, and the questions about them.

A lead sees a house, a tube holds people of many: tubes are not theirs.
"""

from django.utils import timezone

from rounds.models import Mark
from testing_rounds.models import Exemption, ExpectedPerson, Swab, SwabQuestion, Tube

PLAIN: dict = {}

OBJECT = {
    "testing_rounds:tubes":            ("round",       "GET",  200, 200, 404, 404),
    "testing_rounds:tube_open":        ("round",       "POST", 302, 403, 404, 404),
    "testing_rounds:tubes_step":       ("rack_step",   "POST", 302, 403, 404, 404),
    "testing_rounds:tube_questions":   ("round",       "GET",  200, 200, 404, 404),
    "testing_rounds:tube":             ("tube",        "GET",  200, 200, 404, 404),
    "testing_rounds:tube_label":       ("tube",        "POST", 302, 403, 404, 404),
    "testing_rounds:tube_step":        ("tube_step",   "POST", 302, 403, 404, 404),
    "testing_rounds:tube_place":       ("tube_door",   "POST", 422, 403, 404, 404),
    "testing_rounds:question_place":   ("question",    "POST", 302, 403, 404, 404),
    "testing_rounds:question_dismiss": ("question",    "POST", 302, 403, 404, 404),
    "testing_rounds:person_place":     ("expected",    "POST", 302, 403, 404, 404),
    "testing_rounds:in_no_tube":       ("round_house", "GET",  200, 200, 404, 404),
    "round_people":                    ("round",       "GET",  200, 200, 200, 404),
    "testing_rounds:people":           ("round",       "GET",  200, 200, 200, 404),
    "testing_rounds:proof_decide":     ("proof",       "POST", 302, 403, 302, 404),
    "testing_rounds:person_name":      ("expected",    "POST", 302, 403, 302, 404),
    "testing_rounds:exemptions":       ("resident",    "FORM", 200, 403, 200, 404),
    "testing_rounds:exemption_end":    ("exemption",   "POST", 302, 403, 302, 404),
}  # fmt: skip

BY_SECRET: set = set()
MISSING = {
    "rack_step": [10**9, "sealed"],
    "tube_step": [10**9, "sealed"],
    "tube_door": [10**9, 10**9],
    "proof": [10**9, "accepted"],
    "round_house": [10**9, 10**9],
}


def things(place):
    mark = Mark.objects.filter(visit=place.visit).first()
    person = ExpectedPerson.objects.filter(visit=place.visit).first()
    tube = Tube.objects.create(
        compound=place.compound,
        test_round=place.round.test_round,
        code=f"T{place.building.pk}",
        size=10,
        filled_count=1,
        opened_by=place.steward,
    )
    Swab.objects.create(person=person, tube=tube, mark=mark, place=1, at=timezone.now())
    resident = place.household.residents.first()
    question = SwabQuestion.objects.create(person=person, mark=mark, code="X", reason="full")
    return {
        "rack_step": [place.round.pk, "sealed"],
        "round_house": [place.round.pk, place.building.pk],
        "tube": [tube.pk],
        "tube_step": [tube.pk, "sealed"],
        "tube_door": [tube.pk, place.visit.pk],
        "question": [question.pk],
        "expected": [person.pk],
        "proof": [person.pk, "accepted"],
        "exemption": [Exemption.objects.create(resident=resident, reason="other", by=place.steward).pk],
    }
