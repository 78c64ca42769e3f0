"""A household shares through its own link: what it sees of neighbours is the room of a match, and nothing before."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from compound.home_sharing import corner_part, drives_part
from compound.household import Visitor
from residents.links import find_link
from residents.models import HouseholdLink
from sharing.models import CornerStep, Offer, Pledge, Reservation, Wish
from sharing.offering import pause_corner, withdraw_offer
from sharing.pledging import begin_collecting, cancel_drive
from tests.marks import statements
from tests.sharing.neighbours import Neighbours
from tests.world import CANARY, move_in


@pytest.fixture
def near(world):
    return Neighbours(world)


@pytest.fixture
def at_home(near):
    """Opens and posts as a household: no cookie, no token, English so that sentences can be read."""
    secrets = {}

    class Home:
        def __init__(self, household):
            self.client = Client(enforce_csrf_checks=True)
            self.secret = secrets.setdefault(household.pk, None) or near.secret(household)
            secrets[household.pk] = self.secret

        def page(self):
            return self.client.get(reverse("home", args=[self.secret]) + "?lang=en").content.decode()

        def do(self, name, *keys, **told):
            return self.client.post(reverse(name, args=[self.secret, *keys]) + "?lang=en", told)

    return Home


def test_nothing_of_sharing_shows_where_no_corner_is_open_and_no_drive_goes_on(world, client):
    near = Neighbours.__new__(Neighbours)
    near.world = world
    page = client.get(reverse("home", args=[near.secret(world.lin_home)])).content.decode()
    assert 'id="share"' not in page
    assert 'id="drives"' not in page


def test_from_an_offer_to_the_hand_through_two_links(near, at_home):
    lin, elder = at_home(near.lin), at_home(near.elder)
    thing = {"category": "food", "what": "鸡蛋", "quantity": "6", "unit": "个", "place": "门把手", "use_by": near.today}
    answer = lin.do("home_share_new", "offer", **thing)
    assert (answer.status_code, answer["Location"].endswith("thanks=1#share")) == (302, True)
    offer = Offer.objects.get()
    assert (offer.household, offer.steps.get().link.household) == (near.lin, near.lin)
    assert ("鸡蛋" in elder.page(), "502" in elder.page()) == (True, False)
    elder.do("home_share_offer", offer.pk, "reserve", quantity="２")
    assert all(word in elder.page() for word in ("1号楼 502", "门把手"))
    assert "1号楼 301" in lin.page()
    held = Reservation.objects.get()
    elder.do("home_share_reservation", held.pk, "give")
    assert (Reservation.objects.get().state, "1号楼 502" in elder.page()) == ("given", False)
    lin.do("home_share_offer", offer.pk, "stop")
    lin.do("home_share_offer", offer.pk, "resume")
    lin.do("home_share_offer", offer.pk, "withdraw", reason="分完了")
    assert [step.kind for step in CornerStep.objects.all()] == [
        *("offered", "reserved", "given", "stopped", "resumed", "withdrawn"),
    ]
    assert HouseholdLink.objects.exclude(last_used_at=None).count() == 2


def test_a_wish_names_nobody_until_a_neighbour_has_it(near, at_home):
    elder, far, tenant = at_home(near.elder), at_home(near.far), at_home(near.tenant)
    thing = {"category": "care", "what": "洗衣液", "quantity": "1", "unit": "瓶", "until": near.today}
    elder.do("home_share_new", "ask", **thing)
    wish = Wish.objects.get()
    assert ("洗衣液" in far.page(), "301" in far.page()) == (True, False)
    far.do("home_share_wish", wish.pk, "answer", quantity="1", place="门把手")
    assert ("1号楼 301" in far.page(), "2号楼 402" in elder.page()) == (True, True)
    assert not any(word in tenant.page() for word in ("301", "402", "洗衣液"))
    late = tenant.do("home_share_wish", wish.pk, "answer", quantity="1", place="门把手")
    assert (late.status_code, "Somebody was quicker: 0 still needed." in late.content.decode()) == (422, True)
    elder.do("home_share_reservation", Reservation.objects.get().pk, "give")
    other = near.wish(near.elder)
    elder.do("home_share_wish", other.pk, "stop")
    assert Wish.objects.on_show().count() == 0


def test_what_comes_to_nothing_is_told_to_who_had_reserved(near, at_home):
    offer = near.offer()
    near.take(offer)
    withdraw_offer(offer=offer, reason="坏了", teller=near.by_desk)
    assert "taken back by who gave" in at_home(near.elder).page()


def test_a_household_reaches_nothing_of_another(near, at_home, world):
    offer, theirs = near.offer(), near.offer(near.far)
    held = near.take(offer, near.far)
    wish = near.wish(near.far)
    row = near.promise(near.drive(), near.far)
    tenant, stranger = at_home(near.tenant), at_home(world.other_home)
    tried = [
        tenant.do("home_share_offer", theirs.pk, "withdraw", reason="x"),
        tenant.do("home_share_offer", theirs.pk, "stop"),
        tenant.do("home_share_reservation", held.pk, "give"),
        at_home(near.lin).do("home_share_reservation", held.pk, "release"),  # the giver ends it by taking it back
        tenant.do("home_share_wish", wish.pk, "stop"),
        tenant.do("home_pledge_end", row.pk),
        stranger.do("home_share_offer", offer.pk, "reserve", quantity="1"),
        stranger.do("home_share_wish", wish.pk, "answer", quantity="1", place="x"),
        stranger.do("home_pledge", row.part_id, quantity="1"),
        tenant.do("home_share_offer", 10**9, "reserve", quantity="1"),
        tenant.do("home_share_new", "nonsense"),
        tenant.do("home_share_offer", offer.pk, "nonsense"),
    ]
    assert [answer.status_code for answer in tried] == [404] * 12
    assert (CornerStep.objects.count(), Pledge.objects.get().state) == (4, "pledged")
    assert CANARY not in tenant.page()


@pytest.mark.parametrize("quantity", ["0", "-3", "2.5", "NaN", "很多", ""])
def test_wrong_numbers_get_a_sentence_at_their_form_and_lose_nothing(near, at_home, quantity):
    lin, offer = at_home(near.lin), near.offer(near.far)
    part = near.part(near.drive())
    thing = {"category": "other", "what": "绘本", "unit": "本", "place": "门口鞋柜"}
    answers = [
        lin.do("home_share_new", "offer", quantity=quantity, **thing),
        lin.do("home_share_offer", offer.pk, "reserve", quantity=quantity),
        lin.do("home_pledge", part.pk, quantity=quantity),
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    sentence = "Give a whole number from 1 to" if quantity else "This field is required."
    assert sentence in answers[0].content.decode()
    assert all("Give a whole number from 1 to" in answer.content.decode() for answer in answers[1:])
    assert all(f'value="{typed}"' in answers[0].content.decode() for typed in ("绘本", "门口鞋柜"))
    assert (Offer.objects.count(), Reservation.objects.count(), Pledge.objects.count()) == (1, 0, 0)


def test_who_was_too_late_reads_it_though_the_thing_is_gone(near, at_home):
    offer = near.offer(quantity=1)
    near.take(offer)
    answer = at_home(near.far).do("home_share_offer", offer.pk, "reserve", quantity="1")
    assert (answer.status_code, "Somebody was quicker: 0 left." in answer.content.decode()) == (422, True)


def test_a_paused_corner_says_so_and_lets_matches_end(near, at_home):
    near.take(near.offer())
    pause_corner(corner=near.corner, is_paused=True)
    page = at_home(near.elder).page()
    assert ("pauses at the moment" in page, "I have it" in page, "Offer something" in page) == (True, True, False)


def test_a_drive_is_promised_changed_and_called_off_through_the_link(near, at_home):
    lin = at_home(near.lin)
    drive = near.drive()
    butter = near.part(drive)
    lin.do("home_pledge", butter.pk, quantity="120")
    assert ("120 克 · promised" in lin.page(), "门把手" in lin.page()) == (True, True)
    over = at_home(near.far).do("home_pledge", butter.pk, quantity="81")
    assert "Only 80 克 are still needed." in over.content.decode()
    lin.do("home_pledge_end", Pledge.objects.get().pk)
    lin.do("home_pledge", butter.pk, quantity="200")
    begin_collecting(drive=drive, by=near.world.chen, reason="够了")
    late = lin.do("home_pledge_end", Pledge.objects.last().pk)
    assert (late.status_code, "the drive is being collected" in late.content.decode()) == (422, True)
    cancel_drive(drive=drive, reason="烤箱坏了", by=near.world.chen)
    assert ("Called off" in lin.page(), "烤箱坏了" in lin.page()) == (True, True)
    assert "烤箱坏了" not in at_home(near.far).page()


def test_looking_changes_nothing_and_costs_the_same_however_much_is_shared(near, at_home, world):
    def look():
        visitor = Visitor(find_link(lin.secret), lin.secret)
        with statements() as seen:
            assert None not in (drives_part(visitor), corner_part(visitor))
        return len(seen)

    lin = at_home(near.lin)
    drive = near.drive()
    near.promise(drive, near.far)
    near.take(near.offer(near.far), near.lin)
    near.take(near.offer())
    near.wish()
    few = look()
    lin.page()
    for number, door in enumerate(world.building2.doors.exclude(households__isnull=False)[:9]):
        home = move_in(door, "某某")
        near.offer(home, what=f"东西{number}")
        near.wish(home)
        near.take(near.offer(use_by=near.today + timedelta(days=1)), home)
        near.promise(drive, home, quantity=5)
    assert (few, look()) == (2, 2)
    assert HouseholdLink.objects.exclude(last_used_at=None).count() == 0
