"""Whatever phones and desks do to tubes in whatever order, no impossible state is reached."""

from datetime import timedelta

from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from compound.following import follow_marks
from rounds.folding import speakers
from rounds.marks import mark_at_desk
from rounds.models import Mark, Outcome, Visit
from testing_rounds.models import ExpectedPerson, Swab, SwabQuestion, TestRound, Tube
from testing_rounds.swabs import code_of
from testing_rounds.tubes import COMES_FROM, TubeError, dismiss_question, place_question, step_tubes, swab_at_desk
from tests.marks import SENT_AT, tap
from tests.testing_rounds.conftest import open_pcr, send, visit_at
from tests.world import World

CODES = st.sampled_from(["A", "B", "C"])
DOORS = st.integers(0, 2)
PHONES = st.integers(0, 1)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would outlast the patience of a test


class Tubes(RuleBasedStateMachine):
    """Three doors (3, 1 and 3 people), two phones, a desk, three codes of tubes with five places."""

    world: World  # made once, by the test; what each run writes is taken back
    pcr: TestRound

    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        world = self.world
        self.doors = [visit_at(self.pcr, home) for home in (world.lin_home, world.elder_home, world.tenant_home)]
        self.phones = [world.wei_phone, world.wu_phone]
        self.seqs = [0, 0]
        self.clock = SENT_AT

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def next(self, phone: int) -> dict:
        self.seqs[phone] += 1
        self.clock += timedelta(minutes=1)
        return {"seq": self.seqs[phone], "marked_at": self.clock.isoformat()}

    def send(self, phone: int, raw: dict) -> None:
        receipts = send(self.phones[phone], raw, sent_at=self.clock, received_at=self.clock)
        assert receipts[0].result in {"stored", "conflict"}

    @rule(phone=PHONES, door=DOORS, code=CODES | st.just(""), outcome=st.sampled_from(["done", "done", "refused"]))
    def mark_a_household(self, phone, door, code, outcome):
        details = {"tube": code} if code else {}
        self.send(phone, tap(self.doors[door], outcome=outcome, details=details, **self.next(phone)))

    @rule(
        phone=PHONES,
        door=DOORS,
        code=CODES,
        people=st.dictionaries(st.sampled_from("124"), st.sampled_from(["done", "done", "exempt"]), min_size=1),
    )
    def mark_people(self, phone, door, code, people):
        raw = tap(self.doors[door], outcome="partly", people=people, details={"tube": code}, **self.next(phone))
        self.send(phone, raw)

    @precondition(lambda self: Mark.objects.exclude(outcome="cleared").exists())
    @rule(phone=PHONES, which=st.integers(0, 50))
    def undo(self, phone, which):
        marks = list(Mark.objects.exclude(outcome="cleared").order_by("pk"))
        target = marks[which % len(marks)]
        self.send(phone, tap(target.visit_id, outcome="cleared", undoes=str(target.pk), **self.next(phone)))

    @rule(door=DOORS, outcome=st.sampled_from(["done", "nobody_home"]))
    def mark_at_the_desk(self, door, outcome):
        mark_at_desk(visit=self.doors[door], by=self.world.chen, outcome=outcome, follow=follow_marks)

    @rule(door=DOORS, number=st.integers(1, 3), code=CODES)
    def put_in_by_hand(self, door, number, code):
        try:
            with transaction.atomic():
                swab_at_desk(visit=self.doors[door], numbers=[number], code=code, by=self.world.chen)
        except TubeError:
            pass

    @precondition(lambda self: Tube.objects.exists())
    @rule(which=st.integers(0, 2), step=st.sampled_from(sorted(set(COMES_FROM) - {"lost"})))
    def take_a_step(self, which, step):
        tubes = list(Tube.objects.order_by("pk"))
        tube = tubes[which % len(tubes)]
        before = tube.state
        try:
            with transaction.atomic():
                step_tubes(tubes=[tube], step=step, by=self.world.chen, note="why")
        except TubeError:
            tube.refresh_from_db()
            assert tube.state == before
        else:
            assert before in COMES_FROM[step]

    @precondition(lambda self: SwabQuestion.objects.filter(decision="").exists())
    @rule(code=CODES, is_placed=st.booleans())
    def decide(self, code, is_placed):
        question = SwabQuestion.objects.filter(decision="").order_by("pk")[0]
        try:
            with transaction.atomic():
                if is_placed:
                    place_question(question=question, code=code, by=self.world.chen)
                else:
                    dismiss_question(question=question, by=self.world.chen, note="why")
        except TubeError:
            assert SwabQuestion.objects.get(pk=question.pk).decision == ""

    @invariant()
    def no_tube_is_over_full_or_miscounted(self):
        for tube in Tube.objects.all():
            places = list(Swab.objects.filter(tube=tube, voided_at=None).values_list("place", flat=True))
            assert len(places) == tube.filled_count <= tube.size
            assert len(set(places)) == len(places)

    @invariant()
    def nobody_is_in_two_tubes_and_everybody_in_one_is_sampled(self):
        standing = list(Swab.objects.filter(voided_at=None).select_related("person__visit"))
        assert len({swab.person_id for swab in standing}) == len(standing)
        assert {swab.person.outcome for swab in standing} <= {Outcome.DONE}
        assert all(swab.person.is_there for swab in standing)

    @invariant()
    def nobody_counts_twice_and_no_sampled_person_is_forgotten(self):
        """Sampled with a tube named: in a tube, or somebody is asked to decide. Whoever was taken back is neither."""
        for visit in Visit.objects.filter(round=self.pcr.round):
            assert visit.done_count <= visit.expected_count + visit.extra_count
        asked = set(SwabQuestion.objects.values_list("person", flat=True))
        inside = set(Swab.objects.filter(voided_at=None).values_list("person", flat=True))
        for person in ExpectedPerson.objects.filter(visit__round=self.pcr.round).select_related("visit"):
            number = str(person.number)
            last = speakers(person.visit.marks.all(), [number]).get(number)
            if person.is_there and last and code_of(last) and person.outcome == Outcome.DONE:
                assert person.pk in asked | inside


def test_no_path_reaches_an_impossible_state(world):
    Tubes.world, Tubes.pcr = world, open_pcr(world)
    run_state_machine_as_test(
        Tubes, settings=settings(max_examples=10, stateful_step_count=12, deadline=None, phases=PHASES)
    )
