"""Tubes at the desk: their way, all or none; who is put in by hand; what a phone left to decide."""

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from compound.following import follow_marks
from residents.models import AccessRecord, Door
from residents.services import save_resident
from rounds.marks import mark_at_desk
from rounds.models import Mark, Round, Visit
from rounds.services import close_round, create_round, open_round
from testing_rounds.models import ExpectedPerson, Hold, Swab, SwabQuestion, Tube, TubeStep
from testing_rounds.results import record_tube_result
from testing_rounds.tubes import (
    TubeError,
    buildings_of,
    count_tubes,
    dismiss_question,
    find_doors,
    open_tube,
    people_in_no_tube,
    place_question,
    step_tubes,
    swab_at_desk,
)
from tests.marks import statements, tap
from tests.testing_rounds.conftest import open_pcr, send, visit_at
from tests.world import CANARY, move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def lin(world, pcr):
    return visit_at(pcr, world.lin_home)


@pytest.fixture
def filled(world, lin):
    """Tube A with the three of 502 in it."""
    send(world.wei_phone, tap(lin, 1, details={"tube": "A"}))
    return Tube.objects.get()


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(f"testing_rounds:{name}", args=args)


def said(answer) -> list[str]:
    """The newest sentence."""
    return [str(message) for message in get_messages(answer.wsgi_request)][-1:]


# --- Its way --------------------------------------------------------------------------------------


def test_a_tube_goes_its_way_and_each_step_says_who_and_when(world, filled):
    for step in ("sealed", "sent", "received"):
        step_tubes(tubes=[filled], step=step, by=world.chen)
    filled.refresh_from_db()
    assert filled.state == "received"
    assert list(TubeStep.objects.values_list("step", "by")) == [
        ("sealed", world.chen.pk),
        ("sent", world.chen.pk),
        ("received", world.chen.pk),
    ]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("open", "sent"),
        ("open", "received"),
        ("open", "reopened"),
        ("sealed", "sealed"),
        ("sealed", "received"),
        ("sent", "reopened"),
        ("sent", "sealed"),
        ("received", "sent"),
        ("lost", "sealed"),
        ("lost", "lost"),
    ],
)
def test_no_step_is_taken_out_of_turn(world, filled, state, step):
    Tube.objects.update(state=state)
    with pytest.raises(TubeError, match="Tube A is"):
        step_tubes(tubes=[filled], step=step, by=world.chen, note="why")
    assert (Tube.objects.get().state, TubeStep.objects.count()) == (state, 0)


def test_several_go_together_or_none_does(world, lin, filled):
    empty = open_tube(test_round=filled.test_round, code="B", by=world.chen)
    with pytest.raises(TubeError, match="Nobody is in tube B"):
        step_tubes(tubes=[filled, empty], step="sealed", by=world.chen)
    assert set(Tube.objects.values_list("state", flat=True)) == {"open"}


def test_opening_again_and_losing_need_a_reason(world, filled):
    step_tubes(tubes=[filled], step="sealed", by=world.chen)
    for step in ("reopened", "lost"):
        with pytest.raises(TubeError, match="Say why"):
            step_tubes(tubes=[filled], step=step, by=world.chen, note=" ")
    step_tubes(tubes=[filled], step="reopened", by=world.chen, note="one more came")
    assert Tube.objects.get().state == "open"


def test_a_lost_tube_recalls_its_people(world, filled):
    step_tubes(tubes=[filled], step="lost", by=world.chen, note="fell down")
    tube = Tube.objects.get(code="A")
    assert (tube.state, tube.result) == ("lost", "invalid")
    assert Hold.objects.filter(tube=tube).count() == 3
    recall = Round.objects.get(kind="recall")
    assert ExpectedPerson.objects.filter(visit__round=recall).count() == 3


def test_a_tube_with_a_result_is_not_lost_any_more(world, filled):
    Tube.objects.update(result="negative", result_at="2022-04-10T12:00Z", state="received")
    with pytest.raises(TubeError, match="has a result"):
        step_tubes(tubes=[filled], step="lost", by=world.chen, note="late")


# --- Who is in it ---------------------------------------------------------------------------------


def test_the_desk_puts_people_into_a_tube_and_marks_them_sampled(world, pcr, filled):
    elder = visit_at(pcr, world.elder_home)
    swab_at_desk(visit=elder, numbers=[1], code=" a ", by=world.chen)
    elder.refresh_from_db()
    assert (elder.outcome, Tube.objects.get().filled_count) == ("done", 4)


