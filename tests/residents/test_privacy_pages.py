"""What is kept and for how long; who looked at what, on a page and as a file."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from residents.keeping import path_home, read_keeping, words_of
from residents.looks import about, read_looks, records_of
from residents.models import AccessRecord, HouseholdLink, RetentionPeriod
from residents.retaining import periods_of
from residents.retention import classes, tables
from residents.services import reveal_phone
from tests.world import CANARY


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def ended_link(world, days_ago, number=1):
    day = timezone.now() - timedelta(days=days_ago)
    return HouseholdLink.objects.create(
        household=world.lin_home, token_hash=f"h{number}", created_by=world.chen, created_at=day, revoked_at=day
    )


def looked(world, number=1, **more):
    told = {"user": world.chen, "compound": world.jiamu, "deed": "look", "subject": "round 1: tubes"} | more
    return AccessRecord.objects.bulk_create(AccessRecord(**told) for _n in range(number))


# --- What is kept -----------------------------------------------------------------------------------------


def test_each_class_stands_with_its_days_its_oldest_and_what_goes_next(world, steward):
    ended_link(world, 5, 1)
    ended_link(world, 20, 2)
    answer = steward.get(at("privacy", world.jiamu.pk))
    kept = {one.klass.code: one for one in answer.context["keeping"].kept}
    oldest = timezone.localdate() - timedelta(days=20)
    assert set(kept) == {klass.code for klass in classes()}
    assert (kept["links"].count, kept["links"].oldest, kept["links"].days) == (2, oldest, 90)
    assert kept["links"].goes_on == oldest + timedelta(days=91)
    assert (kept["doctor"].count, kept["doctor"].goes_on) == (0, None)
    assert CANARY not in answer.content.decode()


def test_what_is_late_goes_with_the_next_night(world):
    ended_link(world, 400)
    (links,) = [one for one in read_keeping(world.jiamu).kept if one.klass.code == "links"]
    assert links.goes_on == timezone.localdate() + timedelta(days=1)


def test_a_steward_sets_days_and_who_did_stands_below(world, steward):
    answer = steward.post(at("privacy_days", world.jiamu.pk, "links"), {"days": " ３０ "}, follow=True)
    assert answer.redirect_chain == [(at("privacy", world.jiamu.pk), 302)]
    assert periods_of(world.jiamu)["links"] == 30
    assert [(change.days, change.by) for change in answer.context["keeping"].changes] == [(30, world.chen)]


@pytest.mark.parametrize("typed", ["6", "366", "-1", "2.5", "NaN", "", "9" * 40, "€ 50,00", "three"])
def test_days_that_cannot_be_are_said_in_a_sentence_and_shown_again(world, steward, typed):
    answer = steward.post(at("privacy_days", world.jiamu.pk, "links"), {"days": typed})
    (links,) = [one for one in answer.context["keeping"].kept if one.klass.code == "links"]
    assert (answer.status_code, links.typed) == (422, typed[:20])
    assert ("7" in links.error, "365" in links.error) == (True, True)
    assert RetentionPeriod.objects.count() == 0


def test_an_officer_looks_and_sets_nothing(world, client):
    client.force_login(world.qian)
    page = client.get(at("privacy", world.jiamu.pk))
    assert (page.status_code, 'name="days"' in page.content.decode()) == (200, False)
    assert client.post(at("privacy_days", world.jiamu.pk, "links"), {"days": "30"}).status_code == 403


def test_an_unknown_class_and_a_look_at_a_button_are_refused(world, steward):
    assert steward.post(at("privacy_days", world.jiamu.pk, "nothing"), {"days": "30"}).status_code == 404
    assert steward.get(at("privacy_days", world.jiamu.pk, "links")).status_code == 405
    assert steward.post(at("privacy", world.jiamu.pk)).status_code == 405
    assert steward.post(at("privacy_days", world.hexin.pk, "links"), {"days": "30"}).status_code == 404


@pytest.mark.parametrize("many", [1, 40])
def test_the_page_costs_the_same_whatever_lies_there(world, steward, django_assert_num_queries, many):
    for number in range(many):
        ended_link(world, number, number)
        RetentionPeriod.objects.create(compound=world.jiamu, code="links", days=30 + number, by=world.chen)
    with django_assert_num_queries(14):
        steward.get(at("privacy", world.jiamu.pk))


# --- Who looked -------------------------------------------------------------------------------------------


def test_a_reveal_stands_there_with_who_when_why_and_the_household_masked(world, steward):
    reveal_phone(resident=world.lin, by=world.zhao, reason="两天没应门")
    answer = steward.get(at("privacy_log", world.jiamu.pk))
    (look,) = answer.context["looks"]
    assert (look.record.user, look.record.reason, look.place) == (world.zhao, "两天没应门", "1号楼 502 · 林*")
    assert look.link == world.lin_home.get_absolute_url()
    text = answer.content.decode()
    assert ("林小雨" in text, "两天没应门" in text, CANARY in text) == (False, True, False)


def test_it_is_filtered_by_person_kind_and_day(world, steward):
    old = timezone.make_aware(datetime(2026, 4, 30, 23, 59))
    new = timezone.make_aware(datetime(2026, 5, 1, 0, 0))
    looked(world, at=old)
    looked(world, at=new, deed="export")
    looked(world, at=new, user=world.zhao)

    def found(**asked):
        answer = steward.get(at("privacy_log", world.jiamu.pk), asked)
        return [(look.record.user.username, look.record.deed) for look in answer.context["looks"]]

    assert found(deed="export") == [("chen", "export")]
    assert found(user=world.zhao.pk) == [("zhao", "look")]
    assert found(until="2026-04-30") == [("chen", "look")]
    assert sorted(found(since="2026-05-01")) == [("chen", "export"), ("zhao", "look")]


@pytest.mark.parametrize(
    "asked",
    [
        {"deed": "nothing"},
        {"user": "x"},
        {"since": "yesterday"},
        {"since": "2026-05-02", "until": "2026-05-01"},
        {"until": "9999-12-31"},
    ],
)
def test_a_filter_that_cannot_be_is_said_and_takes_nothing_along(world, steward, asked):
    looked(world)
    answer = steward.get(at("privacy_log", world.jiamu.pk), asked)
    assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)
    assert steward.get(reverse("reports:privacy_log", args=[world.jiamu.pk, "csv"]), asked).status_code == 404
    assert AccessRecord.objects.count() == 1


def test_a_stranger_to_the_record_cannot_be_asked_for(world, steward):
    """Nobody learns from the filter who looked in another compound."""
    looked(world, compound=world.hexin, user=world.sun)
    assert steward.get(at("privacy_log", world.jiamu.pk), {"user": world.sun.pk}).status_code == 422


def test_pages_are_of_fifty_and_keep_the_filter(world, steward):
    looked(world, 51)
    answer = steward.get(at("privacy_log", world.jiamu.pk), {"deed": "look", "page": 2})
    assert (len(answer.context["looks"]), answer.context["keep"]) == (1, "deed=look&")


@pytest.mark.parametrize("many", [1, 25])
def test_the_record_costs_the_same_however_long_it_is(world, steward, django_assert_num_queries, many):
    looked(world, many, subject=f"resident {world.lin.pk}, 1号楼 502")
    looked(world, many, subject=f"household {world.far_home.pk}: link")
    with django_assert_num_queries(10):
        steward.get(at("privacy_log", world.jiamu.pk))


def test_as_a_file_it_calculates_nothing_and_is_itself_on_record(world, steward):
    reveal_phone(resident=world.lin, by=world.zhao, reason="=1+1")
    answer = steward.get(reverse("reports:privacy_log", args=[world.jiamu.pk, "csv"]), {"deed": "reveal"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))
    assert (len(rows), rows[2][1], rows[2][4], rows[2][6]) == (3, "赵楼长", "1号楼 502 · 林*", "'=1+1")
    taken = AccessRecord.objects.get(deed="export")
    assert (taken.user, taken.subject, taken.row_count) == (world.chen, f"compound {world.jiamu.pk}: privacy log", 1)
    with translation.override("en"):
        assert str(about(taken.subject).words) == "this record"


def test_what_is_gone_still_stands_as_what_it_was(world):
    looked(world, subject="resident 999999, 1号楼 502")
    looked(world, subject="something new")
    looks = read_looks(records_of(world.jiamu))
    with translation.override("en"):
        assert [(str(look.words), look.home, look.link) for look in looks] == [
            ("something new", None, ""),
            ("name or phone of a person", None, ""),
        ]


@pytest.mark.parametrize(
    ("subject", "kind", "key"),
    [
        ("resident 12, 1号楼 502", "resident", 12),
        ("household 7: link", "household", 7),
        ("household 7: link revoked", "household", 7),
        ("test history of household 7", "household", 7),
        ("results of round 3, building 9", "round", 3),
        ("round 3", "round", 3),
        ("round 3: pick list, building 9", "round", 3),
        ("roster of compound 1", "", 0),
        ("case 5, 1号楼", "", 0),
    ],
)
def test_a_text_of_the_record_leads_to_what_it_is_about(subject, kind, key):
    found = about(subject)
    assert (found.kind, found.key, str(found.words) != subject) == (kind, key, True)


def test_every_table_has_words_and_most_know_their_household():
    """The household's own page counts over every table that has a way to it."""
    names = [words_of(table.name) for _klass, table in tables()]
    assert [name for name in names if not name or "_" in name] == []
    ways = {table.name: path_home(table.model) for _klass, table in tables()}
    assert ways["rounds.Mark"] == "visit__household"
    assert ways["testing_rounds.PersonResult"] == "person__visit__household"
    assert ways["care.CallStep"] == "place__resident__household"
    assert ways["residents.Compound"] == ""
