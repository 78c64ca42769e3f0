"""The share corner's rules: first come, first served; a limit; time and food that pass by themselves; a trail."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.services import move_out
from sharing.models import CornerStep, Offer, Reservation, Wish
from sharing.offering import (
    give,
    let_lapse,
    pause_corner,
    release,
    resume_offer,
    stop_offer,
    ungive,
    withdraw_offer,
)
from sharing.tasks import let_reservations_lapse
from sharing.telling import SharingError, Teller
from sharing.wishing import answer_wish, stop_wish
from tests.sharing.neighbours import MINUTE, numbers_agree


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def left(offer, now=None):
    return Offer.objects.with_left(now or timezone.now()).get(pk=offer.pk).left


def shown(now=None):
    return [offer.what for offer in Offer.objects.on_show(now).order_by("pk")]


def trail(**of):
    return list(CornerStep.objects.filter(**of).values_list("kind", flat=True))


def later(minutes):
    return timezone.now() + minutes * MINUTE


def test_what_is_reserved_is_gone_for_others_until_it_is_given(near):
    offer = near.offer(quantity=3)
    held = near.take(offer, quantity=2)
    assert left(offer) == 1
    with pytest.raises(SharingError, match="Somebody was quicker: 1 left"):
        near.take(offer, near.far, quantity=2)
    give(reservation=held, teller=near.by_desk)
    offer.refresh_from_db()
    assert (offer.promised, offer.given, left(offer)) == (0, 2, 1)
    give(reservation=held, teller=near.by_desk)  # told by the other side too
    assert trail(offer=offer) == ["offered", "reserved", "given"]


def test_the_database_itself_refuses_one_too_many(near):
    offer = near.offer(quantity=3)
    for numbers in ({"promised": 4}, {"promised": 2, "given": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(**numbers)
    held = near.take(offer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reservation.objects.create(
            offer=near.offer(near.far), household=near.elder, slot=held.slot, until=timezone.now()
        )


def test_a_household_holds_no_more_than_agreed_and_may_take_again_what_it_fetched(near):
    offers = [near.offer(what=f"东西{n}") for n in range(4)]
    held = [near.take(offer) for offer in offers[:3]]
    with pytest.raises(SharingError, match="You have 3 things reserved"):
        near.take(offers[3])
    give(reservation=held[0], teller=near.by_desk)
    assert near.take(offers[3]).slot == held[0].slot
    assert near.take(offers[3], near.far).slot == 1


def test_a_reservation_lapses_when_it_is_read_and_the_beat_writes_it_down(near, monkeypatch):
    monkeypatch.setattr("sharing.tasks.close_old_connections", lambda: None)  # it is the test's own
    offer = near.offer(quantity=2, use_by=near.today + timedelta(days=2))
    held = near.take(offer, quantity=2)
    assert (left(offer, later(239)), left(offer, later(241))) == (0, 2)
    with pytest.raises(SharingError, match="This reservation has lapsed"):
        give(reservation=held, teller=near.by_desk, now=later(241))
    Reservation.objects.update(until=timezone.now())
    let_reservations_lapse.run()
    held.refresh_from_db()
    assert (held.state, trail(reservation=held), let_lapse()) == ("lapsed", ["reserved", "lapsed"], 0)
    assert numbers_agree()


def test_what_lapsed_is_free_for_the_next_before_any_beat_and_frees_its_place_in_the_limit(near):
    offers = [near.offer(what=f"东西{n}", quantity=1, use_by=near.today + timedelta(days=2)) for n in range(4)]
    for offer in offers[:3]:
        near.take(offer)
    assert near.take(offers[0], near.far, now=later(241)).state == "held"
    assert near.take(offers[3], now=later(241)).state == "held"
    states = list(Reservation.objects.filter(household=near.elder).order_by("pk").values_list("state", flat=True))
    assert (states, numbers_agree()) == (["lapsed", "lapsed", "lapsed", "held"], True)


def test_food_past_its_day_is_gone_from_the_list_and_is_given_no_more(near):
    offer = near.offer()
    near.offer(category="other", what="绘本", use_by=None)
    held = near.take(offer)
    tomorrow = timezone.now() + timedelta(days=1)
    Reservation.objects.update(until=tomorrow + MINUTE)
    assert (shown(), shown(tomorrow)) == (["牛奶", "绘本"], ["绘本"])
    for deed in (
        lambda: near.take(offer, near.far, now=tomorrow),
        lambda: give(reservation=held, teller=near.by_desk, now=tomorrow),
    ):
        with pytest.raises(SharingError, match="past its day"):
            deed()


def test_enough_thanks_stops_new_ones_and_lets_the_others_come(near):
    offer = near.offer()
    held = near.take(offer)
    stop_offer(offer=offer, teller=near.by_desk)
    stop_offer(offer=offer, teller=near.by_desk)
    with pytest.raises(SharingError, match="Enough, thanks"):
        near.take(offer, near.far)
    give(reservation=held, teller=near.by_desk)
    assert shown() == []
    resume_offer(offer=offer, teller=near.by_desk)
    assert (shown(), trail(offer=offer)) == (["牛奶"], ["offered", "reserved", "stopped", "given", "resumed"])


def test_the_whole_corner_may_pause(near):
    offer = near.offer()
    held = near.take(offer)
    pause_corner(corner=near.corner, is_paused=True)
    for deed in (near.offer, lambda: near.take(offer, near.far), near.wish):
        with pytest.raises(SharingError, match="pauses at the moment"):
            deed()
    give(reservation=held, teller=near.by_desk)
    pause_corner(corner=near.corner, is_paused=False)
    assert near.take(offer, near.far).state == "held"


def test_taken_back_ends_what_is_held_and_leaves_a_trail(near):
    offer = near.offer()
    held, given = near.take(offer), near.take(offer, near.far)
    give(reservation=given, teller=near.by_desk)
    withdraw_offer(offer=offer, reason="冰箱停电，怕坏", teller=near.by_desk)
    held.refresh_from_db()
    given.refresh_from_db()
    assert (held.state, given.state, shown()) == ("withdrawn", "given", [])
    assert trail(offer=offer) == ["offered", "reserved", "reserved", "given", "withdrawn", "withdrawn"]
    assert CornerStep.objects.filter(kind="withdrawn", reason="冰箱停电，怕坏").count() == 2
    with pytest.raises(SharingError, match="This was taken back"):
        near.take(offer, near.tenant)


def test_given_by_mistake_is_put_right_with_a_reason(near):
    offer = near.offer(quantity=1)
    held = near.take(offer)
    give(reservation=held, teller=near.by_desk)
    with pytest.raises(SharingError, match="Say why"):
        ungive(reservation=held, reason=" ", teller=near.by_desk)
    ungive(reservation=held, reason="送错门了", teller=near.by_desk)
    assert (left(offer), trail(reservation=held)) == (1, ["reserved", "given", "ungiven"])


def test_not_needed_any_more_frees_it_at_once(near):
    offer = near.offer(quantity=1)
    release(reservation=near.take(offer), teller=near.by_desk)
    assert near.take(offer).state == "held"


def test_who_moved_out_offers_and_asks_no_more(near):
    near.offer()
    near.wish(near.lin)
    move_out(household=near.lin, on=near.today)
    assert (shown(), Wish.objects.on_show().count()) == ([], 0)


@pytest.mark.parametrize("quantity", ["0", "-1", "2.5", "NaN", "abc", "", "9" * 30, True, 1.0, None, "1000"])
def test_numbers_that_are_none_are_refused_and_nothing_is_written(near, quantity):
    offer = near.offer()
    deeds = (
        lambda: near.offer(quantity=quantity),
        lambda: near.take(offer, quantity=quantity),
        lambda: near.wish(quantity=quantity),
    )
    for deed in deeds:
        with pytest.raises(SharingError, match="Give a whole number from 1 to 999"):
            deed()
    assert (Offer.objects.count(), Reservation.objects.count(), Wish.objects.count()) == (1, 0, 0)


def test_numbers_are_read_as_people_type_them(near):
    assert (near.offer(quantity="１２").quantity, near.offer(quantity=" 3 ").quantity) == (12, 3)


@pytest.mark.parametrize("what", ["牛奶 13800138000", "138-0013-8000", "微信１３８００１３８０００", "62 53 12 34"])
def test_a_phone_number_never_gets_onto_the_list(near, what):
    for changes in ({"what": what}, {"place": what}):
        with pytest.raises(SharingError, match="Leave the phone number out"):
            near.offer(**changes)


def test_the_elders_word_is_kept_with_who_heard_it(near, world):
    offer = near.offer(near.elder, teller=Teller(by=world.zhao, heard_by=world.wei))
    step = offer.steps.get()
    assert (step.by, step.heard_by, step.link) == (world.zhao, world.wei, None)


# --- Wishes ---------------------------------------------------------------------------------------


def test_an_answer_is_an_offer_for_one_reserved_at_once(near):
    wish = near.wish()
    held = answer_wish(wish=wish, household=near.far, quantity=1, place="门把手", teller=near.by_desk)
    assert (held.household, held.offer.household, held.slot) == (near.elder, near.far, None)
    assert (shown(), Wish.objects.on_show().get().missing) == ([], 1)
    with pytest.raises(SharingError, match="1 still needed"):
        answer_wish(wish=wish, household=near.tenant, quantity=2, place="门口", teller=near.by_desk)
    with pytest.raises(SharingError, match="This is not offered here"):
        near.take(held.offer, near.tenant)
    give(reservation=held, teller=near.by_desk)
    assert numbers_agree()


def test_what_was_answered_and_not_fetched_is_asked_for_again(near):
    wish = near.wish(quantity=1)
    answer_wish(wish=wish, household=near.far, quantity=1, place="门把手", teller=near.by_desk)
    assert Wish.objects.on_show().count() == 0
    let_lapse(later(241))
    assert (Wish.objects.on_show().get(), numbers_agree()) == (wish, True)


def test_a_household_asks_for_three_things_at_once_and_ends_what_it_has(near):
    wishes = [near.wish(what=f"东西{n}") for n in range(3)]
    with pytest.raises(SharingError, match="You ask for 3 things already"):
        near.wish()
    stop_wish(wish=wishes[0], teller=near.by_desk)
    near.wish()
    answer_wish(wish=wishes[1], household=near.far, quantity=2, place="门把手", teller=near.by_desk)
    near.wish()
    with pytest.raises(SharingError, match="This is not needed any more"):
        answer_wish(wish=wishes[0], household=near.far, quantity=1, place="门把手", teller=near.by_desk)
