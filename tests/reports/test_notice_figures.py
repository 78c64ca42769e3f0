"""The report's figures of notices: what went out today, and who knows of the newest."""

from datetime import timedelta

from django.utils import timezone

from notices.reaching import tell_households
from reports.figures import Asked
from reports.figures.notices import read
from tests.notices.telling import Telling


def test_it_counts_what_went_out_and_who_knows(world, django_assert_num_queries):
    telling = Telling(world)
    later = telling.right(telling.publish())
    key = later.recipients.get(household=world.far_home).pk
    tell_households(notice=later, building=world.building2, keys=[key], how="slip", by=world.chen)
    houses = (world.building1, world.building2)
    now = timezone.now()
    asked = Asked(world.jiamu, houses, now - timedelta(days=1), now, ())
    with django_assert_num_queries(3):
        counts = {name: dict(by) for name, by in read(asked).items()}
    assert counts == {
        "published": {None: 2},
        "corrected": {None: 1},
        "in_force": {None: 1},
        "unreached": {world.building1.pk: 3},
        "reached": {world.building2.pk: 1},
    }
    earlier = Asked(world.jiamu, houses, now - timedelta(days=2), now - timedelta(days=1), ())
    assert {name: dict(by) for name, by in read(earlier).items()} == {
        name: {None: 0} for name in ("published", "corrected", "in_force")
    }
