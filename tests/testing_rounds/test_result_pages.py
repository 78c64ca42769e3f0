"""The pages of results, lists, recall and history: each works, and shows each role what is theirs."""

import pytest
from django.urls import reverse

from residents.models import AccessRecord
from rounds.models import Assignment, Round
from testing_rounds.models import Hold, LabList, PersonResult, TubeResult, UnplacedResult
from testing_rounds.results import record_tube_result, tell_result
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    """The Lins and the two of building 2 lie in one tube; 301 was sampled, 202 was not."""
    world.pcr = open_pcr(world)
    sample(world.pcr, world.chen, world.lin_home, world.elder_home, world.far_home)
    people = people_of(world.pcr, world.lin_home) + people_of(world.pcr, world.far_home)
    world.tube = fill_tube(world.pcr, world.chen, "T-1001", people)
    return world.pcr


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def lead(world, client):
    client.force_login(world.zhao)
    return client


def page(client, name, *args, **data):
    answer = client.get(reverse(f"testing_rounds:{name}", args=args), data)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client, name, *args, **data):
    return client.post(reverse(f"testing_rounds:{name}", args=args), data)


def turn(world, value="positive"):
    return record_tube_result(tube=world.tube, value=value, source="lab_list", by=world.chen)


# --- Results ------------------------------------------------------------------------------------------


def test_the_steward_reads_values_the_lead_flags_and_the_officer_counts(world, client, pcr):
    tell_result(person=people_of(pcr, world.elder_home)[0], value="positive", source="cdc_call", by=world.chen)
    client.force_login(world.chen)
    place = (pcr.round.pk, world.building1.pk)
    assert "positive" in page(client, "results", pcr.round.pk)
    assert "positive" in page(client, "results_building", *place)
    client.force_login(world.zhao)
    text = page(client, "results", pcr.round.pk) + page(client, "results_building", *place)
    assert ("positive" in text, "told" in text) == (False, True)
    client.force_login(world.qian)
    text = page(client, "results", pcr.round.pk)
    assert ("positive &lt;5" in text, "阿*" in text, "People to look at" in text) == (True, False, False)


def test_a_lead_learns_of_a_person_no_more_than_they_told(world, lead, pcr):
    person = people_of(pcr, world.elder_home)[0]
    tell_result(person=person, value="positive", source="cdc_call", by=world.chen)
    tell_result(person=person, value="negative", source="lead", by=world.zhao, note="on the phone")
    text = page(lead, "result_person", person.pk)
    assert ("CDC" in text, "on the phone" in text, "disputed" in text) == (False, True, False)


def test_opening_a_list_of_rooms_is_on_record(world, steward, pcr):
    page(steward, "results_building", pcr.round.pk, world.building1.pk)
    record = AccessRecord.objects.get()
    assert (record.deed, record.user, record.row_count, record.subject) == (
        "look",
        world.chen,
        7,
        f"results of round {pcr.round.pk}, building {world.building1.pk}",
    )


def test_a_steward_tells_a_result_and_corrects_it(world, steward, pcr):
    person = people_of(pcr, world.elder_home)[0]
    answer = send(steward, "result_person", person.pk, value="positive", source="cdc_call", note="21:10")
    assert answer.status_code == 302
    fact = PersonResult.objects.get()
    send(steward, "result_person", person.pk, value="negative", source="cdc_call", corrects=fact.pk)
    person.refresh_from_db()
    assert (person.result, PersonResult.objects.count()) == ("negative", 2)
    text = page(steward, "result_person", person.pk)
    assert ("corrected since" in text, "a correction" in text, "21:10" in text) == (True, True, True)


def test_a_refused_result_says_why_and_loses_nothing(world, steward, pcr):
    person = people_of(pcr, world.tenant_home)[0]
    answer = send(steward, "result_person", person.pk, value="negative", source="lab_list", note="page 3")
    assert answer.status_code == 422
    assert "a result needs a sample, and none was marked." in answer.content.decode()
    assert "page 3" in answer.content.decode()
    assert PersonResult.objects.count() == 0


def test_a_lead_may_not_speak_for_the_laboratory(world, lead, pcr):
    person = people_of(pcr, world.elder_home)[0]
    assert send(lead, "result_person", person.pk, value="negative", source="lab_list").status_code == 422


def test_telling_a_tube_positive_says_how_many_are_held(world, steward, pcr):
    answer = send(steward, "tube_result", world.tube.pk, value="positive", source="lab_list")
    assert answer.status_code == 302
    text = page(steward, "tube_result", world.tube.pk)
    assert ("5 people are held because of it." in text, TubeResult.objects.get().entered_by) == (True, world.chen)


