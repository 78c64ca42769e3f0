"""A sheet is typed with the keyboard alone, and nothing is saved that was not meant."""

import pytest
from playwright.sync_api import expect

from rounds.models import Mark, Round, Visit
from tests.browser.test_desk_main_road import log_in

pytestmark = pytest.mark.browser


@pytest.fixture
def sheet(desk, stairwell, world):
    """The steward's page of the tower, and its visits from the top floor down."""
    Round.objects.filter(pk=stairwell.round.pk).update(opened_at=stairwell.round.starts_at)
    page = desk().new_page()
    log_in(page, "chen")
    page.goto(f"/rounds/{stairwell.round.pk}/paper/?building={stairwell.tower.pk}")
    return page, list(Visit.objects.filter(round=stairwell.round).top_down())


def chosen(page, visits):
    return [page.locator(f"[name='outcome-{visit.pk}']").input_value() for visit in visits]


def test_digits_choose_and_go_on_and_nought_clears_in_place(sheet):
    page, visits = sheet
    first, second, third = (page.locator(f"[name='outcome-{visit.pk}']") for visit in visits[:3])
    expect(first).to_be_focused()
    page.keyboard.press("1")
    expect(second).to_be_focused()
    page.keyboard.press("3")
    expect(third).to_be_focused()
    options = first.evaluate("(node) => [...node.options].map((option) => option.value)")
    assert chosen(page, visits[:3]) == [options[1], options[3], ""]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("0")
    expect(second).to_be_focused()
    assert chosen(page, visits[:3]) == [options[1], "", ""]
    page.keyboard.press("7")  # no such outcome
    page.keyboard.press("Control+1")
    assert chosen(page, visits[:3]) == [options[1], "", ""]


def test_arrows_go_from_door_to_door_and_from_outcome_to_remark(sheet):
    page, visits = sheet
    page.keyboard.press("ArrowRight")
    note = page.locator(f"[name='note-{visits[0].pk}']")
    expect(note).to_be_focused()
    page.keyboard.type("1楼 3 后")  # digits are text here
    page.keyboard.press("ArrowLeft")  # moves within the text
    expect(note).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"[name='note-{visits[1].pk}']")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(note).to_be_focused()
    assert (note.input_value(), chosen(page, visits[:2])) == ("1楼 3 后", ["", ""])
    page.locator(f"[name='outcome-{visits[-1].pk}']").focus()
    page.keyboard.press("ArrowDown")  # nowhere to go
    expect(page.locator(f"[name='outcome-{visits[-1].pk}']")).to_be_focused()


def test_a_whole_sheet_is_typed_and_saved_without_the_mouse(sheet, world, eventually):
    page, visits = sheet
    page.locator("#id_walked_by").focus()
    page.keyboard.type("魏")
    page.locator("#id_walked_by").select_option(str(world.wei.pk))
    page.locator(f"[name='outcome-{visits[0].pk}']").focus()
    for digit in "1131":
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    eventually(Mark.objects.count, 4)
    told = {mark.visit_id: mark.outcome for mark in Mark.objects.all()}
    assert [told.get(visit.pk) for visit in visits[:5]] == ["done", "done", "nobody_home", "done", None]
    assert set(Mark.objects.values_list("walked_by", "marked_by")) == {(world.wei.pk, world.chen.pk)}


def test_after_a_refusal_the_cursor_stands_where_something_is_wrong(sheet, world):
    page, visits = sheet
    page.keyboard.press("1")
    page.keyboard.press("Enter")  # nobody is named who walked
    page.wait_for_selector(".is-invalid")
    expect(page.locator(".is-invalid").first).to_be_focused()
    assert chosen(page, visits[:2])[0] == "done"
    assert Mark.objects.count() == 0


def test_without_the_script_it_is_a_plain_form(desk, stairwell, world, eventually):
    Round.objects.filter(pk=stairwell.round.pk).update(opened_at=stairwell.round.starts_at)
    page = desk(java_script_enabled=False).new_page()
    log_in(page, "chen")
    page.goto(f"/rounds/{stairwell.round.pk}/paper/?building={stairwell.tower.pk}")
    visit = Visit.objects.filter(round=stairwell.round).top_down().first()
    page.locator("#id_walked_by").select_option(str(world.wei.pk))
    page.locator(f"[name='outcome-{visit.pk}']").select_option("done")
    page.locator("#rekey .actions button").click()
    eventually(Mark.objects.count, 1)
