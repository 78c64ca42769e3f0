"""The night and the purge, over a row in every table: what is due goes, on its day and not before; the rest stays."""

import logging
from datetime import date, timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from buying.models import GroupOrder
from clock.models import Clock
from compound.celery import app
from residents import retaining
from residents.models import (
    Compound,
    KeptCount,
    Purge,
    PurgeCertificate,
    PurgeStep,
    RetentionDeed,
    User,
    Volunteer,
)
from residents.purge import what_goes, what_stays, work_purges
from residents.retaining import keep_to_periods, run_night
from residents.retention import DELETED, blockers, tables
from residents.tasks import keep_to_periods as keep_to_periods_task
from residents.tasks import work_waiting_purges
from shifts.models import HealthWord
from supplies.models import HandoverPhoto
from supplies.photos import path_of
from testing_rounds.models import PersonResult
from tests.privacy import filler
from tests.privacy.canaries import WORD, found
from tests.privacy.filler import Filler

DAY = date(2022, 4, 10)
HELD_BY_OTHERS = {"residents.HouseholdLink"}  # a hash of nothing; its words go in time, the row when no step needs it

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.PHOTO_DIR = tmp_path
    return tmp_path


@pytest.fixture
def talk(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def filled(name: str, *, ended: bool = True) -> Compound:
    compound = Compound.objects.create(name=name)
    told = Filler(compound, DAY, full=True, ended=ended).fill()
    Filler(compound, DAY, full=False, ended=ended, other=told).fill()
    for key in HandoverPhoto.objects.filter(visit__round__compound=compound).values_list("pk", flat=True):
        path_of(key).parent.mkdir(parents=True, exist_ok=True)
        path_of(key).write_text(filler.WORD)
    return compound


def approved(compound: Compound) -> Purge:
    now, (one, two) = timezone.now(), [User.objects.create(username=f"{compound.pk}-{number}") for number in (1, 2)]
    preview = what_goes(compound)
    return Purge.objects.create(
        compound=compound,
        reason="over",
        asked_by=one,
        preview=preview,
        approved_by=two,
        approved_at=now,
        leased_until=now,
    )


def in_files(folder) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and WORD in path.read_text(errors="replace")]


def nightly() -> list:
    """Class and table of every deed of a night."""
    return [
        (klass, one)
        for klass, table in tables()
        for one in (table.early, table)
        if one is not None and one.night is not None and klass.days is not None
    ]


def days_of_columns() -> dict[str, int]:
    """Each column that a night empties, or takes with its row -> days."""
    days = {}
    for klass, table in nightly():
        fields = table.model._meta.concrete_fields
        names = table.night if isinstance(table.night, dict) else [field.name for field in fields]
        for name in names:
            days.setdefault(f"{table.model._meta.db_table}.{name}", klass.days)
    return {place: count for place, count in days.items() if not place.endswith(".token_hash")}


def cells(compound: Compound, stays: bool) -> dict:
    """Every row of the compound as the database holds it: all, or of what stays the texts that stay."""
    told = {}
    for _klass, table in tables():
        if table.scope is None or (stays and (table.end == DELETED or table.model in (User, RetentionDeed, KeptCount))):
            continue
        names = [field.attname for field in table.model._meta.concrete_fields]
        if stays:
            gone = table.end if isinstance(table.end, dict) else {}
            names = [name for name in names if name.removesuffix("_id") not in gone and name != "ended_at"]
        told[table.name] = sorted(table.of(compound).distinct().values_list(*names), key=str)
    return told


def test_every_table_is_filled():
    compound = filled("Jiamu")
    empty = {table.name for _klass, table in tables() if table.scope is not None and not table.of(compound).exists()}
    assert empty == {"residents.Purge", "residents.PurgeStep", "residents.PurgeCertificate"}


