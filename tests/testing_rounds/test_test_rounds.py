"""A test round: people listed one by one, numbered and frozen when it opens."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from rounds.services import RoundError, cancel_round, close_round, create_round
from testing_rounds import forms
from testing_rounds.models import ExpectedPerson, TestRound
from testing_rounds.services import change_test_round, create_test_round, open_test_round
from tests.world import move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def window(world, **changes):
    form = world.round_form(pool_size=10, instructions="Knock gently") | changes
    form.pop("kind")
    return form


@pytest.fixture
def pcr(world):
    return create_test_round(**window(world))


@pytest.fixture
def opened(world, pcr):
    open_test_round(test_round=pcr, by=world.chen)
    return pcr


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def expected(visit):
    return [
        (person.number, person.masked_name, person.age_band, person.needs) for person in visit.expected_people.all()
    ]


# --- Services -----------------------------------------------------------------------------------------


def test_a_test_round_is_a_round_of_its_own_kind_with_its_own_number(world, pcr):
    create_round(**world.round_form())
    second = create_test_round(**window(world, title="Again", pool_size=20, instructions=""))
    assert (pcr.round.kind, pcr.round.number, pcr.pool_size, pcr.instructions) == ("pcr", 1, 10, "Knock gently")
    assert (second.round.kind, second.round.number, second.pool_size, second.round.title) == ("pcr", 2, 20, "Again")
    assert list(pcr.round.buildings.all()) == [world.building1, world.building2]


def change(test_round, **changes):
    round = test_round.round
    form = {"starts_at": round.starts_at, "ends_at": round.ends_at, "buildings": list(round.buildings.all())}
    change_test_round(
        test_round=test_round, **form | {"title": "T", "pool_size": 5, "instructions": "New words"} | changes
    )


def kept(test_round):
    row = TestRound.objects.select_related("round").get(pk=test_round.pk)
    return row.round.title, row.pool_size, row.instructions


def test_a_draft_changes_in_everything(pcr):
    change(pcr)
    assert kept(pcr) == ("T", 5, "New words")


def test_once_open_the_tubes_stay_as_they_were(opened):
    change(opened)
    assert kept(opened) == ("T", 10, "New words")


def test_once_over_nothing_changes(world, opened):
    close_round(round=opened.round, by=world.chen)
    with pytest.raises(RoundError, match="This round is over"):
        change(opened)
    assert kept(opened) == ("", 10, "Knock gently")


def test_who_is_expected_is_numbered_from_one_with_the_unnamed_last(world, opened):
    visits = {visit.room: visit for visit in Visit.objects.filter(round=opened.round)}
    assert expected(visits["502"]) == [(1, "林*", "", []), (2, "林*", "", []), (3, "林*", "", [])]
    assert [person.name for person in visits["502"].expected_people.all()] == ["林小雨", "林国强", "林朵"]
    assert expected(visits["301"]) == [(1, "阿*", "80+", ["lives_alone", "needs_gentle_knock"])]
    assert expected(visits["202"]) == [(1, "高*", "", []), (2, "person 2", "", []), (3, "person 3", "", [])]
    assert ExpectedPerson.objects.count() == sum(visit.expected_count for visit in visits.values()) == 9


def test_who_was_expected_stays_frozen(world, opened):
    visit = Visit.objects.get(round=opened.round, room="502")
    before = list(visit.expected_people.values_list("number", "name", "age_band", "needs", "resident"))
    world.lin.name, world.lin.age_band, world.lin.needs_home_visit = "林改名", "80+", True
    world.lin.save()
    world.lin_home.residents.exclude(pk=world.lin.pk).update(moved_out_on="2022-04-01", name="走了")
    move_in(world.lin_home.door, "新来者")
    assert list(visit.expected_people.values_list("number", "name", "age_band", "needs", "resident")) == before


def test_a_round_refused_at_opening_freezes_nobody(world):
    world.far_home.occupancy = "vacant"
    world.far_home.save()
    empty = create_test_round(**window(world, buildings=[world.building2]))
    with pytest.raises(RoundError):
        open_test_round(test_round=empty, by=world.chen)
    assert Round.objects.get(pk=empty.round_id).state == "draft"
    assert not ExpectedPerson.objects.exists()


def outcomes(visit):
    visit.refresh_from_db()
    return [person.outcome for person in ExpectedPerson.objects.filter(visit=visit).select_related("visit")]


def test_what_became_of_each_follows_from_the_marks(world, opened):
    visit = Visit.objects.get(round=opened.round, room="502")

    def tell(outcome, **people):
        mark_at_desk(visit=visit, by=world.chen, outcome=outcome, people={k[1:]: v for k, v in people.items()})

    assert outcomes(visit) == ["waiting"] * 3
    tell("nobody_home")
    assert outcomes(visit) == ["nobody_home"] * 3
    tell("partly", _1="done", _3="refused")
    assert (visit.outcome, outcomes(visit)) == ("nobody_home", ["done", "nobody_home", "refused"])
    assert (visit.outcome, visit.done_count) == ("partly", 1)
    tell("partly", _2="elsewhere")
    assert outcomes(visit) == ["done", "elsewhere", "refused"]
    tell("done", _3="done")
    assert (outcomes(visit), visit.outcome, visit.done_count) == (["done", "elsewhere", "done"], "done", 2)
    tell("done")  # of the whole household: replaces what was told one by one
    assert (outcomes(visit), visit.done_count, visit.people) == (["done"] * 3, 3, {})


# --- The form -----------------------------------------------------------------------------------------


def typed(world, **changes):
    """As a browser sends it: local days and times."""
    start = (timezone.localtime() + timedelta(hours=1)).replace(second=0, microsecond=0)
    end = start + timedelta(hours=3)
    return {
        "title": "Evening",
        "starts_at_0": start.strftime("%Y-%m-%d"),
        "starts_at_1": start.strftime("%H:%M"),
        "ends_at_0": end.strftime("%Y-%m-%d"),
        "ends_at_1": end.strftime("%H:%M"),
        "pool_size": "20",
        "instructions": "Ring, wait a minute",
        "buildings": [str(world.building1.pk)],
    } | changes


def test_the_empty_form_proposes_the_next_hour_all_buildings_and_ten(world):
    form = forms.TestRoundForm(compound=world.jiamu)
    assert form.initial["pool_size"] == 10
    assert form.initial["buildings"] == [world.building1.pk, world.building2.pk]
    assert form.initial["ends_at"] - form.initial["starts_at"] == timedelta(hours=4)
    assert form.initial["starts_at"] > timezone.now()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"pool_size": "7"}, "pool_size", "Select a valid choice. 7 is not one of the available choices."),
        ({"pool_size": ""}, "pool_size", "This field is required."),
        ({"instructions": "x" * 201}, "instructions", "Ensure this value has at most 200 characters (it has 201)."),
        ({"title": "x\x00y"}, "title", "Null characters are not allowed."),
        ({"buildings": []}, "buildings", "This field is required."),
        ({"buildings": ["x"]}, "buildings", "“x” is not a valid value."),
        ({"starts_at_0": "2022-13-40"}, "starts_at", "Enter a valid date."),
        ({"ends_at_1": "25:61"}, "ends_at", "Enter a valid time."),
    ],
)
def test_what_the_form_refuses(world, change, field, sentence):
    form = forms.TestRoundForm(typed(world, **change), compound=world.jiamu)
    assert form.errors == {field: [sentence]}


# --- Pages --------------------------------------------------------------------------------------------


def add_url(compound):
    return reverse("testing_rounds:add", args=[compound.pk])


def edit_url(round):
    return reverse("testing_rounds:edit", args=[round.pk])


def test_a_steward_prepares_a_test_round(world, steward):
    answer = steward.post(add_url(world.jiamu), typed(world))
    made = TestRound.objects.select_related("round").get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("rounds:board", args=[made.round_id]))
    assert (made.pool_size, made.instructions) == (20, "Ring, wait a minute")
    assert (made.round.title, made.round.kind, made.round.state) == ("Evening", "pcr", "draft")
    assert made.round.compound == world.jiamu
    assert list(made.round.buildings.all()) == [world.building1]


def test_bad_input_keeps_what_was_typed(world, steward):
    answer = steward.post(add_url(world.jiamu), typed(world, ends_at_0="2020-01-01", pool_size="20"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The round must end after it starts." in page
    assert 'value="Ring, wait a minute"' in page
    assert 'value="Evening"' in page
    assert answer.context["form"]["pool_size"].value() == "20"
    assert answer.context["form"]["buildings"].value() == [str(world.building1.pk)]
    assert not Round.objects.exists()


def test_what_a_form_does_not_ask_is_not_taken(world, steward):
    steward.post(
        add_url(world.jiamu),
        typed(world) | {"state": "open", "compound": world.hexin.pk, "number": 99, "kind": "waste", "round": 7},
    )
    made = Round.objects.get()
    assert (made.state, made.compound, made.number, made.kind) == ("draft", world.jiamu, 1, "pcr")


def test_a_building_of_another_compound_is_refused(world, steward):
    buildings = [str(world.building1.pk), str(world.other_building.pk)]
    answer = steward.post(add_url(world.jiamu), typed(world, buildings=buildings))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["buildings"]
    assert not Round.objects.exists()


def test_a_steward_changes_a_draft(world, steward, pcr):
    page = steward.get(edit_url(pcr.round))
    assert page.context["form"].initial["instructions"] == "Knock gently"
    assert steward.post(edit_url(pcr.round), typed(world)).status_code == 302
    assert kept(pcr) == ("Evening", 20, "Ring, wait a minute")
    assert list(pcr.round.buildings.all()) == [world.building1]


def test_a_round_that_is_over_says_so_and_keeps_what_was_typed(world, steward, opened):
    cancel_round(round=opened.round, by=world.chen, reason="rain")
    answer = steward.post(edit_url(opened.round), typed(world))
    assert answer.status_code == 422
    assert "This round is over; it can no longer be changed." in answer.content.decode()
    assert 'value="Ring, wait a minute"' in answer.content.decode()
    assert kept(opened) == ("", 10, "Knock gently")


def test_a_plain_round_has_no_test_form(world, steward):
    assert steward.get(edit_url(create_round(**world.round_form()))).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_methods_are_refused(world, steward, pcr, method):
    for url in (add_url(world.jiamu), edit_url(pcr.round)):
        assert getattr(steward, method)(url).status_code == 405


def test_strangers_officers_and_leads_change_nothing(world, client, pcr):
    for user, status in ((world.sun, 404), (world.qian, 403), (world.zhao, 403), (world.wei.user, 404)):
        client.force_login(user)
        for url in (add_url(world.jiamu), edit_url(pcr.round)):
            assert client.post(url, typed(world)).status_code == status
    client.logout()
    assert client.post(edit_url(pcr.round), typed(world)).status_code == 302
    assert kept(pcr) == ("", 10, "Knock gently")
    assert Round.objects.count() == 1
