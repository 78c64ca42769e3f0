"""The refusals about tubes, people of a round, holds and results: tests/refusals/table.py says how a row reads."""

from datetime import timedelta

from django.utils import timezone

from residents.posts import add_person_at_post
from residents.services import move_out
from rounds.models import Mark, Visit
from testing_rounds.answers import look_at_question
from testing_rounds.antigen import record_chase
from testing_rounds.labs import dismiss_result, place_result
from testing_rounds.models import AnswerQuestion, ExpectedPerson, Hold, SwabQuestion, UnplacedResult
from testing_rounds.people import decide_proof, end_exemption, exempt, name_person
from testing_rounds.recall import release_hold
from testing_rounds.results import record_tube_result
from testing_rounds.services import create_test_round
from testing_rounds.stairwell import look_at_stairwell, tell_stairwell
from testing_rounds.tubes import (
    dismiss_question,
    open_tube,
    place_question,
    step_tubes,
    swab_at_desk,
    tell_label,
)
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample


def look_twice(world):
    pcr = open_pcr(world)
    sample(pcr, world.chen, world.lin_home)
    mark = Mark.objects.get(visit__round=pcr.round)
    row = AnswerQuestion.objects.create(mark=mark, number=1, told="n", reason="nobody")
    for _time in range(2):
        look_at_question(question=row, by=world.chen)


# --- Tubes --------------------------------------------------------------------------------------------


def draft(world):
    form = world.round_form(pool_size=10)
    form.pop("kind")
    return create_test_round(**form)


def tube(world, pcr=None, code="A-1"):
    return open_tube(test_round=pcr or open_pcr(world), code=code, by=world.chen)


def tube_of_another_round(world):
    tube(world)
    tube(world)


def step(world, step, note="", rows=None):
    step_tubes(tubes=[tube(world)] if rows is None else rows, step=step, by=world.chen, note=note)


def told_tube(world, result="negative"):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    row = fill_tube(pcr, world.chen, "A-1", people_of(pcr, world.lin_home)[:1], size=1)
    if result:
        record_tube_result(tube=row, value=result, source="lab_list", by=world.chen)
    row.refresh_from_db()
    return row


def swab(world, pcr, numbers=(2,), code="A-1"):
    visit = Visit.objects.get(round=pcr.round, household=world.lin_home)
    swab_at_desk(visit=visit, numbers=numbers, code=code, by=world.chen)


def swab_into_another_rounds(world):
    tube(world)
    swab(world, open_pcr(world))


def question(world, is_sampled=True):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    person = people_of(pcr, world.lin_home)[0]
    if not is_sampled:
        Visit.objects.filter(pk=person.visit_id).update(outcome="nobody_home", done_count=0)
    mark = Mark.objects.get(visit=person.visit_id)
    return SwabQuestion.objects.create(person=person, mark=mark, reason="full", code="A-1")


def decide_a_question_twice(world):
    row = question(world)
    for _twice in range(2):
        dismiss_question(question=row, by=world.chen, note="标签已核对")


# --- People -------------------------------------------------------------------------------------------


def met(world):
    visit = Visit.objects.get(round=open_pcr(world).round, household=world.lin_home)
    return ExpectedPerson.objects.create(visit=visit, number=9, is_added=True)


def name_in_a_household_that_left(world):
    person = met(world)
    move_out(household=world.lin_home, on=timezone.localdate())
    name_person(person=person, name="表姐", moves_in=True)


def exempt_twice(world):
    for _twice in range(2):
        exempt(resident=world.lin, reason="other", by=world.chen)


def end_twice(world):
    row = exempt(resident=world.lin, reason="other", by=world.chen)
    for _twice in range(2):
        end_exemption(exemption=row, by=world.chen)


def decide(world, decision="accepted"):
    decide_proof(person=people_of(open_pcr(world), world.lin_home)[0], decision=decision, by=world.chen)


# --- Holds and results --------------------------------------------------------------------------------


def release(world, *notes, why="by_hand"):
    row = told_tube(world, result="")
    hold = Hold.objects.create(person=people_of(row.test_round, world.lin_home)[0], tube=row)
    for note in notes:
        release_hold(hold=hold, release=why, by=world.chen, note=note)


def unplaced(world):
    pcr = open_pcr(world)
    told = {"compound": world.jiamu, "value": "negative", "source": "lab_list", "told": "{}", "entered_by": world.chen}
    return UnplacedResult.objects.create(test_round=pcr, **told)


