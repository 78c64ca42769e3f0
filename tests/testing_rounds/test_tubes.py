"""A mark names the tube in hand: who is in which, what cannot be, and that the mark counts all the same."""

from datetime import timedelta

import pytest

from compound.following import follow_marks
from residents.models import Door
from rounds.marks import mark_at_desk, settle_conflict
from rounds.models import Mark
from testing_rounds.models import ExpectedPerson, Swab, SwabQuestion, TestRound, Tube
from testing_rounds.swabs import read_code
from tests.marks import SENT_AT, statements, tap
from tests.testing_rounds.conftest import open_pcr, send, visit_at
from tests.world import move_in

EARLIER = (SENT_AT - timedelta(minutes=30)).isoformat()


@pytest.fixture
def lin(world, pcr):
    return visit_at(pcr, world.lin_home)


@pytest.fixture
def elder(world, pcr):
    return visit_at(pcr, world.elder_home)


@pytest.fixture
def tenant(world, pcr):
    return visit_at(pcr, world.tenant_home)


def into(code, **changes):
    return {"details": {"tube": code}} | changes


def inside(code) -> list[tuple[str, int, int]]:
    """(room, person number, place) of a tube, by place."""
    rows = Swab.objects.filter(tube__code=code, voided_at=None).order_by("place")
    return list(rows.values_list("person__visit__room", "person__number", "place"))


def counts(code) -> tuple[int, int]:
    tube = Tube.objects.get(code=code)
    return tube.filled_count, tube.size


