"""The cast of the phone tests: a tower of thirty doors in an open test round."""

import secrets
from datetime import timedelta

from django.utils import timezone

from residents.devices import token_hash
from residents.models import Invite
from rounds.services import assign
from testing_rounds.services import create_test_round, open_test_round
from tests.world import make_building, move_in

SURNAMES = "赵钱孙李周吴郑王冯陈"


class Stairwell:
    def __init__(self, world, floors=15, doors=2, code="8"):
        self.world = world
        self.tower = make_building(world.jiamu, code, floors=floors, doors=doors)
        for number, door in enumerate(self.tower.doors.top_down()):
            names = [f"{SURNAMES[(number + person) % 10]}某{person}" for person in range(1 + number % 3)]
            flags = {"lives_alone": True, "needs_gentle_knock": True, "age_band": "80+"} if number == 4 else {}
            move_in(door, *names, **flags)
        window = world.round_form(buildings=[self.tower])
        window.pop("kind")
        self.test_round = create_test_round(**window, pool_size=10, instructions="先敲门，等一分钟。")
        self.round = self.test_round.round
        self.give_to(world.wei)
        open_test_round(test_round=self.test_round, by=world.chen)
        self.round.refresh_from_db()

    def give_to(self, volunteer, **part):
        return assign(round=self.round, volunteer=volunteer, building=self.tower, by=self.world.chen, **part)

    def invite(self, volunteer=None) -> str:
        code = secrets.token_urlsafe(24)
        Invite.objects.create(
            volunteer=volunteer or self.world.wei,
            code_hash=token_hash(code),
            created_by=self.world.chen,
            expires_at=timezone.now() + timedelta(hours=1),
        )
        return code
