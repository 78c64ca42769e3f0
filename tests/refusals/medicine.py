"""The refusals of the doctor desk, the bags and the dates: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from functools import partial

from medicine.asking import ask_again, close, correct, tell_told
from medicine.bags import Hand, cancel, change_errand, confirm, hand_over, last_handovers, pick_up
from medicine.calendar import close_date
from medicine.finding import find_people, pick_person
from medicine.models import Entry
from medicine.telling import Teller
from residents.models import Resident, RoleGrant
from residents.services import move_out
from tests.medicine.ward import Ward

DAY = timedelta(days=1)
TEXT = ("Say it in a few words.", "请简单写几个字。")
GONE = ("This person does not live there.", "此人不住在这里。")
CLOSED_DAY = ("This day is over already.", "这一天已经过去。")


def on(world, deed):
    ward = Ward(world)
    deed(ward)


def moved(ward):
    move_out(household=ward.world.lin_home, on=ward.today)
    ward.world.lin = Resident.objects.get(pk=ward.world.lin.pk)
    return ward


def no_doctor(ward):
    RoleGrant.objects.filter(role="doctor").delete()
    ward.question()


def many(ward):
    for _n in range(6):
        ward.question()


def closed(ward):
    question = ward.question()
    ward.advise(question)
    close(question=question, teller=Teller(by=ward.lu))
    return question


def corrected_twice(ward):
    wrong = ward.advise(ward.question())
    for _n in range(2):
        correct(entry=wrong, kind="guidance", text="新", by=ward.lu)


def correct_the_question(ward):
    asked = Entry.objects.get(question=ward.question())
    correct(entry=asked, kind="guidance", text="新", by=ward.lu)


def saw(row, *kinds):
    return {pk: one.number for pk, one in last_handovers(row).items() if one.thing.kind in kinds}


def hand(ward, to=None, seen=None):
    row = ward.picked()
    seen = saw(row, "card") if seen is None else seen
    hand_over(errand=row, saw=seen, to=to or ward.to(ward.world.zhao), teller=ward.chen)


def hand_late(ward):
    row = ward.picked()
    seen = saw(row, "card")
    hand_over(errand=row, saw=seen, to=Hand("desk"), teller=ward.chen)
    hand_over(errand=row, saw=seen, to=Hand("household"), teller=ward.chen)


def put_in_twice(ward):
    pick_up(errand=ward.picked(), kinds=["card"], to=Hand("desk"), teller=ward.chen)


def change_to_yesterday(ward):
    change_errand(errand=ward.bag(), hospital="x", planned_on=ward.today - DAY, teller=ward.chen)


def close_twice(ward):
    date = ward.date()
    for _n in range(2):
        close_date(medical_date=date, end="done", by=ward.world.chen)


def twice(ward, deed):
    deed()
    deed()


def row(deed, english, chinese):
    return (partial(on, deed=deed), english, chinese)


ROWS = {
    "no words": row(lambda w: w.question(text=" "), *TEXT),
    "too many words": row(
        lambda w: w.question(text="痛" * 1001),
        "That is too long: 1000 characters at the most.",
        "太长了：最多 1000 个字。",
    ),
    "asks after moving out": row(lambda w: moved(w).question(), "This household has moved out.", "这户已搬出。"),
    "for a stranger": row(lambda w: w.question(resident=w.elder), *GONE),
    "no doctor": row(
        no_doctor,
        "There is no volunteer doctor here at the moment. In an emergency call 120.",
        "目前没有志愿医生。紧急情况请拨打 120。",
    ),
    "too many questions": row(
        many, "5 of your questions are open already. Add to one of them.", "已有 5 个咨询未结束，请在其中补充。"
    ),
    "asks again when closed": row(
        lambda w: ask_again(question=closed(w), text="x", teller=w.chen),
        "This question is closed. Please ask a new one.",
        "这个咨询已结束，请重新提问。",
    ),
    "answers when closed": row(
        lambda w: w.advise(closed(w)),
        "This question is closed. A wrong answer can still be corrected.",
        "这个咨询已结束；答错了仍可更正。",
    ),
    "corrects no advice": row(
        correct_the_question, "Only what a doctor said can be corrected.", "只有医生的答复可以更正。"
    ),
    "corrects twice": row(
        corrected_twice,
        "This answer was corrected already: correct the newer one.",
        "这条答复已更正过：请更正较新的一条。",
    ),
    "tells nothing": row(
        lambda w: tell_told(question=w.question(), by=w.world.zhao), "Nothing was answered yet.", "还没有答复。"
    ),
    "closes what waits": row(
        lambda w: close(question=w.question(), teller=w.chen),
        "It waits for an answer: answer first, then close.",
        "还在等答复：请先答复再结束。",
    ),
    "advice of no kind": row(
        lambda w: w.advise(w.question(), kind="told"), "Choose what the household should do.", "请选择住户该怎么做。"
    ),
    "bag after moving out": row(lambda w: moved(w).bag(), *GONE),
    "bag for yesterday": row(lambda w: w.bag(planned_on=w.today - DAY), *CLOSED_DAY),
    "bag moved to yesterday": row(change_to_yesterday, *CLOSED_DAY),
    "second bag": row(
        lambda w: twice(w, w.bag),
        "There is a bag for this person already: add to that one.",
        "此人已有一个药袋：请加到那一个里。",
    ),
    "needed before": row(
        lambda w: w.bag(needed_by=w.today),
        "It is needed before anybody goes: choose an earlier day.",
        "去配药前就要用了：请选更早的一天。",
    ),
    "empty bag": row(lambda w: w.picked(kinds=()), "Nothing is in the bag yet.", "袋里还什么都没有。"),
    "put in twice": row(put_in_twice, "insurance card is in the bag already.", "袋里已有医保卡。"),
    "box lacking": row(
        lambda w: w.picked(kinds=("slip", "card"), cash=""),
        "Not in the bag: empty box. Put it in, or say why it goes without.",
        "袋里没有：空药盒。请放入，或说明为什么没有。",
    ),
    "nothing ticked": row(lambda w: hand(w, seen={}), "Tick what changes hands.", "请勾选要交接的东西。"),
    "of another bag": row(lambda w: hand(w, seen={10**9: 1}), "This is not in the bag.", "袋里没有这样东西。"),
    "handed over meanwhile": row(
        hand_late,
        "insurance card has changed hands meanwhile: committee's desk has it now.",
        "医保卡刚才已转手：现在在居委会值班台处。",
    ),
    "there already": row(hand, "insurance card is there already: 赵楼长 has it.", "医保卡已经在赵楼长处。"),
    "no hand": row(lambda w: hand(w, to=Hand("person")), "Choose into whose hands it goes.", "请选择交给谁。"),
    "a stranger's hand": row(
        lambda w: hand(w, to=w.to(w.world.sun)),
        "This person does not serve in this compound.",
        "此人不在本小区服务。",
    ),
    "money does not add up": row(
        lambda w: w.settled(cash_back="1"),
        "¥100.00 were in the bag and ¥37.50 were paid: ¥62.50 go back.",
        "袋内现金 ¥100.00，实付 ¥37.50：应找回 ¥62.50。",
    ),
    "no medicine, no word": row(
        lambda w: w.settled(has_medicine=False),
        "Say why there is no medicine: out of stock, another window.",
        "请说明为什么没配到：缺货、要去别的窗口等。",
    ),
    "called off in a hand": row(
        lambda w: cancel(errand=w.picked(), reason="x", teller=w.chen),
        "赵楼长 still has this: slip. It goes back to the household first.",
        "赵楼长还拿着配药单：请先还给住户。",
    ),
    "wrong state": row(
        lambda w: confirm(errand=w.bag(), teller=w.chen),
        "This cannot be done now: the bag is to be picked up.",
        "现在不能这样操作：药袋待取。",
    ),
    "a day too far": row(
        lambda w: w.date(due_on=w.today + 999 * DAY),
        "Choose a day from today on, within a year.",
        "请选今天起一年内的日期。",
    ),
    "date after moving out": row(lambda w: moved(w).date(), *GONE),
    "date twice": row(lambda w: twice(w, w.date), "This date is on the list already.", "这个日期已在清单里。"),
    "closed for nothing": row(
        lambda w: close_date(medical_date=w.date(), end="x", by=w.world.chen), "Say what became of it.", "请说明结果。"
    ),
    "date closed twice": row(close_twice, "This date was closed already.", "这个日期已办结。"),
    "no such room": row(
        lambda w: find_people(w.world.building1, "999"),
        "There is no such room in this building.",
        "这栋楼没有这个室号。",
    ),
    "nobody there": row(
        lambda w: find_people(w.world.building1, "101"), "Nobody is listed as living there.", "这一户没有登记住户。"
    ),
    "which of them": row(
        lambda w: pick_person(find_people(w.world.building1, "502"), "林"),
        "Which of them? 林小雨, 林国强, 林朵",
        "是哪一位？林小雨、林国强、林朵",
    ),
}