@pytest.mark.parametrize("homes", [1, 4])
def test_the_pages_need_the_same_statements_for_few_and_many(world, steward, django_assert_num_queries, homes):
    test_round = open_pcr(world)
    sample(test_round, world.chen, *[world.lin_home, world.elder_home, world.far_home, world.tenant_home][:homes])
    args = (test_round.round.pk,)
    with django_assert_num_queries(14):
        page(steward, "results", *args)
    with django_assert_num_queries(8):
        page(steward, "results_building", *args, world.building1.pk)


# --- All negative except … ----------------------------------------------------------------------------


def stair(world, **changes):
    return {"building": world.building1.pk, "source": "lead"} | changes


def test_a_lead_tells_all_negative_except_one_room(world, lead, pcr):
    answer = send(lead, "all_negative", pcr.round.pk, **stair(world, rooms="502"))
    assert answer.status_code == 200
    found = answer.context["found"]
    assert [len(found.telling), len(found.excepted), len(found.not_sampled), found.heads] == [1, 3, 3, 7]
    assert PersonResult.objects.count() == 0
    answer = send(lead, "all_negative", pcr.round.pk, **stair(world, rooms="502", digest=found.digest))
    assert answer.status_code == 302
    fact = PersonResult.objects.get()
    assert (fact.person.visit.household, fact.value, fact.source, fact.entered_by) == (
        world.elder_home,
        "negative",
        "lead",
        world.zhao,
    )


def test_what_was_told_otherwise_is_left_as_it_is(world, lead, pcr):
    tell_result(person=people_of(pcr, world.elder_home)[0], value="positive", source="cdc_call", by=world.chen)
    found = send(lead, "all_negative", pcr.round.pk, **stair(world)).context["found"]
    assert (len(found.telling), len(found.other_result)) == (3, 1)


def test_somebody_told_meanwhile_and_the_count_is_shown_again(world, lead, pcr):
    digest = send(lead, "all_negative", pcr.round.pk, **stair(world)).context["found"].digest
    tell_result(person=people_of(pcr, world.elder_home)[0], value="negative", source="lead", by=world.chen)
    answer = send(lead, "all_negative", pcr.round.pk, **stair(world, digest=digest))
    assert answer.status_code == 422
    assert "Something has changed meanwhile. Look at the numbers again." in answer.content.decode()
    assert PersonResult.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rooms": "909"}, "Except: there is no room 909 here."),
        ({"floor_from": 4, "floor_to": 2}, "The upper floor comes second."),
        ({"source": "lab_list"}, "Select a valid choice."),
    ],
)
def test_what_a_stairwell_cannot_be(world, lead, pcr, changes, words):
    answer = send(lead, "all_negative", pcr.round.pk, **stair(world, **changes))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_lead_cannot_speak_for_the_house_beside(world, lead, pcr):
    assert send(lead, "all_negative", pcr.round.pk, **stair(world, building=world.building2.pk)).status_code == 422


# --- Lists --------------------------------------------------------------------------------------------

LIST = "采样管\t室号\t姓名\t结果\nT-1001\t\t\t阳性\n\t301\t301阿婆\t阴性\n\t402\t赵六\t阴性\n\t402\t吴远\t好"


def test_a_list_is_brought_previewed_and_applied(world, steward, pcr):
    answer = send(steward, "lab_add", pcr.round.pk, text=LIST, source="lab_list")
    lab_list = LabList.objects.get()
    assert answer["Location"] == lab_list.get_absolute_url()
    text = page(steward, "lab", lab_list.pk)
    assert ("Result: “好” is not understood." in text, "Apply the list" in text) == (True, True)
    assert [line.row for line in steward.get(lab_list.get_absolute_url()).context["page"]] == [5, 4, 2, 3]
    assert [line.row for line in steward.get(lab_list.get_absolute_url(), {"show": "review"}).context["page"]] == [4]
    assert send(steward, "lab_apply", lab_list.pk).status_code == 302
    assert (Hold.objects.count(), PersonResult.objects.count(), UnplacedResult.objects.count()) == (5, 1, 1)


def test_a_list_that_cannot_be_read_comes_back_as_it_was_typed(world, steward, pcr):
    answer = send(steward, "lab_add", pcr.round.pk, text="姓名\t室号\n赵六\t909", source="lab_list")
    text = answer.content.decode()
    assert (answer.status_code, "No column holds the result." in text, "赵六" in text) == (422, True, True)


def test_a_list_is_set_aside(world, steward, pcr):
    send(steward, "lab_add", pcr.round.pk, text=LIST, source="lab_list")
    lab_list = LabList.objects.get()
    send(steward, "lab_discard", lab_list.pk)
    assert "its lines are gone" in page(steward, "lab", lab_list.pk)
    send(steward, "lab_apply", lab_list.pk)
    assert TubeResult.objects.count() == 0


