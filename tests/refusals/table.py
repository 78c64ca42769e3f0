"""One row a refusal of a service: how it is provoked, and what it says in either language."""

import uuid
from datetime import date, timedelta
from functools import partial

from django.utils import timezone

from notices.models import Message, Webhook
from notices.services import plan_test, retry_message
from residents.devices import bind_device, find_invite
from residents.joining import join_doors, separate_door
from residents.merging import merge_residents, unmerge_residents
from residents.models import Household, Invite, Resident, Volunteer
from residents.services import (
    REVEALS_PER_HOUR,
    add_building,
    add_volunteer,
    end_device,
    end_volunteer,
    make_invite,
    move_in,
    move_out,
    move_resident_out,
    reveal_phone,
)
from residents.squad import change_volunteer
from rounds.marks import apply_held_mark, dismiss_held_mark, mark_at_desk, settle_conflict
from rounds.models import HeldMark, Mark, Round, Visit
from rounds.paper import PaperRow, record_paper
from rounds.segments import claim_segment, hand_over, offer_segments
from rounds.services import (
    assign,
    cancel_round,
    change_round,
    close_round,
    create_round,
    open_round,
    reopen_round,
)

DAY = timedelta(days=1)
NEVER = uuid.UUID(int=7)


# --- What the rows stand on ---------------------------------------------------------------------------


def door(world, room, building=None):
    return (building or world.building1).doors.get(room=room)


def join(world, main="502", other="501", reason="一家人", building=None):
    join_doors(main=door(world, main), joined=door(world, other, building), by=world.chen, reason=reason)


def draft(world, **changes):
    return create_round(**world.round_form(**changes))


def opened(world, **changes):
    round = draft(world, **changes)
    open_round(round=round, by=world.chen)
    return round


def confidential(world):
    round = opened(world)
    Round.objects.filter(pk=round.pk).update(is_confidential=True)
    return round


def closed(world):
    round = opened(world)
    close_round(round=round, by=world.chen)
    return round


def change(round, **words):
    now = {"title": "", "starts_at": round.starts_at, "ends_at": round.ends_at, "buildings": round.buildings.all()}
    change_round(round=round, **now | words)


def give(world, round, volunteer=None, building=None, **part):
    return assign(
        round=round,
        volunteer=volunteer or world.wei,
        building=building or world.building1,
        by=world.chen,
        **part,
    )


def visit_of(world, round):
    return Visit.objects.get(round=round, household=world.lin_home)


def mark(world, round, **words):
    return mark_at_desk(visit=visit_of(world, round), by=world.chen, **{"outcome": "done"} | words)


def held(world, payload=None, round=None):
    visit = visit_of(world, round or opened(world))
    whole = {"id": str(uuid.uuid4()), "seq": 1, "visit": visit.pk, "outcome": "done", "people": {}}
    return HeldMark.objects.create(
        device=world.wei_phone,
        compound=world.jiamu,
        visit=visit,
        reason="not_assigned",
        payload=whole | {"marked_at": "2022-04-10T12:00:00Z"} if payload is None else payload,
        digest="0" * 64,
        sent_at=timezone.now(),
    )


def paper(world, round, walked_by=None, walked_at=None, visits=None):
    rows = [PaperRow(pk, "done") for pk in visits or [visit_of(world, round).pk]]
    walked_at = walked_at or timezone.now() - timedelta(minutes=5)
    record_paper(round=round, by=world.chen, walked_by=walked_by or world.wei, walked_at=walked_at, rows=rows)


def segments(world, **changes):
    round = opened(world, **changes)
    offer_segments(round=round, floors=5)
    return round


def claim(world, round, volunteer, floors=(2, 5)):
    wish = {"building_id": world.building1.pk, "entrance": "", "floor_from": floors[0], "floor_to": floors[1]}
    return claim_segment(round=round, volunteer=volunteer, **wish)


def build(world, **changes):
    words = {"name": "新楼", "code": "77", "floor_count": 2, "doors_per_floor": 2}
    return add_building(compound=world.jiamu, **words | changes)


def invite(world, **changes):
    fresh = make_invite(volunteer=world.wei, by=world.chen)
    Invite.objects.filter(pk=fresh.invite.pk).update(**changes)
    return fresh.code


