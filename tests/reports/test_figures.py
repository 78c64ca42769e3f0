"""Every figure is read from facts, agrees with the page it comes from, and costs the same after sixty rounds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clock.homecoming import receive_home
from clock.models import Clock
from clock.reading import read_clocks
from lifts.models import Lift
from reports.figures import figures, figures_of, rooms
from reports.reading import Span, read_figures, span_of
from residents.links import find_link, reissue_link
from residents.models import Building, Device, Resident
from residents.occupancy import summarise
from rounds.board import read_totals
from rounds.complaints import answer_complaint, complain
from rounds.models import Round
from rounds.services import close_round
from supplies.services import load_building
from tests.care.carers import Carers
from tests.clock.conftest import Desk
from tests.marks import statements
from tests.supplies.store import Store
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import move_in


def test_people_are_those_of_the_compounds_page(world, office):
    Resident.objects.filter(name="林国强").update(whereabouts="hospital", age_band="60-79")
    Resident.objects.filter(name="林朵").update(whereabouts="away", age_band="0-13")
    Resident.objects.filter(name="吴近").update(stays_at=world.building1.doors.get(room="301"))
    move_in(world.building2.doors.get(room="101"), "常", occupancy="away", told_count=4)
    page = summarise(list(world.jiamu.buildings.all()))
    told = office.figures()
    for key, name in (("doors", "doors"), ("occupied", "lived_in"), ("vacant", "vacant"), ("people", "people")):
        assert told[f"residents.{key}"]["in"] == [getattr(each, name) for each in page], key
    assert told["residents.elders"]["all"] == sum(each.elders for each in page) == 2
    assert told["residents.people"]["in"] == [3 + 1 + 3 + 1, 1 + 4]
    names = ("people", "present", "away", "hospital", "children", "alone", "households", "tenants")
    assert office.whole(*names, room="residents") == (13, 7, 5, 1, 1, 1, 5, 1)


def test_pcr_says_should_did_and_why_the_rest_are_missing(world, office):
    round = office.walk()
    names = ("expected", "done", "exempt", "elsewhere", "missed", "missed_absent", "missed_refused", "missed_unreached")
    numbers = office.whole(*(f"testing.pcr_{name}" for name in names))
    assert numbers == (9, 3, 0, 0, 6, 1, 3, 2)
    _rows, board = read_totals(round, list(world.jiamu.buildings.all()))
    assert (numbers[0], numbers[1]) == (board.people_expected, board.people_done)
    assert office.whole("pcr_doors_missing", "pcr_rounds", room="testing") == (board.missing, 1)
    assert office.figures()["testing.pcr_missed"]["in"] == [4, 2]


@pytest.mark.parametrize("outcome", ["done", "partly", "nobody_home", "refused", "elsewhere", "exempt"])
def test_whatever_is_told_nobody_is_counted_twice_or_lost(office, outcome):
    round = office.start()
    office.tell(round, "502", outcome)
    office.tell(round, "301", outcome, people={"1": "done", "2": "done"})
    did = ("pcr_done", "pcr_exempt", "pcr_elsewhere", "pcr_missed")
    expected, *numbers = office.whole("pcr_expected", *did, room="testing")
    assert (expected, sum(numbers)) == (10, 10)  # a second person was met behind 301
    reasons = office.whole("pcr_missed_absent", "pcr_missed_refused", "pcr_missed_unreached", room="testing")
    assert sum(reasons) == numbers[-1]


def test_antigen_is_as_the_antigen_page_says(world, office):
    antigen = AntigenRound(world)
    antigen.hand_out(world.lin_home, world.elder_home)
    antigen.tell(world.lin_home, by=world.zhao, p1="negative", p2="positive")
    names = ("rounds", "expected", "given", "negative", "positive", "invalid", "untold")
    assert office.whole(*names, room="antigen") == (1, 9, 4, 1, 1, 0, 7)


def test_the_lockdown_says_day_n_of_N_and_who_waits_for_a_bed(world, office):
    desk = Desk(world)
    desk.start("7+7", ago=3)
    desk.case(reported_at=timezone.now())
    desk.case(ago=4, moved_out_at=timezone.now())
    desk.case(ago=0, kind="contact", building=world.building2)
    told = office.figures()
    read = read_clocks(Clock.objects.all(), with_rounds=False)[0]
    assert (told["clock.day"], told["clock.days"]["in"][1]) == ({"in": [read.today.number, ""]}, "")
    assert told["clock.sealed_days"]["all"] == "1号楼 " + told["clock.days"]["in"][0]
    assert (told["clock.zone"]["in"], told["clock.sealed"]) == (["sealed", ""], {"in": [1, 0], "all": 1})
    words = ("new", "to_be_moved", "moved", "contacts", "returned")
    assert tuple(told[f"clock.{word}"]["all"] for word in words) == (1, 1, 1, 1, 0)


def test_who_comes_home_is_counted_on_the_day_it_is_told(world, office):
    desk = Desk(world)
    desk.rule("returning")
    days = {"discharged_on": desk.day(1), "returned_on": desk.day(0)}
    receive_home(household=world.lin_home, resident=world.lin, by=world.chen, **days)
    assert office.whole("clock.returned") == (1,)


def test_supplies_in_out_and_still_to_go(world, office):
    store = Store(world)
    batch = store.arrive(10)
    distribution = store.open(store.prepare(batch))
    load_building(line=distribution.lines.get(), building=world.building1, quantity=2, by=world.chen)
    store.tell(distribution, world.lin_home)
    names = ("arrived", "handed_out", "served", "due", "undelivered", "short", "in_store", "gear_in_store")
    assert office.whole(*names, room="supplies") == (10, 1, 1, 4, 3, 0, 8, 0)
    assert office.figures()["supplies.handed_out"]["in"] == [1, 0]


def test_lifts_phones_and_volunteers(world, office):
    Lift.objects.create(building=world.building2, number=1, out_since=timezone.now())
    Device.objects.filter(pk=world.wei_phone.pk).update(queued_count=7)
    told = office.figures()
    assert told["lifts.out_of_service"] == {"in": [0, 1], "all": 1}
    names = ("volunteers", "on_duty", "phones", "unsynced", "unsynced_marks", "held_marks")
    assert office.whole(*names, room="phones") == (2, 0, 2, 1, 7, 0)


def test_complaints_wait_until_they_are_answered_and_what_nobody_planned_is_counted(world, office):
    store = Store(world)
    bags = store.open(store.prepare(store.arrive(9)))
    said = {}
    for home in (world.lin_home, world.far_home):
        link = find_link(reissue_link(household=home, by=world.chen).secret)
        said[home] = complain(visit=store.visit(bags, home), link=link, kind="gone")
    answer_complaint(complaint=said[world.lin_home], answer="补发一袋", by=world.chen)
    Lift.objects.create(building=world.building2, number=1, out_since=timezone.now())
    carers = Carers(world)
    carers.need()
    carers.need(is_urgent=True)
    names = ("open", "new", "answered", "incidents")
    assert office.whole(*names, room="complaints") == (1, 2, 1, 2)
    assert [office.figures()[f"complaints.{name}"]["in"] for name in ("open", "incidents")] == [[0, 1], [1, 1]]


def test_another_compound_is_in_no_figure(world, office):
    office.walk()
    before = office.figures()
    round = office.start(compound=world.hexin, buildings=[world.other_building])
    office.tell(round, "303", "done")
    Device.objects.filter(pk=world.other_phone.pk).update(queued_count=7)
    assert office.figures() == before


def test_the_day_begins_where_yesterdays_report_ended(world, office):
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    assert span_of(None, now).since == midnight
    yesterdays = office.freeze_yesterday()
    assert span_of(yesterdays, now).since == yesterdays.at
    yesterdays.day -= timedelta(days=1)
    assert span_of(yesterdays, now).since == midnight


def test_a_round_is_reported_while_it_goes_on_and_when_it_closes_and_never_again(world, office):
    round = office.walk()
    now = timezone.now()
    Round.objects.filter(pk=round.pk).update(opened_at=now - timedelta(hours=20), starts_at=now - timedelta(hours=20))

    def rounds(since_hours, until_hours):
        span = Span(now.date(), now + timedelta(hours=since_hours), now + timedelta(hours=until_hours))
        return read_figures(world.jiamu, span).body["figures"]["testing.pcr_rounds"]["all"]

    assert (rounds(-30, -21), rounds(-30, -19), rounds(-2, 1), rounds(20, 21)) == (0, 1, 1, 0)
    close_round(round=round, by=world.chen)
    assert (rounds(-2, 1), rounds(1, 3)) == (1, 0)


def test_every_figure_has_its_names_and_each_name_of_a_header_means_one(office):
    keys = [figure.key for room in rooms() for figure in figures_of(room)]
    assert (len(keys), len(set(keys)), list(figures())) == (len(keys), len(keys), keys)
    said = [word for figure in figures().values() for word in figure.words.split()]
    assert [word for word in said if said.count(word) > 1] == []


BUDGET = 40  # a PCR and an antigen round under way; three more for each further antigen round of the day


def test_the_report_costs_the_same_whatever_lies_behind(world, office):
    AntigenRound(world)
    office.walk()
    with statements() as seen:
        office.figures()
    assert len(seen) == BUDGET
    for number in range(3):
        old = office.walk()
        days = timedelta(days=number + 3)
        Round.objects.filter(pk=old.pk).update(
            starts_at=old.starts_at - days, ends_at=old.ends_at - days, opened_at=old.starts_at - days
        )
        close_round(round=old, by=world.chen)
        Round.objects.filter(pk=old.pk).update(closed_at=old.ends_at - days)
    for building in Building.objects.filter(compound=world.jiamu):
        for door in building.doors.filter(households=None):
            move_in(door, "甲", "乙")
    with statements() as seen:
        office.figures()
    assert len(seen) == BUDGET
