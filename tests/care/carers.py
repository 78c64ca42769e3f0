"""Jiamu with an open care desk: needs, and people on the rota, in one line each."""

from datetime import timedelta

from django.utils import timezone

from care.calling import begin_calls, take_call, tell_call
from care.models import CallPlace, Need
from care.needs import ask, open_desk
from care.telling import Teller
from residents.links import reissue_link
from residents.models import Resident

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


class Carers:
    def __init__(self, world, **rules):
        self.world = world
        self.chen, self.zhao = world.chen, world.zhao
        self.by_desk = Teller(by=world.chen)
        self.elder = world.elder_home.residents.get()
        self.desk = open_desk(compound=world.jiamu, **{"stale_hours": 4, "claim_hours": 2, "call_minutes": 15} | rules)

    def need(self, household=None, teller=None, **changes) -> Need:
        told = {"kind": "food", "words": "两天没菜了"} | changes
        return ask(household=household or self.world.lin_home, teller=teller or self.by_desk, **told)

    def place(self, person: Resident | None = None, **changes) -> CallPlace:
        facts = {"cadence": 1, "why": "alone", "by": self.chen} | changes
        return begin_calls(resident=person or self.elder, **facts)

    def call(self, place, heard="answered", by=None, now=None, **more) -> CallPlace:
        now = now or timezone.now()
        take_call(place=place, by=by or self.chen, now=now)
        return tell_call(place=place, heard=heard, by=by or self.chen, now=now, **more)

    def secret(self, household) -> str:
        return reissue_link(household=household, by=self.chen).secret