def test_what_is_kept_n_days_is_there_on_day_n_and_nowhere_on_the_day_after(folder, talk):
    compound = filled("Jiamu")
    columns, before = days_of_columns(), set(found())
    assert len(in_files(folder)) == 2
    for days in sorted({klass.days for klass, _table in nightly()}):
        keep_to_periods(compound, DAY + timedelta(days=days))
        assert {place for place in before - set(found()) if columns.get(place, 0) >= days} == set()
        keep_to_periods(compound, DAY + timedelta(days=days + 1))
        assert {place for place in found() if columns.get(place, days + 1) <= days} == set()
    assert {
        table.name for _klass, table in nightly() if table.night == DELETED and table.of(compound).exists()
    } == HELD_BY_OTHERS
    assert in_files(folder) == []
    assert WORD not in talk.text


def test_while_a_clock_runs_results_and_remarks_wait(folder):
    compound = filled("Jiamu")
    late = DAY + timedelta(days=400)
    clocks = Clock.objects.filter(building__compound=compound)
    clocks.update(ended_at=retaining.cutoff_of(14, late))  # ended on the first day that still counts
    keep_to_periods(compound, late)
    assert PersonResult.objects.count() == 2
    keep_to_periods(compound, late + timedelta(days=1))
    assert PersonResult.objects.count() == 0


def test_counts_are_kept_of_rows_that_go(folder):
    compound = filled("Jiamu")
    counted = {table.name: table.of(compound).count() for _klass, table in nightly() if table.counted}
    keep_to_periods(compound, DAY + timedelta(days=400))
    kept: dict[str, int] = {}
    for row in KeptCount.objects.filter(compound=compound).exclude(key=filler.PLAIN):
        kept[row.table] = kept.get(row.table, 0) + row.number
    assert {name: kept.get(name, 0) for name in counted if name in kept} == {
        name: count for name, count in counted.items() if name in kept
    }
    assert {*kept} >= {"care.Need", "shifts.Place", "testing_rounds.ExpectedPerson", "medicine.Errand"}


def test_a_stop_for_illness_is_not_forgotten_while_it_holds(world):
    old = timezone.now() - timedelta(days=40)
    told = {"volunteer": world.wei, "by": world.chen, "on": timezone.localdate(old), "at": old}
    HealthWord.objects.create(kind="positive", **told)
    symptom = HealthWord.objects.create(kind="symptom", **told)
    HealthWord.objects.create(kind="well", **told)
    keep_to_periods(world.jiamu)
    assert list(HealthWord.objects.all()) == [symptom]
    HealthWord.objects.create(kind="cleared", **told)
    keep_to_periods(world.jiamu)
    assert list(HealthWord.objects.all()) == []


def test_a_night_that_was_not_the_one_after_the_last_deletes_nothing(folder, time_machine, talk):
    compound = filled("Jiamu")
    RetentionDeed.objects.all().delete()
    start = timezone.make_aware(timezone.datetime(2022, 4, 11, 3, 20))
    time_machine.move_to(start)
    assert run_night() == 0
    time_machine.move_to(start + timedelta(days=900))
    assert run_night() == 0
    assert "the last night was not yesterday" in talk.text
    time_machine.move_to(start + timedelta(days=901))
    assert run_night() > 100
    time_machine.move_to(start)
    assert (run_night(), RetentionDeed.objects.filter(compound=compound, table="").count()) == (0, 4)


def test_a_killed_night_goes_on_the_next(folder, monkeypatch):
    compound, late = filled("Jiamu"), DAY + timedelta(days=400)
    calls, real = iter(range(30)), retaining.do_slice

    def killed(*args):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(retaining, "do_slice", killed)
    with pytest.raises(KeyboardInterrupt):
        keep_to_periods(compound, late)
    monkeypatch.setattr(retaining, "do_slice", real)
    assert keep_to_periods(compound, late) > 0
    assert {place for place in found() if place in days_of_columns()} == set()
    assert keep_to_periods(compound, late) == 0


# --- The purge -------------------------------------------------------------------------------------------


