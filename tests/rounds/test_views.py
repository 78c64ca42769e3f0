"""Rounds at the desk: each page works for who may, refuses who may not, and loses nothing of what was typed."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from residents.models import AccessRecord, Device
from rounds.marks import mark_at_desk, record_marks
from rounds.models import Assignment, HeldMark, Mark, Round, Visit
from rounds.services import assign, cancel_round, close_round, create_round, open_round
from tests.marks import SENT_AT, statements, tap
from tests.world import CANARY


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(name if name == "held_apply" else f"rounds:{name}", args=args)


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def moments(start, end):
    start, end = (timezone.localtime(moment) for moment in (start, end))
    return {
        "starts_at_0": start.strftime("%Y-%m-%d"),
        "starts_at_1": start.strftime("%H:%M"),
        "ends_at_0": end.strftime("%Y-%m-%d"),
        "ends_at_1": end.strftime("%H:%M"),
    }


def typed(world, **changes):
    now = timezone.now().replace(second=0, microsecond=0)
    return (
        moments(now + timedelta(hours=1), now + timedelta(hours=3))
        | {"kind": "leaflet", "title": "Bins <b>tonight</b>", "buildings": [str(world.building1.pk)]}
        | changes
    )


# --- The form -----------------------------------------------------------------------------------------


def test_a_steward_prepares_a_round(world, steward):
    form = typed(world)
    answer = steward.post(at("add", world.jiamu.pk), form)
    made = Round.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, at("board", made.pk))
    assert (made.kind, made.title, made.state, made.number) == ("leaflet", "Bins <b>tonight</b>", "draft", 1)
    assert timezone.localtime(made.starts_at).strftime("%H:%M") == form["starts_at_1"]
    assert list(made.buildings.all()) == [world.building1]
    assert "Bins &lt;b&gt;tonight&lt;/b&gt;" in steward.get(answer["Location"]).content.decode()


NOW = timezone.now().replace(second=0, microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BAD_FORMS = {
    "ends before it starts": (moments(NOW + 2 * HOUR, NOW + HOUR), "ends_at", "The round must end after it starts."),
    "ends as it starts": (moments(NOW + HOUR, NOW + HOUR), "ends_at", "The round must end after it starts."),
    "in the past": (moments(NOW - 5 * HOUR, NOW - 2 * HOUR), "ends_at", "This is in the past."),
    "fifteen days": (moments(NOW, NOW + 15 * DAY), "ends_at", "A round lasts two weeks at the most."),
    "no building": ({"buildings": []}, "buildings", "This field is required."),
    "a test without its form": ({"kind": "pcr"}, "kind", "Select a valid choice. pcr is not one of the available"),
    "no kind": ({"kind": ""}, "kind", "This field is required."),
    "a long title": ({"title": "x" * 81}, "title", "Ensure this value has at most 80 characters (it has 81)."),
    "no day": ({"starts_at_0": "31 June"}, "starts_at", "Enter a valid date."),
    "a day far away": ({"ends_at_0": "99999-01-01"}, "ends_at", "Enter a valid date."),
}


@pytest.mark.parametrize("case", BAD_FORMS)
def test_bad_input_is_refused_in_words_and_keeps_what_was_typed(world, steward, case):
    change, field, sentence = BAD_FORMS[case]
    form = typed(world, **change)
    answer = steward.post(at("add", world.jiamu.pk), form)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors[field][0].startswith(sentence)
    assert answer.context["form"]["title"].value() == form["title"]
    assert answer.context["form"]["starts_at"].value() == [form["starts_at_0"], form["starts_at_1"]]
    assert answer.context["form"]["buildings"].value() == form["buildings"]
    assert not Round.objects.exists()


def test_fourteen_days_are_allowed(world, steward):
    assert steward.post(at("add", world.jiamu.pk), typed(world, **moments(NOW, NOW + 14 * DAY))).status_code == 302


def test_a_building_of_another_compound_is_refused(world, steward):
    for buildings in ([str(world.other_building.pk)], [str(world.building1.pk), str(world.other_building.pk)], ["0"]):
        answer = steward.post(at("add", world.jiamu.pk), typed(world, buildings=buildings))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["buildings"]
        assert CANARY not in answer.content.decode()
    assert not Round.objects.exists()


def test_what_the_form_does_not_ask_is_not_taken(world, steward):
    extra = {"state": "open", "compound": world.hexin.pk, "number": 9, "opened_at_0": "2022-01-01", "id": 7, "pk": 7}
    steward.post(at("add", world.jiamu.pk), typed(world) | extra)
    made = Round.objects.get()
    assert (made.state, made.compound, made.number, made.opened_at) == ("draft", world.jiamu, 1, None)
    steward.post(at("edit", made.pk), typed(world) | extra | {"kind": "waste"})
    made.refresh_from_db()
    assert (made.state, made.compound, made.number, made.kind) == ("draft", world.jiamu, 1, "leaflet")


def test_a_draft_is_edited(world, steward):
    round = create_round(**world.round_form())
    page = steward.get(at("edit", round.pk))
    assert page.context["form"].initial["buildings"] == [world.building1.pk, world.building2.pk]
    form = typed(world, title="Renamed")
    assert steward.post(at("edit", round.pk), form)["Location"] == at("board", round.pk)
    round.refresh_from_db()
    assert round.title == "Renamed"
    assert timezone.localtime(round.ends_at).strftime("%H:%M") == form["ends_at_1"]
    assert list(round.buildings.all()) == [world.building1]


def test_an_open_round_keeps_what_is_frozen(world, steward, notify):
    starts_at = Round.objects.get(pk=notify.pk).starts_at
    assert steward.post(at("edit", notify.pk), typed(world, title="Renamed")).status_code == 302
    row = Round.objects.get(pk=notify.pk)
    assert (row.title, row.starts_at, row.state) == ("Renamed", starts_at, "open")
    assert list(row.buildings.all()) == [world.building1, world.building2]


def test_an_overdue_round_gets_another_title_without_another_end(world, steward, notify):
    start, end = timezone.now() - 3 * DAY, timezone.now() - DAY
    Round.objects.filter(pk=notify.pk).update(starts_at=start, ends_at=end)
    assert steward.post(at("edit", notify.pk), typed(world, title="Overdue", **moments(start, end))).status_code == 302
    row = Round.objects.get(pk=notify.pk)
    assert (row.title, row.ends_at) == ("Overdue", end)
    moved = typed(world, title="Moved", **moments(start, end + timedelta(hours=1)))
    answer = steward.post(at("edit", notify.pk), moved)
    assert (answer.status_code, answer.context["form"].errors["ends_at"]) == (422, ["This is in the past."])
    late = typed(world, title="Longer", **moments(timezone.now(), start + 15 * DAY))
    answer = steward.post(at("edit", notify.pk), late)
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (
        422,
        ["A round lasts two weeks at the most."],
    )
    assert Round.objects.get(pk=notify.pk).title == "Overdue"


def test_a_round_that_is_over_says_so_and_keeps_what_was_typed(world, steward, notify):
    close_round(round=notify, by=world.chen)
    answer = steward.post(at("edit", notify.pk), typed(world, title="Too late"))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["This round is over; it can no longer be changed."]
    assert 'value="Too late"' in answer.content.decode()
    assert Round.objects.get(pk=notify.pk).title == ""


# --- Opening ------------------------------------------------------------------------------------------


def test_the_button_opens_a_round_and_says_how_many(world, steward):
    round = create_round(**world.round_form())
    answer = steward.post(reverse("round_open", args=[round.pk]))
    assert (answer.status_code, answer["Location"]) == (302, at("board", round.pk))
    assert said(answer) == ["The round is open: 4 households."]
    assert Visit.objects.filter(round=round).count() == 4


def test_a_round_that_cannot_open_says_why(world, steward):
    round = create_round(**world.round_form(buildings=[]))
    answer = steward.post(reverse("round_open", args=[round.pk]))
    assert said(answer) == ["Nobody is known to live in these buildings yet: import the roster first."]
    assert Round.objects.get(pk=round.pk).state == "draft"


# --- List, board, gap list -----------------------------------------------------------------------------


def test_the_list_counts_doors(world, steward, notify, lin_visit):
    mark_at_desk(visit=lin_visit, by=world.chen, outcome="done")
    create_round(**world.round_form(kind="waste", starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY))
    create_round(**world.round_form(compound=world.hexin, buildings=[world.other_building]))
    rows = steward.get(at("list")).context["page"].object_list
    assert [(row.kind, row.expected, row.answered, row.missing, row.percent) for row in rows] == [
        ("waste", 0, 0, 0, 0),
        ("notify", 4, 1, 3, 25),
    ]


def test_a_leads_list_counts_the_own_building_alone(world, client, notify):
    client.force_login(world.zhao)
    (row,) = client.get(at("list")).context["page"].object_list
    assert (row.expected, row.answered, row.missing) == (3, 0, 3)


def test_a_reader_sees_no_button_that_would_refuse_them(world, client, notify):
    for user in (world.qian, world.zhao):
        client.force_login(user)
        page = client.get(at("board", notify.pk)).content.decode()
        for name in ("close", "cancel", "edit", "assignments"):
            assert at(name, notify.pk) not in page
        assert at("add", world.jiamu.pk) not in client.get(at("list")).content.decode()


def test_a_draft_has_no_board_and_no_gap_list(world, steward):
    round = create_round(**world.round_form())
    page = steward.get(at("board", round.pk)).content.decode()
    assert "Not open yet" in page
    assert at("live", round.pk) not in page
    assert steward.get(at("gaps", round.pk)).status_code == 404


def test_the_gap_list_names_every_missing_door(world, steward, notify):
    phone = Device.objects.select_related("volunteer__user").get(pk=world.wei_phone.pk)
    visits = {visit.room: visit for visit in notify.visits.all()}
    record_marks(
        raw_marks=[tap(visits["502"], 1), tap(visits["301"], 2, "nobody_home", note="<i>dog</i>")],
        device=phone,
        sent_at=SENT_AT,
    )
    page = steward.get(at("gaps", notify.pk))
    assert [(visit.room, visit.walker, visit.next_step) for visit in page.context["page"]] == [
        ("301", "魏志愿, 吴志愿", "ring, then knock again"),
        ("202", "魏志愿, 吴志愿", "on the way; knock"),
        ("402", "", "on the way; knock"),
    ]
    assert "&lt;i&gt;dog&lt;/i&gt;" in page.content.decode()


def test_no_answer_away_and_asleep_are_three_next_steps(world, steward, notify):
    phone = Device.objects.select_related("volunteer__user").get(pk=world.wei_phone.pk)
    visits = {visit.room: visit for visit in notify.visits.all()}
    why = {"502": "asleep", "301": "away", "202": "on holiday"}
    marks = [tap(visits[room], n, "nobody_home", details={"absent": why[room]}) for n, room in enumerate(why, 1)]
    record_marks(raw_marks=marks, device=phone, sent_at=SENT_AT)
    page = steward.get(at("gaps", notify.pk))
    assert {visit.room: visit.next_step for visit in page.context["page"]} == {
        "502": "asleep after a night shift: knock gently later",
        "301": "away: ring and ask until when",
        "202": "ring, then knock again",
        "402": "on the way; knock",
    }
    assert "knock gently later" in steward.get(at("board", notify.pk)).content.decode()


def test_a_leads_gap_list_ends_at_their_building(world, client, notify):
    client.force_login(world.zhao)
    rooms = [visit.room for visit in client.get(at("gaps", notify.pk)).context["page"]]
    assert rooms == ["502", "301", "202"]


FULL_NAMES = ("林小雨", "林国强", "林朵", "301阿婆", "高超", "吴远", "吴近")


def test_an_officer_reads_masked_names_on_every_page_of_a_round(world, client, notify):
    client.force_login(world.qian)
    pages = [at(name, notify.pk) for name in ("board", "live", "gaps", "print")]
    pages += [visit.get_absolute_url() for visit in notify.visits.all()]
    for url in pages:
        page = client.get(url).content.decode()
        assert [name for name in FULL_NAMES if name in page] == [], url
        assert world.lin.phone not in page


# --- On paper -----------------------------------------------------------------------------------------


def test_printing_puts_a_stairwell_on_a_sheet_and_is_on_record(world, client, notify, lin_visit):
    mark_at_desk(visit=lin_visit, by=world.chen, outcome="refused", note="later")
    client.force_login(world.qian)
    page = client.get(at("print", notify.pk))
    sheets = [(str(place[0]), [visit.room for visit in visits]) for place, visits in page.context["sheets"]]
    assert sheets == [("1号楼", ["502", "301", "202"]), ("2号楼", ["402"])]
    text = page.content.decode()
    assert "林*" in text
    assert "later" in text
    assert [name for name in FULL_NAMES if name in text] == []
    record = AccessRecord.objects.get()
    assert (record.user, record.compound, record.deed) == (world.qian, world.jiamu, "print")
    assert (record.subject, record.row_count) == (f"round {notify.pk}", 4)


def test_one_building_is_printed_alone(world, steward, notify):
    steward.get(at("print", notify.pk), {"building": world.building2.pk})
    assert AccessRecord.objects.get().row_count == 1
    foreign = steward.get(at("print", notify.pk), {"building": world.other_building.pk})
    assert list(foreign.context["sheets"]) == []


def test_entrances_are_sheets_of_their_own(world, steward):
    world.building1.doors.filter(floor__gte=3).update(entrance="2")
    round = create_round(**world.round_form(buildings=[world.building1]))
    open_round(round=round, by=world.chen)
    sheets = steward.get(at("print", round.pk)).context["sheets"]
    assert [(place[1], len(visits)) for place, visits in sheets] == [("", 1), ("2", 2)]


@pytest.mark.parametrize("floors", [1, 5])
def test_printing_costs_the_same_for_few_and_many(world, steward, floors):
    from tests.rounds.test_board import grow

    round = grow(world, 2, floors, 6)
    with statements() as seen:
        steward.get(at("print", round.pk))
    assert len(seen) <= 8, "\n".join(seen)


# --- Steps --------------------------------------------------------------------------------------------


def test_the_closing_page_tells_how_many_are_missing_and_closes(world, steward, notify):
    page = steward.get(at("close", notify.pk))
    assert page.context["missing"] == 4
    assert "4 doors are still missing." in page.content.decode()
    answer = steward.post(at("close", notify.pk), {"reason": "rest tomorrow"})
    assert (answer["Location"], said(answer)) == (at("board", notify.pk), ["The round is closed."])
    notify.refresh_from_db()
    assert notify.state == "closed"
    assert list(notify.events.values_list("step", "reason"))[-1] == ("closed", "rest tomorrow")


@pytest.mark.parametrize(("name", "state"), [("reopen", "open"), ("cancel", "cancelled")])
def test_reopening_and_cancelling_ask_why(world, steward, notify, name, state):
    if name == "reopen":
        close_round(round=notify, by=world.chen)
    for reason in ("", "   ", "x" * 201):
        answer = steward.post(at(name, notify.pk), {"reason": reason})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    before = Round.objects.get(pk=notify.pk).state
    assert before != state
    assert steward.post(at(name, notify.pk), {"reason": "because"}).status_code == 302
    assert Round.objects.get(pk=notify.pk).state == state


def test_a_step_out_of_turn_keeps_the_reason_typed(world, steward, notify):
    answer = steward.post(at("reopen", notify.pk), {"reason": "somebody came home"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["This cannot be done now: the round is open."]
    assert 'value="somebody came home"' in answer.content.decode()


@pytest.mark.parametrize("name", ["close", "reopen", "cancel", "edit", "assignments"])
def test_who_only_looks_takes_no_step(world, client, notify, name):
    for user, status in ((world.qian, 403), (world.zhao, 403), (world.sun, 404), (world.wei.user, 404)):
        client.force_login(user)
        assert client.post(at(name, notify.pk), {"reason": "because"}).status_code == status
        assert client.post(reverse("round_open", args=[notify.pk])).status_code == status
    assert Round.objects.get(pk=notify.pk).state == "open"
    assert notify.events.count() == 1


# --- Who walks what -----------------------------------------------------------------------------------


def part(world, **changes):
    return {"volunteer": world.wei.pk, "building": world.building1.pk, "floor_from": "2", "floor_to": "4"} | changes


@pytest.fixture
def draft(world):
    return create_round(**world.round_form())


def test_a_part_is_given_out(world, steward, draft):
    assert steward.post(at("assignments", draft.pk), part(world))["Location"] == at("assignments", draft.pk)
    row = Assignment.objects.get()
    assert (row.volunteer, row.building, row.floors, row.created_by) == (
        world.wei,
        world.building1,
        "2–4F",
        world.chen,
    )
    page = steward.get(at("assignments", draft.pk))
    assert page.context["uncovered"] == [("2号楼", 10)]
    assert list(page.context["parts"]) == [row]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"floor_from": "5", "floor_to": "2"}, "floor_to"),
        ({"floor_from": "x"}, "floor_from"),
        ({"floor_to": "9999"}, "floor_to"),
        ({"volunteer": ""}, "volunteer"),
        ({"building": "1 OR 1=1"}, "building"),
        ({"entrance": "7"}, "entrance"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(world, steward, draft, change, field):
    answer = steward.post(at("assignments", draft.pk), part(world, **change))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Assignment.objects.exists()


def test_neither_volunteer_nor_building_of_another_compound_can_be_named(world, steward, draft):
    for change in ({"volunteer": world.other_volunteer.pk}, {"building": world.other_building.pk}):
        answer = steward.post(at("assignments", draft.pk), part(world, **change))
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, list(change))
        assert CANARY not in answer.content.decode()
    assert not Assignment.objects.exists()


def test_a_part_is_taken_back_once(world, steward, draft):
    row = assign(round=draft, volunteer=world.wei, building=world.building1, by=world.chen)
    answer = steward.post(at("assignment_release", row.pk))
    assert (answer["Location"], said(answer)) == (at("assignments", draft.pk), ["The part is free again."])
    row.refresh_from_db()
    released_at = row.released_at
    steward.post(at("assignment_release", row.pk))
    row.refresh_from_db()
    assert row.released_at == released_at


def test_after_the_end_nobody_is_assigned_and_the_page_says_why(world, steward, notify):
    cancel_round(round=notify, by=world.chen, reason="rain")
    before = Assignment.objects.count()
    answer = steward.post(at("assignments", notify.pk), part(world))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["This round is over; nobody can be assigned any more."]
    assert Assignment.objects.count() == before


# --- Held marks ---------------------------------------------------------------------------------------


@pytest.fixture
def held(world, notify):
    """A door that is not Wei's, marked by Wei."""
    phone = Device.objects.select_related("volunteer__user").get(pk=world.wei_phone.pk)
    far = Visit.objects.get(round=notify, household=world.far_home)
    record_marks(raw_marks=[tap(far, 1, "refused", note="a dog")], device=phone, sent_at=SENT_AT)
    return HeldMark.objects.get()


