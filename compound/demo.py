"""An invented compound for demos and trials, built by the same services that the pages call.

A tower of 26 floors and an estate of six entrances; a squad of 11 volunteers; two elders who live alone; a PCR
round somewhere between prepared and closed. Nobody here is a real person. The same seed gives the same people.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import uuid6
from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from compound.demo_antigen import start_antigen_round
from compound.demo_buying import show_group_buys
from compound.demo_care import care_for
from compound.demo_clock import build_clocks
from compound.demo_lifts import show_call_down
from compound.demo_medicine import show_medicine
from compound.demo_money import open_demo_fund
from compound.demo_notices import show_notices
from compound.demo_privacy import show_privacy
from compound.demo_reports import show_reports
from compound.demo_sanitation import show_sanitation
from compound.demo_sharing import share_things
from compound.demo_shifts import show_shifts
from compound.demo_supplies import fill_store, start_distribution
from compound.demo_testing import show_a_positive_tube
from compound.opening import open_any_round
from residents.devices import bind_device
from residents.models import Compound, Device, RoleGrant, User, Volunteer
from residents.roster.jobs import queue_roster, submit_roster, work_waiting
from residents.services import add_volunteer, make_invite
from rounds.marks import record_marks
from rounds.models import Outcome, Round, Visit
from rounds.services import assign, close_round, create_round
from testing_rounds.services import create_test_round

STAGES = ("empty", "open", "busy", "closed")
PASSWORD = "shoulou-demo"  # noqa: S105 - printed on the screen; refused outside a demo

SURNAMES = "黄马吕吴陆魏戴朱周邓高徐薛单袁曹石蒋罗谢宋贾廖梁胡韩孙姚沈萧李解丁苏杜余夏任杨陈仇曾区"
GIVEN = "宇晨静怡明琪浩曦勇俊春若志超梓娟欣涛强婷军平红霞洋伟艳磊安雪敏然桂兰子华博文远可心"
SQUAD = ("吴志远", "赵可心", "魏一鸣", "沈乐", "陆晓曦", "戴小满", "杜若晨", "余跃", "袁朗", "石磊", "任平")
NOTES: dict[str, list[str]] = {
    Outcome.NOBODY_HOME: ["电话 1 次未接", "邻居称在医院，待确认", ""],
    Outcome.REFUSED: ["说昨天刚测过", "要求楼组长来"],
    Outcome.PARTLY: ["儿子夜班，22:30 后补采", "老人午睡，晚点再来"],
    Outcome.ELSEWHERE: ["单位已测，等截图"],
    Outcome.EXEMPT: ["鼻部手术后两周"],
}


@dataclass
class Demo:
    """What was made, for who prints it."""

    logins: list[tuple[str, str]] = field(default_factory=list)
    round: Round | None = None


def build_demo(*, stage: str, seed: int) -> Demo:
    """Raises ValueError when there are compounds already: a demo never mixes with real people."""
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}")
    if Compound.objects.exists():
        raise ValueError("This database holds a compound already; a demo is only built into an empty one.")
    luck = random.Random(seed)  # noqa: S311 - a demo wants the same people each time
    tower = Compound.objects.create(name="佳木大厦", town="南街")
    estate = Compound.objects.create(name="和欣苑", town="南街")
    demo = Demo()
    chen = _make_login(demo, "chen", "陈干事", RoleGrant.Role.STEWARD, tower, is_staff=True, is_superuser=True)
    sun = _make_login(demo, "sun", "孙干事", RoleGrant.Role.STEWARD, estate)
    qian = _make_login(demo, "qian", "钱专员", RoleGrant.Role.OFFICER, tower)
    RoleGrant.objects.create(user=qian, role=RoleGrant.Role.OFFICER, compound=estate)
    squad = [add_volunteer(compound=tower, name=name) for name in SQUAD]
    if stage == "empty":
        return demo
    _import_roster(tower, chen, "tower.csv", tower_rows(luck))
    _import_roster(estate, sun, "estate.csv", estate_rows(luck))
    zhao = _make_login(demo, "zhao", "赵楼长", RoleGrant.Role.LEAD, estate)
    zhao.grants.get().buildings.set(estate.buildings.filter(code="1"))
    demo.round = _open_test_round(tower, chen, squad)
    _prepare_notify_round(estate, sun)
    build_clocks(tower=tower, chen=chen, estate=estate, sun=sun)
    if stage in {"busy", "closed"}:
        _walk(demo.round, squad, luck, stage)
        show_a_positive_tube(round=demo.round, by=chen, walker=squad[3])
    if stage == "busy":
        show_call_down(round=demo.round, by=chen)
        start_antigen_round(estate, sun, zhao, random.Random(seed))  # noqa: S311 - the same each time
        fill_store(estate, sun, zhao)
        start_distribution(estate, sun, zhao, random.Random(seed))  # noqa: S311
        share_things(estate, sun)
        care_for(estate, sun, zhao)
        show_sanitation(estate, sun, zhao)
        show_shifts(tower, chen, squad)
        open_demo_fund(estate, sun, zhao)
        show_group_buys(tower, chen, estate, sun, random.Random(seed))  # noqa: S311
        show_notices(estate, sun, zhao)
        lu = _make_login(demo, "lu", "陆医生", RoleGrant.Role.DOCTOR, estate)
        show_medicine(estate, sun, zhao, lu)
        show_privacy(estate, sun, zhao)
        show_reports(tower=tower, chen=chen, estate=estate, sun=sun)
    if stage == "closed":
        close_round(round=demo.round, by=chen, reason="全部楼层走完，缺户明早补")
    return demo


def _make_login(demo: Demo, username: str, name: str, role: str, compound: Compound, **flags) -> User:
    user = User.objects.create_user(username, password=PASSWORD, display_name=name, **flags)
    RoleGrant.objects.create(user=user, role=role, compound=compound)
    demo.logins.append((username, f"{name} · {RoleGrant.Role(role).label} · {compound.name}"))
    return user


# --- People -------------------------------------------------------------------------------------


def invent_name(luck: random.Random) -> str:
    return luck.choice(SURNAMES) + "".join(luck.sample(GIVEN, luck.choice((1, 2, 2))))


def invent_phone(luck: random.Random, n: int) -> str:
    """In a number range that looks right on a phone and, ending in a running number, never repeats."""
    return f"1{luck.choice('3589')}{luck.randrange(10):01d}0000{n:04d}"


TOWER_HEADER = ["楼号", "楼层", "室号", "姓名", "联系电话", "年龄段", "居住情况", "备注"]


def tower_rows(luck: random.Random) -> list[list[str]]:
    """26 floors of four doors, a row a person; a tenth stands empty, two elders live alone."""
    rows = [TOWER_HEADER]
    elders = {(21, 2): "301 阿婆", (16, 4): "老周伯"}
    for floor in range(26, 0, -1):
        for place in range(1, 5):
            door = ["1号", f"{floor}F", f"{floor:02d}{place:02d}"]
            if (floor, place) in elders:
                name = elders[floor, place]
                rows.append([*door, name, invent_phone(luck, len(rows)), "80以上", "业主自住", "孤老 轻敲 无手机"])
            elif luck.random() < 0.1:
                rows.append([*door, "", "", "", "空关", ""])
            else:
                rows += _family(luck, door, len(rows))
    return rows


def _family(luck: random.Random, door: list[str], n: int) -> list[list[str]]:
    living = luck.choices(["业主自住", "租客"], [4, 1])[0]
    bands = luck.choice([["18-59"], ["18-59", "18-59"], ["18-59", "18-59", "0-13"], ["60-79", "60-79"], ["80以上"]])
    if luck.random() < 0.2:
        bands = [*bands, "60-79"]
    rows = []
    for number, band in enumerate(bands):
        remark = luck.choice(["行动不便 上门", "耳背"]) if band == "80以上" else ""
        phone = invent_phone(luck, n + number) if number == 0 else ""
        rows.append([*door, invent_name(luck), phone, band, living, remark])
    return rows


def estate_rows(luck: random.Random) -> list[list[str]]:
    """Six houses of six floors and three doors, a row a household with its head count."""
    rows = [["门牌", "户主", "手机号", "家庭人数", "特殊情况"]]
    for house in range(1, 7):
        for floor in range(1, 7):
            for place in range(1, 4):
                need = "独居" if luck.random() < 0.05 else ""
                count = "1" if need else str(luck.choice((1, 2, 2, 3, 3, 4)))
                room = f"{house}号{floor}0{place}室"
                rows.append([room, invent_name(luck), invent_phone(luck, 2000 + len(rows)), count, need])
    return rows


def _import_roster(compound: Compound, by: User, file_name: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    roster = submit_roster(compound=compound, file_name=file_name, content=text.getvalue().encode(), by=by)
    work_waiting()
    roster.refresh_from_db()
    queue_roster(roster_import=roster, by=by)
    work_waiting()


# --- The round ----------------------------------------------------------------------------------


def _open_test_round(compound: Compound, by: User, squad: list[Volunteer]) -> Round:
    now = timezone.now()
    test_round = create_test_round(
        compound=compound,
        starts_at=now - timedelta(hours=2),
        ends_at=now + timedelta(hours=3),
        buildings=compound.buildings.all(),
        pool_size=10,
        instructions="先敲独居老人，轻敲，等一分钟",
    )
    building = compound.buildings.get()
    # The fourth has no phone yet: theirs is the invitation the demo prints.
    for volunteer, (low, high) in zip(squad, ((22, 26), (10, 21), (1, 9), (1, 6)), strict=False):
        assign(round=test_round.round, volunteer=volunteer, building=building, by=by, floor_from=low, floor_to=high)
    open_any_round(round=test_round.round, by=by)
    return test_round.round


def _prepare_notify_round(compound: Compound, by: User) -> None:
    tomorrow = timezone.localtime().replace(hour=19, minute=0, second=0, microsecond=0) + timedelta(days=1)
    create_round(
        compound=compound,
        kind=Round.Kind.NOTIFY,
        title="明早 7:30 抗原放门口",
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=2),
        buildings=compound.buildings.all(),
    )


class Phone:
    """A volunteer's phone in the demo: bound by an invite, numbering its marks."""

    def __init__(self, volunteer: Volunteer, by: User):
        device_id = uuid4()
        code = make_invite(volunteer=volunteer, by=by).code
        bind_device(code=code, device_id=str(device_id), token=f"{device_id}.{uuid4().hex * 2}", label="Android")
        self.device = Device.objects.select_related("volunteer__user").get(pk=device_id)
        self.seq = 0

    def mark(self, visit: Visit, outcome: str, at: datetime, luck: random.Random, saw: UUID | None = None) -> None:
        self.seq += 1
        people = {}
        if outcome == Outcome.PARTLY:
            people = {str(n): Outcome.DONE for n in range(1, visit.expected_count)}
        raw = {
            "id": str(uuid6.uuid7()),
            "seq": self.seq,
            "visit": visit.pk,
            "outcome": outcome,
            "people": people,
            "note": luck.choice(NOTES.get(outcome, [""])),
            "undoes": None,
            "saw": str(saw) if saw else None,
            "marked_at": at.isoformat(),
        }
        record_marks(device=self.device, raw_marks=[raw], sent_at=at, received_at=at)
        Device.objects.filter(pk=self.device.pk).update(last_seq=self.seq, last_seen_at=at)