def bind(world, code, device=None):
    device = device or str(uuid.uuid4())
    bind_device(code=code, device_id=device, token=f"{device}.{'k' * 43}")


def twin(world):
    return Resident.objects.create(household=world.far_home, name=world.lin.name)


def merged(world):
    return merge_residents(kept=world.lin, other=twin(world), by=world.chen, reason="同一人")


def hook(world, **changes):
    words = {"name": "群", "kind": "json", "url": "https://example.org/x"}
    return Webhook.objects.create(compound=world.jiamu, **words | changes)


# --- What is refused ----------------------------------------------------------------------------------


def reveal_too_often(world):
    for _number in range(REVEALS_PER_HOUR + 1):
        reveal_phone(resident=world.lin, by=world.chen, reason="r")


def reveal_nothing(world):
    reveal_phone(resident=world.lin_home.residents.get(name="林朵"), by=world.chen, reason="r")


def move_out_twice(world):
    for _time in range(2):
        move_out(household=world.lin_home, on=date(2022, 4, 1))


def move_out_too_early(world):
    Household.objects.filter(pk=world.lin_home.pk).update(moved_in_on=date(2022, 4, 2))
    move_out(household=world.lin_home, on=date(2022, 4, 1))


def person_leaves_twice(world):
    for _time in range(2):
        move_resident_out(resident=world.lin, on=date(2022, 4, 1))


def join_twice(world):
    join(world)
    join(world, main="402")


def move_in_behind_a_joined_door(world):
    join(world)
    move_in(door=door(world, "501"), occupancy="owner")


def bind_twice(world):
    code = invite(world)
    bind(world, code)
    bind(world, code)


def bind_with_a_key_in_use(world):
    bind(world, invite(world), str(world.wu_phone.pk))


def unmerge_twice(world):
    merge = merged(world)
    for _time in range(2):
        unmerge_residents(merge=merge, by=world.chen, reason="错了")


def unmerge_the_unmerging(world):
    undone = unmerge_residents(merge=merged(world), by=world.chen, reason="错了")
    unmerge_residents(merge=undone, by=world.chen, reason="错了")


def unmerge_below_another(world):
    merge = merged(world)
    world.lin.refresh_from_db()
    merge_residents(kept=twin(world), other=world.lin, by=world.chen, reason="同一人")
    unmerge_residents(merge=merge, by=world.chen, reason="错了")


def unmerge_into_nowhere(world):
    merge = merged(world)
    Household.objects.filter(pk=world.far_home.pk).update(moved_out_on=date(2022, 4, 1))
    unmerge_residents(merge=merge, by=world.chen, reason="错了")


def merge_who_has_gone(world):
    other = twin(world)
    move_resident_out(resident=other, on=date(2022, 4, 1))
    other.refresh_from_db()
    merge_residents(kept=world.lin, other=other, by=world.chen, reason="r")


def training(world):
    type(world.jiamu).objects.filter(pk=world.jiamu.pk).update(requires_training=True)
    give(world, draft(world))


def claim_what_is_held(world):
    round = segments(world)
    claim(world, round, world.wei)
    claim(world, round, world.wu)


def hand_over_what_was_given_back(world):
    part = give(world, opened(world))
    hand_over(assignment=part, to=world.wu, by=world.chen, reason="r")
    hand_over(assignment=part, to=world.wu, by=world.chen, reason="r")


def settle_nothing(world):
    round = opened(world)
    settle_conflict(visit=visit_of(world, round), by=world.chen, keep=mark(world, round).pk)


def settle_what_moved_on(world):
    round = opened(world)
    visit = visit_of(world, round)
    now = timezone.now()
    for number, volunteer in enumerate((world.wei, world.wu)):
        by = {"visit": visit, "outcome": ("done", "refused")[number], "marked_by": volunteer.user}
        Mark.objects.create(**by, marked_at=now, sent_at=now, happened_at=now + timedelta(seconds=number))
    settle_conflict(visit=visit, by=world.chen, keep=NEVER)


def decide_twice(world):
    row = held(world)
    for _time in range(2):
        dismiss_held_mark(held=row, by=world.chen, note="r")


