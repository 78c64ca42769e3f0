"""An antigen round at the desk: form, figures, the lead's page, who is overdue. Who may is in the permission table."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import AccessRecord
from rounds.models import Round, Visit
from rounds.services import cancel_round, close_round
from testing_rounds.antigen_stats import Step
from testing_rounds.models import Chase, PersonResult
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def antigen(world):
    return AntigenRound(world)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def lead(world, client):
    client.force_login(world.zhao)
    return client


def at(name, *args):
    return reverse(f"testing_rounds:{name}", args=args)


def text_of(answer):
    return answer.content.decode()


# --- The round ----------------------------------------------------------------------------------------


def form_of(world, **changes):
    now = timezone.localtime().replace(second=0, microsecond=0)
    moments = {"starts_at": now, "ends_at": now + timedelta(hours=2), "feedback_until": now + timedelta(hours=3)}
    moments |= {name: changes.pop(name) for name in list(changes) if name in moments}
    data = {"title": "evening", "instructions": "on the handle", "buildings": [world.building1.pk]} | changes
    for name, moment in moments.items():
        data |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    return data


def test_a_steward_makes_one_and_comes_to_its_board(world, steward):
    answer = steward.post(at("antigen_add", world.jiamu.pk), form_of(world))
    round = Round.objects.get()
    assert answer.url == round.get_absolute_url()
    assert (round.kind, round.title, round.state, list(round.buildings.all())) == (
        "antigen",
        "evening",
        "draft",
        [world.building1],
    )
    until = timezone.localtime().replace(second=0, microsecond=0) + timedelta(hours=3)
    assert (round.test_round.feedback_until, round.test_round.instructions) == (until, "on the handle")


def test_it_is_reached_from_the_list_of_rounds(world, steward):
    assert at("antigen_add", world.jiamu.pk) in text_of(steward.get(reverse("rounds:list")))


HOUR = timedelta(hours=1)
BAD_FORMS = [
    ({"feedback_until": -HOUR}, "Nobody can tell a result before the kits are handed out."),
    ({"feedback_until": timedelta(days=15)}, "A round lasts two weeks at the most."),
    ({"ends_at": -HOUR}, "The round must end after it starts."),
    ({"buildings": []}, "This field is required."),
    ({"title": "x" * 81}, "Ensure this value has at most 80 characters"),
    ({"instructions": "x" * 201}, "Ensure this value has at most 200 characters"),
    ({"feedback_until_0": "31 April"}, "Enter a valid date."),
    ({"feedback_until_1": "25:00"}, "Enter a valid time."),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD_FORMS)
def test_a_bad_form_is_refused_and_shown_again(world, steward, changes, sentence):
    now = timezone.localtime().replace(second=0, microsecond=0)
    shifts = {name: now + shift for name, shift in changes.items() if isinstance(shift, timedelta)}
    data = form_of(world, **shifts) | {name: value for name, value in changes.items() if name not in shifts}
    answer = steward.post(at("antigen_add", world.jiamu.pk), data)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "on the handle" in text_of(answer) or "xxx" in text_of(answer)
    assert not Round.objects.exists()


def test_the_hour_can_be_moved_while_it_runs(world, steward, antigen):
    later = timezone.localtime().replace(second=0, microsecond=0) + timedelta(hours=8)
    data = form_of(world, feedback_until=later, ends_at=later)
    assert steward.post(at("antigen_edit", antigen.round.pk), data).url == antigen.round.get_absolute_url()
    antigen.test_round.refresh_from_db()
    assert antigen.test_round.feedback_until == later


def test_an_over_round_says_so_in_the_form(world, steward, antigen):
    close_round(round=antigen.round, by=world.chen)
    answer = steward.post(at("antigen_edit", antigen.round.pk), form_of(world))
    assert answer.status_code == 422
    assert "This round is over; it can no longer be changed." in text_of(answer)


def test_the_form_of_rounds_with_tubes_is_not_for_it(steward, antigen):
    assert steward.get(at("edit", antigen.round.pk)).status_code == 404


def test_the_board_leads_to_the_results_and_to_its_own_form(steward, antigen):
    page = text_of(steward.get(antigen.round.get_absolute_url()))
    assert at("antigen", antigen.round.pk) in page
    assert at("antigen_edit", antigen.round.pk) in page


# --- Figures ------------------------------------------------------------------------------------------


def figures(answer):
    return [int(n) if n.isdigit() else n for n in re.findall(r"<li[^>]*><b>([^<]+)</b>", text_of(answer))]


def test_the_figures_are_those_of_the_buildings_one_may_see(world, client, antigen):
    antigen.hand_out()
    antigen.tell(world.lin_home, by=world.zhao, p1="negative", p2="positive", p3="invalid")
    few = "&lt;5"  # who only looks on is told no number that is nearly a name
    for user, expected, of_building in (
        (world.chen, [9, 3, 6, 1, 1], "1"),
        (world.qian, [9, 3, 6, 1, few], few),
        (world.zhao, [7, 3, 4, 1, 1], "1"),
    ):
        client.force_login(user)
        answer = client.get(at("antigen", antigen.round.pk))
        assert figures(answer) == expected
        assert re.findall(r'<b class="alarm">([^<]+)</b>', text_of(answer)) == [of_building]


def test_a_positive_leads_to_its_single_tube_and_says_what_it_is_not(world, steward, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    page = text_of(steward.get(at("antigen", antigen.round.pk)))
    assert "A positive antigen test is not a diagnosis." in page
    assert Round.objects.get(kind="recall").get_absolute_url() in page


def test_a_poll_is_304_until_something_moves(world, steward, antigen):
    live = at("antigen_live", antigen.round.pk)
    first = steward.get(live)
    etag = first["ETag"]
    assert (first.status_code, first["Cache-Control"]) == (200, "no-cache, private")
    assert steward.get(live, headers={"If-None-Match": etag}).status_code == 304
    assert steward.get(live, headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    antigen.hand_out(world.elder_home)
    moved = steward.get(live, headers={"If-None-Match": etag})
    assert moved.status_code == 200
    antigen.tell(world.elder_home, by=world.zhao, p1="negative")
    assert steward.get(live, headers={"If-None-Match": moved["ETag"]}).status_code == 200


def test_the_page_carries_the_tag_its_poll_asks_with(steward, antigen):
    page = steward.get(at("antigen", antigen.round.pk))
    etag = page.context["etag"]
    answer = steward.get(at("antigen_live", antigen.round.pk), headers={"If-None-Match": etag})
    assert answer.status_code == 304


def test_the_hour_passing_is_news_to_the_poll(steward, antigen, time_machine):
    antigen.hand_out()
    live = at("antigen_live", antigen.round.pk)
    etag = steward.get(live)["ETag"]
    time_machine.move_to(timezone.now() + timedelta(hours=2, minutes=1))
    answer = steward.get(live, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert "overdue" in text_of(answer)


@pytest.mark.parametrize("rounds", [1, 6])
@pytest.mark.parametrize("homes", [0, 40])
def test_the_page_costs_eight_statements_however_many_rounds_and_homes(
    world, steward, django_assert_num_queries, rounds, homes
):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}", f"乙{number}")
    for _ in range(rounds):
        antigen = AntigenRound(world)
    antigen.hand_out()
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    with django_assert_num_queries(8):
        steward.get(at("antigen", antigen.round.pk))
    with django_assert_num_queries(7):
        steward.get(at("antigen_live", antigen.round.pk))


def test_the_picture_holds_no_name_no_room_and_no_small_number_of_positives(world, steward, antigen):
    antigen.hand_out()
    antigen.tell(world.lin_home, by=world.zhao, p1="positive", p2="positive", p3="positive")
    answer = steward.get(at("antigen_picture", antigen.round.pk))
    picture = text_of(answer)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "no-store, private"
    assert picture.count("&lt;5") == 3
    assert re.findall(r'text-anchor="end"[^>]*>([^<]+)<', picture) == [
        *["Kits", "Told", "Missing", "Invalid", "Positive"],
        *["7", "3", "4", "0", "&lt;5"],
        *["2", "0", "2", "0", "&lt;5"],
        *["9", "3", "6", "0", "&lt;5"],
    ]
    assert not any(word in picture for word in ("502", "林"))


def test_five_positives_are_told_as_a_number(world, steward):
    home = move_in(world.building2.doors.get(room="101"), "甲", "乙", "丙", "丁", "戊")
    antigen = AntigenRound(world)
    antigen.tell(home, by=world.chen, source="desk", **{f"p{n}": "positive" for n in range(1, 6)})
    picture = text_of(steward.get(at("antigen_picture", antigen.round.pk)))
    assert (picture.count(">5<"), picture.count("&lt;5")) == (4 + 2, 1)


def test_a_draft_has_no_figures(world, steward):
    steward.post(at("antigen_add", world.jiamu.pk), form_of(world))
    pk = Round.objects.get().pk
    for name in ("antigen", "antigen_live", "antigen_picture", "antigen_overdue", "antigen_knocks"):
        assert steward.get(at(name, pk)).status_code == 404


# --- For those without a phone ------------------------------------------------------------------------


def test_a_lead_tells_for_a_person_with_one_tap(world, lead, antigen):
    visit = antigen.visit(world.elder_home)
    answer = lead.post(at("antigen_tell", visit.pk), {"person-1": "negative"})
    assert answer.url == at("antigen_building", antigen.round.pk, world.building1.pk) + f"#v{visit.pk}"
    fact = PersonResult.objects.get()
    assert (fact.value, fact.source, fact.entered_by) == ("negative", "lead", world.zhao)


def test_a_steward_tells_as_the_desk(world, steward, antigen):
    steward.post(at("antigen_tell", antigen.visit(world.elder_home).pk), {"person-1": "negative"})
    assert PersonResult.objects.get().source == "desk"


def test_a_positive_is_answered_with_what_happens_next(world, lead, antigen):
    answer = lead.post(at("antigen_tell", antigen.visit(world.elder_home).pk), {"person-1": "positive"}, follow=True)
    assert "not a diagnosis: a single-tube PCR at the door is listed" in text_of(answer)


@pytest.mark.parametrize("posted", [{}, {"person-1": "maybe"}, {"person-7": "negative"}])
def test_a_bad_tap_is_refused_on_the_same_page(world, lead, antigen, posted):
    answer = lead.post(at("antigen_tell", antigen.visit(world.elder_home).pk), posted)
    assert answer.status_code == 422
    assert "alert-danger" in text_of(answer)
    assert PersonResult.objects.count() == 0


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({}, 7),
        ({"floor": "5"}, 3),
        ({"floor": "5", "entrance": ""}, 3),
        ({"entrance": "9"}, 0),
        ({"floor": "abc"}, 0),
        ({"visit": "-1"}, 0),
        ({"visit": "99999999999999999999"}, 0),
    ],
)
def test_all_negative_is_for_the_building_a_floor_an_entrance_or_a_door(world, lead, antigen, posted, told):
    antigen.hand_out()
    lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk), posted)
    assert PersonResult.objects.filter(value="negative").count() == told


def test_all_negative_of_one_door_leaves_the_others(world, lead, antigen):
    antigen.hand_out()
    visit = antigen.visit(world.lin_home)
    answer = lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk), {"visit": visit.pk})
    assert answer.url.endswith(f"#v{visit.pk}")
    assert antigen.steps(world.lin_home) == [Step.NEGATIVE] * 3
    assert antigen.steps(world.elder_home) == [Step.GIVEN]


def test_a_door_of_another_building_is_not_reached_through_ones_own(world, lead, antigen):
    antigen.hand_out()
    far = antigen.visit(world.far_home)
    lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk), {"visit": far.pk})
    assert PersonResult.objects.count() == 0
    assert lead.post(at("antigen_tell", far.pk), {"person-1": "negative"}).status_code == 404


def test_without_kits_all_negative_tells_of_nobody(world, lead, antigen):
    page = lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk), follow=True)
    assert "Negative told for 0 people." in text_of(page)
    assert PersonResult.objects.count() == 0


def test_the_lead_sees_masked_names_floor_by_floor(world, lead, antigen):
    page = lead.get(at("antigen_building", antigen.round.pk, world.building1.pk))
    assert [(floor.floor, [door.visit.room for door in floor.doors]) for floor in page.context["floors"]] == [
        (5, ["502"]),
        (3, ["301"]),
        (2, ["202"]),
    ]
    assert "林*" in text_of(page)
    assert "林小雨" not in text_of(page)


def test_a_cancelled_round_can_only_be_looked_at(world, lead, antigen):
    antigen.hand_out()
    cancel_round(round=antigen.round, by=world.chen, reason="rain")
    page = at("antigen_building", antigen.round.pk, world.building1.pk)
    assert "person-1" not in text_of(lead.get(page))
    assert lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk)).status_code == 422
    answer = lead.post(at("antigen_tell", antigen.visit(world.elder_home).pk), {"person-1": "negative"})
    assert answer.status_code == 422
    assert PersonResult.objects.count() == 0


@pytest.mark.parametrize("homes", [0, 40])
def test_the_leads_page_costs_the_same_for_any_building(world, lead, django_assert_num_queries, homes):
    doors = list(world.building1.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}", f"乙{number}")
    antigen = AntigenRound(world)
    with django_assert_num_queries(9):
        lead.get(at("antigen_building", antigen.round.pk, world.building1.pk))


# --- Overdue ------------------------------------------------------------------------------------------


def test_before_the_hour_the_list_teaches(lead, antigen):
    antigen.hand_out()
    assert "The hour has not come yet" in text_of(lead.get(at("antigen_overdue", antigen.round.pk)))


def test_a_lead_chases_their_own_building_with_one_tap_each(world, lead, antigen):
    antigen.hand_out()
    antigen.pass_the_hour()
    url = at("antigen_overdue", antigen.round.pk)
    page = lead.get(url)
    assert [door.visit.room for door in page.context["page"]] == ["502", "301", "202"]
    assert "Next: call" in text_of(page)
    visit = antigen.visit(world.lin_home)
    answer = lead.post(at("antigen_chase", visit.pk), {"step": "called", "was_reached": "0"})
    assert answer.url == f"{url}#v{visit.pk}"
    assert Chase.objects.values_list("visit", "step", "was_reached", "by").get() == (
        visit.pk,
        "called",
        False,
        world.zhao.pk,
    )
    assert "Next: knock" in text_of(lead.get(url))


@pytest.mark.parametrize(
    "posted",
    [{}, {"step": "called"}, {"step": "sung", "was_reached": "1"}, {"step": "called", "was_reached": "maybe"}],
)
def test_a_bad_chase_is_refused_in_words(world, lead, antigen, posted):
    answer = lead.post(at("antigen_chase", antigen.visit(world.lin_home).pk), posted, follow=True)
    assert "Say whether somebody called or knocked, and whether anybody was reached." in text_of(answer)
    assert Chase.objects.count() == 0


def test_the_knock_list_holds_who_was_not_reached_and_is_on_record(world, lead, antigen):
    antigen.hand_out()
    antigen.pass_the_hour()
    knocks = at("antigen_knocks", antigen.round.pk)
    assert "Nothing to print" in text_of(lead.get(knocks))
    lead.post(at("antigen_chase", antigen.visit(world.lin_home).pk), {"step": "called", "was_reached": "0"})
    page = text_of(lead.get(knocks))
    assert ("502" in page, "301" in page, "林小雨" in page) == (True, False, False)
    assert "301" in text_of(lead.get(knocks + "?all"))
    record = AccessRecord.objects.latest("pk")
    assert (record.deed, record.subject, record.row_count) == (
        "print",
        f"round {antigen.round.pk}: doors to knock at",
        3,
    )


def test_when_everybody_has_told_the_list_says_so(world, lead, antigen):
    antigen.hand_out()
    lead.post(at("antigen_all_negative", antigen.round.pk, world.building1.pk))
    antigen.pass_the_hour()
    assert "Everybody with a kit has told" in text_of(lead.get(at("antigen_overdue", antigen.round.pk)))


def test_a_lead_of_no_building_of_the_round_finds_no_list(world, lead):
    antigen = AntigenRound(world, buildings=[world.building2])
    for name in ("antigen", "antigen_overdue", "antigen_knocks"):
        assert lead.get(at(name, antigen.round.pk)).status_code == 404


@pytest.mark.parametrize("homes", [0, 40])
def test_the_list_costs_the_same_for_few_and_many(world, steward, django_assert_num_queries, homes):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}")
    antigen = AntigenRound(world)
    antigen.hand_out()
    antigen.pass_the_hour()
    assert Visit.objects.filter(round=antigen.round).count() == 4 + homes
    with django_assert_num_queries(7):
        steward.get(at("antigen_overdue", antigen.round.pk))
