"""The refusals of a call-down: tests/refusals/table.py says how a row reads."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lifts.models import CallDown, Lift, Ride
from lifts.riding import (
    hand_to_home_visits,
    move_turn,
    press,
    put_back_in_service,
    reserve_lift,
    take_out_of_service,
    tell_no_show,
    tell_together,
    undo_last,
)
from lifts.services import end_call_down, keep_plan, resume_call_down
from rounds.services import create_round, open_round
from tests.lifts.conftest import Tower

NOON = datetime(2022, 4, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def tower(world, **plan) -> Tower:
    """Of four doors and two lifts, at noon."""
    house = Tower(world, floors=2, **plan).open()
    house.start = NOON
    return house


def at_lift(house, deed, minute=0):
    deed(
        call_down=house.call_down,
        lift=house.lifts[0],
        saw=house.saw(),
        by=house.by,
        at=NOON + timedelta(minutes=minute),
    )


def call_while_it_rests(world):
    house = tower(world)
    house.ride("201")
    house.press("202", at=9)


def press_an_old_screen(world):
    house = tower(world)
    house.press("201")
    house.press(saw=0)


def plan_again(world, house, **changes):
    """The same house in another round."""
    round = create_round(**world.round_form(kind="leaflet", buildings=[house.building]))
    open_round(round=round, by=house.by)
    return keep_plan(**{"round": round, "buildings": [house.building], "by": house.by} | house.plan_form | changes)


def press_for_another_round(world):
    house = tower(world)
    house.press("201")
    other = CallDown.objects.get(plan=plan_again(world, house))
    press(call_down=other, lift=house.lifts[0], saw=house.saw(), by=house.by)


def call_to_a_broken_lift(world):
    house = tower(world)
    take_out_of_service(lift=house.lifts[0], by=house.by)
    house.press("201")


def call_before_the_other_group(world):
    form = Tower(world, floors=2).plan_form | {"skip": 2}
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    keep_plan(round=round, buildings=[world.building1, world.building2], by=world.chen, **form)
    later = CallDown.objects.get(plan__round=round, wave=1)
    press(call_down=later, lift=Lift.objects.of(later).first(), saw=0, by=world.chen, turn=later.turns.first())


def call_when_over(world):
    house = tower(world)
    end_call_down(call_down=house.call_down)
    house.press("201")


def end_twice(world):
    house = tower(world)
    for _twice in range(2):
        end_call_down(call_down=house.call_down)


def move(house, room, step):
    move_turn(turn=house.turn(room), step=step, by=house.by, at=NOON)


def call_who_took_the_stairs(world):
    house = tower(world)
    move(house, "201", "stairs")
    house.press("201")


def call_to_the_contacts_lift(world):
    house = tower(world)
    reserve_lift(lift=house.lifts[0], is_reserved=True, by=house.by)
    house.press("201")


def call_a_contact_to_the_others_lift(world):
    house = tower(world)
    reserve_lift(lift=house.lifts[1], is_reserved=True, by=house.by)
    move(house, "201", "contact")
    house.press("201")


def bring_back_who_went_home(world):
    house = tower(world)
    house.press("201")
    at_lift(house, tell_no_show, 1)
    move(house, "201", "home")
    at_lift(house, undo_last, 2)


def together(house, room):
    tell_together(ride=Ride.objects.get(lift=house.lifts[0]), turn=house.turn(room), by=house.by)


def ride_with_oneself(world):
    house = tower(world)
    house.press("201")
    together(house, "201")


def ride_in_two_lifts(world):
    house = tower(world)
    house.press("201")
    house.press("202", lift=1)
    together(house, "202")


def ride_in_a_ride_taken_back(world):
    house = tower(world)
    house.press("201")
    at_lift(house, undo_last)
    together(house, "202")


def send_who_is_riding(world):
    house = tower(world)
    house.press("201")
    move(house, "201", "stairs")


def send_who_went(world):
    house = tower(world)
    for step in ("stairs", "home"):
        move(house, "201", step)


def break_twice(world):
    house = tower(world)
    for _twice in range(2):
        take_out_of_service(lift=house.lifts[0], by=house.by)


def plan_a_draft(world):
    house = Tower(world, floors=2)
    keep_plan(round=house.round, buildings=[house.building], by=house.by, **house.plan_form)


OLD = "This lift has moved on already; your press changed nothing."
GONE = "201 is not in the queue any more; call who is next now."
OVER = "This call-down is over; nobody is called any more."
TOLD = "That was told already."

SAYS = {
    "called while it rests": (
        call_while_it_rests,
        "The lift is being disinfected; it is safe again at 12:10:00.",
    ),
    "pressed an old screen": (press_an_old_screen, OLD),
    "pressed for another round": (press_for_another_round, "Another round is using this lift."),
    "called nobody": (lambda world: tower(world).press(), "There is nobody to call."),
    "called to a broken lift": (call_to_a_broken_lift, "This lift is out of service."),
    "called before the other group": (
        call_before_the_other_group,
        "1号楼 goes down first: its group has not finished, or somebody of it is on the way.",
    ),
    "called when over": (call_when_over, OVER),
    "called who took the stairs": (call_who_took_the_stairs, GONE),
    "called to the contacts' lift": (call_to_the_contacts_lift, "This lift is kept for close contacts."),
    "called a contact to the others'": (
        call_a_contact_to_the_others_lift,
        "201 rides in the lift kept for close contacts.",
    ),
    "nobody was called": (lambda world: at_lift(tower(world), tell_no_show), "Nobody is called to this lift."),
    "took back no step": (lambda world: at_lift(tower(world), undo_last), "There is nothing to take back."),
    "brought back who went home": (bring_back_who_went_home, "More has happened to 201 since."),
    "rode with oneself": (ride_with_oneself, "Choose another household of this entrance."),
    "rode in two lifts": (ride_in_two_lifts, "202 is riding in another lift by now."),
    "rode in a ride taken back": (ride_in_a_ride_taken_back, "This ride never happened."),
    "sent who is riding": (send_who_is_riding, "201 is on its way; wait until it is back."),
    "sent who went": (send_who_went, GONE),
    "queued who waits": (lambda world: move(tower(world), "201", "again"), "201 is in the queue already."),
    "flagged twice": (lambda world: move(tower(world), "201", "not_contact"), TOLD),
    "handed over with a lift": (
        lambda world: hand_to_home_visits(call_down=tower(world).call_down, by=world.chen),
        "A lift is in service; nobody needs to be handed over.",
    ),
    "broke twice": (break_twice, "This lift is out of service already."),
    "repaired what runs": (
        lambda world: put_back_in_service(lift=tower(world).lifts[0], by=world.chen),
        "This lift is in service.",
    ),
    "shared what is shared": (
        lambda world: reserve_lift(lift=tower(world).lifts[0], is_reserved=False, by=world.chen),
        TOLD,
    ),
    "planned a draft": (plan_a_draft, "Open the round first: who is called is frozen by that."),
    "planned nobody": (
        lambda world: plan_again(world, tower(world), buildings=[]),
        "Nobody is expected in these buildings; there is nobody to call.",
    ),
    "ended twice": (end_twice, OVER),
    "went on twice": (
        lambda world: resume_call_down(call_down=tower(world).call_down),
        "This call-down goes on already.",
    ),
}

CHINESE = {
    "The lift is being disinfected; it is safe again at 12:10:00.": "电梯正在消毒静置，12:10:00 后可用。",
    "This lift has moved on already; your press changed nothing.": "电梯状态已更新，刚才这一下没有生效。",
    "Another round is using this lift.": "这部电梯正由另一轮次使用。",
    "There is nobody to call.": "没有可叫的住户。",
    "This lift is out of service.": "这部电梯已停用。",
    "1号楼 goes down first: its group has not finished, or somebody of it is on the way.": (
        "请等 1号楼：那一组还没结束，或还有住户在途。"
    ),
    "This call-down is over; nobody is called any more.": "叫号已结束，不再叫号。",
    "201 is not in the queue any more; call who is next now.": "201 已不在队伍里，请叫现在的下一户。",
    "This lift is kept for close contacts.": "这部电梯留作密接专用。",
    "201 rides in the lift kept for close contacts.": "201 请乘密接专用电梯。",
    "Nobody is called to this lift.": "这部电梯没有在叫号。",
    "There is nothing to take back.": "没有可撤销的步骤。",
    "More has happened to 201 since.": "201 之后又有变动，不能撤销。",
    "Choose another household of this entrance.": "请选本单元的另一户。",
    "202 is riding in another lift by now.": "202 正在乘另一部电梯。",
    "This ride never happened.": "这一趟没有发生。",
    "201 is on its way; wait until it is back.": "201 在途，请等回来再改。",
    "201 is in the queue already.": "201 已在队伍里。",
    "That was told already.": "已经是这样了。",
    "A lift is in service; nobody needs to be handed over.": "还有电梯可用，不用转上门。",
    "This lift is out of service already.": "这部电梯已经停用。",
    "This lift is in service.": "这部电梯在正常使用。",
    "Open the round first: who is called is frozen by that.": "请先开启轮次：叫哪些住户由此定下。",
    "Nobody is expected in these buildings; there is nobody to call.": "这些楼栋没有应到住户，无需叫号。",
    "This call-down goes on already.": "叫号正在进行。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
