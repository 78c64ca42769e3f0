"""What leaves the desk about results: masked, on record; and lines of a list that did nothing, with their reasons."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import translation

from reports.result_lists import columns
from residents.models import AccessRecord
from residents.roster.cells import plain
from testing_rounds.lab_reading import FIELD_OF, read_uploaded
from testing_rounds.labs import preview_list
from testing_rounds.models import ExpectedPerson
from testing_rounds.results import record_tube_result
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    """The Lins lie in one tube with the two of building 2; it is positive. 301 was sampled, 202 was not."""
    pcr = open_pcr(world)
    sample(pcr, world.chen, world.lin_home, world.elder_home, world.far_home)
    people = people_of(pcr, world.lin_home) + people_of(pcr, world.far_home)
    world.tube = fill_tube(pcr, world.chen, "T-1", people)
    record_tube_result(tube=world.tube, value="positive", source="lab_list", by=world.chen)
    return pcr


def rows_of(client, name, *args):
    answer = client.get(reverse(f"reports:{name}", args=args))
    assert answer.status_code == 200
    lines = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff")))
    return list(lines)[1:]  # the first is the export's number


def test_a_steward_takes_values_and_tubes_masked_and_on_record(world, client, pcr):
    client.force_login(world.chen)
    header, *rows = rows_of(client, "export", pcr.round.pk, "results", "csv")
    assert header == ["Building", "Room", "Name (masked)", "State", "Tube", "Result", "Known since", "Stays at home"]
    lin = [row[:6] + row[7:] for row in rows if row[1] == "502"]
    assert lin[0] == ["1号楼", "502", "林*", "✓ done", "T-1", "inconclusive", "yes"]
    assert {(row[1], row[5], row[7]) for row in rows if row[1] != "502"} == {
        ("301", "", ""),
        ("202", "", ""),
        ("402", "inconclusive", "yes"),
    }
    assert any("林小雨" in cell for row in rows for cell in row) is False
    record = AccessRecord.objects.get(deed="export")
    assert (record.subject, record.row_count) == (f"round {pcr.round.pk}: results", len(rows))


def test_a_lead_takes_the_own_house_without_values_and_an_officer_nothing(world, client, pcr):
    client.force_login(world.zhao)
    header, *rows = rows_of(client, "export", pcr.round.pk, "results", "csv")
    assert header == ["Building", "Room", "Name (masked)", "State", "Told", "Stays at home"]
    assert ({row[0] for row in rows}, rows[0][4:]) == ({"1号楼"}, ["yes", "yes"])
    client.force_login(world.qian)
    assert client.get(reverse("reports:export", args=[pcr.round.pk, "results", "csv"])).status_code == 403


def test_the_list_of_tubes_says_what_each_came_to(world, client, pcr):
    client.force_login(world.chen)
    (_header, row) = rows_of(client, "export", pcr.round.pk, "tubes", "csv")
    assert (row[0], row[7]) == ("T-1", "positive")


BROUGHT = "采样管,室号,姓名,结果\nT-1,,,阴性\nT-99,,,阴性\n,1-502,李四,阴性\n,1-502,=1+1,也许"


def test_lines_left_over_come_back_with_their_reasons(world, client, pcr):
    lab_list = preview_list(test_round=pcr, by=world.chen, text=BROUGHT)
    client.force_login(world.chen)
    assert (
        reverse("reports:lab_lines", args=[lab_list.pk, "xlsx"])
        in client.get(lab_list.get_absolute_url()).content.decode()
    )
    header, *rows = rows_of(client, "lab_lines", lab_list.pk, "csv")
    assert (header[0], header[-1]) == ("Line", "Why")
    told = [(row[0], row[1], row[5], row[6], row[-1]) for row in rows]
    assert told == [
        ("3", "T-99", "", "阴性", "Tube: no tube T-99 is known."),
        ("4", "", "李四", "阴性", "Name: 李四 is not expected at 1-502."),
        ("5", "", "'=1+1", "也许", "Result: “也许” is not understood."),
    ]
    assert AccessRecord.objects.get(deed="export").subject == f"list of results {lab_list.pk}: lines left over"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_put_right_in_the_file_can_be_brought_again(world, client, pcr, language):
    with translation.override(language):
        assert [FIELD_OF[plain(word)] for word in columns().values()] == list(columns())
    lab_list = preview_list(test_round=pcr, by=world.chen, text=BROUGHT)
    client.force_login(world.chen)
    answer = client.get(reverse("reports:lab_lines", args=[lab_list.pk, "xlsx"]), headers={"Accept-Language": language})
    first = read_uploaded(answer.content, "left-over.xlsx")[0]
    assert (first.tube, first.value) == ("T-99", "阴性")


def test_a_list_that_did_all_it_said_offers_no_file(world, client, pcr):
    lab_list = preview_list(test_round=pcr, by=world.chen, text="采样管,结果\nT-1,阴性")
    client.force_login(world.chen)
    assert "left-over" not in client.get(lab_list.get_absolute_url()).content.decode()


@pytest.mark.parametrize("homes", [0, 30])
def test_the_list_costs_the_same_for_few_and_many(world, client, pcr, django_assert_num_queries, homes):
    first = people_of(pcr, world.lin_home)[0]
    ExpectedPerson.objects.bulk_create(ExpectedPerson(visit=first.visit, number=100 + n) for n in range(homes))
    client.force_login(world.chen)
    with django_assert_num_queries(8):
        rows = rows_of(client, "export", pcr.round.pk, "results", "csv")
    assert len(rows) == 10 + homes  # and the header