def place_in_another_round(world):
    row = unplaced(world)
    place_result(row=row, person=people_of(open_pcr(world), world.lin_home)[0], by=world.chen)


def dismiss(world, *notes):
    row = unplaced(world)
    for note in notes:
        dismiss_result(row=row, by=world.chen, note=note)


def look(world, **part):
    return look_at_stairwell(round=open_pcr(world).round, building=world.building1, **part)


def tell_what_moved_on(world):
    tell_stairwell(found=look(world), digest="0", source="desk", by=world.chen)


def tell_of_nobody(world):
    found = look(world)
    tell_stairwell(found=found, digest=found.digest, source="desk", by=world.chen)


def chase(world, step):
    round_form = world.round_form(pool_size=10)
    kind = "pcr" if step == "called" else "antigen"
    visit = Visit.objects.get(round=open_pcr(world, **round_form).round, household=world.lin_home)
    type(visit.round).objects.filter(pk=visit.round_id).update(kind=kind)
    visit.round.kind = kind
    record_chase(visit=visit, step=step, was_reached=True, by=world.chen)


WHY = "Say why, in a few words."
NO_CODE = "Type or scan the code on the tube."
MOVED = "This door has been marked again meanwhile. Look at it as it is now."

SAYS = {
    "a tube without a code": (lambda world: tube(world, code=" "), NO_CODE),
    "a tube of a draft": (lambda world: tube(world, draft(world)), "The round is not open: nothing can be marked."),
    "a tube of another round": (
        tube_of_another_round,
        "Tube A-1 belongs to another round. Look at the label; the desk looks at this.",
    ),
    "no such step": (lambda world: step(world, "x"), "There is no such step."),
    "lost without why": (lambda world: step(world, "lost", " "), WHY),
    "no tube chosen": (lambda world: step(world, "sealed", rows=[]), "Choose at least one tube."),
    "received before it was sent": (
        lambda world: step(world, "received"),
        "Tube A-1 is open: this cannot be done now.",
    ),
    "sealed an empty one": (lambda world: step(world, "sealed"), "Nobody is in tube A-1."),
    "lost after its result": (
        lambda world: step(world, "lost", "摔碎", rows=[told_tube(world)]),
        "Tube A-1 has a result already. Correct the result instead.",
    ),
    "a label of a hundred": (
        lambda world: tell_label(tube=tube(world), told_count=100),
        "That is not a number of people.",
    ),
    "swabbed into no tube": (lambda world: swab(world, open_pcr(world), code=""), NO_CODE),
    "swabbed nobody": (lambda world: swab(world, open_pcr(world), numbers=()), "Choose who is in the tube."),
    "swabbed a stranger": (
        lambda world: swab(world, open_pcr(world), numbers=[13]),
        "Somebody was marked who is not expected behind this door.",
    ),
    "swabbed into a full one": (
        lambda world: swab(world, told_tube(world, result="").test_round),
        "Tube A-1 is full. Take somebody out first, or choose another tube.",
    ),
    "swabbed into another round's": (swab_into_another_rounds, "Tube A-1 belongs to another round."),
    "placed who is not sampled": (
        lambda world: place_question(question=question(world, is_sampled=False), code="A-1", by=world.chen),
        "This person is not marked as sampled any more. Set the question aside.",
    ),
    "set a question aside without why": (
        lambda world: dismiss_question(question=question(world), by=world.chen, note=" "),
        WHY,
    ),
    "decided a question twice": (decide_a_question_twice, "Somebody has decided about this already."),
    "named who is listed": (
        lambda world: name_person(person=people_of(open_pcr(world))[0], name="甲", moves_in=False),
        "This person is listed already.",
    ),
    "named without a name": (
        lambda world: name_person(person=met(world), name=" ", moves_in=False),
        "What are they called? A name of up to 50 characters.",
    ),
    "named where they left": (name_in_a_household_that_left, "This household has moved out."),
    "exempt until yesterday": (
        lambda world: exempt(
            resident=world.lin, reason="other", until=timezone.localdate() - timedelta(days=1), by=world.chen
        ),
        "This day is over.",
    ),
    "exempt twice": (exempt_twice, "This person is exempt already. End that first."),
    "ended twice": (end_twice, "This has ended already."),
    "decided neither": (lambda world: decide(world, "x"), "There is no such decision."),
    "decided of no proof": (decide, MOVED),
    "released for nothing": (
        lambda world: release(world, "x", why="x"),
        "“x” is not a way to end a hold by hand.",
    ),
    "released without why": (lambda world: release(world, " "), WHY),
    "released twice": (lambda world: release(world, "街道电话", "街道电话"), "This hold has ended already."),
    "placed in another round": (place_in_another_round, "This person is of another round."),
    "set a result aside without why": (lambda world: dismiss(world, " "), WHY),
    "decided a result twice": (
        lambda world: dismiss(world, "已核对", "已核对"),
        "Somebody has decided about this result already.",
    ),
    "except a room that is not": (
        lambda world: look(world, rooms="999"),
        "Except: there is no room 999 here.",
    ),
    "told what moved on": (tell_what_moved_on, "Something has changed meanwhile. Look at the numbers again."),
    "told of nobody": (tell_of_nobody, "Nobody is left to tell of: only people who were sampled count."),
    "chased who owes nothing": (lambda world: chase(world, "called"), "Nobody owes a result in this round."),
    "chased by neither": (lambda world: chase(world, "x"), "Say whether somebody called or knocked."),
    "an answer looked at twice": (look_twice, "Somebody has looked at this already."),
    "a post without a name": (
        lambda world: add_person_at_post(compound=world.jiamu, post=" ", name="门卫甲"),
        "Name the post in up to 20 characters.",
    ),
}