def test_a_purge_leaves_no_word_of_anybody_and_touches_nothing_else(folder, talk, monkeypatch):
    monkeypatch.setattr(filler, "WORD", "otherbird")
    neighbour = filled("Hexin", ended=False)
    monkeypatch.setattr(filler, "WORD", WORD)
    compound = filled("Jiamu", ended=False)
    purge, elsewhere, stays = approved(compound), cells(neighbour, stays=False), cells(compound, stays=True)
    counts = {name: count for name, count in what_stays(compound).items() if name.split(".")[0] != "residents"}
    assert found() != []
    assert work_purges() > 50
    assert found() == []
    assert in_files(folder) == []
    assert WORD not in talk.text
    assert cells(neighbour, stays=False) == elsewhere
    assert {name: rows for name, rows in cells(compound, stays=True).items() if "Purge" not in name} == {
        name: rows for name, rows in stays.items() if "Purge" not in name
    }
    assert what_goes(compound) == {}
    body = PurgeCertificate.objects.get(purge=purge).body
    assert {name: body["stayed"][name] for name in counts} == counts
    done = {row["table"]: row["rows"] for row in body["rows"]}
    assert {name: done[name] for name in purge.preview} == purge.preview
    assert {len(row["digest"]) for row in body["rows"]} == {64}
    assert WORD not in str(body)


def test_a_killed_purge_goes_on_and_counts_every_row_once(folder, monkeypatch, time_machine):
    compound = filled("Jiamu")
    purge = approved(compound)
    work_purges(seconds=-1)  # no time at all: nothing is done, and the next tick may have it
    assert (PurgeStep.objects.count(), Purge.objects.get().leased_until <= timezone.now()) == (0, True)
    calls, real = iter(range(40)), retaining.do_slice

    def killed(*args):
        if next(calls, None) is None:
            raise RuntimeError(WORD)
        return real(*args)

    monkeypatch.setattr("residents.purge.do_slice", killed)
    work_purges()
    assert (PurgeStep.objects.count(), Purge.objects.get().trouble) == (40, "RuntimeError")
    monkeypatch.setattr("residents.purge.do_slice", real)
    assert work_purges() == 0  # its lease is not over
    time_machine.move_to(timezone.now() + timedelta(minutes=3))
    assert work_purges() > 0
    purge.refresh_from_db()
    assert (purge.finished_at is not None, purge.trouble, found()) == (True, "", [])
    done = {row["table"]: row["rows"] for row in purge.certificate.body["rows"]}
    assert {name: done[name] for name in purge.preview} == purge.preview


def test_a_finished_purge_ends_the_sessions_of_its_own_compound(world):
    sessions = {}
    for who in (world.chen, world.wei.user, world.sun):
        sessions[who] = SessionStore()
        sessions[who][SESSION_KEY] = str(who.pk)
        sessions[who].create()
    approved(world.jiamu)
    work_purges()
    assert list(Session.objects.values_list("pk", flat=True)) == [sessions[world.sun].session_key]
    assert Volunteer.objects.get(pk=world.wei.pk).ended_at is not None


def test_beat_wakes_both_and_a_deleted_row_is_overwritten(folder, monkeypatch):
    monkeypatch.setattr("residents.tasks.close_old_connections", lambda: None)
    beats = {row["task"]: row["schedule"] for row in app.conf.beat_schedule.values()}
    night = beats["residents.tasks.keep_to_periods"]
    assert ({*night.hour}, {*night.minute}, beats["residents.tasks.work_waiting_purges"]) == ({3}, {20}, 10.0)
    assert app.conf.timezone == "Asia/Shanghai"
    compound = Compound.objects.create(name="Jiamu")
    purge = approved(compound)
    keep_to_periods_task()
    work_waiting_purges()
    purge.refresh_from_db()
    assert (RetentionDeed.objects.count(), purge.finished_at is not None) == (1, True)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_money_owed_and_cards_under_way_stop_a_purge():
    compound = filled("Jiamu", ended=False)
    GroupOrder.objects.filter(compound=compound).update(state="delivering", title="土豆")
    with override("en"):
        told = blockers(compound)
    assert told.count("The group buy “土豆” is not settled: settle it first.") == 2
    assert told.count("2 medicine bags are not home yet.") == 1
