"""People in tubes without the way that leads there: a round is opened, doors are marked, tubes filled."""

from django.utils import timezone

from compound.opening import open_any_round
from rounds.marks import mark_at_desk
from rounds.models import Mark, Visit
from testing_rounds.models import ExpectedPerson, Swab, Tube
from testing_rounds.services import create_test_round
from tests.world import make_building, move_in


def open_pcr(world, **changes):
    """An open PCR round of the small compound; ten in a tube."""
    form = world.round_form(pool_size=10) | changes
    form.pop("kind")
    test_round = create_test_round(**form)
    open_any_round(round=test_round.round, by=world.chen)
    return test_round


def people_of(test_round, household=None):
    people = ExpectedPerson.objects.filter(visit__round=test_round.round).select_related("visit__round")
    return list(people.filter(visit__household=household) if household else people)


def sample(test_round, by, *households):
    """Everybody behind these doors (or every door of the round) is marked as sampled."""
    visits = Visit.objects.filter(round=test_round.round)
    for visit in visits.filter(household__in=households) if households else visits:
        mark_at_desk(visit=visit, by=by, outcome="done")


def fill_tube(test_round, by, code, people, size=10):
    """A tube with these people in it, each by the newest mark of their door."""
    tube = Tube.objects.create(
        compound=test_round.round.compound,
        test_round=test_round,
        code=code,
        size=size,
        filled_count=len(people),
        opened_by=by,
    )
    marks = {mark.visit_id: mark for mark in Mark.objects.filter(visit__in={person.visit_id for person in people})}
    now = timezone.now()
    Swab.objects.bulk_create(
        Swab(person=person, tube=tube, mark=marks[person.visit_id], place=place, at=now)
        for place, person in enumerate(people, 1)
    )
    return tube


def ten_doors(world):
    """A tube of ten: ten doors of two new buildings, one person behind each. Returns round, tube and the homes."""
    buildings = [make_building(world.jiamu, code) for code in ("7", "8")]
    doors = [door for building in buildings for door in building.doors.order_by("pk")[:5]]
    homes = [move_in(door, f"甲{place}") for place, door in enumerate(doors)]
    test_round = open_pcr(world, buildings=buildings)
    sample(test_round, world.chen)
    people = [people_of(test_round, home)[0] for home in homes]
    return test_round, fill_tube(test_round, world.chen, "T-10", people), homes
