"""Places: taken once, never too many; the waiting list moves; what stands in somebody's way; holes are told."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notices.models import Message
from residents.models import Volunteer
from residents.services import end_volunteer
from shifts.health import say_health
from shifts.models import Place, Shift, ShiftStep
from shifts.places import LimitError, leave_place, let_go_of_who_left, take_place, tell_presence
from shifts.reading import read_hours, read_roster
from shifts.services import cancel_shift, change_rules, change_shift, make_shifts
from shifts.telling import ShiftError
from tests.shifts.crew import HOUR, NOON, numbers_agree, states, taken

pytestmark = pytest.mark.usefixtures("english")


def told(**where):
    return list(Message.objects.filter(channel="inbox", **where).order_by("pk").values_list("user__username", "body"))


def test_a_place_is_taken_once_however_often_it_is_tapped(crew):
    shift = crew.shift(places=2)
    assert crew.take(shift) == crew.take(shift)
    assert (taken(shift), states(shift)) == (1, [("魏志愿", "held")])
    assert list(shift.steps.values_list("kind", flat=True)) == ["made", "took"]


def test_who_comes_later_waits_and_moves_up_when_somebody_cannot_come(crew):
    shift = crew.shift(building=crew.world.building1)
    place, waits = crew.take(shift), crew.take(shift, crew.wu)
    assert [place.state, waits.state] == ["held", "waiting"]
    assert crew.leave(place) is True
    assert states(shift) == [("魏志愿", "left"), ("吴志愿", "held")]
    assert told(reminder__startswith="shift-moved-up") == [
        ("wu", "You moved up from the waiting list. If you cannot come, say so on your phone.")
    ]
    filled = "The first of the waiting list has moved up."
    assert told(reminder__startswith="shift-hole") == [("chen", filled), ("zhao", filled)]


def test_a_hole_nobody_fills_is_told_with_its_count_and_without_a_name(crew):
    shift = crew.shift(places=3)
    place = crew.take(shift)
    crew.leave(place)
    message = Message.objects.get(reminder=f"shift-hole:{shift.pk}", channel="inbox")
    assert (message.user, message.body) == (crew.chen, "3 places are open.")
    assert message.subject == "Somebody cannot come: 门岗秩序, 4-11 14:00–17:00"
    assert "魏" not in message.subject + message.body
    assert crew.leave(place) is False
    assert Message.objects.filter(reminder__startswith="shift-hole", channel="inbox").count() == 1


def test_the_last_of_the_waiting_list_leaves_it_without_a_word_to_others(crew):
    shift = crew.shift()
    crew.take(shift)
    crew.leave(crew.take(shift, crew.wu))
    assert (taken(shift), Message.objects.count()) == (1, 0)


def test_who_comes_back_stands_at_the_end(crew):
    shift = crew.shift()
    ling = crew.more(1)[0]
    crew.take(shift, crew.wu)
    first = crew.take(shift)
    crew.take(shift, ling)
    crew.leave(first)
    crew.take(shift)
    crew.leave(shift.all_places.get(volunteer=crew.wu))
    assert shift.all_places.get(state="held").volunteer == ling


def test_whoever_may_not_come_now_goes_on_waiting_and_moves_up_once_nothing_stands_in_the_way(crew):
    first, second = crew.shift(2), crew.shift(2)
    holder = crew.take(first, crew.wu)
    crew.take(first)
    busy = crew.take(second, by=crew.chen)  # takes the other while waiting for the first
    crew.leave(holder)
    assert (taken(first), first.all_places.get(volunteer=crew.wei).state) == (0, "waiting")
    crew.leave(busy)
    assert (taken(first), first.all_places.get(volunteer=crew.wei).state) == (1, "held")


def test_two_shifts_at_once_are_refused_in_a_clear_sentence(crew):
    crew.take(crew.shift(2, 3))
    with pytest.raises(ShiftError) as refused:
        crew.take(crew.shift(4, 3))
    assert str(refused.value) == "魏志愿 has another shift then: 门岗秩序, 4-11 14:00–17:00."
    with pytest.raises(ShiftError, match="another shift then"):
        crew.take(crew.shift(4, 3), despite="别无他人")


def test_limits_are_the_compounds_own_and_a_steward_may_go_over_them_with_a_reason(crew):
    crew.take(crew.shift(0.5, 3))
    late = crew.shift(8, 3)
    with pytest.raises(LimitError) as refused:
        crew.take(late)
    assert str(refused.value) == "魏志愿 would rest 4.5 h between two shifts; at least 6 h are agreed."
    place = crew.take(late, by=crew.chen, despite="只剩他会扫码")
    assert (place.state, place.steps.get().reason, place.steps.get().by) == ("held", "只剩他会扫码", crew.chen)
    change_rules(compound=crew.world.jiamu, rest_hours=0, day_hours=6)
    with pytest.raises(LimitError, match="would serve 7 h that day; at most 6 h are agreed"):
        crew.take(crew.shift(11, 1))


def test_a_shift_called_off_or_missed_stands_in_nobodys_way(crew):
    missed, off = crew.shift(0.5, 2), crew.shift(4, 2)
    place = crew.take(missed)
    crew.take(off, by=crew.chen, despite="r")
    crew.now = NOON + HOUR
    tell_presence(place=place, presence="absent", by=crew.chen, now=crew.now)
    cancel_shift(shift=off, reason="下雨", by=crew.chen, now=crew.now)
    assert crew.take(crew.shift(3, 3)).state == "held"
    assert told(reminder__startswith="shift-cancelled") == [("wei", "下雨")]


def test_sealed_buildings_are_for_the_trained_whatever_the_compound_asks(crew):
    sealed = crew.shift(task="sealed")
    with pytest.raises(ShiftError, match="Sealed buildings are for the trained"):
        crew.take(sealed)
    Volunteer.objects.filter(pk=crew.wei.pk).update(trained_on=timezone.localdate(NOON))
    assert crew.take(sealed).state == "held"
    type(crew.world.jiamu).objects.filter(pk=crew.world.jiamu.pk).update(requires_training=True)
    with pytest.raises(ShiftError, match="吴志愿 has not been trained yet"):
        crew.take(crew.shift(), crew.wu)


def test_a_volunteer_who_leaves_the_squad_leaves_a_hole(crew):
    shift = crew.shift()
    crew.take(shift)
    crew.take(shift, crew.wu)
    end_volunteer(volunteer=crew.wei)
    assert let_go_of_who_left(NOON) == 1
    assert states(shift) == [("魏志愿", "freed"), ("吴志愿", "held")]
    assert let_go_of_who_left(NOON) == 0


def test_more_places_are_filled_from_the_waiting_list_and_hours_stay_once_relied_on(crew):
    shift = crew.shift()
    crew.take(shift)
    crew.take(shift, crew.wu)
    shift.refresh_from_db()
    names = ("title", "task", "building", "meeting_point", "starts_at", "ends_at", "places")
    facts = {name: getattr(shift, name) for name in names}
    change_shift(shift=shift, by=crew.chen, now=NOON, **facts | {"places": 2})
    assert states(shift) == [("魏志愿", "held"), ("吴志愿", "held")]
    for change, sentence in (
        ({"places": 1}, "2 places are taken"),
        ({"ends_at": shift.ends_at + HOUR}, "relies on these hours"),
        ({"task": "cases"}, "took this class of work"),
    ):
        with pytest.raises(ShiftError, match=sentence):
            change_shift(shift=shift, by=crew.chen, now=NOON, **facts | {"places": 2} | change)


def test_a_roster_is_made_for_days_in_a_row(crew):
    facts = {"task": "remote", "title": "热线", "places": 2, "starts_at": NOON, "ends_at": NOON + 4 * HOUR}
    shifts = make_shifts(compound=crew.world.jiamu, by=crew.chen, now=NOON, days=3, **facts)
    assert [shift.window for shift in shifts] == ["4-11 12:00–16:00", "4-12 12:00–16:00", "4-13 12:00–16:00"]


def test_the_database_refuses_a_place_too_many_and_a_volunteer_twice(crew):
    shift = crew.shift()
    crew.take(shift)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(taken=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(shift=shift, volunteer=crew.wei)


# --- What became of it ------------------------------------------------------------------------------


def test_hours_are_derived_and_what_nobody_told_stands_apart(crew):
    early, late, tomorrow = crew.shift(0.5, 2), crew.shift(9, 2.5), crew.shift(24, 4)
    places = [crew.take(early), crew.take(late), crew.take(tomorrow)]
    crew.take(crew.shift(1, 2), crew.wu)
    crew.now = NOON + 48 * HOUR
    for place, presence in zip(places, ("came", "came", "absent"), strict=True):
        tell_presence(place=place, presence=presence, by=crew.chen, now=crew.now)
    day = timezone.localdate(NOON)
    wei, wu = read_hours(crew.world.jiamu, day, day + timedelta(days=1), crew.now)
    assert (wei.volunteer, wei.hours, wei.shifts, wei.untold, wei.absent) == ("魏志愿", "4.5", 2, 0, 1)
    assert (wu.volunteer, wu.hours, wu.untold, wu.untold_hours) == ("吴志愿", "0", 1, "2")
    assert read_hours(crew.world.jiamu, day - timedelta(days=1), day - timedelta(days=1), crew.now) == []
    tell_presence(place=places[0], presence="", by=crew.chen, now=crew.now)
    assert places[0].steps.order_by("-pk")[0].kind == "untold"
    assert read_hours(crew.world.jiamu, day, day, crew.now)[0].hours == "2.5"


def test_the_roster_counts_who_is_on_duty_and_the_holes_of_a_day(crew):
    running, soon = crew.shift(-1, 3, places=2), crew.shift(20, 2, places=3)
    crew.shift(30, 2, places=9)
    crew.take(running)
    crew.take(soon, crew.wu)
    page = read_roster(crew.world.jiamu, crew.chen, crew.world.jiamu.shift_rules, NOON)
    assert (page.on_duty, page.holes, [len(shifts) for _day, shifts in page.days]) == (1, 1 + 2, [1, 2])


DEEDS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("take", "leave", "ill", "well"))), max_size=9)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_whatever_is_pressed_no_place_is_given_twice_and_none_is_lost(crew, deeds):
    with transaction.atomic():
        squad = [crew.wei, crew.wu, *crew.more(3)]
        shift = crew.shift(places=2)
        for number, deed in deeds:
            person = squad[number]
            try:
                if deed == "take":
                    take_place(shift=shift, volunteer=person, by=person.user, now=NOON)
                elif deed == "leave":
                    place = shift.all_places.standing().filter(volunteer=person).first()
                    place and leave_place(place=place, by=person.user, now=NOON)
                else:
                    kind = "symptom" if deed == "ill" else "cleared"
                    say_health(volunteer=person, kind=kind, by=crew.chen, now=NOON)
            except ShiftError:
                pass
            assert numbers_agree()
            # Nobody waits while a place is free: all of them may come.
            assert taken(shift) == 2 or not shift.all_places.filter(state="waiting").exists()
        steps = ShiftStep.objects.filter(place__shift=shift, kind__in=["took", "moved_up"]).count()
        ended = ShiftStep.objects.filter(place__shift=shift, kind__in=["left", "freed"])
        assert steps >= taken(shift) >= steps - ended.count()
        transaction.set_rollback(True)