def retry_what_is_on_its_way(world):
    row = Message.objects.create(
        compound=world.jiamu,
        reminder="r",
        recipient="user:1",
        period="p",
        channel="inbox",
        user=world.chen,
        subject="s",
    )
    retry_message(message=row)


def test_a_bot_twice(world):
    bot = hook(world)
    for _time in range(2):
        plan_test(hook=bot)


WHY = ("Say why, in a few words.", "请简单写明原因。")
OVER = ("This round is over; nobody can be assigned any more.", "本轮已结束，不能再分工。")
NOT_OPEN = ("The round is not open: nothing can be marked.", "本轮不在进行中，不能标记。")
NOT_HERE = ("This volunteer does not serve in this compound.", "这位志愿者不在本小区服务。")
LEFT = ("This volunteer has left.", "这位志愿者已经离开。")
SAME_NAME = (
    "There is already a volunteer of this name. Add something to tell the two apart.",
    "已有同名志愿者，请加一个能区分的字。",
)
NOT_EXPECTED = ("Somebody was marked who is not expected behind this door.", "标记的人不在这户的应到名单里。")
TOO_EARLY = (
    "Somebody moved in on 2022-04-02: the move out cannot be before that.",
    "有人在 2022-04-02 入住，搬出日期不能早于这一天。",
)


def ended(world):
    end_volunteer(volunteer=world.wei)
    return Volunteer.objects.get(pk=world.wei.pk)


def rename(world):
    change_volunteer(volunteer=world.wei, name=world.wu.name)