def test_the_desk_is_refused_where_the_tube_cannot_take_them_and_nothing_is_written(world, pcr, filled):
    tenant = visit_at(pcr, world.tenant_home)
    with pytest.raises(TubeError, match="Tube A is full"):
        swab_at_desk(visit=tenant, numbers=[1, 2, 3], code="A", by=world.chen)
    old = open_pcr(world)
    with pytest.raises(TubeError, match="another round"):
        swab_at_desk(visit=visit_at(old, world.elder_home), numbers=[1], code="A", by=world.chen)
    for numbers, code in (([], "B"), ([9], "B"), ([1], " ")):
        with pytest.raises(TubeError):
            swab_at_desk(visit=tenant, numbers=numbers, code=code, by=world.chen)
    assert (Mark.objects.count(), SwabQuestion.objects.count(), Tube.objects.count()) == (1, 0, 1)


def test_a_question_is_answered_by_putting_the_person_into_another_tube(world, pcr, filled):
    tenant = visit_at(pcr, world.tenant_home)
    send(world.wei_phone, tap(tenant, 2, details={"tube": "A"}))
    question = SwabQuestion.objects.get()
    place_question(question=question, code="B", by=world.chen)
    question.refresh_from_db()
    assert (question.decision, question.decided_by, question.decision_note) == ("placed", world.chen, "B")
    assert Swab.objects.get(person=question.person).tube.code == "B"
    with pytest.raises(TubeError, match="decided"):
        dismiss_question(question=question, by=world.chen, note="again")


def test_a_person_in_a_sealed_tube_all_the_same_may_be_put_there(world, pcr, filled):
    Tube.objects.update(state="sealed")
    elder = visit_at(pcr, world.elder_home)
    send(world.wei_phone, tap(elder, 2, details={"tube": "A"}))
    place_question(question=SwabQuestion.objects.get(), code="A", by=world.chen)
    assert Tube.objects.get().filled_count == 4


def test_who_comes_late_into_a_positive_tube_is_held_too(world, pcr, filled):
    record_tube_result(tube=filled, value="positive", source="lab_list", by=world.chen)
    elder = visit_at(pcr, world.elder_home)
    swab_at_desk(visit=elder, numbers=[1], code="A", by=world.chen)
    assert Hold.objects.filter(tube=filled).count() == 4


def test_setting_a_question_aside_needs_a_reason(world, pcr, filled):
    send(world.wei_phone, tap(visit_at(pcr, world.tenant_home), 2, details={"tube": "A"}))
    question = SwabQuestion.objects.get()
    with pytest.raises(TubeError, match="Say why"):
        dismiss_question(question=question, by=world.chen, note="")
    dismiss_question(question=question, by=world.chen, note="label torn")
    assert SwabQuestion.objects.get().decision == "dismissed"


def test_who_is_ticked_and_in_no_tube_is_listed_until_placed(world, pcr, lin):
    send(world.wei_phone, tap(lin, 1))
    open_tube(test_round=pcr, code="A", by=world.chen)
    assert [person.number for person in people_in_no_tube(pcr)] == [1, 2, 3]
    counts = count_tubes(pcr)
    assert (counts.tubes, counts.people, counts.sampled, counts.in_no_tube) == (1, 0, 3, 3)
    swab_at_desk(visit=lin, numbers=[2], code="A", by=world.chen)
    assert [person.number for person in people_in_no_tube(pcr)] == [1, 3]


def test_doors_are_found_as_people_say_them(world, pcr, lin):
    for typed in ("502", "1-502", "1 502", "1号楼502"):
        assert find_doors(pcr, typed) == [lin]
    assert (find_doors(pcr, "999"), find_doors(pcr, " "), find_doors(pcr, "2-502")) == ([], [], [])


def test_doors_are_found_by_whoever_lives_there_in_one_statement(world, pcr, lin):
    save_resident(resident=world.lin)  # with the sounds of the name
    with statements() as seen:
        found = [find_doors(pcr, typed) for typed in ("国强", "linx", "吴", CANARY)]
    assert (found, len(seen)) == ([[lin], [lin], [visit_at(pcr, world.far_home)], []], 4)


def test_of_several_doors_one_is_chosen(world, pcr, filled, steward):
    other = visit_at(open_pcr(world), world.elder_home)
    page = steward.get(at("tube", filled.pk), {"room": "2"}).content.decode()
    assert page.count("door=") == 0
    here = visit_at(pcr, world.elder_home)
    assert "阿*" in steward.get(at("tube", filled.pk), {"door": here.pk}).content.decode()
    for strange in (other.pk, "x", "9" * 30):
        assert "阿*" not in steward.get(at("tube", filled.pk), {"door": strange}).content.decode()


# --- The limits behind ----------------------------------------------------------------------------


