"""A mark is stored once, held with a reason, or known already; never lost, never an error."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.models import Device
from rounds.marks import apply_held_mark, dismiss_held_mark, mark_at_desk, record_marks
from rounds.models import HeldMark, Mark, Visit
from rounds.services import RoundError, cancel_round, close_round, create_round, release_assignment
from tests.marks import SENT_AT, tap


def send(phone, *raw, sent_at=SENT_AT, received_at=SENT_AT):
    phone = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    return record_marks(device=phone, raw_marks=list(raw), sent_at=sent_at, received_at=received_at)


def results(receipts):
    return [(receipt.result, receipt.reason) for receipt in receipts]


def test_a_mark_is_stored_and_the_visit_follows(world, lin_visit):
    assert results(send(world.wei_phone, tap(lin_visit, 1))) == [("stored", "")]
    lin_visit.refresh_from_db()
    assert (lin_visit.outcome, lin_visit.done_count, lin_visit.has_conflict) == ("done", 3, False)
    mark = Mark.objects.get()
    assert (mark.marked_by, mark.device_id, mark.seq, mark.is_late) == (world.wei.user, world.wei_phone.pk, 1, False)
    assert lin_visit.latest_mark == mark


def test_the_same_mark_again_is_known(world, lin_visit):
    raw = tap(lin_visit, 1)
    send(world.wei_phone, raw)
    assert results(send(world.wei_phone, raw, raw)) == [("known", ""), ("known", "")]
    assert Mark.objects.count() == 1


def test_twice_in_one_batch_is_stored_once(world, lin_visit):
    raw = tap(lin_visit, 1)
    assert results(send(world.wei_phone, raw, raw)) == [("stored", ""), ("known", "")]


def test_same_id_with_other_content_keeps_the_first_and_holds_the_second(world, lin_visit):
    raw = tap(lin_visit, 1)
    send(world.wei_phone, raw)
    assert results(send(world.wei_phone, raw | {"outcome": "refused"})) == [("held", "other_content")]
    assert Mark.objects.get().outcome == "done"
    assert HeldMark.objects.get().payload["outcome"] == "refused"


def test_same_id_from_another_phone_is_held(world, lin_visit):
    raw = tap(lin_visit, 1)
    send(world.wei_phone, raw)
    assert results(send(world.wu_phone, raw)) == [("held", "other_content")]


def test_a_held_mark_sent_again_is_held_once(world, lin_visit):
    raw = tap(lin_visit, 1, outcome="flown away")
    assert results(send(world.wei_phone, raw)) == results(send(world.wei_phone, raw)) == [("held", "bad_mark")]
    assert HeldMark.objects.count() == 1


def test_the_details_of_a_mark_are_kept_and_belong_to_what_it_says(world, lin_visit):
    raw = tap(lin_visit, 1, details={"tube": "A1"})
    assert results(send(world.wei_phone, raw, raw)) == [("stored", ""), ("known", "")]
    assert Mark.objects.get().details == {"tube": "A1"}
    assert results(send(world.wei_phone, raw | {"details": {"tube": "A2"}})) == [("held", "other_content")]


def test_somebody_met_at_the_door_is_one_more_than_expected(world, lin_visit):
    assert (
        results(send(world.wei_phone, tap(lin_visit, 1), tap(lin_visit, 2, "partly", people={"4": "done"})))
        == [("stored", "")] * 2
    )
    lin_visit.refresh_from_db()
    assert (lin_visit.outcome, lin_visit.done_count, lin_visit.extra_count) == ("done", 4, 1)


def test_one_bad_mark_does_not_spoil_its_neighbours(world, lin_visit):
    bad = [
        "text",
        7,
        None,
        [],
        {},
        {"id": "x"},
        tap(lin_visit, 9, note="x" * 201),
        tap(lin_visit, 8, people={"13": "done"}),
        tap(lin_visit, 7, details={"tube": 5}),
        tap(lin_visit, 6, details={str(n): "" for n in range(6)}),
        tap(lin_visit, 5, details={"tube": "x" * 41}),
        tap(lin_visit, 4, details=["tube"]),
    ]
    receipts = send(world.wei_phone, *bad, tap(lin_visit, 1))
    assert results(receipts)[-1] == ("stored", "")
    assert {receipt.result for receipt in receipts[:-1]} == {"held"}
    assert HeldMark.objects.count() == len(bad)


def test_a_number_used_by_another_mark_is_held(world, lin_visit):
    send(world.wei_phone, tap(lin_visit, 1))
    assert results(send(world.wei_phone, tap(lin_visit, 1))) == [("held", "seq_reused")]


def test_a_door_of_another_compound_is_as_unknown_as_a_missing_one(world, notify):
    elsewhere = create_round(**world.round_form(compound=world.hexin, buildings=[world.other_building]))
    from rounds.services import open_round

    open_round(round=elsewhere, by=world.sun)
    theirs = Visit.objects.get(round=elsewhere)
    answers = results(send(world.wei_phone, tap(theirs, 1), tap(999_999, 2)))
    assert answers == [("held", "unknown_visit")] * 2
    assert not HeldMark.objects.exclude(visit=None).exists()


def test_a_door_that_is_not_assigned_is_held(world, notify):
    far = Visit.objects.get(round=notify, household=world.far_home)
    assert results(send(world.wei_phone, tap(far, 1))) == [("held", "not_assigned")]
    assert HeldMark.objects.get().visit == far


def test_after_release_new_marks_are_held(world, notify, lin_visit):
    release_assignment(assignment=world.wei.assignments.get(), by=world.chen)
    assert results(send(world.wei_phone, tap(lin_visit, 1))) == [("held", "not_assigned")]


def test_after_closing_marks_count_and_are_flagged_late(world, notify, lin_visit):
    close_round(round=notify, by=world.chen)
    notify.refresh_from_db()
    later = notify.closed_at + timedelta(hours=2)
    assert results(send(world.wei_phone, tap(lin_visit, 1), received_at=later, sent_at=later)) == [("stored", "")]
    assert Mark.objects.get().is_late is True
    lin_visit.refresh_from_db()
    assert lin_visit.outcome == "done"


def test_of_a_cancelled_round_marks_are_held(world, notify, lin_visit):
    cancel_round(round=notify, by=world.chen, reason="rain")
    assert results(send(world.wei_phone, tap(lin_visit, 1))) == [("held", "not_open")]


def test_a_phone_that_was_signed_out_only_deposits(world, lin_visit):
    Device.objects.filter(pk=world.wei_phone.pk).update(ended_at=SENT_AT)
    assert results(send(world.wei_phone, tap(lin_visit, 1))) == [("held", "device_ended")]


def test_two_volunteers_on_one_door_are_both_kept_and_one_is_told(world, lin_visit):
    send(world.wei_phone, tap(lin_visit, 1))
    assert results(send(world.wu_phone, tap(lin_visit, 1, "refused"))) == [("conflict", "")]
    lin_visit.refresh_from_db()
    assert lin_visit.has_conflict is True
    assert Mark.objects.count() == 2


def test_a_desk_that_saw_both_settles_the_conflict(world, lin_visit):
    send(world.wei_phone, tap(lin_visit, 1))
    send(world.wu_phone, tap(lin_visit, 1, "refused"))
    mark_at_desk(visit=lin_visit, by=world.chen, outcome="done")
    lin_visit.refresh_from_db()
    assert (lin_visit.outcome, lin_visit.has_conflict) == ("done", False)


@pytest.mark.parametrize("off", [timedelta(days=-3 * 365), timedelta(days=1), timedelta(hours=14)])
def test_a_wrong_clock_changes_no_total_and_is_put_right(world, lin_visit, off):
    phone_now = SENT_AT + off
    raw = tap(lin_visit, 1, marked_at=(phone_now - timedelta(minutes=5)).isoformat())
    assert results(send(world.wei_phone, raw, sent_at=phone_now)) == [("stored", "")]
    mark = Mark.objects.get()
    assert mark.happened_at == SENT_AT - timedelta(minutes=5)
    assert mark.skew == -off


def test_nothing_happens_in_the_future(world, lin_visit):
    raw = tap(lin_visit, 1, marked_at=(SENT_AT + timedelta(days=400)).isoformat())
    send(world.wei_phone, raw)
    assert Mark.objects.get().happened_at == SENT_AT


def test_a_held_mark_can_be_counted_by_a_steward(world, notify):
    far = Visit.objects.get(round=notify, household=world.far_home)
    send(world.wei_phone, tap(far, 1, "refused"))
    held = HeldMark.objects.get()
    apply_held_mark(held=held, by=world.chen, note="he was sent there")
    far.refresh_from_db()
    held.refresh_from_db()
    assert (far.outcome, held.decision, held.decided_by) == ("refused", "applied", world.chen)
    assert Mark.objects.get().marked_by == world.wei.user
    with pytest.raises(RoundError):
        apply_held_mark(held=held, by=world.chen)
    assert Mark.objects.count() == 1


def test_a_held_mark_of_a_cancelled_round_cannot_be_counted(world, notify, lin_visit):
    cancel_round(round=notify, by=world.chen, reason="rain")
    send(world.wei_phone, tap(lin_visit, 1))
    with pytest.raises(RoundError):
        apply_held_mark(held=HeldMark.objects.get(), by=world.chen)
    assert not Mark.objects.exists()
    assert HeldMark.objects.get().decision == ""


def test_setting_a_held_mark_aside_needs_a_reason(world, lin_visit):
    send(world.wei_phone, tap(lin_visit, 1, outcome="?"))
    held = HeldMark.objects.get()
    with pytest.raises(RoundError):
        dismiss_held_mark(held=held, by=world.chen, note=" ")
    with pytest.raises(RoundError):
        apply_held_mark(held=held, by=world.chen)
    dismiss_held_mark(held=held, by=world.chen, note="nonsense")
    held.refresh_from_db()
    assert held.decision == "dismissed"


def test_the_desk_cannot_mark_somebody_who_is_not_expected(world, lin_visit):
    with pytest.raises(RoundError):
        mark_at_desk(visit=lin_visit, by=world.chen, outcome="partly", people={"13": "done"})
    assert not Mark.objects.exists()


def state_of(round):
    return sorted(
        Visit.objects.filter(round=round).values_list("pk", "outcome", "done_count", "latest_mark_id", "has_conflict")
    )


@st.composite
def posts(draw):
    """Marks of two phones over two doors, cut into posts, shuffled, some sent twice."""
    marks, ids = [], []
    for phone, count in ((0, draw(st.integers(1, 6))), (1, draw(st.integers(0, 5)))):
        for seq in range(1, count + 1):
            undoes = draw(st.sampled_from(ids)) if ids and draw(st.integers(0, 3)) == 0 else None
            raw = tap(
                draw(st.integers(0, 1)),  # which of two doors; the test puts the key in
                seq,
                "cleared" if undoes else draw(st.sampled_from(["done", "refused", "nobody_home", "partly"])),
                undoes=undoes,
                marked_at=(SENT_AT - timedelta(minutes=draw(st.integers(0, 90)))).isoformat(),
            )
            ids.append(raw["id"])
            marks.append((phone, raw))
    order = draw(st.permutations(marks + draw(st.lists(st.sampled_from(marks), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=4)))
    return marks, [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts())
def test_any_order_any_repeats_any_split_give_one_state(world, notify, lin_visit, history):
    marks, batches = history
    elder = Visit.objects.get(round=notify, household=world.elder_home)
    doors, phones = [lin_visit.pk, elder.pk], [world.wei_phone, world.wu_phone]

    def play(batches):
        Visit.objects.filter(round=notify).update(latest_mark=None)
        Mark.objects.all().delete()
        HeldMark.objects.all().delete()
        for batch in batches:
            for number, phone in enumerate(phones):
                raws = [raw | {"visit": doors[raw["visit"]]} for which, raw in batch if which == number]
                assert {receipt.result for receipt in send(phone, *raws)} <= {"stored", "known", "conflict"}
        assert Mark.objects.count() == len(marks)
        return state_of(notify)

    assert play(batches) == play([marks])
