"""A doctor in Jiamu, and bags and questions in one line each."""

from datetime import timedelta

from django.utils import timezone

from medicine.asking import answer, ask
from medicine.bags import Hand, ask_errand, deliver, pick_up, reach_hospital, settle
from medicine.calendar import add_date
from medicine.models import Errand, MedicalDate, Question
from medicine.telling import Teller
from residents.links import reissue_link
from residents.models import HouseholdLink
from tests.world import grant, make_user

ALL = ("slip", "card", "booklet", "cash", "box")
SECRET_WORDS = "白血病三年，最近牙龈渗血"  # must be in no message, log or list


class Ward:
    def __init__(self, world):
        self.world = world
        self.lu = make_user("lu", "陆医生")
        grant(self.lu, "doctor", world.jiamu)
        self.chen = Teller(by=world.chen)
        self.today = timezone.localdate()
        self.tomorrow = self.today + timedelta(days=1)
        self.elder = world.elder_home.residents.get()

    def secret(self, household) -> str:
        return reissue_link(household=household, by=self.world.chen).secret

    def link(self, household) -> Teller:
        self.secret(household)
        return Teller(link=HouseholdLink.objects.get(household=household, revoked_at=None))

    def question(self, household=None, teller=None, text=SECRET_WORDS, **more) -> Question:
        return ask(household=household or self.world.lin_home, teller=teller or self.chen, text=text, **more)

    def advise(self, question, kind="guidance", text="多喝水，三天后再看"):
        return answer(question=question, kind=kind, text=text, by=self.lu)

    def bag(self, resident=None, **changes) -> Errand:
        facts = {"hospital": "中心医院", "planned_on": self.tomorrow}
        return ask_errand(resident=resident or self.world.lin, teller=self.chen, **facts | changes)

    def to(self, user) -> Hand:
        return Hand("person", user)

    def picked(self, errand=None, kinds=ALL, cash="100", to=None, **more) -> Errand:
        errand = errand or self.bag()
        to = to or self.to(self.world.zhao)
        pick_up(errand=errand, kinds=kinds, cash=cash, to=to, teller=self.chen, **more)
        return self.fresh(errand)

    def settled(self, errand=None, cost="37.5", cash_back="62.50", **more) -> Errand:
        errand = errand or self.picked()
        reach_hospital(errand=errand, teller=self.chen)
        to = self.to(self.world.zhao)
        settle(errand=errand, cost=cost, cash_back=cash_back, to=to, by=self.world.chen, **more)
        return self.fresh(errand)

    def delivered(self, errand=None) -> Errand:
        errand = errand or self.settled()
        deliver(errand=errand, teller=self.chen)
        return self.fresh(errand)

    def date(self, resident=None, **changes) -> MedicalDate:
        facts = {"kind": "dialysis", "due_on": self.tomorrow, "every_days": None, "ahead_days": 1}
        return add_date(resident=resident or self.world.lin, by=self.world.chen, **facts | changes)

    def fresh(self, row):
        return type(row).objects.get(pk=row.pk)