def asked() -> list[tuple[str, int, str]]:
    rows = SwabQuestion.objects.order_by("person__visit__room", "person__number")
    return list(rows.values_list("person__visit__room", "person__number", "reason"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [("a12-3", "A12-3"), (" ａ12　3\n", "A123"), ("", ""), (None, ""), (7, ""), ("x" * 60, "X" * 40), ("a\x00b", "AB")],
)
def test_a_code_has_one_spelling(typed, code):
    assert read_code(typed) == code


def test_the_first_mark_makes_the_tube_and_everybody_it_speaks_of_has_a_place(world, lin):
    receipts = send(world.wei_phone, tap(lin, 1, **into("s-1")))
    assert [(receipt.result, receipt.message) for receipt in receipts] == [("stored", "")]
    assert inside("S-1") == [("502", 1, 1), ("502", 2, 2), ("502", 3, 3)]
    tube = Tube.objects.get()
    assert (tube.filled_count, tube.size, tube.opened_by, tube.compound) == (3, 5, world.wei.user, world.jiamu)
    assert set(Swab.objects.values_list("mark", flat=True)) == {Mark.objects.get().pk}


def test_a_mark_sent_twice_places_nobody_twice(world, lin):
    raw = tap(lin, 1, **into("s-1"))
    send(world.wei_phone, raw, raw)
    send(world.wei_phone, raw)
    assert counts("S-1") == (3, 5)
    assert Swab.objects.count() == 3


def test_people_told_one_by_one_go_where_each_was_told(world, lin):
    send(
        world.wei_phone,
        tap(lin, 1, "partly", people={"1": "done", "2": "refused"}, **into("A")),
        tap(lin, 2, "partly", people={"3": "done"}, **into("B")),
    )
    assert (inside("A"), inside("B")) == ([("502", 1, 1)], [("502", 3, 1)])


def test_who_does_not_fit_is_asked_about_and_the_mark_counts(world, lin, tenant):
    send(world.wei_phone, tap(lin, 1, **into("A")))
    receipts = send(world.wei_phone, tap(tenant, 2, **into("A")))
    assert receipts[0].result == "stored"
    assert "A" in receipts[0].message
    assert counts("A") == (5, 5)
    assert asked() == [("202", 3, "full")]
    tenant.refresh_from_db()
    assert (tenant.outcome, tenant.done_count) == ("done", 3)


def test_a_code_of_an_older_round_is_not_filled_again(world, lin):
    old = open_pcr(world)
    send(world.wei_phone, tap(visit_at(old, world.elder_home), 1, **into("A")))
    receipts = send(world.wei_phone, tap(lin, 2, **into("A")))
    assert counts("A") == (1, 5)
    assert {reason for _room, _number, reason in asked()} == {"other_round"}
    assert receipts[0].message != ""


def test_the_same_code_in_another_compound_is_another_tube(world, lin):
    theirs = open_pcr(world, compound=world.hexin, buildings=[world.other_building])
    send(world.wei_phone, tap(lin, 1, **into("A")))
    send(world.other_phone, tap(visit_at(theirs, world.other_home), 1, **into("A")))
    assert sorted(Tube.objects.filter(code="A").values_list("filled_count", flat=True)) == [2, 3]


def test_a_person_is_never_in_two_tubes(world, lin):
    send(world.wei_phone, tap(lin, 1, marked_at=EARLIER, **into("A")))
    first = Mark.objects.get()
    receipts = send(world.wu_phone, tap(lin, 1, "partly", people={"1": "done"}, saw=str(first.pk), **into("B")))
    assert inside("A") == [("502", 1, 1), ("502", 2, 2), ("502", 3, 3)]
    assert asked() == [("502", 1, "two_tubes")]
    assert receipts[0].message != ""
    assert not Swab.objects.filter(tube__code="B").exists()


def test_a_closed_tube_takes_nobody_from_a_phone(world, lin, elder):
    send(world.wei_phone, tap(lin, 1, **into("A")))
    Tube.objects.update(state="sealed")
    send(world.wei_phone, tap(elder, 2, **into("A")))
    assert (counts("A"), asked()) == ((3, 5), [("301", 1, "not_open")])


def test_undo_frees_the_places_and_keeps_the_record(world, lin, elder):
    raw = tap(lin, 1, **into("A"))
    send(world.wei_phone, raw)
    send(world.wei_phone, tap(lin, 2, "cleared", undoes=raw["id"]))
    assert (inside("A"), counts("A")) == ([], (0, 5))
    assert Swab.objects.exclude(voided_at=None).count() == 3
    send(world.wei_phone, tap(elder, 3, **into("A")))
    assert inside("A") == [("301", 1, 1)]


def test_an_undo_that_arrives_before_its_mark_leaves_nobody_in_the_tube(world, lin):
    raw = tap(lin, 1, **into("A"))
    send(world.wei_phone, tap(lin, 2, "cleared", undoes=raw["id"]))
    send(world.wei_phone, raw)
    assert Swab.objects.count() == 0


def test_marked_otherwise_voids_and_taken_back_again_returns(world, lin):
    send(world.wei_phone, tap(lin, 1, **into("A")))
    mark_at_desk(visit=lin, by=world.chen, outcome="refused", follow=follow_marks)
    assert counts("A") == (0, 5)
    refused = Mark.objects.get(outcome="refused")
    mark_at_desk(visit=lin, by=world.chen, outcome="cleared", undoes=refused.pk, follow=follow_marks)
    assert counts("A") == (3, 5)


def test_a_later_word_without_a_tube_leaves_the_swab(world, lin):
    send(world.wei_phone, tap(lin, 1, **into("A")))
    mark_at_desk(visit=lin, by=world.chen, outcome="done", follow=follow_marks)
    assert counts("A") == (3, 5)


def test_the_desk_moves_somebody_from_one_tube_to_another(world, lin):
    send(world.wei_phone, tap(lin, 1, **into("A")))
    mark_at_desk(
        visit=lin, by=world.chen, outcome="partly", people={"2": "done"}, details={"tube": "B"}, follow=follow_marks
    )
    assert (inside("A"), inside("B")) == ([("502", 1, 1), ("502", 3, 3)], [("502", 2, 1)])
    assert counts("A") == (2, 5)


def test_who_has_no_tube_where_others_have_one_is_asked_about(world, lin, elder):
    receipts = send(world.wei_phone, tap(lin, 1, **into("A")), tap(elder, 2))
    assert asked() == [("301", 1, "unlabelled")]
    assert (receipts[0].message, receipts[1].message != "") == ("", True)


def test_a_round_without_tubes_asks_nothing_and_costs_nothing(world, lin, elder):
    with statements() as bare:
        send(world.wei_phone, tap(lin, 1))
    tables = [sql for sql in bare if "testing_rounds_" in sql]
    assert (tables, SwabQuestion.objects.count()) == ([], 0)


def test_one_in_a_tube(world):
    single = open_pcr(world, pool_size=TestRound.PoolSize.SINGLE)
    lin = visit_at(single, world.lin_home)
    send(
        world.wei_phone,
        tap(lin, 1, "partly", people={"1": "done"}, **into("A")),
        tap(lin, 2, "partly", people={"2": "done"}, **into("A")),
        tap(lin, 3, "partly", people={"3": "done"}, **into("B")),
    )
    assert (inside("A"), inside("B"), asked()) == ([("502", 1, 1)], [("502", 3, 1)], [("502", 2, "full")])


def test_a_households_tube_has_a_place_for_each_of_them_and_for_nobody_else(world):
    home = open_pcr(world, pool_size=TestRound.PoolSize.HOUSEHOLD)
    lin, elder = visit_at(home, world.lin_home), visit_at(home, world.elder_home)
    send(world.wei_phone, tap(lin, 1, **into("A")), tap(elder, 2, **into("A")))
    assert (counts("A"), asked()) == ((3, 3), [("301", 1, "full")])
    send(world.wei_phone, tap(lin, 3, "partly", people={"4": "done"}, **into("A")))
    assert counts("A") == (4, 4)


def test_one_more_at_the_door_is_a_person_with_a_place(world, lin):
    send(world.wei_phone, tap(lin, 1, "partly", people={"1": "done", "4": "done"}, **into("A")))
    met = ExpectedPerson.objects.get(visit=lin, number=4)
    assert (met.is_added, met.name, met.resident) == (True, "", None)
    assert inside("A") == [("502", 1, 1), ("502", 4, 2)]
    mark = Mark.objects.get()
    mark_at_desk(visit=lin, by=world.chen, outcome="cleared", undoes=mark.pk, follow=follow_marks)
    assert inside("A") == []


def test_who_is_said_to_be_missing_after_all_leaves_the_tube_and_the_others_stay(world, lin):
    send(world.wei_phone, tap(lin, 1, **into("A")), tap(lin, 2, "partly", people={"3": "nobody_home"}))
    assert inside("A") == [("502", 1, 1), ("502", 2, 2)]
    assert counts("A") == (2, 5)


def test_the_exempt_are_in_no_tube_when_their_household_is(world, lin):
    lin.known = {"3": "exempt"}
    lin.save(update_fields=["known"])
    send(world.wei_phone, tap(lin, 1, **into("A")))
    assert inside("A") == [("502", 1, 1), ("502", 2, 2)]


def test_an_answer_after_a_conflict_keeps_what_was_said_of_the_tube(world, lin):
    send(world.wei_phone, tap(lin, 1, marked_at=EARLIER, **into("A")))
    send(world.wu_phone, tap(lin, 1, "refused"))
    assert counts("A") == (0, 5)
    first = Mark.objects.get(outcome="done")
    settle_conflict(visit=lin, by=world.chen, keep=first.pk, follow=follow_marks)
    assert inside("A") == [("502", 1, 1), ("502", 2, 2), ("502", 3, 3)]


@pytest.mark.parametrize("doors", [2, 60])
def test_statements_do_not_grow_with_the_marks(world, doors):
    new = [
        Door(building=world.building2, floor=n, position=9, room=f"{n}09", key=f"{n}09") for n in range(10, 10 + doors)
    ]
    homes = [move_in(door, f"周{door.floor}", f"吴{door.floor}") for door in Door.objects.bulk_create(new)]
    big = open_pcr(world, pool_size=20)
    visits = [visit_at(big, home) for home in homes]
    marks = [tap(visit, seq, **into(f"T{seq // 10}")) for seq, visit in enumerate(visits, start=1)]
    with statements() as seen:
        send(world.wei_phone, *marks)
    assert len([sql for sql in seen if "testing_rounds_" in sql]) == 10
    assert Swab.objects.count() == doors * 2
