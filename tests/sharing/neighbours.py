"""Neighbours of Jiamu who share: a corner that is open, offers and drives in one line each."""

from datetime import timedelta

from django.utils import timezone

from residents.links import reissue_link
from sharing.models import Drive, Offer, Part, Pledge, Reservation, Wish
from sharing.offering import offer_something, open_corner, reserve
from sharing.pledging import add_part, begin_drive, pledge
from sharing.telling import Teller
from sharing.wishing import ask_for

MINUTE = timedelta(minutes=1)
CAKE = (("黄油", 200, "克"), ("可可粉", 50, "克"), ("模具", 1, "个"))


class Neighbours:
    def __init__(self, world, **rules):
        self.world = world
        self.lin, self.elder, self.tenant, self.far = (
            world.lin_home,
            world.elder_home,
            world.tenant_home,
            world.far_home,
        )
        self.by_desk = Teller(by=world.chen)
        rules = {"most_reservations": 3, "most_pieces": 5, "hold_minutes": 240} | rules
        self.corner = open_corner(compound=world.jiamu, **rules)
        self.today = timezone.localdate()

    def offer(self, household=None, teller=None, **changes) -> Offer:
        thing = {
            "category": "food",
            "what": "牛奶",
            "quantity": 6,
            "unit": "盒",
            "place": "门把手",
            "use_by": self.today,
        }
        return offer_something(household=household or self.lin, teller=teller or self.by_desk, **thing | changes)

    def take(self, offer, household=None, quantity=1, **more) -> Reservation:
        return reserve(offer=offer, household=household or self.elder, quantity=quantity, teller=self.by_desk, **more)

    def wish(self, household=None, **changes) -> Wish:
        thing = {"category": "care", "what": "洗衣液", "quantity": 2, "unit": "瓶", "until": self.today}
        return ask_for(household=household or self.elder, teller=self.by_desk, **thing | changes)

    def drive(self, parts=CAKE, **changes) -> Drive:
        now = timezone.now()
        facts = {
            "compound": self.world.jiamu,
            "title": "生日蛋糕",
            "goes_to": "本楼的孩子们",
            "pledge_until": now + 60 * MINUTE,
            "collect_at": now + 90 * MINUTE,
            "where": "门把手",
        }
        drive = begin_drive(by=self.world.chen, **facts | changes)
        for name, much, unit in parts:
            add_part(drive=drive, name=name, quantity=much, unit=unit)
        return drive

    def part(self, drive, name="黄油") -> Part:
        return Part.objects.select_related("drive").get(drive=drive, name=name)

    def promise(self, drive, household=None, name="黄油", quantity=100) -> Pledge:
        home = household or self.lin
        return pledge(part=self.part(drive, name), household=home, quantity=quantity, teller=self.by_desk)

    def secret(self, household) -> str:
        return reissue_link(household=household, by=self.world.chen).secret


def numbers_agree() -> bool:
    """What is kept beside the facts is their sum, everywhere."""
    offers = Offer.objects.prefetch_related("reservations")
    by_state = [
        (offer.promised, offer.given)
        == tuple(sum(r.quantity for r in offer.reservations.all() if r.state == state) for state in ("held", "given"))
        for offer in offers
    ]
    wishes = [
        wish.covered
        == sum(
            held.quantity for held in Reservation.objects.filter(offer__wish=wish) if held.state in {"held", "given"}
        )
        for wish in Wish.objects.all()
    ]
    parts = [
        part.pledged == sum(row.quantity for row in part.pledges.all() if row.state != "taken_back")
        for part in Part.objects.prefetch_related("pledges")
    ]
    return all([*by_state, *wishes, *parts])