def test_a_held_mark_is_shown_and_counted(world, steward, held):
    page = steward.get(at("held")).content.decode()
    assert "the door was not assigned to this volunteer" in page
    assert "a dog" in page
    answer = steward.post(at("held_apply", held.pk), {"note": "sent there by phone"})
    assert (answer["Location"], said(answer)) == (at("held"), ["The mark is counted."])
    held.refresh_from_db()
    assert (held.decision, held.decided_by, held.decision_note) == ("applied", world.chen, "sent there by phone")
    mark = Mark.objects.get()
    assert (mark.visit, mark.outcome, mark.marked_by, mark.note) == (held.visit, "refused", world.wei.user, "a dog")
    assert Visit.objects.get(pk=held.visit_id).outcome == "refused"


def test_a_held_mark_is_counted_once(world, steward, held):
    steward.post(at("held_apply", held.pk))
    for name in ("held_apply", "held_dismiss"):
        answer = steward.post(at(name, held.pk), {"note": "again"})
        assert said(answer)[-1] == "Somebody has decided about this mark already."
    assert Mark.objects.count() == 1
    assert HeldMark.objects.get().decision == "applied"


def test_setting_aside_needs_a_reason_and_keeps_the_mark(world, steward, held):
    answer = steward.post(at("held_dismiss", held.pk), {"note": " "})
    assert said(answer) == ["Say why, in a few words."]
    assert HeldMark.objects.get().decision == ""
    steward.post(at("held_dismiss", held.pk), {"note": "wrong stairwell"})
    held.refresh_from_db()
    assert (held.decision, held.decision_note, held.payload["note"]) == ("dismissed", "wrong stairwell", "a dog")
    assert not Mark.objects.exists()
    assert "wrong stairwell" in steward.get(at("held")).content.decode()


