"""The steward's main road in a real browser: from a roster to a closed round and the evening's files."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from residents.models import AccessRecord, Compound, Device, Door, Household, Resident, RoleGrant, RosterImport
from residents.roster.jobs import work_waiting
from rounds.marks import record_marks
from rounds.models import Assignment, Round, Visit
from rounds.services import create_round, open_round
from tests.marks import tap
from tests.rosters.make import tower
from tests.world import PASSWORD, bind_phone, grant, make_user, make_volunteer

pytestmark = pytest.mark.browser


@pytest.fixture
def cast(db):
    """A compound without a single door, its steward, and two volunteers with phones."""

    class Cast:
        compound = Compound.objects.create(name="塔楼", town="南街")
        steward = make_user("he", "何干事")
        wei = make_volunteer(compound, "wei", "魏志愿")
        wu = make_volunteer(compound, "wu", "吴志愿")
        phones = [bind_phone(wei, "token-of-wei-0000000000"), bind_phone(wu, "token-of-wu-00000000000")]

    grant(Cast.steward, RoleGrant.Role.STEWARD, Cast.compound)
    return Cast


def log_in(page, username):
    page.goto("/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/")


def follow(page, name, *args):
    """Clicks the first link or button in sight that leads to the address."""
    url = reverse(name, args=args)
    page.locator(f'main a[href="{url}"]:visible, main form[action="{url}"] button:visible').first.click()


def send(phone, *raw):
    now = timezone.now()
    device = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    return record_marks(device=device, raw_marks=list(raw), sent_at=now, received_at=now)


def mark(phone, visit, seq, outcome, **more):
    return send(phone, tap(visit, seq, outcome, marked_at=timezone.now().isoformat(), **more))[0].result


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_from_a_roster_to_a_closed_round(desk, cast, quiet, eventually, tmp_path):
    context = desk(accept_downloads=True)
    page = context.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, "he")
    roster = import_the_tower(page, cast, quiet, tmp_path)
    assert roster.state == "applied"
    round = prepare_a_round(page, cast, quiet)
    give_it_out(page, cast, round, quiet)
    follow(page, "round_open", round.pk)
    page.wait_for_selector("#board[data-live]")
    expect(page.locator("#board .num b").first).to_have_text("0 / 48")
    watch_the_board(page, cast, round, quiet)
    settle_the_conflict(page, round, quiet)
    print_it(page, round, quiet)
    take_it_away(page, round, quiet)
    close_it(page, round, quiet)
    assert errors == []


def import_the_tower(page, cast, quiet, tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(tower())
    follow(page, "residents:roster_upload", cast.compound.pk)
    page.set_input_files("input[type=file]", str(path))
    page.locator("form[enctype] button").click()  # the first click
    page.wait_for_selector("[data-roster-status]")
    with quiet():
        assert work_waiting() == 1
        roster = RosterImport.objects.get()
        assert roster.state == "ready"
        assert not Door.objects.exists()
    apply = page.locator(f'form[action="{reverse("residents:roster_apply", args=[roster.pk])}"] button')
    apply.wait_for()  # the page has found out by itself
    expect(page.locator(".nums [aria-current] b")).to_have_text("52")
    apply.click()  # the second click
    page.wait_for_selector("[data-roster-status]")
    with quiet():
        assert work_waiting() == 1
    page.wait_for_selector(".alert-success")
    with quiet():
        homes = Household.objects.exclude(occupancy="vacant")
        assert (Door.objects.count(), homes.count()) == (52, 48)
        assert sum(homes.values_list("told_count", flat=True)) == 118
        roster.refresh_from_db()
    return roster


def prepare_a_round(page, cast, quiet):
    page.goto(reverse("rounds:list"))
    follow(page, "testing_rounds:add", cast.compound.pk)
    page.fill("#id_title", "晚间")
    page.locator('input[name=pool_size][value="20"]').check()
    page.fill("#id_instructions", "先敲门，等一分钟")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/rounds/*/")
    with quiet():
        round = Round.objects.get()
        assert (round.kind, round.title, round.state) == ("pcr", "晚间", "draft")
        assert (round.test_round.pool_size, round.test_round.instructions) == (20, "先敲门，等一分钟")
        assert list(round.buildings.all()) == list(cast.compound.buildings.all())
    return round


def give_it_out(page, cast, round, quiet):
    follow(page, "rounds:assignments", round.pk)
    for volunteer, low, high in ((cast.wei, "14", "26"), (cast.wu, "1", "13"), (cast.wu, "26", "26")):
        page.select_option("#id_volunteer", str(volunteer.pk))
        page.select_option("#id_building", index=1)
        page.fill("#id_floor_from", low)
        page.fill("#id_floor_to", high)
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_load_state()
        expect(page.locator("main .list li", has_text=volunteer.name).first).to_be_visible()
    with quiet():
        assert sorted(part.floors for part in Assignment.objects.active()) == ["14–26F", "1–13F", "26F"]


def watch_the_board(page, cast, round, quiet):
    """What phones send shows without anybody reloading."""
    page.evaluate("window.stays = true")
    with quiet():
        visits = {visit.room: visit for visit in Visit.objects.filter(round=round)}
        assert mark(cast.phones[0], visits["2601"], 1, "done") == "stored"
    expect(page.locator("#board .num b").first).to_have_text("1 / 48", timeout=20_000)
    cell = page.locator(f'.elevation a[href="{visits["2601"].get_absolute_url()}"]')
    expect(cell).to_have_class(re.compile("o-done"))
    with quiet():
        assert mark(cast.phones[1], visits["2601"], 1, "refused", note="没开门") == "conflict"
        assert mark(cast.phones[1], visits["1302"], 2, "nobody_home") == "stored"
    expect(cell).to_have_class(re.compile("has-conflict"), timeout=20_000)
    expect(page.locator("#board .num b").nth(2)).to_have_text("1")
    expect(page.locator(".gap tbody tr", has_text="1302")).to_have_count(1)
    assert page.evaluate("window.stays") is True


def settle_the_conflict(page, round, quiet):
    with quiet():
        visit = Visit.objects.get(round=round, has_conflict=True)
    page.locator(f'#board a[href="{visit.get_absolute_url()}"]:visible').last.click()
    expect(page.locator("main ol li")).to_have_count(2)
    page.select_option("#id_outcome", "done")
    page.fill("#id_note", "两人都问过")
    page.locator(f'form[action="{reverse("visit_mark", args=[visit.pk])}"] button').click()
    expect(page.locator("main ol li")).to_have_count(3)
    expect(page.locator("main .alert-warning")).to_have_count(0)
    with quiet():
        visit.refresh_from_db()
        assert (visit.outcome, visit.has_conflict, visit.latest_mark.note) == ("done", False, "两人都问过")
    page.locator(f'.crumbs a[href^="{round.get_absolute_url()}"]').click()
    expect(page.locator("#board .num b").nth(2)).to_have_text("0")


def print_it(page, round, quiet):
    page.locator(f'main a[href^="{reverse("rounds:print", args=[round.pk])}"]').click()
    expect(page.locator(".sheet")).to_have_count(1)
    expect(page.locator(".sheet tbody tr")).to_have_count(48)
    page.emulate_media(media="print")
    for hidden in (".top", ".no-print", "#print"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.emulate_media(media="screen")
    with quiet():
        record = AccessRecord.objects.get(deed="print")
        assert (record.subject, record.row_count) == (f"round {round.pk}", 48)


def take_it_away(page, round, quiet):
    page.goto(reverse("reports:evening", args=[round.pk]))
    with page.expect_download() as waiting:
        follow(page, "reports:export", round.pk, "gaps", "xlsx")
    download = waiting.value
    with quiet():
        record = AccessRecord.objects.get(deed="export")
        assert (record.row_count, download.suggested_filename.endswith(f"-{record.pk}.xlsx")) == (47, True)
        full_names = set(Resident.objects.values_list("name", flat=True))
    with open(download.path(), "rb") as file:
        rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(file.read())).active.iter_rows()]
    assert str(record.pk) in rows[0][0]
    assert len(rows) == 2 + 47
    assert "2601" not in {row[1] for row in rows[2:]}
    assert full_names & {row[2] for row in rows} == set()


def close_it(page, round, quiet):
    page.goto(round.get_absolute_url())
    follow(page, "rounds:close", round.pk)
    page.fill("#id_reason", "其余明早")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**{round.get_absolute_url()}")
    expect(page.locator("#board[data-live]")).to_have_count(0)
    with quiet():
        round.refresh_from_db()
        assert round.state == "closed"
        assert list(round.events.values_list("step", "reason")) == [("opened", ""), ("closed", "其余明早")]
        assert round.visits.missing().count() == 47


@pytest.fixture
def two_stairwells(world):
    world.building1.doors.filter(floor__gte=3).update(entrance="2")
    world.building1.doors.filter(entrance="").update(entrance="1")
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    return round


def test_paper_holds_a_stairwell_a_sheet(desk, two_stairwells, tmp_path):
    page = desk().new_page()
    log_in(page, "chen")
    page.goto(reverse("rounds:print", args=[two_stairwells.pk]))
    expect(page.locator(".sheet")).to_have_count(3)
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 3
    page.goto(reverse("reports:evening", args=[two_stairwells.pk]))
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1


def test_a_board_that_cannot_ask_looks_stale_and_recovers(desk, two_stairwells):
    context = desk()
    page = context.new_page()
    log_in(page, "chen")
    page.goto(two_stairwells.get_absolute_url())
    context.set_offline(True)
    expect(page.locator("#board")).to_have_class(re.compile("is-stale"), timeout=20_000)
    context.set_offline(False)
    expect(page.locator("#board")).not_to_have_class(re.compile("is-stale"), timeout=20_000)
