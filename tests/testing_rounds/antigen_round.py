"""An antigen round open in Jiamu, kits handed out as told, and words for what the tests ask of it."""

from datetime import timedelta

from django.utils import timezone

from compound.opening import open_any_round
from rounds.marks import mark_at_desk
from rounds.models import Visit
from testing_rounds.antigen import create_antigen_round, tell_household
from testing_rounds.antigen_stats import lines_of


class AntigenRound:
    def __init__(self, world, **window):
        now = timezone.now()
        self.world = world
        form = {
            "compound": world.jiamu,
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=3),
            "feedback_until": now + timedelta(hours=2),
            "buildings": [world.building1, world.building2],
        } | window
        self.test_round = create_antigen_round(**form)
        self.round = self.test_round.round
        open_any_round(round=self.round, by=world.chen)

    def visit(self, household) -> Visit:
        return Visit.objects.select_related("round__test_round", "building").get(round=self.round, household=household)

    def hand_out(self, *households, outcome="done", people=None):
        for household in households or [visit.household for visit in Visit.objects.filter(round=self.round)]:
            visit = Visit.objects.get(round=self.round, household=household)
            mark_at_desk(visit=visit, by=self.world.chen, outcome=outcome, people=people or {})

    def tell(self, household, by=None, link=None, source=None, **answers):
        """`tell(home, p1="negative", p2="positive")`"""
        return tell_household(
            visit=self.visit(household),
            answers={int(key[1:]): value for key, value in answers.items()},
            source=source or ("resident" if link else "lead"),
            by=by,
            link=link,
        )

    def steps(self, household, *, past=False) -> list[str]:
        visit = self.visit(household)
        return [line.step for line in lines_of([visit], past)[visit.pk]]

    def pass_the_hour(self):
        self.test_round.feedback_until = timezone.now() - timedelta(minutes=1)
        self.test_round.save(update_fields=["feedback_until"])
