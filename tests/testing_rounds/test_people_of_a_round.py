"""Exempt, tested elsewhere, met at the door, visited at home: who is waited for, and by whom it was said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from compound.following import follow_marks
from residents.models import Resident
from rounds.marks import mark_at_desk
from rounds.models import Mark, Round, Visit
from testing_rounds.models import Exemption, ExpectedPerson, ProofDecision
from testing_rounds.people import (
    PeopleError,
    day_of,
    decide_proof,
    end_exemption,
    exempt,
    name_person,
    proofs_of,
    read_people,
)
from tests.marks import statements, tap
from tests.testing_rounds.conftest import open_pcr, send, visit_at


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def lin(world, pcr):
    return visit_at(pcr, world.lin_home)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(f"testing_rounds:{name}", args=args)


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)][-1:]


def visits_of(test_round):
    return Visit.objects.filter(round=test_round.round)


def state(visit):
    visit.refresh_from_db()
    return visit.outcome, visit.done_count


# --- Exempt ---------------------------------------------------------------------------------------


def test_who_is_exempt_when_the_round_opens_is_frozen_and_not_waited_for(world):
    until = timezone.localdate() + timedelta(days=10)
    exempt(resident=world.lin, reason="recovered", until=until, by=world.chen)
    pcr = open_pcr(world)
    visit = visit_at(pcr, world.lin_home)
    person = visit.expected_people.get(number=1)
    assert (visit.known, visit.outcome, visit.expected_count) == ({"1": "exempt"}, "waiting", 3)
    assert (person.exempt_reason, person.exempt_until, person.outcome) == ("recovered", until, "exempt")
    send(world.wei_phone, tap(visit, 1))
    assert state(visit) == ("done", 2)


def test_a_household_of_which_everybody_is_exempt_is_no_gap(world):
    for resident in world.elder_home.residents.all():
        exempt(resident=resident, reason="other", by=world.chen)
    pcr = open_pcr(world)
    assert visit_at(pcr, world.elder_home).outcome == "exempt"
    assert visits_of(pcr).missing().filter(household=world.elder_home).count() == 0


@pytest.mark.parametrize(("days", "holds"), [(0, True), (-1, False)])
def test_the_last_day_counts_by_the_date_in_shanghai(world, days, holds):
    starts_at = datetime(2022, 4, 10, 0, 30, tzinfo=timezone.get_default_timezone())  # still the 9th in Greenwich
    day = date(2022, 4, 10) + timedelta(days=days)
    Exemption.objects.create(resident=world.lin, reason="surgery", until=day, by=world.chen)
    visit = visit_at(open_pcr(world, starts_at=starts_at), world.lin_home)
    assert visit.known == ({"1": "exempt"} if holds else {})


def test_ended_is_not_exempt_and_one_holds_at_a_time(world):
    first = exempt(resident=world.lin, reason="infant", by=world.chen)
    with pytest.raises(PeopleError, match="already"):
        exempt(resident=world.lin, reason="other", by=world.chen)
    end_exemption(exemption=first, by=world.chen)
    with pytest.raises(PeopleError, match="ended already"):
        end_exemption(exemption=first, by=world.chen)
    assert visit_at(open_pcr(world), world.lin_home).known == {}


def test_one_that_has_run_out_makes_way(world):
    old = Exemption.objects.create(
        resident=world.lin, reason="surgery", until=timezone.localdate() - timedelta(days=1), by=world.chen
    )
    exempt(resident=world.lin, reason="other", by=world.zhao)
    old.refresh_from_db()
    assert (old.ended_by, Exemption.objects.filter(ended_at=None).count()) == (world.zhao, 1)


def test_the_page_of_a_person_adds_and_ends(world, steward):
    url = at("exemptions", world.lin.pk)
    assert steward.get(url).status_code == 200
    assert steward.post(url, {"reason": "surgery", "until": "2020-01-01"}).status_code == 422
    assert steward.post(url, {"reason": "laziness"}).status_code == 422
    steward.post(url, {"reason": "surgery", "note": "ask in May"})
    row = Exemption.objects.get()
    assert (row.reason, row.note, row.by, row.until) == ("surgery", "ask in May", world.chen, None)
    assert steward.post(url, {"reason": "other"}).status_code == 422
    steward.post(at("exemption_end", row.pk))
    assert said(steward.post(at("exemption_end", row.pk))) == ["This has ended already."]


# --- Tested elsewhere -----------------------------------------------------------------------------


def test_a_proof_is_pending_until_somebody_looks(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "partly", people={"1": "done", "2": "elsewhere"}))
    proof = proofs_of(visits_of(pcr))[0]
    assert (proof.person.number, proof.is_pending, proof.told) == (2, True, Mark.objects.get())
    decide_proof(person=proof.person, decision="accepted", by=world.zhao, note="paper seen")
    assert [one.is_pending for one in proofs_of(visits_of(pcr))] == [False]
    assert state(lin) == ("partly", 1)


def test_a_proof_not_accepted_makes_the_person_due_again(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "elsewhere"))
    assert state(lin) == ("elsewhere", 0)
    second = lin.expected_people.get(number=2)
    decide_proof(person=second, decision="refused", by=world.chen, note="of last week")
    assert state(lin) == ("partly", 0)
    lin.refresh_from_db()
    second.visit = lin
    assert second.outcome == "waiting"
    assert [proof.person.number for proof in proofs_of(visits_of(pcr))] == [1, 3]
    with pytest.raises(PeopleError, match="marked again"):
        decide_proof(person=second, decision="accepted", by=world.chen)
    assert list(ProofDecision.objects.values_list("decision", "by")) == [("refused", world.chen.pk)]


def test_a_single_person_refused_is_missing_again(world, pcr):
    elder = visit_at(pcr, world.elder_home)
    send(world.wei_phone, tap(elder, 1, "elsewhere"))
    decide_proof(person=elder.expected_people.get(), decision="refused", by=world.chen)
    assert state(elder) == ("waiting", 0)
    assert visits_of(pcr).missing().filter(pk=elder.pk).exists()


def test_a_new_word_after_a_decision_is_looked_at_anew(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "elsewhere"))
    first = lin.expected_people.get(number=1)
    decide_proof(person=first, decision="refused", by=world.chen)
    mark_at_desk(visit=lin, by=world.chen, outcome="partly", people={"1": "elsewhere"}, follow=follow_marks)
    assert {proof.person.number: proof.is_pending for proof in proofs_of(visits_of(pcr))}[1] is True


def test_an_unheard_of_decision_changes_nothing(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "elsewhere"))
    with pytest.raises(PeopleError):
        decide_proof(person=lin.expected_people.get(number=1), decision="burnt", by=world.chen)
    assert Mark.objects.count() == 1


# --- Met at the door, visited at home -------------------------------------------------------------


def test_who_was_met_is_named_and_listed_in_the_household(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "partly", people={"4": "done"}))
    person = ExpectedPerson.objects.get(visit=lin, number=4)
    assert read_people(visits_of(pcr)).more == [person]
    name_person(person=person, name=" 林大姑 ", moves_in=True)
    person.refresh_from_db()
    assert (person.name, person.resident.household) == ("林大姑", world.lin_home)
    with pytest.raises(PeopleError, match="listed already"):
        name_person(person=person, name="林二姑", moves_in=True)
    assert visit_at(open_pcr(world), world.lin_home).expected_count == 4


def test_a_guest_is_only_named(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1, "partly", people={"4": "done"}))
    name_person(person=ExpectedPerson.objects.get(visit=lin, number=4), name="水电工", moves_in=False)
    assert Resident.objects.filter(household=world.lin_home).count() == 3
    with pytest.raises(PeopleError, match="listed already"):
        name_person(person=lin.expected_people.get(number=1), name="X", moves_in=False)


def test_who_was_taken_back_is_nobody_more(world, pcr, lin):
    raw = tap(lin, 1, "partly", people={"4": "done"})
    send(world.wei_phone, raw, tap(lin, 2, "cleared", undoes=raw["id"]))
    assert read_people(visits_of(pcr)).more == []


def test_home_visits_are_listed_until_made(world):
    Resident.objects.filter(household=world.elder_home).update(needs_home_visit=True)
    pcr = open_pcr(world)
    elder = visit_at(pcr, world.elder_home)
    assert [person.visit for person in read_people(visits_of(pcr)).home] == [elder]
    send(world.wei_phone, tap(elder, 1))
    assert read_people(visits_of(pcr)).home == []


# --- Pages ----------------------------------------------------------------------------------------


def test_the_people_page_decides_and_names(world, pcr, lin, steward):
    send(world.wei_phone, tap(lin, 1, "partly", people={"1": "elsewhere", "4": "done"}))
    text = steward.get(at("people", pcr.round.pk)).content.decode()
    assert ("4 here, 1 more than before" in text, "林小雨" in text) == (True, False)
    person, met = (lin.expected_people.get(number=number) for number in (1, 4))
    assert said(steward.post(at("person_name", met.pk), {"name": ""})) == ["What are they called?"]
    steward.post(at("person_name", met.pk), {"name": "林姑姑", "moves_in": "on"})
    assert Resident.objects.filter(name="林姑姑", household=world.lin_home).exists()
    assert said(steward.post(at("proof_decide", person.pk, "accepted"), {"note": "x" * 101})) != []
    steward.post(at("proof_decide", person.pk, "accepted"), {"note": "seen"})
    assert ProofDecision.objects.get().note == "seen"
    assert said(steward.post(at("proof_decide", person.pk, "burnt"))) == ["There is no such decision."]


def test_a_lead_sees_and_decides_in_their_own_building_alone(world, pcr, lin, client):
    far = visit_at(pcr, world.far_home)
    send(world.wei_phone, tap(lin, 1, "elsewhere"), tap(far, 2, "elsewhere"))
    client.force_login(world.zhao)
    text = client.get(at("people", pcr.round.pk)).content.decode()
    assert ("502" in text, "402" in text) == (True, False)
    assert client.post(at("proof_decide", far.expected_people.first().pk, "accepted")).status_code == 404
    client.post(at("proof_decide", lin.expected_people.first().pk, "accepted"))
    assert ProofDecision.objects.count() == 1


def test_board_and_evening_sheet_flag_a_door_with_more_people(world, pcr, lin, steward):
    send(world.wei_phone, tap(lin, 1, "done"), tap(lin, 2, "partly", people={"4": "done"}))
    for url in (reverse("rounds:board", args=[pcr.round.pk]), reverse("reports:evening", args=[pcr.round.pk])):
        assert "4 here, 1 more than before" in steward.get(url).content.decode()


@pytest.mark.parametrize("doors", [1, 6])
def test_the_people_page_costs_the_same_however_many_there_are(world, pcr, steward, doors):
    visits = list(visits_of(pcr).order_by("pk"))[:doors]
    send(world.wei_phone, *(tap(visit, seq, "elsewhere") for seq, visit in enumerate(visits, start=1)))
    with statements() as seen:
        steward.get(at("people", pcr.round.pk))
    assert len(seen) == 11


@pytest.mark.parametrize(("begins", "day"), [(15, date(2022, 4, 10)), (16, date(2022, 4, 11))])
def test_a_round_across_midnight_is_of_the_evening_it_began(begins, day):
    """23:00 to 03:00 in Shanghai is the evening's round; one that begins at midnight is the next day's."""
    starts_at = datetime(2022, 4, 10, begins, tzinfo=UTC)
    assert day_of(Round(starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))) == day