def test_a_long_remark_decides_nothing(world, steward, held):
    assert said(steward.post(at("held_dismiss", held.pk), {"note": "x" * 201})) == ["The remark is too long."]
    assert HeldMark.objects.get().decision == ""


def test_a_mark_that_says_too_little_is_not_counted_but_stays(world, steward, held):
    HeldMark.objects.update(payload={"id": "?"}, reason="bad_mark")
    answer = steward.post(at("held_apply", held.pk))
    assert said(answer) == ["This mark does not say enough to be counted. Set it aside and mark the door by hand."]
    assert HeldMark.objects.get().decision == ""
    assert not Mark.objects.exists()


def test_a_held_mark_naming_somebody_not_expected_stays_undecided(world, steward, held):
    HeldMark.objects.update(payload=tap(held.visit, 1, "partly", people={"13": "done"}))
    answer = steward.post(at("held_apply", held.pk))
    assert said(answer) == ["Somebody was marked who is not expected behind this door."]
    assert HeldMark.objects.get().decision == ""
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"raw": [1, 2]},
        {"raw": None},
        {"cut": "{"},
        {"outcome": ["done"], "note": {"a": [1]}},
        {"outcome": {"x": 1}},
        {"outcome": None, "note": "<script>alert(1)</script>"},
    ],
)
def test_whatever_a_phone_sent_can_be_looked_at(world, steward, held, payload):
    HeldMark.objects.update(payload=payload, visit=None, reason="bad_mark")
    answer = steward.get(at("held"))
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert said(steward.post(at("held_apply", held.pk))) != []
    assert HeldMark.objects.get().decision == ""


def test_held_marks_are_the_stewards_alone(world, client, held):
    for user, status in ((world.qian, 403), (world.zhao, 403), (world.wei.user, 403), (world.sun, 200)):
        client.force_login(user)
        answer = client.get(at("held"))
        assert answer.status_code == status
        assert "a dog" not in answer.content.decode()
        for name in ("held_apply", "held_dismiss"):
            assert client.post(at(name, held.pk), {"note": "mine"}).status_code == 404
    assert HeldMark.objects.get().decision == ""