def test_a_result_for_nobody_expected_is_decided(world, steward, pcr):
    send(steward, "lab_add", pcr.round.pk, text="室号\t姓名\t结果\n402\t吴进\t阴性", source="lab_list")
    send(steward, "lab_apply", LabList.objects.get().pk)
    row = UnplacedResult.objects.get()
    assert "吴进" in page(steward, "unplaced")
    assert "吴近" in page(steward, "unplaced_decide", row.pk)
    assert send(steward, "unplaced_decide", row.pk, note="").status_code == 422
    person = people_of(pcr, world.far_home)[1]
    assert send(steward, "unplaced_decide", row.pk, person=person.pk, note="misspelt").status_code == 302
    row.refresh_from_db()
    assert (row.decision, row.person_result.person) == ("placed", person)


# --- Recall and holds ---------------------------------------------------------------------------------


def test_the_recall_shows_who_is_held_and_is_assigned(world, steward, pcr):
    turn(world)
    recall = Round.objects.get(kind="recall")
    text = page(steward, "recall", recall.pk)
    assert ("T-1001" in text, text.count("End the hold")) == (True, 5)
    answer = send(steward, "recall", recall.pk, volunteer=world.wei.pk, buildings=[world.building1.pk])
    assert answer.status_code == 302
    assert [(row.volunteer, row.building) for row in Assignment.objects.filter(round=recall)] == [
        (world.wei, world.building1)
    ]
    assert page(steward, "recall", pcr.round.pk).count("End the hold") == 5


def test_a_lead_sees_and_assigns_their_own_house_alone(world, lead, pcr):
    turn(world)
    recall = Round.objects.get(kind="recall")
    text = page(lead, "recall", recall.pk)
    assert ("林*" in text, "吴*" in text, "positive" in text) == (True, False, False)
    assert send(lead, "recall", recall.pk, volunteer=world.wei.pk, buildings=[world.building2.pk]).status_code == 422
    assert send(lead, "recall", recall.pk, volunteer=world.wei.pk, buildings=[world.building1.pk]).status_code == 302
    assert text.count("End the hold") == 0


def test_an_officer_reads_how_many_and_no_name(world, client, pcr):
    turn(world)
    client.force_login(world.qian)
    text = page(client, "holds") + page(client, "recall", Round.objects.get(kind="recall").pk)
    assert ("3 people held" in text, "林*" in text) == (True, False)


def test_a_steward_ends_a_hold_with_a_reason(world, steward, pcr):
    turn(world)
    hold = Hold.objects.first()
    assert "Everybody held" in page(steward, "holds")
    assert send(steward, "hold_release", hold.pk, release="left", note="").status_code == 422
    assert send(steward, "hold_release", hold.pk, release="left", note="at her sister's").status_code == 302
    answer = send(steward, "hold_release", hold.pk, release="left", note="again")
    assert (answer.status_code, "This hold has ended already." in answer.content.decode()) == (422, True)


def test_the_board_works_for_a_recall_and_leads_to_it(world, steward, pcr):
    turn(world)
    recall = Round.objects.get(kind="recall")
    text = steward.get(recall.get_absolute_url()).content.decode()
    assert (reverse("testing_rounds:recall", args=[recall.pk]) in text, "502" in text) == (True, True)


def test_today_says_who_is_held_and_what_is_to_review(world, steward, pcr):
    turn(world)
    text = steward.get(reverse("today")).content.decode()
    assert "people held at home because of a tube" in text


# --- History ------------------------------------------------------------------------------------------


def test_the_line_of_a_building_a_household_and_a_person(world, steward, pcr):
    turn(world)
    text = page(steward, "history_building", world.building1.pk)
    assert ("4 / 7" in text, "<svg" in text, 'style="' in text) == (True, True, False)
    text = page(steward, "history_household", world.lin_home.pk)
    assert ("PCR test round 1" in text, "recall of a tube round 1" in text, "T-1001" in text) == (True, True, True)
    assert "inconclusive" in page(steward, "history_person", world.lin.pk)
    assert "5 / 9" not in page(steward, "coverage", world.jiamu.pk)


def test_a_lead_reads_the_line_of_a_household_without_values(world, lead, pcr):
    turn(world)
    text = page(lead, "history_household", world.lin_home.pk)
    assert ("inconclusive" in text, "positive" in text, "stays at home" in text) == (False, False, True)


@pytest.mark.parametrize("rounds", [1, 6])
def test_history_costs_the_same_whatever_the_number_of_rounds(world, steward, django_assert_num_queries, rounds):
    for _number in range(rounds):
        test_round = open_pcr(world, buildings=[world.building1])
        sample(test_round, world.chen, world.lin_home)
        tell_result(person=people_of(test_round, world.lin_home)[0], value="negative", source="lead", by=world.chen)
    with django_assert_num_queries(11):
        page(steward, "history_building", world.building1.pk)
    with django_assert_num_queries(10):
        page(steward, "history_household", world.lin_home.pk)
    with django_assert_num_queries(10):
        page(steward, "history_person", world.lin.pk)
    with django_assert_num_queries(12):
        page(steward, "coverage", world.jiamu.pk)
