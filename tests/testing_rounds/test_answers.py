"""What a volunteer reads off a test at the door: any order, taken back, impossible; and the single tube it asks for."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notices.models import Message
from residents.models import Building
from residents.statements import is_postgresql
from rounds.marks import mark_at_desk
from rounds.models import Mark, Round, Visit
from rounds.services import assign
from testing_rounds.answers import AnswerError, look_at_question
from testing_rounds.antigen_stats import read_stats
from testing_rounds.models import AnswerQuestion, ExpectedPerson, PersonResult, Recheck
from testing_rounds.settling import latest_by_source
from tests.marks import SENT_AT, statements, tap
from tests.testing_rounds.antigen_round import AntigenRound
from tests.testing_rounds.conftest import open_pcr, send
from tests.world import make_building, move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def antigen(world):
    antigen = AntigenRound(world)
    for volunteer in (world.wei, world.wu):
        assign(round=antigen.round, volunteer=volunteer, building=world.building1, by=world.chen)
    return antigen


@pytest.fixture
def lin(world, antigen):
    return antigen.visit(world.lin_home)


def told(visit, seq, letters, outcome="done", **changes):
    return tap(visit, seq, outcome, details={"antigen": letters}, **changes)


def undo(visit, seq, mark):
    return tap(visit, seq, "cleared", undoes=mark["id"])


def results(visit) -> str:
    letters = {"": ".", "negative": "n", "positive": "p", "invalid": "i", "disputed": "?"}
    people = ExpectedPerson.objects.filter(visit=visit).order_by("number")
    return "".join(letters[person.result] for person in people)


def facts(visit) -> list[tuple]:
    rows = PersonResult.objects.filter(person__visit=visit).order_by("pk")
    return [(row.person.number, row.value, row.source) for row in rows]


# --- Told ---------------------------------------------------------------------------------------------


def test_each_person_is_told_of_with_the_mark_that_says_it(world, lin):
    mark = told(lin, 1, "npi")
    assert [receipt.result for receipt in send(world.wei_phone, mark)] == ["stored"]
    assert facts(lin) == [(1, "negative", "volunteer"), (2, "positive", "volunteer"), (3, "invalid", "volunteer")]
    row = PersonResult.objects.filter(person__visit=lin).first()
    assert (str(row.mark_id), row.entered_by, row.happened_at) == (mark["id"], world.wei.user, None)  # a clock of 2022
    lin.refresh_from_db()
    assert (lin.outcome, lin.done_count) == ("done", 3)


def test_a_kit_handed_out_first_is_due_until_it_is_read(world, antigen, lin):
    send(world.wei_phone, tap(lin, 1))
    assert antigen.steps(world.lin_home) == ["given"] * 3
    send(world.wei_phone, told(lin, 2, "n.n"))
    assert antigen.steps(world.lin_home) == ["negative", "given", "negative"]
    total = read_stats(antigen.round, Building.objects.filter(pk=world.building1.pk)).total
    assert (total.heads, total.given, total.fed_back, total.missing) == (7, 3, 2, 1)


def test_when_it_was_read_is_kept_where_the_clock_can_be_believed(world, lin):
    now = timezone.now()
    mark = told(lin, 1, "n", marked_at=(now - timedelta(minutes=5)).isoformat())
    send(world.wei_phone, mark, sent_at=now, received_at=now)
    assert PersonResult.objects.get().happened_at == now - timedelta(minutes=5)


def test_an_undo_takes_the_words_back_and_they_stay_on_record(world, lin):
    mark = told(lin, 1, "p")
    send(world.wei_phone, mark)
    send(world.wei_phone, undo(lin, 2, mark))
    assert facts(lin) == [(1, "positive", "volunteer"), (1, "taken_back", "volunteer")]
    assert (results(lin), PersonResult.objects.last().corrects) == ("...", PersonResult.objects.first())


def test_a_second_reading_corrects_the_first_and_a_second_kit_does_not(world, lin):
    send(world.wei_phone, told(lin, 1, "ni", marked_at=(SENT_AT - timedelta(minutes=9)).isoformat()))
    send(world.wu_phone, told(lin, 1, "pn"))
    rows = PersonResult.objects.filter(person__visit=lin).order_by("pk")
    first, _invalid, again, second_kit = rows
    assert (results(lin), again.corrects, second_kit.corrects, again.entered_by) == ("pn.", first, None, world.wu.user)


def test_what_the_lead_corrected_is_not_told_again_until_somebody_reads_again(world, antigen, lin):
    send(world.wei_phone, told(lin, 1, "p"))
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert results(lin) == "n.."
    send(world.wei_phone, tap(lin, 2, note="gone home"))
    assert results(lin) == "n.."
    now = timezone.now()
    send(world.wei_phone, told(lin, 3, "p"), sent_at=now, received_at=now)
    assert results(lin) == "?.."


def test_the_lead_who_asked_settles_more_than_one_word(world, antigen, lin):
    send(world.wei_phone, told(lin, 1, "p"))
    antigen.tell(world.lin_home, by=world.chen, source="desk", p1="positive")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert results(lin) == "n.."


READING = st.text("npi.", max_size=4)
PERSONAL = st.dictionaries(st.sampled_from("123"), st.sampled_from(["done", "nobody_home", "refused"]), max_size=2)


@st.composite
def histories(draw):
    """Taps of two phones at one door, some taken back; then how they arrive: any order, split and with repeats."""
    taps = []
    for number in range(draw(st.integers(1, 5))):
        mine = [place for place, one in enumerate(taps) if one[2] is None and one[0] == number % 2]
        undoes = draw(st.sampled_from(mine)) if mine and draw(st.booleans()) else None
        taps.append((number % 2, draw(READING), undoes, draw(PERSONAL)))
    order = draw(st.permutations(range(len(taps))))
    repeats = draw(st.lists(st.sampled_from(range(len(taps))), max_size=3))
    return taps, list(order) + repeats, draw(st.integers(1, 3))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_order_any_repeats_any_split_leave_the_same_words(world, antigen, lin, history):
    taps, arrivals, size = history
    phones = (world.wei_phone, world.wu_phone)
    seqs, marks = [0, 0], []
    for place, (phone, letters, undoes, people) in enumerate(taps):
        seqs[phone] += 1
        at = (SENT_AT - timedelta(minutes=30 - place)).isoformat()
        if undoes is not None:
            marks.append(undo(lin, seqs[phone], marks[undoes]) | {"marked_at": at})
        else:
            marks.append(told(lin, seqs[phone], letters, people=people, marked_at=at))

    def outcome_of(arriving):
        with transaction.atomic():
            for begin in range(0, len(arriving), size):
                batch = arriving[begin : begin + size]
                for phone in (0, 1):
                    raw = [marks[place] for place in batch if taps[place][0] == phone]
                    assert {receipt.result for receipt in send(phones[phone], *raw)} <= {"stored", "known", "conflict"}
            people = ExpectedPerson.objects.filter(visit=lin)
            words = [latest_by_source(person.results.all()) for person in people]
            standing = [{source: fact.value for source, fact in some.items()} for some in words]
            asked = list(AnswerQuestion.objects.open().order_by("told", "number").values_list("told", "number"))
            tally = read_stats(antigen.round, Building.objects.filter(pk=world.building1.pk)).total
            assert tally.fed_back <= tally.given <= tally.heads == 7
            assert Mark.objects.filter(visit=lin).count() == len(marks)
            transaction.set_rollback(True)
        return standing, results_of(people), asked

    def results_of(people):
        return [person.result for person in people]

    assert outcome_of(arrivals) == outcome_of(range(len(marks)))


# --- What cannot be -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "changes", "number", "sentence", "left"),
    [
        ("nx", {}, 0, "What the test shows could not be read. The building lead looks at this.", "..."),
        ("nnnp", {}, 4, "There is no person 4 behind this door. The building lead looks at this.", "nnn"),
        (
            "np",
            {"people": {"2": "refused"}},
            2,
            "Person 2 was marked as not tested, and a result was told. The building lead looks at this.",
            "n..",
        ),
    ],
)
def test_an_impossible_answer_is_asked_about_and_its_mark_counts(world, lin, letters, changes, number, sentence, left):
    mark = told(lin, 1, letters, **changes)
    receipt = send(world.wei_phone, mark)[0]
    assert (receipt.result, receipt.message, results(lin)) == ("stored", sentence, left)
    assert AnswerQuestion.objects.open().get().number == number
    send(world.wei_phone, tap(lin, 2))  # read once more, asked once
    assert AnswerQuestion.objects.count() == 1
    send(world.wei_phone, undo(lin, 3, mark))
    assert (AnswerQuestion.objects.open().count(), results(lin)) == (0, "...")


def test_in_another_kind_of_round_the_answer_is_told_to_be_out_of_place(world):
    visit = Visit.objects.get(round=open_pcr(world).round, household=world.lin_home)
    receipt = send(world.wei_phone, told(visit, 1, "n"))[0]
    assert (receipt.result, receipt.message) == ("stored", "This is not an antigen round.")
    assert PersonResult.objects.count() == 0


def test_who_was_met_at_the_door_may_be_told_of(world, lin):
    send(world.wei_phone, told(lin, 1, "nnnn", people=dict.fromkeys("1234", "done")))
    assert results(lin) == "nnnn"


def test_looking_at_a_question_is_done_once(world, lin):
    send(world.wei_phone, told(lin, 1, "x"))
    question = AnswerQuestion.objects.get()
    look_at_question(question=question, by=world.zhao)
    with pytest.raises(AnswerError, match="Somebody has looked at this already"):
        look_at_question(question=question, by=world.chen)
    question.refresh_from_db()
    assert (question.looked_by, AnswerQuestion.objects.open().count()) == (world.zhao, 0)


# --- What it costs ------------------------------------------------------------------------------------


@pytest.fixture
def tower(world):
    """Fifty doors, two people behind each."""
    building = make_building(world.jiamu, "9", floors=25)
    homes = [move_in(door, "甲", "乙") for door in building.doors.all()]
    antigen = AntigenRound(world, buildings=[building])
    assign(round=antigen.round, volunteer=world.wei, building=building, by=world.chen)
    return [antigen.visit(home) for home in homes]


@pytest.mark.parametrize("doors", [5, 50])
def test_a_batch_of_results_costs_the_same_for_five_and_fifty(world, tower, doors):
    batch = [told(visit, seq, "nn") for seq, visit in enumerate(tower[:doors], 1)]
    with statements() as seen:
        send(world.wei_phone, *batch)
    assert PersonResult.objects.count() == doors * 2
    assert len(seen) == (10 if is_postgresql() else 11), "\n".join(seen)


@pytest.mark.parametrize("doors", [5, 50])
def test_positive_ones_and_their_undo_too(world, tower, doors):
    batch = [told(visit, seq, "np") for seq, visit in enumerate(tower[:doors], 1)]
    with statements() as asking:
        send(world.wei_phone, *batch)
    undos = [undo(visit, 50 + mark["seq"], mark) for visit, mark in zip(tower[:doors], batch, strict=True)]
    with statements() as taking_back:
        send(world.wei_phone, *undos)
    assert set(Visit.objects.filter(round__kind="recall").values_list("outcome", flat=True)) == {"exempt"}
    assert (len(asking), len(taking_back)) == ((27, 21) if is_postgresql() else (28, 23))


# --- The single tube ----------------------------------------------------------------------------------


def door(household) -> tuple:
    visit = Visit.objects.get(round__kind="recall", household=household)
    return visit.outcome, visit.expected_count, visit.people


def test_a_positive_reading_opens_the_recheck_as_telling_at_the_desk_does(world, antigen, lin):
    elder = antigen.visit(world.elder_home)
    send(world.wei_phone, told(lin, 1, "np"))
    antigen.tell(world.elder_home, by=world.chen, source="desk", p1="positive")
    asked = ExpectedPerson.objects.filter(visit__round__kind="recall").order_by("pk")
    assert [(one.name, one.visit.household) for one in asked] == [
        ("林国强", world.lin_home),
        (elder.expected_people.get().name, world.elder_home),
    ]
    heard = Message.objects.filter(reminder__startswith="antigen-positive").order_by("pk")
    assert [(row.user, row.body) for row in heard][:2] == [(row.user, row.body) for row in heard][2:]


@pytest.mark.parametrize(("source", "by"), [("lead", "zhao"), ("desk", "chen"), ("volunteer", "wei")])
def test_a_positive_by_mistake_is_taken_back_by_whoever_told_it_and_the_door_is_let_go(world, antigen, lin, source, by):
    if by == "wei":
        mark = told(lin, 1, "p")
        send(world.wei_phone, mark)
        send(world.wei_phone, undo(lin, 2, mark))
    else:
        for value in ("positive", "negative"):
            antigen.tell(world.lin_home, by=getattr(world, by), source=source, p1=value)
    assert door(world.lin_home) == ("exempt", 1, {"1": "exempt"})
    mark, row = Mark.objects.get(visit__round__kind="recall"), Recheck.objects.get()
    who = world.wei.user if by == "wei" else getattr(world, by)
    assert (mark.note, mark.marked_by) == ("The antigen test was corrected.", who)
    assert (row.released_by, row.note) == (who, "The antigen test was corrected.")
    subject = Message.objects.filter(user=world.chen).order_by("pk").last().subject
    assert subject.endswith("a positive antigen test was corrected")


def test_it_is_waited_for_again_when_it_is_positive_after_all(world, antigen):
    for value in ("positive", "negative", "positive"):
        antigen.tell(world.tenant_home, by=world.zhao, p2=value)
    assert door(world.tenant_home) == ("waiting", 1, {"1": "waiting"})
    assert (Recheck.objects.get().released_at, Round.objects.filter(kind="recall").count()) == (None, 1)


def test_a_door_somebody_was_sampled_at_is_not_let_go(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    visit = Visit.objects.get(round__kind="recall")
    mark_at_desk(visit=visit, by=world.chen, outcome="done")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert (door(world.lin_home), Recheck.objects.get().released_at) == (("done", 1, {}), None)


def test_nor_one_that_another_test_asks_for_as_well(world, antigen):
    second = AntigenRound(world)
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    second.tell(world.lin_home, by=world.zhao, p1="positive")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert (door(world.lin_home)[0], Recheck.objects.filter(released_at=None).count()) == ("waiting", 1)
    second.tell(world.lin_home, by=world.zhao, p1="negative")
    assert (door(world.lin_home)[0], Recheck.objects.filter(released_at=None).count()) == ("exempt", 0)


def test_the_rest_of_the_family_is_still_waited_for(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive", p2="positive")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert door(world.lin_home) == ("partly", 2, {"1": "exempt"})


def test_a_household_does_not_talk_itself_free_nor_does_its_lead(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, source="resident", p1="positive")
    antigen.tell(world.lin_home, by=world.zhao, source="resident", p1="negative")
    antigen.tell(world.lin_home, by=world.zhao, source="resident", p2="positive")
    antigen.tell(world.lin_home, by=world.zhao, p2="negative")
    assert door(world.lin_home)[0] == "waiting"
    antigen.tell(world.lin_home, by=world.chen, source="desk", p3="positive")
    assert Recheck.objects.filter(released_at=None).count() == 3