def test_the_database_holds_place_person_and_size(world, pcr, filled):
    taken = Swab.objects.get(place=1)
    other = open_tube(test_round=pcr, code="B", by=world.chen)
    for change in ({"tube": filled, "place": 1, "person": None}, {"tube": other, "place": 1, "person": taken.person}):
        person = change["person"] or ExpectedPerson.objects.exclude(swabs__isnull=False).first()
        with pytest.raises(IntegrityError), transaction.atomic():
            Swab.objects.create(tube=change["tube"], place=1, person=person, mark=taken.mark, at=taken.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tube.objects.filter(pk=filled.pk).update(filled_count=6)
    with pytest.raises(ValidationError):
        Tube(compound=world.jiamu, test_round=pcr, code="", size=21, opened_by=world.chen).full_clean()


# --- Pages ----------------------------------------------------------------------------------------


def test_the_rack_shows_each_tube_and_what_is_to_decide(world, pcr, filled, steward):
    Tube.objects.update(told_count=4)
    send(world.wei_phone, tap(visit_at(pcr, world.tenant_home), 2, details={"tube": "A"}))
    text = steward.get(at("tubes", pcr.round.pk)).content.decode()
    assert [words in text for words in ("5/5", "label says 4", "questions to decide")] == [True] * 3


def test_an_empty_rack_teaches(steward, pcr):
    assert "No tube has been named yet" in steward.get(at("tubes", pcr.round.pk)).content.decode()


def test_a_scanned_code_leads_to_its_tube(world, pcr, steward):
    answer = steward.post(at("tube_open", pcr.round.pk), {"code": " x-1 "})
    assert answer.url == at("tube", Tube.objects.get(code="X-1").pk)
    steward.post(at("tube_open", pcr.round.pk), {"code": "X-1"})
    assert Tube.objects.count() == 1
    assert said(steward.post(at("tube_open", pcr.round.pk), {"code": " "})) == ["Type or scan the code on the tube."]
    old = open_pcr(world)
    answer = steward.post(at("tube_open", old.round.pk), {"code": "X-1"})
    assert "belongs to another round" in said(answer)[0]


def test_ticked_tubes_are_sealed_together(world, pcr, filled, steward):
    answer = steward.post(at("tubes_step", pcr.round.pk, "sealed"), {"tube": [str(filled.pk), "x", "9" * 30]})
    assert (said(answer), Tube.objects.get().state) == (["1 tube: sealed."], "sealed")
    assert said(steward.post(at("tubes_step", pcr.round.pk, "sent"))) == ["Choose at least one tube."]
    assert steward.post(at("tubes_step", pcr.round.pk, "lost"), {"tube": filled.pk}).status_code == 404
    assert steward.post(at("tubes_step", pcr.round.pk, "burnt"), {"tube": filled.pk}).status_code == 404


def test_a_tube_of_another_round_is_not_moved_along(world, pcr, filled, steward):
    old = open_pcr(world)
    steward.post(at("tubes_step", old.round.pk, "sealed"), {"tube": filled.pk})
    assert Tube.objects.get().state == "open"


def test_the_tubes_page_names_people_masked_with_their_rooms(filled, steward):
    text = steward.get(at("tube", filled.pk)).content.decode()
    assert ("林*" in text, "林小雨" in text, "502" in text) == (True, False, True)


def test_people_are_found_ticked_and_put_in(world, pcr, filled, steward):
    elder = visit_at(pcr, world.elder_home)
    assert "阿*" in steward.get(at("tube", filled.pk), {"room": "301"}).content.decode()
    answer = steward.post(at("tube_place", filled.pk, elder.pk), {"person": ["1"]})
    assert (answer.status_code, Tube.objects.get().filled_count) == (302, 4)
    tenant = visit_at(pcr, world.tenant_home)
    answer = steward.post(at("tube_place", filled.pk, tenant.pk), {"person": ["1", "3"]})
    text = answer.content.decode()
    assert (answer.status_code, "Tube A is full" in text, text.count(" checked")) == (422, True, 2)
    far = visit_at(open_pcr(world), world.elder_home)
    assert steward.post(at("tube_place", filled.pk, far.pk), {"person": ["1"]}).status_code == 404


def test_a_step_on_the_tubes_page(world, filled, steward):
    steward.post(at("tube_step", filled.pk, "sealed"), {"told_count": "4"})
    tube = Tube.objects.get()
    assert (tube.state, tube.told_count, tube.miscounts) == ("sealed", 4, True)
    assert said(steward.post(at("tube_step", filled.pk, "reopened"))) == ["Say why, in a few words."]
    assert said(steward.post(at("tube_step", filled.pk, "sent"), {"told_count": "many"})) != []
    assert steward.post(at("tube_step", filled.pk, "burnt")).status_code == 404
    steward.post(at("tube_label", filled.pk), {"told_count": "3"})
    assert Tube.objects.get().told_count == 3
    steward.post(at("tube_label", filled.pk), {"told_count": "300"})
    assert Tube.objects.get().told_count == 3


def test_questions_are_decided_on_their_page(world, pcr, filled, steward):
    send(world.wei_phone, tap(visit_at(pcr, world.tenant_home), 2, details={"tube": "A"}))
    question = SwabQuestion.objects.get()
    assert "the tube was full" in steward.get(at("tube_questions", pcr.round.pk)).content.decode()
    answer = steward.post(at("question_place", question.pk), {"code": "A"})
    assert said(answer) == ["Tube A is full. Take somebody out first, or choose another tube."]
    assert said(steward.post(at("question_dismiss", question.pk), {"note": "x" * 201})) != []
    steward.post(at("question_place", question.pk), {"code": "B"})
    assert SwabQuestion.objects.get().decision == "placed"


def test_somebody_in_no_tube_is_put_into_one(world, pcr, lin, steward):
    send(world.wei_phone, tap(lin, 1))
    person = ExpectedPerson.objects.get(visit=lin, number=2)
    open_tube(test_round=pcr, code="B", by=world.chen)
    assert "Marked as sampled, in no tube" in steward.get(at("tube_questions", pcr.round.pk)).content.decode()
    assert person.masked_name in steward.get(at("in_no_tube", pcr.round.pk, world.building1.pk)).content.decode()
    steward.post(at("person_place", person.pk), {"code": "B"})
    assert Swab.objects.get().person == person
    assert said(steward.post(at("person_place", person.pk), {"code": ""})) != []


def test_people_in_no_tube_are_counted_by_building_and_listed_page_by_page(world, pcr, steward):
    many = [move_in(door, *"甲乙丙丁戊己庚辛壬癸") for door in world.building2.doors.filter(floor__lte=3)]
    second = open_pcr(world)
    open_tube(test_round=second, code="Z", by=world.chen)
    for seq, visit in enumerate(Visit.objects.filter(round=second.round, household__in=many), 1):
        send(world.wei_phone, tap(visit, seq))
    send(world.wei_phone, tap(visit_at(second, world.lin_home), 99))
    with statements() as seen:
        assert [(building.code, n) for building, n in buildings_of(people_in_no_tube(second))] == [("1", 3), ("2", 60)]
    assert len(seen) == 1
    assert "60 people" in steward.get(at("tube_questions", second.round.pk)).content.decode()
    page = steward.get(at("in_no_tube", second.round.pk, world.building2.pk), {"page": 2})
    assert (page.content.decode().count('name="code"'), page.context["page"].paginator.count) == (10, 60)


def test_other_kinds_of_rounds_have_no_tubes(world, steward):
    plain = create_round(**world.round_form())
    open_round(round=plain, by=world.chen)
    assert steward.get(at("tubes", plain.pk)).status_code == 404
    assert steward.get(reverse("reports:export", args=[plain.pk, "tubes", "csv"])).status_code == 404


def test_the_list_of_tubes_leaves_logged_and_without_names(world, pcr, filled, steward, client):
    url = reverse("reports:export", args=[pcr.round.pk, "tubes", "csv"])
    text = b"".join(steward.get(url).streaming_content).decode()
    assert ('"A","5","3"' in text, "林" in text) == (True, False)
    assert AccessRecord.objects.get(deed="export").subject == f"round {pcr.round.pk}: tubes"
    client.force_login(world.zhao)
    assert client.get(url).status_code == 403


def test_a_closed_round_still_takes_its_tubes_along(world, pcr, filled):
    close_round(round=pcr.round, by=world.chen)
    step_tubes(tubes=[filled], step="sealed", by=world.chen)
    mark_at_desk(visit=Mark.objects.get().visit, by=world.chen, outcome="refused", follow=follow_marks)
    assert Tube.objects.get().filled_count == 0


@pytest.mark.parametrize("number", [2, 100])
def test_the_rack_costs_the_same_for_two_tubes_and_for_a_hundred(world, pcr, steward, number):
    doors = [
        Door(building=world.building2, floor=n, position=9, room=f"{n}09", key=f"{n}09") for n in range(10, 10 + number)
    ]
    homes = [move_in(door, f"周{door.floor}") for door in Door.objects.bulk_create(doors)]
    big = open_pcr(world, pool_size=1)
    visits = [visit_at(big, home) for home in homes]
    send(world.wei_phone, *(tap(visit, seq, details={"tube": f"T{seq}"}) for seq, visit in enumerate(visits, start=1)))
    assert Tube.objects.filter(filled_count=1).count() == number
    for name, budget in (("tubes", 10), ("tube_questions", 11)):
        with statements() as seen:
            assert steward.get(at(name, big.round.pk)).status_code == 200
        assert len(seen) == budget