CHINESE = {
    "Type or scan the code on the tube.": "请输入或扫描管上的编号。",
    "The round is not open: nothing can be marked.": "本轮不在进行中，不能标记。",
    "Tube A-1 belongs to another round. Look at the label; the desk looks at this.": (
        "采样管 A-1 属于其他轮次。请核对标签，居委会处理。"
    ),
    "There is no such step.": "没有这一步。",
    "Say why, in a few words.": "请简单写明原因。",
    "Choose at least one tube.": "请至少勾选一支采样管。",
    "Tube A-1 is open: this cannot be done now.": "采样管 A-1 目前为“使用中”，现在不能这样操作。",
    "Nobody is in tube A-1.": "采样管 A-1 里还没有人。",
    "Tube A-1 has a result already. Correct the result instead.": "采样管 A-1 已有结果，请改为更正结果。",
    "That is not a number of people.": "这不是有效的人数。",
    "Choose who is in the tube.": "请勾选管内的人。",
    "Somebody was marked who is not expected behind this door.": "标记的人不在这户的应到名单里。",
    "Tube A-1 is full. Take somebody out first, or choose another tube.": (
        "采样管 A-1 已满。请先移出一人，或换一支管。"
    ),
    "Tube A-1 belongs to another round.": "采样管 A-1 属于其他轮次。",
    "This person is not marked as sampled any more. Set the question aside.": (
        "此人已不再标记为已采，请将此问题搁置。"
    ),
    "Somebody has decided about this already.": "此事已有人处理。",
    "This person is listed already.": "此人已在名册中。",
    "What are they called? A name of up to 50 characters.": "怎么称呼？姓名最多 50 个字。",
    "This household has moved out.": "这户已搬出。",
    "This day is over.": "这一天已过。",
    "This person is exempt already. End that first.": "此人已在免做期内，请先结束原有的免做。",
    "This has ended already.": "已经结束了。",
    "There is no such decision.": "没有这种处理方式。",
    "This door has been marked again meanwhile. Look at it as it is now.": (
        "这户刚才又有新标记，请按现在的情况再看一次。"
    ),
    "“x” is not a way to end a hold by hand.": "不能以“x”手工解除管控。",
    "This hold has ended already.": "这条管控已经解除。",
    "This person is of another round.": "此人属于另一轮次。",
    "Somebody has decided about this result already.": "已有人处理过这条结果。",
    "Except: there is no room 999 here.": "除外：这里没有 999 室。",
    "Something has changed meanwhile. Look at the numbers again.": "情况有变，请重新看一下人数。",
    "Nobody is left to tell of: only people who were sampled count.": "没有可登记的人：只登记已采样的人。",
    "Nobody owes a result in this round.": "这一轮没有人需要报结果。",
    "Say whether somebody called or knocked.": "请选打了电话还是敲了门。",
    "Somebody has looked at this already.": "已有人看过了。",
    "Name the post in up to 20 characters.": "岗位名称最多 20 个字。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