ROWS = {
    "no floor": (partial(build, missing_floors=frozenset({1, 2})), "No floor is left.", "没有剩下任何楼层。"),
    "too many doors": (
        partial(build, floor_count=200, doors_per_floor=50, entrance_count=20),
        "That would be more than 2000 doors. Please check the numbers.",
        "这样会超过 2000 户，请检查数字。",
    ),
    "building twice": (
        partial(build, code="1"),
        "There is already a building with the code 1.",
        "已经有编号为 1 的楼栋。",
    ),
    "behind a joined door": (
        move_in_behind_a_joined_door,
        "This door is joined to 1号楼 502: enter the household there.",
        "这一户已与 1号楼 502 打通，请登记在那一户。",
    ),
    "moved out twice": (move_out_twice, "This household has moved out already.", "这户已经搬出。"),
    "moved out too early": (move_out_too_early, *TOO_EARLY),
    "person left twice": (person_leaves_twice, "This person has moved out already.", "此人已经搬出。"),
    "too many numbers": (
        reveal_too_often,
        f"You have looked at {REVEALS_PER_HOUR} numbers within an hour. Please wait, or print the list you need.",
        f"一小时内您已查看 {REVEALS_PER_HOUR} 个号码。请稍后再看，或打印所需名单。",
    ),
    "no number": (reveal_nothing, "No phone number is kept for this person.", "没有登记此人的号码。"),
    "volunteer twice": (lambda world: add_volunteer(compound=world.jiamu, name=world.wei.name), *SAME_NAME),
    "volunteer renamed to another": (rename, *SAME_NAME),
    "invite who left": (lambda world: make_invite(volunteer=ended(world), by=world.chen), *LEFT),
    "end who left": (lambda world: end_volunteer(volunteer=ended(world)), *LEFT),
    "phone ended twice": (
        lambda world: [end_device(device=world.wei_phone) for _time in range(2)],
        "This phone was signed out already.",
        "这部手机已经退出。",
    ),
    "doors of two buildings": (
        lambda world: join(world, building=world.building2),
        "Only two doors of one building can be joined.",
        "只有同一栋楼的两户才能打通。",
    ),
    "joined twice": (join_twice, "501 is joined to another door already.", "501 已经与另一户打通。"),
    "somebody behind": (
        lambda world: join(world, other="301"),
        "A household is listed behind 301. Let it move out first, or join the other way round.",
        "301 还登记着住户：请先办理搬离，或反过来从那一户打通。",
    ),
    "not joined": (
        lambda world: separate_door(joined=door(world, "501"), by=world.chen, reason="r"),
        "This door is not joined to another.",
        "这一户没有与别户打通。",
    ),
    "joined without why": (partial(join, reason=" "), *WHY),
    "joined with too much why": (partial(join, reason="x" * 201), "The reason is too long.", "原因太长了。"),
    "merged with itself": (
        lambda world: merge_residents(kept=world.lin, other=world.lin, by=world.chen, reason="r"),
        "This is one record already.",
        "这本来就是同一条记录。",
    ),
    "merged across compounds": (
        lambda world: merge_residents(
            kept=world.lin, other=world.other_home.residents.first(), by=world.chen, reason="r"
        ),
        "They belong to two compounds.",
        "两条记录不在同一小区。",
    ),
    "merged with who has gone": (
        merge_who_has_gone,
        "One of the two has moved out or was merged already. Please look at both again.",
        "其中一人已搬离或已被合并，请重新查看两条记录。",
    ),
    "unmerged twice": (unmerge_twice, "This merge was undone already.", "这次合并已经撤销过。"),
    "unmerged the unmerging": (
        unmerge_the_unmerging,
        "This is the undoing of a merge. Merge the two again instead.",
        "这条就是撤销合并的记录；要合并请重新合并。",
    ),
    "unmerged below another": (
        unmerge_below_another,
        "The record that was kept has itself been merged into another since. Undo that first.",
        "保留的那条记录后来又并入了另一条，请先撤销后一次合并。",
    ),
    "unmerged into nowhere": (
        unmerge_into_nowhere,
        "The household of the other record has moved out since: there is nowhere to put it back.",
        "另一条记录所在的住户后来已搬离，无处可放回。",
    ),
    "no such invitation": (
        lambda world: find_invite("nothing"),
        "There is no such invitation. Ask for a new one.",
        "没有这份邀请，请向干事要一份新的。",
    ),
    "invitation used": (
        bind_twice,
        "This invitation was used already. Ask for a new one.",
        "这份邀请已经用过，请向干事要一份新的。",
    ),
    "invitation expired": (
        lambda world: find_invite(invite(world, expires_at=timezone.now() - DAY)),
        "This invitation has expired. Ask for a new one.",
        "这份邀请已过期，请向干事要一份新的。",
    ),
    "invitation of who left": (
        lambda world: (code := invite(world), ended(world), find_invite(code)),
        "This invitation is no longer valid. Ask for a new one.",
        "这份邀请已失效，请向干事要一份新的。",
    ),
    "unusable key": (
        lambda world: bind_device(code=invite(world), device_id="x", token="y"),
        "The phone sent an unusable key.",
        "手机发来的密钥不可用。",
    ),
    "key in use": (
        bind_with_a_key_in_use,
        "This phone's key is in use already. Open the invitation again.",
        "这部手机的密钥已被占用，请重新打开邀请链接。",
    ),
    "changed when over": (
        lambda world: change(closed(world)),
        "This round is over; it can no longer be changed.",
        "本轮已结束，不能再改。",
    ),
    "ends before it starts": (
        lambda world: (round := draft(world), change(round, ends_at=round.starts_at - DAY)),
        "The round must end after it starts.",
        "结束时间要晚于开始时间。",
    ),
    "too long": (
        lambda world: (round := opened(world), change(round, ends_at=round.starts_at + 15 * DAY)),
        "A round lasts two weeks at the most.",
        "一轮最长两周。",
    ),
    "opened twice": (
        lambda world: open_round(round=opened(world), by=world.chen),
        "This cannot be done now: the round is open.",
        "现在不能这样操作：本轮进行中。",
    ),
    "nobody lives there": (
        lambda world: (Resident.objects.all().delete(), Household.objects.all().delete(), opened(world)),
        "Nobody is known to live in these buildings yet: import the roster first.",
        "这些楼栋还没有登记住户，请先导入名册。",
    ),
    "reopened without why": (lambda world: reopen_round(round=closed(world), by=world.chen, reason=" "), *WHY),
    "cancelled without why": (lambda world: cancel_round(round=opened(world), by=world.chen, reason=""), *WHY),
    "given when over": (lambda world: give(world, closed(world)), *OVER),
    "given to a stranger": (lambda world: give(world, draft(world), world.other_volunteer), *NOT_HERE),
    "given another building": (
        lambda world: give(world, draft(world, buildings=[world.building2])),
        "This building is not part of the round.",
        "这栋楼不在本轮里。",
    ),
    "given to the untrained": (training, "魏志愿 has not been trained yet.", "魏志愿还没有培训。"),
    "claimed before it opens": (
        lambda world: claim(world, draft(world), world.wei),
        "This round is not open: nothing can be taken now.",
        "本轮不在进行中，现在不能认领。",
    ),
    "claimed what is not offered": (
        lambda world: claim(world, segments(world), world.wei, (40, 41)),
        "This part is not offered any more. Look at the list again.",
        "这一段已不能认领，请再看一遍清单。",
    ),
    "claimed what is held": (claim_what_is_held, "魏志愿 has these floors.", "这几层由魏志愿在走。"),
    "handed to themselves": (
        lambda world: hand_over(assignment=give(world, opened(world)), to=world.wei, by=world.chen, reason="r"),
        "They have this part already.",
        "这一段已经是此人的了。",
    ),
    "handed over twice": (
        hand_over_what_was_given_back,
        "This part was given back already.",
        "这一段已经交还。",
    ),
    "no floor a segment": (
        lambda world: offer_segments(round=opened(world), floors=0),
        "A segment has 1 to 60 floors.",
        "每段 1 到 60 层。",
    ),
    "taken by hand alone": (
        lambda world: offer_segments(round=confidential(world), floors=5),
        "This route is given out by hand: what volunteers take themselves is shown to all of them.",
        "这条路线由干事指派：志愿者自行认领的路线，所有志愿者都看得到。",
    ),
    "cut when over": (lambda world: offer_segments(round=closed(world), floors=3), *OVER),
    "marked before it opens": (
        lambda world: (round := opened(world), Round.objects.update(state="cancelled"), mark(world, round)),
        *NOT_OPEN,
    ),
    "marked a stranger": (lambda world: mark(world, opened(world), people={"13": "done"}), *NOT_EXPECTED),
    "took back nothing": (
        lambda world: mark(world, opened(world), outcome="cleared", undoes=NEVER),
        "What should be taken back is not there.",
        "找不到要撤销的标记。",
    ),
    "settled nothing": (settle_nothing, "There is no conflict here any more.", "这户已经没有冲突了。"),
    "settled what moved on": (
        settle_what_moved_on,
        "This door has been marked again meanwhile. Look at it as it is now.",
        "这户刚才又有新标记，请按现在的情况再看一次。",
    ),
    "counted what says nothing": (
        lambda world: apply_held_mark(held=held(world, {}), by=world.chen),
        "This mark does not say enough to be counted. Set it aside and mark the door by hand.",
        "这条标记内容不全，无法计入。请选“不计入”，再手工标记。",
    ),
    "set aside without why": (lambda world: dismiss_held_mark(held=held(world), by=world.chen, note=" "), *WHY),
    "decided twice": (decide_twice, "Somebody has decided about this mark already.", "这条标记已经有人处理了。"),
    "paper of a draft": (lambda world: paper(world, draft(world), visits=[1]), *NOT_OPEN),
    "paper of a stranger": (lambda world: paper(world, opened(world), world.other_volunteer), *NOT_HERE),
    "paper of tomorrow": (
        lambda world: paper(world, opened(world), walked_at=timezone.now() + DAY),
        "This time is still to come.",
        "这个时间还没到。",
    ),
    "paper of another round": (
        lambda world: paper(world, opened(world), visits=[10**9]),
        "A door of this sheet is not part of the round.",
        "表上有一户不在本轮里。",
    ),
    "retried on its way": (
        retry_what_is_on_its_way,
        "This message is already on its way.",
        "这条消息已经在发送了。",
    ),
    "tested a bot that is off": (
        lambda world: plan_test(hook=hook(world, is_active=False)),
        "Switch the bot on first.",
        "请先启用这个机器人。",
    ),
    "tested a bot twice": (
        test_a_bot_twice,
        "A test is already on its way. Another may be sent in a minute.",
        "测试消息已经在发送了，一分钟后可以再试。",
    ),
}
# Tested in both words and deeds elsewhere: they need more than a cast.
ELSEWHERE = {
    "Changed again since the merge: %(what)s. Correct the records by hand.": "tests/residents/test_merging.py",
    "Somebody else speaks for the household since. Correct that first.": "tests/residents/test_merging.py",
}
