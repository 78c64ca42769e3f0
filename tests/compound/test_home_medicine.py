"""A household asks a doctor and follows its medicine by its own link; nobody else's shows there."""

import pytest
from django.test import Client
from django.urls import reverse

from compound.home_medicine import doctor_part, errands_part
from compound.household import Visitor
from medicine.asking import correct
from medicine.models import Errand, Question
from residents.links import find_link
from residents.models import HouseholdLink, RoleGrant
from tests.marks import statements
from tests.medicine.ward import SECRET_WORDS, Ward


@pytest.fixture
def ward(world):
    return Ward(world)


@pytest.fixture
def lin(ward):
    return Home(ward, ward.world.lin_home)


class Home:
    def __init__(self, ward, household):
        self.client = Client(enforce_csrf_checks=True)
        self.secret = ward.secret(household)

    def page(self):
        return self.client.get(reverse("home", args=[self.secret]) + "?lang=en").content.decode()

    def do(self, name, *keys, **told):
        return self.client.post(reverse(name, args=[self.secret, *keys]) + "?lang=en", told)


def test_from_a_question_to_an_alarm_a_correction_and_the_end(ward, lin):
    person = ward.world.lin
    answer = lin.do("home_ask", text=SECRET_WORDS, person=str(person.pk))
    assert (answer.status_code, answer["Location"].endswith("thanks=1#doctor")) == (302, True)
    question = Question.objects.get()
    assert (question.resident, question.entries.get().link.household) == (person, ward.world.lin_home)
    assert "A doctor has not answered yet." in lin.page()
    entry = ward.advise(question, kind="call_120", text="马上打 120")
    assert "Call an ambulance now" in lin.page()
    correct(entry=entry, kind="guidance", text="先平躺观察", by=ward.lu)
    page = lin.page()
    assert ("<del>马上打 120</del>" in page, "This was wrong." in page, "Call an ambulance now" in page) == (
        True,
        True,
        False,
    )
    lin.do("home_question", question.pk, "more", text="又流血了，血流不止")
    assert "Do not wait here: call 120." in lin.page()
    lin.do("home_question", question.pk, "close")
    assert Question.objects.get().state == "closed"
    late = lin.do("home_question", question.pk, "more", text="还有")
    assert (late.status_code, "This question is closed." in late.content.decode()) == (422, True)


def test_words_are_kept_when_they_are_refused(lin):
    long = "痛" * 1001
    answer = lin.do("home_ask", text=long)
    assert (answer.status_code, long in answer.content.decode()) == (422, True)
    assert lin.do("home_ask", text="  ").status_code == 422
    assert Question.objects.count() == 0


def test_a_bag_is_confirmed_or_something_is_missing(ward, lin):
    row = ward.picked()
    page = lin.page()
    assert ("with a volunteer" in page, "赵楼长" in page, "林小雨" in page) == (True, False, False)
    row = ward.delivered(ward.settled(row))
    lin.do("home_errand", row.pk, "missing", reason="缺医保卡")
    assert Errand.objects.get().state == "settled"
    early = lin.do("home_errand", row.pk, "confirm")
    assert (early.status_code, "This cannot be done now" in early.content.decode()) == (422, True)
    ward.delivered(row)
    lin.do("home_errand", row.pk, "confirm")
    assert (Errand.objects.get().state, Errand.objects.get().steps.last().link.household) == (
        "confirmed",
        ward.world.lin_home,
    )


def test_a_household_reaches_nothing_of_another(ward, lin):
    question, row = ward.question(ward.world.elder_home), ward.bag(ward.elder)
    tried = [
        lin.do("home_question", question.pk, "close"),
        lin.do("home_question", question.pk, "nonsense"),
        lin.do("home_errand", row.pk, "confirm"),
        lin.do("home_errand", 10**9, "confirm"),
    ]
    assert [answer.status_code for answer in tried] == [404] * 4
    assert SECRET_WORDS not in lin.page()
    lin.do("home_ask", text="x", person=str(ward.elder.pk))
    assert Question.objects.get(household=ward.world.lin_home).resident is None


def test_without_a_doctor_nobody_is_asked(ward, lin):
    RoleGrant.objects.filter(role="doctor").delete()
    assert "Ask a volunteer doctor" not in lin.page()
    assert lin.do("home_ask", text="x").status_code == 422


def test_the_parts_cost_one_statement_empty_and_no_more_with_much(ward, lin):
    def cost(part):
        visitor = Visitor(find_link(lin.secret), lin.secret)
        with statements() as seen:
            found = part(visitor)
            _people = list(found.context.get("people", ())) if found else []
        return len(seen)

    doctors = RoleGrant.objects.filter(role="doctor")
    kept = list(doctors)
    doctors.delete()
    assert (cost(doctor_part), cost(errands_part)) == (1, 1)
    RoleGrant.objects.bulk_create(kept)
    ward.advise(ward.question())
    ward.picked()
    few = (cost(doctor_part), cost(errands_part))
    for _n in range(3):
        ward.advise(ward.question())
    assert (few, (cost(doctor_part), cost(errands_part))) == ((1, 1), (1, 1))
    lin.page()
    assert HouseholdLink.objects.exclude(last_used_at=None).count() == 0


def test_a_standing_alarm_is_a_thing_to_do_and_a_corrected_one_is_not(ward, lin):
    def part():
        return doctor_part(Visitor(find_link(lin.secret), lin.secret))

    entry = ward.advise(ward.question(), kind="hospital", text="去医院")
    assert (part().is_alarm, part().todo) == (True, 1)
    correct(entry=entry, kind="guidance", text="不必去", by=ward.lu)
    assert (part().is_alarm, part().todo) == (False, 0)
