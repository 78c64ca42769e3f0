"""Sheets go out and come back: printed with boxes and a way home, typed on one screen, nothing written over."""

import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from residents.models import Door, Household
from rounds.board import read_board
from rounds.marks import mark_at_desk, record_marks
from rounds.models import Mark, Round, Visit
from rounds.paper import MOST_ROWS, PaperRow, record_paper
from rounds.services import RoundError, assign, cancel_round, close_round, create_round, open_round
from tests.marks import statements, tap
from tests.world import CANARY, make_building, move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def opened(notify):
    """Open for an hour, so that somebody can have walked."""
    Round.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    notify.refresh_from_db()
    return notify


def at(round, building=None, name="rekey"):
    return reverse(name if name == "rekey" else f"rounds:{name}", args=[round.pk]) + (
        f"?building={building.pk}" if building else ""
    )


def visits_of(round, building):
    return list(Visit.objects.filter(round=round, building=building).top_down())


def typed(world, rows=(), **changes):
    """Rows as (visit, outcome, note); who walked and when as a browser sends it."""
    walked = timezone.localtime(timezone.now() - timedelta(minutes=30))
    form = {
        "walked_by": str(world.wei.pk),
        "walked_at_0": walked.strftime("%Y-%m-%d"),
        "walked_at_1": walked.strftime("%H:%M"),
    }
    for visit, outcome, note in rows:
        form |= {
            f"outcome-{visit.pk}": outcome,
            f"note-{visit.pk}": note,
            f"saw-{visit.pk}": str(visit.latest_mark_id or ""),
        }
    return form | changes


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- The sheet ----------------------------------------------------------------------------------------


