"""A squad that takes shifts, in one line each. Noon is the clock of every test that names no other."""

from datetime import UTC, datetime, timedelta

from shifts.models import Place, Shift
from shifts.places import leave_place, take_place
from shifts.services import make_shifts
from tests.world import make_volunteer

NOON = datetime(2022, 4, 11, 4, 0, tzinfo=UTC)  # a Monday, twelve o'clock in Shanghai
HOUR = timedelta(hours=1)


class Crew:
    def __init__(self, world):
        self.world, self.now = world, NOON
        self.wei, self.wu, self.chen = world.wei, world.wu, world.chen

    def shift(self, start=2, length=3, **changes) -> Shift:
        """`start` hours after noon."""
        facts = {"task": "order", "title": "门岗秩序", "places": 1, "building": None, "meeting_point": "东门"}
        times = {"starts_at": NOON + start * HOUR, "ends_at": NOON + (start + length) * HOUR}
        return make_shifts(compound=self.world.jiamu, by=self.chen, now=self.now, **facts | times | changes)[0]

    def take(self, shift, volunteer=None, **more) -> Place:
        person = volunteer or self.wei
        return take_place(shift=shift, volunteer=person, **{"by": person.user, "now": self.now} | more)

    def leave(self, place, **more) -> bool:
        return leave_place(place=place, **{"by": place.volunteer.user, "now": self.now} | more)

    def more(self, count):
        return [make_volunteer(self.world.jiamu, f"v{n}", f"志愿{n}") for n in range(count)]


def taken(shift) -> int:
    return Shift.objects.get(pk=shift.pk).taken


def numbers_agree() -> bool:
    """The count kept on each shift is the number of its places held, and never above what there are."""
    return all(
        shift.taken == shift.all_places.filter(state="held").count() <= shift.places for shift in Shift.objects.all()
    )


def states(shift) -> list[tuple[str, str]]:
    return list(shift.all_places.order_by("pk").values_list("volunteer__name", "state"))
