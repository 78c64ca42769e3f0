"""Each ask of each room: there when it is due, as late or as near as it is, one click from where it is done, and gone
once it is done. Each reader's page, with all of it due, is as many statements as an empty one."""

import pytest
from django.urls import reverse

from compound.today import read_today
from compound.today_lines import all_asks
from residents.models import User
from tests.compound.scenes import SCENES
from tests.marks import statements

NAMES = sorted(ask.name for ask in all_asks())


def lines_of(reader):
    """Read anew: a user keeps what they may reach."""
    lines = read_today(User.objects.get(pk=reader.pk)).lines
    return [*lines.late, *lines.today, *lines.know]


@pytest.mark.parametrize("build", SCENES, ids=lambda scene: scene.__name__)
def test_what_is_due_stands_there_leads_to_its_deed_and_goes_when_it_is_done(world, client, build):
    scene = build(world)
    reader = getattr(world, scene.reader)
    found = lines_of(reader)
    told = {line.name: (line.urgency, line.count) for line in found if line.name not in scene.beside}
    assert told == scene.asks
    assert {line.name for line in found} - scene.asks.keys() == scene.beside
    client.force_login(reader)
    assert {line.name: client.get(line.link).status_code for line in found} == {line.name: 200 for line in found}
    assert [line.name for line in found if not line.deed] == []
    scene.end()
    assert {line.name for line in lines_of(reader)} == scene.after


def test_everything_due_at_once_costs_every_reader_the_same(world, client):
    told = set()
    for build in SCENES:
        told |= build(world).asks.keys()
    assert sorted(told) == NAMES  # every ask has its scene
    costs = {}
    for name in ("chen", "zhao", "qian", "lu"):
        client.force_login(getattr(world, name))
        client.get(reverse("today"))
        with statements() as seen:
            assert client.get(reverse("today")).status_code == 200
        costs[name] = len(seen)
    assert costs == {"chen": 9, "zhao": 9, "qian": 9, "lu": 7}
