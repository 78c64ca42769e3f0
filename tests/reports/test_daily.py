"""Frozen is frozen: versions, who, what had not arrived; and as exact as its reader may see it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from reports.bulletin import bulletin_text
from reports.models import DailyReport
from reports.services import ReportError, freeze_report, set_deadline
from reports.showing import parts_of, tables_of
from residents.models import AccessRecord, Device
from tests.clock.conftest import Desk
from tests.marks import statements
from tests.world import CANARY, grant

NAMES = ("林小雨", "林国强", "林朵", "301阿婆", "高超", "吴远", "林*", "昨天刚测过")


def page(client, name, *args, **query):
    return client.get(reverse(f"reports:{name}", args=args), query)


def test_a_frozen_version_never_changes_and_another_says_why(world, office):
    round = office.walk()
    Device.objects.filter(pk=world.wei_phone.pk).update(queued_count=7)
    first = office.freeze()
    office.tell(round, "402", "done")
    Device.objects.filter(pk=world.wei_phone.pk).update(queued_count=0)
    with pytest.raises(ReportError):
        office.freeze()
    second = office.freeze(reason="  402 补报 ")
    first.refresh_from_db()
    told = [
        (one.version, one.reason, one.unsynced_phones, one.unsynced_marks, one.is_intact, one.since)
        for one in (first, second)
    ]
    assert told == [(1, "", 1, 7, True, first.since), (2, "402 补报", 0, 0, True, first.since)]
    done = [one.body["figures"]["testing.pcr_done"]["all"] for one in (first, second)]
    assert done == [3, 5]
    assert list(DailyReport.objects.latest()) == [second]
    first.body["figures"]["testing.pcr_done"]["all"] = 9
    assert first.is_intact is False


def test_the_database_keeps_one_row_a_version(office):
    first = office.freeze()
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_freezing_at_the_desk(world, office, client):
    client.force_login(world.chen)
    office.walk()
    answer = client.post(reverse("reports:freeze", args=[world.jiamu.pk]), {"reason": ""}, follow=True)
    frozen = DailyReport.objects.get()
    assert (frozen.by, frozen.version, answer.redirect_chain) == (world.chen, 1, [(frozen.get_absolute_url(), 302)])
    again = client.post(reverse("reports:freeze", args=[world.jiamu.pk]), {"reason": " "})
    assert (again.status_code, DailyReport.objects.count()) == (422, 1)
    assert "Say why there is another version" in again.content.decode()
    long = client.post(reverse("reports:freeze", args=[world.jiamu.pk]), {"reason": "长" * 201})
    assert (long.status_code, DailyReport.objects.count()) == (422, 1)


def test_beside_yesterday_and_side_by_side(world, office, client):
    client.force_login(world.chen)
    office.freeze_yesterday()
    round = office.walk()
    lines = {
        line.figure.key: line
        for part in parts_of(office.freeze().body, before=DailyReport.objects.last().body, exact=True)
        for line in part.lines
    }
    told = [
        (lines[key].value, lines[key].before, lines[key].change) for key in ("testing.pcr_done", "residents.people")
    ]
    assert told == [(3, 0, "+3"), (9, 9, "")]
    office.tell(round, "402", "done")
    office.freeze(reason="补报")
    day = timezone.localdate().isoformat()
    text = page(client, "versions", world.jiamu.pk, day).content.decode()
    assert (text.count('<tr class="differs">'), "补报" in text, text.count("/reports/") > 3) == (4, True, True)
    assert page(client, "versions", world.jiamu.pk, "yesterday").status_code == 404
    assert page(client, "versions", world.jiamu.pk, "2022-04-10").status_code == 404
    assert page(client, "versions", world.hexin.pk, day).status_code == 404


def test_an_officer_reads_counts_and_none_of_health_under_five(world, office, client):
    desk = Desk(world)
    desk.case(reported_at=timezone.now())
    frozen = office.freeze()
    exact, seen = (
        {line.figure.key: line.value for part in parts_of(frozen.body, exact=flag) for line in part.lines}
        for flag in (True, False)
    )
    assert {key: (exact[key], seen[key]) for key in exact if exact[key] != seen[key]} == {
        "clock.new": (1, "<5"),
        "clock.to_be_moved": (1, "<5"),
    }
    rows = [row for table in tables_of(frozen.body, exact=False) for row in table.rows]
    assert ("1号楼", ["<5", "<5"]) in rows
    assert page(client, "daily", world.jiamu.pk).status_code == 302
    client.force_login(world.qian)
    for address in (page(client, "report", frozen.pk), page(client, "daily", world.jiamu.pk)):
        assert address.status_code == 200
    listed = b"".join(page(client, "report_list", frozen.pk, "csv").streaming_content).decode()
    assert listed.count('"<5"') == 4
    assert [name for name in NAMES if name in listed] == []
    record = AccessRecord.objects.get(deed="export")
    assert (record.user, record.subject) == (world.qian, f"report {frozen.pk}: figures")
    client.force_login(world.zhao)
    assert {page(client, *what).status_code for what in (("report", frozen.pk), ("daily", world.jiamu.pk))} == {404}


def test_a_change_tells_no_hidden_number(world, office):
    Desk(world).case(reported_at=timezone.now())
    now, before = office.freeze().body, {"figures": {"clock.new": {"all": 0}}, "names": {}}
    changes = [
        line.change
        for exact in (True, False)
        for part in parts_of(now, before=before, exact=exact)
        for line in part.lines
        if line.figure.key == "clock.new"
    ]
    assert changes == ["+1", ""]


def test_the_bulletin_names_nobody_and_no_few(world, office, client):
    office.walk()
    Desk(world).case(reported_at=timezone.now())
    frozen = office.freeze()
    client.force_login(world.chen)
    shown = page(client, "bulletin", frozen.pk).content.decode()
    text = bulletin_text(
        compound="佳木大厦", day=frozen.day, at=frozen.at, body=frozen.body, phones=3, version=frozen.version
    )
    assert [name for name in NAMES if name in text + shown] == []
    assert "PCR: should 9, PCR: did fewer than five, PCR: missed 6" in text
    assert ("new positives told fewer than five" in text, "3 phones have not synced yet." in text) == (True, True)
    making = bulletin_text(compound="", day=frozen.day, at=frozen.at, body=frozen.body, phones=0)
    assert making.splitlines()[-1].endswith("still changing.")


def test_a_figure_of_a_room_that_is_no_more_is_still_read(world, office, client):
    frozen = office.freeze()
    frozen.body["figures"]["gone.one"] = {"all": 3}
    frozen.body["names"]["gone.one"] = ["旧指标", "old figure"]
    frozen.save()
    client.force_login(world.chen)
    listed = b"".join(page(client, "report_list", frozen.pk, "csv").streaming_content).decode()
    assert '"old figure","","3"' in listed
    assert "changed them in the database" in page(client, "report", frozen.pk).content.decode()


def test_reports_of_two_places_side_by_side_late_ones_first(world, office, client):
    grant(world.qian, "officer", world.hexin)
    client.force_login(world.qian)
    now = timezone.localtime()
    office.freeze()
    freeze_report(compound=world.hexin, by=world.sun, now=now - timedelta(days=1))
    for compound in (world.jiamu, world.hexin):
        form = {"due_at": now.replace(hour=0, minute=0).time(), "minutes_before": 30, "freezes_itself": False}
        set_deadline(compound=compound, by=world.chen, **form)
    with statements() as seen:
        text = page(client, "home").content.decode()
    assert text.index("和欣苑") < text.index("佳木大厦")
    assert (text.count('class="is-late"'), "reported" in text, "late by" in text) == (1, True, True)
    assert [name for name in (*NAMES, f"{CANARY}孙") if name in text] == []
    assert len(seen) == 6  # session, user, roles, compounds, reports, unread notices


def test_home_leads_each_to_their_own(world, client):
    def to(user):
        client.force_login(user)
        answer = page(client, "home")
        return answer.status_code, answer.headers.get("Location", "")

    daily = reverse("reports:daily", args=[world.jiamu.pk])
    tonight = reverse("reports:tonight", args=[world.jiamu.pk])
    answers = [to(user) for user in (world.chen, world.zhao, world.qian, world.wei.user)]
    assert answers == [(302, daily), (302, tonight), (200, ""), (200, "")]


def test_what_the_pages_cost(world, office, client):
    office.freeze_yesterday()
    office.walk()
    frozen = office.freeze()
    client.force_login(world.chen)
    costs = {}
    for name, key in (("daily", world.jiamu.pk), ("report", frozen.pk), ("tonight", world.jiamu.pk)):
        with statements() as seen:
            assert page(client, name, key).status_code == 200
        costs[name] = len(seen)
    assert costs == {"daily": 45, "report": 8, "tonight": 13}
