"""The pages of a roster import, and who may open them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from residents.models import RosterImport
from residents.roster.jobs import queue_roster, submit_roster, work_waiting
from residents.roster.words import NOTE, ROW
from tests.rosters import make
from tests.rosters.make import csv_bytes
from tests.world import CANARY

PAGES = ["roster_import", "roster_status", "roster_left_out"]
BUTTONS = ["roster_apply", "roster_discard", "roster_columns", "roster_undo"]


# One household to change, one that is new, one to ask about and one row with a mistake.
OF_EACH = [["1", "502", "林小雨", "5"], ["1", "402", "新来", ""], ["1", "?", "问", ""], ["1", "403", "错", "x"]]


def url(name, row):
    return reverse(f"residents:{name}", args=[row.pk])


def attach(content, name="名册.xlsx"):
    return {"roster": SimpleUploadedFile(name, content)}


@pytest.fixture
def chen(client, world):
    client.force_login(world.chen)
    return client


def prepare(world, rows=None):
    rows = rows or [
        ["1", "502", "林小雨", "5"],
        ["1", "402", "新来", ""],
        ["1", "?", "问", ""],
        ["1", "403", "错", "x"],
    ]
    content = csv_bytes([["楼号", "室号", "姓名", "人数"], *rows])
    roster = submit_roster(compound=world.jiamu, file_name="名册.csv", content=content, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    return roster


def test_steward_uploads_looks_and_applies_in_two_clicks(chen, world):
    response = chen.post(url("roster_upload", world.jiamu), attach(make.tower(), "佳木<b>.xlsx"))
    roster = RosterImport.objects.get()
    assert (response.status_code, response.url) == (302, url("roster_import", roster))
    assert (roster.file_name, roster.uploaded_by, roster.state) == ("佳木<b>.xlsx", world.chen, "waiting")
    assert 'data-roster-status="' in chen.get(response.url).content.decode()
    work_waiting()
    page = chen.get(response.url).content.decode()
    assert url("roster_apply", roster) in page
    assert "佳木&lt;b&gt;.xlsx" in page
    assert chen.post(url("roster_apply", roster)).url == response.url
    work_waiting()
    page = chen.get(response.url)
    assert page.status_code == 200
    roster.refresh_from_db()
    assert roster.state == "applied"
    assert url("roster_apply", roster) not in page.content.decode()


@pytest.mark.parametrize("name", PAGES + BUTTONS)
@pytest.mark.parametrize("who", ["sun", "zhao", "qian", "wei"])
def test_import_is_missing_for_everybody_but_its_stewards(client, world, name, who):
    roster = prepare(world)
    person = getattr(world, who)
    client.force_login(getattr(person, "user", person))
    answer = client.post(url(name, roster)) if name in BUTTONS else client.get(url(name, roster))
    assert answer.status_code == 404
    roster.refresh_from_db()
    assert roster.state == "ready"


@pytest.mark.parametrize(("who", "status"), [("chen", 200), ("zhao", 403), ("qian", 403), ("sun", 404), ("wei", 404)])
def test_upload_page_is_for_stewards(client, world, who, status):
    person = getattr(world, who)
    client.force_login(getattr(person, "user", person))
    assert client.get(url("roster_upload", world.jiamu)).status_code == status
    if status != 200:
        assert client.post(url("roster_upload", world.jiamu), attach(make.tower())).status_code == status
        assert RosterImport.objects.count() == 0


def test_signed_out_goes_to_the_login(client, world):
    roster = prepare(world)
    for name in PAGES:
        assert client.get(url(name, roster)).status_code == 302
    for name in BUTTONS:
        assert client.post(url(name, roster)).status_code == 302
    assert client.get(url("roster_upload", world.jiamu)).status_code == 302


def test_wrong_methods_are_405(chen, world):
    roster = prepare(world)
    for name in PAGES:
        assert chen.post(url(name, roster)).status_code == 405
    for name in BUTTONS:
        assert chen.get(url(name, roster)).status_code == 405
    assert chen.put(url("roster_upload", world.jiamu)).status_code == 405


@pytest.mark.parametrize(
    "data", [{}, {"roster": "text"}, attach(b"", "a.csv"), attach(b"a" * (10 * 1024 * 1024 + 1), "a.csv")]
)
def test_bad_upload_is_422_and_nothing_is_made(chen, world, data):
    response = chen.post(url("roster_upload", world.jiamu), data)
    assert (response.status_code, RosterImport.objects.count()) == (422, 0)
    assert "invalid-feedback" in response.content.decode()


def test_file_name_of_any_kind_is_taken(chen, world):
    for name in ("名" * 300 + ".csv", "../../etc/passwd.csv", "a\x00b.csv", "=1+1.csv"):
        response = chen.post(url("roster_upload", world.jiamu), attach(b"x", name))
        assert response.status_code in {302, 422}
    for roster in RosterImport.objects.all():
        assert len(roster.file_name) <= 200
        assert "/" not in roster.file_name
        assert "\0" not in roster.file_name


def test_preview_shows_masked_names_rows_and_reasons(chen, world):
    roster = prepare(world)
    counts = {"new": 1, "changed": 1, "same": 0, "ask": 1, "refused": 1}
    assert roster.findings["counts"] == counts
    pages = {
        verdict: chen.get(url("roster_import", roster), {"verdict": verdict}).content.decode() for verdict in counts
    }
    assert "林*" in pages["changed"]
    assert "林小雨" not in pages["changed"]
    assert "1号楼 402" in pages["new"]
    assert str(ROW["count"]) % {"column": "D"} in pages["refused"]
    assert CANARY not in "".join(pages.values())


@pytest.mark.parametrize(
    "query", ["verdict=", "verdict=abc", "verdict=%00", "page=-1", "page=abc", "page=99999", "verdict=same&page=%00"]
)
def test_wrong_tab_or_page_falls_back(chen, world, query):
    assert chen.get(f"{url('roster_import', prepare(world))}?{query}").status_code == 200


def test_first_tab_is_the_one_that_needs_a_person(chen, world):
    assert chen.get(url("roster_import", prepare(world))).context["verdict"] == "refused"
    good = prepare(world, [["1", "502", "林小雨", "5"]])
    assert chen.get(url("roster_import", good)).context["verdict"] == "changed"
    same = prepare(world, [["1", "502", "林小雨", ""]])
    page = chen.get(url("roster_import", same))
    assert page.context["verdict"] == "same"
    assert url("roster_apply", same) not in page.content.decode()


@pytest.mark.parametrize("state", RosterImport.State.values)
def test_every_state_has_a_page_and_a_status(chen, world, state):
    roster = prepare(world)
    RosterImport.objects.filter(pk=roster.pk).update(state=state, applied_at=timezone.now())
    assert chen.get(url("roster_import", roster)).status_code == 200
    status = chen.get(url("roster_status", roster)).json()
    assert (status["state"], status["finished"]) == (
        state,
        state in {"ready", "applied", "refused", "discarded", "undone"},
    )


def test_page_says_when_nobody_works(chen, world):
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=b"x", by=world.chen)
    page = chen.get(url("roster_import", roster)).content.decode()
    assert "data-roster-stuck hidden" in page
    RosterImport.objects.update(leased_until=timezone.now() - timedelta(seconds=20))
    assert "data-roster-stuck hidden" not in chen.get(url("roster_import", roster)).content.decode()
    assert chen.get(url("roster_status", roster)).json()["stuck"] is True


def test_discard_forgets_the_file(chen, world):
    roster = prepare(world)
    response = chen.post(url("roster_discard", roster))
    assert (response.status_code, response.url) == (302, url("roster_upload", world.jiamu))
    roster.refresh_from_db()
    assert (roster.state, roster.lines.count()) == ("discarded", 0)


def test_button_that_comes_too_late_says_so(chen, world):
    roster = prepare(world)
    queue_roster(roster_import=roster, by=world.chen)
    work_waiting()
    for name in set(BUTTONS) - {"roster_undo"}:
        response = chen.post(url(name, roster), follow=True)
        assert response.status_code == 200
        assert [message.level_tag for message in response.context["messages"]] == ["warning"]
    roster.refresh_from_db()
    assert roster.state == "applied"


def test_refused_file_says_why_in_the_language_of_the_reader(chen, world):
    roster = submit_roster(compound=world.jiamu, file_name="a.xls", content=b"<html>", by=world.chen)
    work_waiting()
    chen.cookies["django_language"] = "en"
    page = chen.get(url("roster_import", roster)).content.decode()
    assert "This is a web page saved with a spreadsheet&#x27;s name." in page


def test_preview_takes_as_many_statements_for_few_lines_as_for_many(chen, world, django_assert_num_queries):
    for rows in (None, [["1", str(n), "甲", ""] for n in range(1000, 1200)]):
        roster = prepare(world, rows)
        with django_assert_num_queries(8):
            chen.get(url("roster_import", roster))
        with django_assert_num_queries(4):
            chen.get(url("roster_status", roster))


def test_a_code_is_a_problem_of_a_row_or_a_note_but_not_both():
    assert set(ROW) & set(NOTE) == set()