def _walk(round: Round, squad: list[Volunteer], luck: random.Random, stage: str) -> None:
    """Three volunteers from their top floor down; when busy the lowest are still on their way."""
    now = timezone.now()
    by = round.events.get(step="opened").by
    phones = [Phone(volunteer, by) for volunteer in squad[:3]]
    lowest = 1 if stage == "closed" else 7
    for phone, (low, high) in zip(phones, ((22, 26), (10, 21), (lowest, 9)), strict=True):
        visits = list(Visit.objects.filter(round=round, floor__gte=low, floor__lte=high).top_down())
        for number, visit in enumerate(visits):
            at = now - timedelta(minutes=100) + timedelta(minutes=2, seconds=luck.randrange(40)) * number
            phone.mark(visit, _outcome(visit, luck), min(at, now - timedelta(minutes=2)), luck)
    top = Visit.objects.filter(round=round, floor=21, outcome=Outcome.DONE).first()
    if top is not None:  # the neighbour's volunteer knocked too, without knowing
        assign(round=round, volunteer=squad[0], building=top.building, by=by, floor_from=21, floor_to=21)
        phones[0].mark(top, Outcome.REFUSED, now - timedelta(minutes=20), luck)
    below = Visit.objects.filter(round=round, floor=3).first()
    if below is not None:  # a door that is not theirs: held for the steward
        phones[0].mark(below, Outcome.DONE, now - timedelta(minutes=12), luck)
    Device.objects.filter(pk=phones[2].device.pk).update(queued_count=6)


def _outcome(visit: Visit, luck: random.Random) -> str:
    outcomes = [Outcome.DONE, Outcome.NOBODY_HOME, Outcome.REFUSED, Outcome.ELSEWHERE, Outcome.EXEMPT, Outcome.PARTLY]
    outcome = luck.choices(outcomes, [78, 9, 3, 4, 3, 5])[0]
    return Outcome.DONE if outcome == Outcome.PARTLY and visit.expected_count < 2 else outcome


def fresh_invite_link() -> str:
    """For the demo's welcome: a volunteer with doors to walk and the fewest phones. Empty when there is none."""
    walkers = Volunteer.objects.active().filter(assignments__released_at=None, assignments__round__state="open")
    volunteer = walkers.annotate(phones=Count("devices", distinct=True)).order_by("phones", "pk").first()
    steward = User.objects.filter(username="chen").first()
    if volunteer is None or steward is None:
        return ""
    code = make_invite(volunteer=volunteer, by=steward).code
    return settings.PUBLIC_URL + reverse("invite", args=[code])
