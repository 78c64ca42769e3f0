"""The three rosters that people really kept, imported in two clicks; where they are at hand (they hold no real person).

The made ones of the same shapes stand in for them everywhere else: tests/rosters/make.py.
"""

import pytest
from django.urls import reverse

from residents.models import Door, Household, Resident, RosterImport
from residents.roster.jobs import work_waiting
from tests.conftest import REAL_ROSTERS

#                             file                          doors lived-in empty told named
FILES = {
    "the tower": ("roster_tower.xlsx", 52, 48, 4, 118, 48),
    "the estate": ("roster_estate_gb18030.csv", 514, 514, 0, None, 1481),
    "the large one": ("roster_large.xlsx", 3000, 3000, 0, 8287, 8287),
}  # fmt: skip


@pytest.mark.rosters
@pytest.mark.parametrize("name", FILES)
def test_a_real_roster_is_there_after_two_clicks_and_again_changes_nothing(world, client, name):
    file_name, doors, lived_in, empty, told, named = FILES[name]
    client.force_login(world.sun)
    world.other_home.residents.all().delete()
    world.other_home.delete()
    world.other_building.doors.all().delete()
    world.other_building.delete()
    for _ in range(2):
        with (REAL_ROSTERS / file_name).open("rb") as file:
            client.post(reverse("residents:roster_upload", args=[world.hexin.pk]), {"roster": file})
        work_waiting()
        roster = RosterImport.objects.order_by("-pk").first()
        client.post(reverse("residents:roster_apply", args=[roster.pk]))
        work_waiting()
        roster.refresh_from_db()
        assert roster.state == "applied", roster.message
        here = list(Household.objects.filter(door__building__compound=world.hexin))
        assert Door.objects.filter(building__compound=world.hexin).count() == doors
        assert sum(home.is_lived_in for home in here) == lived_in
        assert sum(home.occupancy == "vacant" for home in here) == empty
        # By a join: a subquery over tables just filled, of which the planner knows nothing yet, can take minutes.
        assert Resident.objects.filter(household__door__building__compound=world.hexin).count() == named
        if told is not None:
            assert sum(home.told_count or 0 for home in here) == told
    assert roster.findings["counts"]["same"] == doors
    assert not roster.findings["counts"].get("changed")
