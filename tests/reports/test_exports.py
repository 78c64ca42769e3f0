"""What leaves the desk as a file: text that stays text, masked, numbered, on record, and for whom it is meant."""

import csv
import io
from urllib.parse import unquote

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from reports.evening import door_header
from reports.exports import NOT_IN_FILE_NAMES, disarm, xlsx_bytes
from residents.models import AccessRecord, Resident, RoleGrant
from rounds.board import LETTERS
from rounds.marks import mark_at_desk
from rounds.models import Visit
from rounds.services import create_round, open_round
from tests.marks import statements
from tests.world import CANARY, grant, make_user

FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://x","y")']
KINDS = [(what, ending) for what in ("totals", "gaps", "doors") for ending in ("xlsx", "csv")]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def round(world):
    round = create_round(**world.round_form(title="Evening"))
    open_round(round=round, by=world.chen)
    return round


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def take(client, round, what="doors", ending="xlsx"):
    return client.get(reverse("reports:export", args=[round.pk, what, ending]))


def content(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def xlsx_rows(answer):
    sheet = load_workbook(io.BytesIO(content(answer))).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def csv_rows(answer):
    return list(csv.reader(io.StringIO(content(answer).decode("utf-8-sig"))))


def note(world, round, text, outcome="refused", room="202"):
    mark_at_desk(visit=Visit.objects.get(round=round, room=room), by=world.chen, outcome=outcome, note=text)


# --- What is in them ----------------------------------------------------------------------------------


def test_a_sheet_holds_every_door_as_text(world, steward, round):
    note(world, round, "0012")
    book = load_workbook(io.BytesIO(content(take(steward, round))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    number = AccessRecord.objects.get().pk
    assert rows[0][0].startswith(f"Export no. {number} · 陈干事 · ")
    assert rows[1] == door_header()
    assert rows[1][:2] == ["Building", "Room"]
    refused = next(row for row in rows if row[1] == "202")
    assert refused[:6] == ["1号楼", "202", "高*", "3", "0", f"{LETTERS['refused']} refused"]
    assert refused[7:] == ["陈干事", "0012", "building lead explains at the door"]
    assert [row[1] for row in rows[2:]] == ["502", "301", "202", "402"]


def test_the_gap_list_leaves_out_what_is_done(world, steward, round):
    note(world, round, "", outcome="done")
    for ending, rows_of in (("xlsx", xlsx_rows), ("csv", csv_rows)):
        assert [row[1] for row in rows_of(take(steward, round, "gaps", ending))[2:]] == ["502", "301", "402"]


def test_totals_hold_counts_alone(world, steward, round):
    note(world, round, "private remark", outcome="done")
    rows = csv_rows(take(steward, round, "totals", "csv"))
    assert rows[2:] == [
        ["1号楼", "3", "2", "1", "0", "0", "0", "0", "0", "3", "7"],
        ["2号楼", "1", "1", "0", "0", "0", "0", "0", "0", "0", "2"],
        ["all", "4", "3", "1", "0", "0", "0", "0", "0", "3", "9"],
    ]
    assert xlsx_rows(take(steward, round, "totals"))[2:] == rows[2:]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_remark_is_never_a_formula(world, steward, round, text):
    note(world, round, text)
    book = load_workbook(io.BytesIO(content(take(steward, round))))
    row = next(row for row in book.active.iter_rows() if row[1].value == "202")
    assert row[8].data_type == "s"
    assert row[8].value.replace("_x000D_", "\r") in {text, text.replace("\r", "\n")}
    rows = csv_rows(take(steward, round, "doors", "csv"))
    assert next(row for row in rows[2:] if row[1] == "202")[8] == f"'{text}"


def test_ordinary_remarks_are_left_as_they_are():
    for text in ("", "302", "a=b", "儿子夜班，22:30", "'quoted", " -1"):
        assert disarm(text) == text


def test_every_field_of_a_csv_is_quoted(world, steward, round):
    note(world, round, 'a;=1+1,"b"\nc')
    text = content(take(steward, round, "doors", "csv")).decode("utf-8-sig")
    assert '"a;=1+1,""b""\nc"' in text
    assert all(line.startswith('"') for line in text.split("\r\n") if line)


def test_what_a_sheet_cannot_hold_becomes_a_mark(world):
    rows = [["a\x00b\x0bc\ufffe", "x" * 40_000]]
    book = load_workbook(io.BytesIO(xlsx_bytes("[a]:*?/\\" * 9, "m", ["h"], rows)))
    assert book.active["A3"].value == "a\ufffdb\ufffdc\ufffd"
    assert len(book.active["B3"].value) == 32_767
    assert len(book.active.title) <= 31


def test_a_csv_is_for_excel_too(steward, round):
    answer = take(steward, round, "doors", "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    raw = content(answer)
    assert raw.startswith("\ufeff".encode())
    assert raw.endswith(b"\r\n")


# --- The name of the file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Evening", "Evening"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"b; filename="x.exe', "a-b-filename-x-exe"),
        ("夜间第三轮", "夜间第三轮"),
        ("C:\\x|<>?*", "C-x-"),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_file_is_named_safely_and_numbered(world, steward, title, kept, ending):
    round = create_round(**world.round_form(title=title))
    open_round(round=round, by=world.chen)
    answer = take(steward, round, "doors", ending)
    number = AccessRecord.objects.get().pk
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename")
    name = unquote(header.split("''")[-1]) if "''" in header else header.split('"')[1]
    assert name == f"knock-and-tell-round-1-{kept}-All-doors-{number}.{ending}"
    assert NOT_IN_FILE_NAMES.sub("", name.removesuffix(f".{ending}")) == name.removesuffix(f".{ending}")
    assert str(number) in content(answer)[:200].decode("utf-8-sig") if ending == "csv" else True


def test_line_breaks_in_a_title_do_not_reach_the_header(world, steward):
    round = create_round(**world.round_form(title="a\r\nX-Evil: 1"))
    open_round(round=round, by=world.chen)
    answer = take(steward, round)
    assert "X-Evil" not in answer.headers
    assert "a-X-Evil-1-All-doors" in answer["Content-Disposition"]


def test_a_long_title_leaves_a_name_every_disk_takes(world, steward):
    round = create_round(**world.round_form(title="轮" * 80))
    open_round(round=round, by=world.chen)
    header = take(steward, round)["Content-Disposition"]
    name = unquote(header.split("''")[-1])
    assert len(name.encode()) < 255
    assert name.endswith(f"-{AccessRecord.objects.get().pk}.xlsx")


# --- Who may, and what is on record --------------------------------------------------------------------


@pytest.mark.parametrize(("what", "ending"), KINDS)
def test_each_export_is_on_record(world, steward, round, what, ending):
    rows = {"totals": 3, "gaps": 4, "doors": 4}[what]
    answer = take(steward, round, what, ending)
    record = AccessRecord.objects.get()
    assert (record.user, record.compound, record.deed) == (world.chen, world.jiamu, "export")
    assert (record.subject, record.row_count) == (f"round {round.pk}: {what}", rows)
    assert len((xlsx_rows if ending == "xlsx" else csv_rows)(answer)) == rows + 2


@pytest.mark.parametrize(("what", "ending"), KINDS)
def test_names_are_masked_and_phones_absent_in_every_export(world, client, round, what, ending):
    secrets = [*Resident.objects.values_list("name", flat=True), CANARY]
    secrets += [phone for phone in Resident.objects.values_list("phone", flat=True) if phone]
    assert len(secrets) > 10
    for user in (world.chen, world.qian, world.zhao):
        client.force_login(user)
        answer = take(client, round, what, ending)
        if answer.status_code == 403:
            continue
        rows = (xlsx_rows if ending == "xlsx" else csv_rows)(answer)
        text = "\n".join(str(value) for row in rows for value in row)
        assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(("what", "ending"), KINDS)
def test_an_officer_takes_counts_alone(world, client, round, what, ending):
    client.force_login(world.qian)
    may = what == "totals"
    assert take(client, round, what, ending).status_code == (200 if may else 403)
    assert AccessRecord.objects.count() == may


def test_a_lead_takes_the_own_building_alone(world, client, round):
    client.force_login(world.zhao)
    assert [row[1] for row in csv_rows(take(client, round, "doors", "csv"))[2:]] == ["502", "301", "202"]
    assert csv_rows(take(client, round, "totals", "csv"))[-1][:2] == ["all", "3"]


def test_leading_a_building_elsewhere_gives_an_officer_no_doors_here(world, client, round):
    both = make_user("both", "两职")
    grant(both, RoleGrant.Role.OFFICER, world.jiamu)
    grant(both, RoleGrant.Role.LEAD, world.hexin, world.other_building)
    client.force_login(both)
    assert take(client, round, "totals", "csv").status_code == 200
    assert take(client, round, "doors", "csv").status_code == 403
    page = client.get(reverse("reports:evening", args=[round.pk]))
    assert page.context["can_take_doors"] is False


def test_an_officer_who_leads_a_building_takes_its_doors_alone(world, client, round):
    grant(world.qian, RoleGrant.Role.LEAD, world.jiamu, world.building2)
    client.force_login(world.qian)
    assert [row[1] for row in csv_rows(take(client, round, "doors", "csv"))[2:]] == ["402"]
    assert csv_rows(take(client, round, "totals", "csv"))[-1][:2] == ["all", "4"]


def test_what_there_is_not_is_404_and_leaves_no_record(world, client, round):
    client.force_login(world.chen)
    draft = create_round(**world.round_form())
    for pk, what, ending in (
        (round.pk, "people", "csv"),
        (round.pk, "doors", "pdf"),
        (draft.pk, "doors", "csv"),
        (10**9, "doors", "csv"),
    ):
        assert client.get(f"/reports/rounds/{pk}/{what}.{ending}").status_code == 404
    assert client.post(reverse("reports:export", args=[round.pk, "doors", "csv"])).status_code == 405
    for user in (world.sun, world.wei.user):
        client.force_login(user)
        assert take(client, round).status_code == 404
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("floors", [1, 30])
@pytest.mark.parametrize("what", ["totals", "gaps", "doors"])
def test_an_export_costs_the_same_for_few_and_many(world, steward, floors, what):
    from tests.reports.test_evening import grow

    round = grow(world, floors)
    with statements() as seen:
        answer = take(steward, round, what, "csv")
        lines = content(answer).count(b"\r\n")
    assert lines == 2 + (4 if what == "totals" else floors * 4 + 4)
    assert len(seen) <= 8, "\n".join(seen)