def test_a_sheet_has_a_box_for_each_outcome_a_code_and_the_way_to_its_page(world, steward, opened, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    page = steward.get(at(opened, world.building1, "print"))
    ((sheet, rows),) = page.context["sheets"]
    assert sheet.code == f"{opened.pk}-{world.building1.pk}"
    assert sheet.link == f"https://portal.example.org/rounds/{opened.pk}/paper/?building={world.building1.pk}"
    text = page.content.decode()
    assert text.count("☐") == 6 * len(rows)
    assert text.count("<svg") == 1
    assert f"sheet {sheet.code}" in text
    assert " style=" not in text
    assert "css/paper" in text


def test_the_code_in_the_picture_leads_to_the_page_of_its_entrance(world, steward):
    tower = make_building(world.jiamu, "7", floors=2)
    Door.objects.filter(building=tower, position=2).update(entrance="2 东")
    for door in tower.doors.all():
        move_in(door, "邓一")
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    (first, _rows), (second, rows) = steward.get(at(round, name="print")).context["sheets"]
    page = steward.get(second.link.partition("8000")[2])
    assert [line.visit for line in page.context["lines"]] == rows
    assert page.context["place"]["code"] == second.code == f"{round.pk}-{tower.pk}-2 东"
    assert steward.get(at(round, tower)).context["place"]["code"] == first.code
    assert [place["code"] for place in page.context["places"]] == [first.code, second.code]


# --- Typing -------------------------------------------------------------------------------------------


def test_a_sheet_is_typed_in_one_go(world, steward, opened):
    top, middle, low = visits_of(opened, world.building1)
    form = typed(world, [(top, "done", ""), (middle, "nobody_home", "back at nine"), (low, "", "")])
    with statements() as seen:
        answer = steward.post(at(opened, world.building1), form)
    assert (answer.status_code, answer["Location"]) == (302, at(opened, world.building1))
    assert said(answer) == ["2 doors are stored."]
    assert len(seen) <= 17, "\n".join(seen)
    marks = list(Mark.objects.order_by("visit__floor").select_related("walked_by", "marked_by"))
    assert [(mark.visit, mark.outcome, mark.note) for mark in marks] == [
        (middle, "nobody_home", "back at nine"),
        (top, "done", ""),
    ]
    assert {(mark.marked_by, mark.walked_by, mark.device) for mark in marks} == {(world.chen, world.wei, None)}
    assert {timezone.localtime(mark.happened_at).strftime("%H:%M") for mark in marks} == {form["walked_at_1"]}
    top.refresh_from_db()
    assert (top.outcome, top.done_count, top.has_conflict) == ("done", 3, False)
    page = unescape(steward.get(top.get_absolute_url()).content.decode())
    assert "魏志愿" in page
    assert "on paper, typed by 陈干事" in page
    board = read_board(opened, opened.buildings.all(), None)
    assert [(walker.name, walker.count) for walker in board.walkers] == [("魏志愿", 2), ("吴志愿", 0)]


def test_a_door_that_moved_on_is_shown_and_not_written_over(world, steward, opened):
    top, middle, _low = visits_of(opened, world.building1)
    form = typed(world, [(top, "done", "三人都在"), (middle, "done", "")])
    record_marks(
        device=world.wei_phone, raw_marks=[tap(top, 1, "refused")], sent_at=timezone.now(), received_at=timezone.now()
    )
    answer = steward.post(at(opened, world.building1), form)
    assert answer.status_code == 409
    assert said(answer) == ["1 door is stored."]
    lines = {line.visit.pk: line for line in answer.context["lines"]}
    top.refresh_from_db()
    assert (top.outcome, Mark.objects.count()) == ("refused", 2)
    line = lines[top.pk]
    assert (line.is_changed, line.outcome, line.note, line.saw) == (True, "done", "三人都在", top.latest_mark_id)
    assert (lines[middle.pk].is_changed, lines[middle.pk].outcome) == (False, "")
    assert "Marked meanwhile" in answer.content.decode()
    # The typist has seen it now and insists.
    again = steward.post(at(opened, world.building1), typed(world, [(top, "done", "三人都在")]))
    top.refresh_from_db()
    assert (again.status_code, top.outcome, top.has_conflict, top.latest_mark.walked_by) == (
        302,
        "done",
        False,
        world.wei,
    )


def test_the_same_sheet_twice_is_one_mark_a_door(world, steward, opened):
    visits = visits_of(opened, world.building1)
    form = typed(world, [(visit, "done", "n") for visit in visits])
    steward.post(at(opened, world.building1), form)
    answer = steward.post(at(opened, world.building1), form)
    assert said(answer)[-2:] == ["0 doors are stored.", "What stood there already was not marked again."]
    assert (answer.status_code, Mark.objects.count()) == (302, 3)


TOMORROW = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")
BAD = {
    "nobody walked": ({"walked_by": ""}, "walked_by"),
    "somebody unknown": ({"walked_by": "0"}, "walked_by"),
    "tomorrow": ({"walked_at_0": TOMORROW}, "walked_at"),
    "before it was open": ({"walked_at_0": "2022-04-01"}, "walked_at"),
    "no time": ({"walked_at_1": "late"}, "walked_at"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_stores_nothing_and_keeps_everything_typed(world, steward, opened, case):
    change, field = BAD[case]
    top, middle, low = visits_of(opened, world.building1)
    form = typed(world, [(top, "done", "<b>n</b>"), (middle, "", ""), (low, "refused", "dog")], **change)
    answer = steward.post(at(opened, world.building1), form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert [(line.outcome, line.note) for line in answer.context["lines"]] == [
        ("done", "<b>n</b>"),
        ("", ""),
        ("refused", "dog"),
    ]
    assert "<b>n</b>" not in answer.content.decode()
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "note", "sentence"),
    [
        ("waiting", "", "Choose what happened at this door."),
        ("cleared", "", "Choose what happened at this door."),
        ("x" * 300, "", "Choose what happened at this door."),
        ("", "only a remark", "Choose what happened at this door."),
        ("done", "x" * 201, "The remark is too long."),
    ],
)
def test_a_bad_row_is_named_and_the_others_wait_for_it(world, steward, opened, outcome, note, sentence):
    top, middle, _low = visits_of(opened, world.building1)
    answer = steward.post(at(opened, world.building1), typed(world, [(top, outcome, note), (middle, "done", "")]))
    assert answer.status_code == 422
    lines = {line.visit.pk: line for line in answer.context["lines"]}
    assert (lines[top.pk].error, lines[top.pk].outcome, lines[top.pk].note) == (sentence, outcome, note)
    assert lines[middle.pk].outcome == "done"
    assert sentence in answer.content.decode()
    assert not Mark.objects.exists()


def test_nothing_chosen_is_said(world, steward, opened):
    answer = steward.post(at(opened, world.building1), typed(world))
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, ["Nothing was chosen yet."])


def test_rows_of_other_sheets_and_a_false_saw_are_not_taken(world, steward, opened):
    (far,) = visits_of(opened, world.building2)
    top, *_rest = visits_of(opened, world.building1)
    form = typed(world, [(top, "done", ""), (far, "done", "")])
    steward.post(at(opened, world.building1), form)
    assert list(Mark.objects.values_list("visit", flat=True)) == [top.pk]
    top.refresh_from_db()
    for saw in (str(uuid.uuid4()), "nonsense", ""):
        late = form | {f"saw-{top.pk}": saw, f"outcome-{top.pk}": "exempt"}
        assert steward.post(at(opened, world.building1), late).status_code == 409
    assert Mark.objects.count() == 1


def test_a_closed_round_takes_late_paper_and_a_cancelled_one_none(world, steward, opened):
    top, middle, _low = visits_of(opened, world.building1)
    close_round(round=opened, by=world.chen)
    steward.post(at(opened, world.building1), typed(world, [(top, "done", "")]))
    assert Mark.objects.get().is_late is True
    Round.objects.update(state="open", closed_at=None)
    cancel_round(round=Round.objects.get(pk=opened.pk), by=world.chen, reason="rain")
    answer = steward.post(at(opened, world.building1), typed(world, [(middle, "done", "kept")]))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["The round is not open: nothing can be marked."]
    assert "kept" in answer.content.decode()
    assert Mark.objects.count() == 1


def test_a_draft_has_nothing_to_type(world, steward):
    draft = create_round(**world.round_form())
    page = steward.get(at(draft))
    assert (page.status_code, page.context["lines"]) == (200, [])
    assert steward.post(at(draft), typed(world)).status_code == 422


def test_a_lead_types_for_the_own_building_alone(world, client, opened):
    client.force_login(world.zhao)
    assert [place["building"] for place in client.get(at(opened)).context["places"]] == [world.building1.pk]
    assert client.get(at(opened, world.building2)).status_code == 404
    (far,) = visits_of(opened, world.building2)
    assert client.post(at(opened, world.building2), typed(world, [(far, "done", "")])).status_code == 404
    top, *_rest = visits_of(opened, world.building1)
    assert client.post(at(opened, world.building1), typed(world, [(top, "done", "")])).status_code == 302
    assert Mark.objects.get().marked_by == world.zhao


def test_who_may_only_look_and_strangers_type_nothing(world, client, opened):
    top, *_rest = visits_of(opened, world.building1)
    for user, status in ((world.qian, 403), (world.sun, 404), (world.wei.user, 404)):
        client.force_login(user)
        assert client.get(at(opened, world.building1)).status_code == status
        assert client.post(at(opened, world.building1), typed(world, [(top, "done", "")])).status_code == status
    client.force_login(world.chen)
    foreign = client.get(at(opened, world.other_building))
    assert (foreign.status_code, CANARY in foreign.content.decode()) == (404, False)
    assert client.delete(at(opened)).status_code == 405
    assert client.get(at(opened) + "?building=x").status_code == 404
    form = typed(world, [(top, "done", "")], walked_by=str(world.other_volunteer.pk))
    assert client.post(at(opened, world.building1), form).status_code == 422
    assert not Mark.objects.exists()


# --- The service --------------------------------------------------------------------------------------


def record(world, round, *rows, **changes):
    words = {"round": round, "by": world.chen, "walked_by": world.wei, "walked_at": timezone.now(), "rows": list(rows)}
    return record_paper(**words | changes)


def test_paper_comes_after_what_the_typist_saw(world, opened):
    top, *_rest = visits_of(opened, world.building1)
    mark_at_desk(visit=top, by=world.zhao, outcome="refused")
    top.refresh_from_db()
    early = timezone.now() - timedelta(minutes=40)
    record(world, opened, PaperRow(top.pk, "done", "", top.latest_mark_id), walked_at=early)
    top.refresh_from_db()
    assert (top.outcome, top.has_conflict, top.latest_mark.marked_at) == ("done", False, early)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"walked_at": timezone.now() + timedelta(days=2)}, "This time is still to come."),
        ({"walked_by": "other"}, "This volunteer does not serve in this compound."),
        ({"rows": [PaperRow(10**9, "done")]}, "A door of this sheet is not part of the round."),
    ],
)
def test_the_service_refuses_what_no_form_sends(world, opened, change, sentence):
    if change.get("walked_by"):
        change = {"walked_by": world.other_volunteer}
    with pytest.raises(RoundError, match=sentence):
        record(world, opened, **change)
    assert not Mark.objects.exists()


@pytest.mark.parametrize("count", [2, 120])
def test_the_page_and_the_save_cost_the_same_small_and_large(world, client, count):
    tower = make_building(world.jiamu, "7", floors=count, doors=1)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in tower.doors.all())
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    Round.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    assign(round=round, volunteer=world.wei, building=tower, by=world.chen)
    client.force_login(world.chen)
    client.get(at(round, tower))
    with statements() as seen:
        client.get(at(round, tower))
    assert len(seen) <= 10, "\n".join(seen)
    form = typed(world, [(visit, "done", "") for visit in visits_of(round, tower)])
    with statements() as seen:
        assert client.post(at(round, tower), form).status_code == 302
    assert len(seen) <= 17, "\n".join(seen)
    assert Visit.objects.filter(round=round, outcome="done").count() == count


def test_a_very_long_sheet_has_pages_that_keep_its_place(world, steward):
    tower = make_building(world.jiamu, "7", floors=MOST_ROWS + 1, doors=1)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in tower.doors.all())
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    page = steward.get(at(round, tower) + "&page=2")
    assert len(page.context["lines"]) == 1
    assert f"?building={tower.pk}&amp;page=1" in page.content.decode()
