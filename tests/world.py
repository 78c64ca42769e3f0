"""The cast every test knows, in one compound of two small buildings and a neighbour's compound.

Chen      steward of Jiamu
Zhao      lead of building 1 of Jiamu        (building 2 is not theirs)
Wei       volunteer of Jiamu, with a phone
Wu        another volunteer of Jiamu, with a phone
Qian      street officer over Jiamu
Sun       steward of the other compound, Hexin
Lin       lives at 1号楼 502 with two others; every household has a known shape

Names of the other compound carry CANARY so that a leak can be found by searching for it.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from residents.models import Building, Compound, Device, Door, Household, Resident, RoleGrant, User, Volunteer

CANARY = "金丝雀"
PASSWORD = "correct-horse-battery"


def make_user(username: str, name: str, **flags) -> User:
    user = User(username=username, display_name=name, **flags)
    user.set_password(PASSWORD)
    user.save()
    return user


def grant(user: User, role: str, compound: Compound, *buildings: Building, until=None) -> RoleGrant:
    row = RoleGrant.objects.create(user=user, role=role, compound=compound, until=until)
    row.buildings.set(buildings)
    return row


def make_building(compound: Compound, code: str, floors: int = 5, doors: int = 2) -> Building:
    """A building of one entrance with `doors` doors on each of `floors` floors, and nobody in it yet."""
    building = Building.objects.create(
        compound=compound,
        name=f"{code}号楼",
        code=code,
        position=int(code),
        floor_count=floors,
        doors_per_floor=doors,
        lift_count=1,
    )
    Door.objects.bulk_create(
        Door(building=building, floor=floor, position=place, room=f"{floor}{place:02d}", key=f"{floor}{place:02d}")
        for floor in range(1, floors + 1)
        for place in range(1, doors + 1)
    )
    return building


def move_in(door: Door, *names: str, occupancy="owner", told_count=None, **flags) -> Household:
    """A household of the named people behind the door; the first speaks for it. `flags` go to the first."""
    household = Household.objects.create(door=door, occupancy=occupancy, told_count=told_count)
    for number, name in enumerate(names):
        resident = Resident(household=household, name=name, is_contact=number == 0, **(flags if number == 0 else {}))
        if number == 0:
            resident.set_phone(f"138{door.pk % 10**8:08d}")
        resident.save()
    return household


def make_volunteer(compound: Compound, username: str, name: str) -> Volunteer:
    user = User(username=username, display_name=name)
    user.set_unusable_password()
    user.save()
    grant(user, RoleGrant.Role.VOLUNTEER, compound)
    return Volunteer.objects.create(user=user, compound=compound, name=name)


def bind_phone(volunteer: Volunteer, token: str) -> Device:
    return Device.objects.create(
        id=uuid.uuid5(uuid.NAMESPACE_URL, token),
        volunteer=volunteer,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        label="test phone",
    )


@dataclass
class World:
    jiamu: Compound = field(init=False)
    hexin: Compound = field(init=False)

    def __post_init__(self):
        self.jiamu = Compound.objects.create(name="佳木大厦", town="南街")
        self.hexin = Compound.objects.create(name=f"{CANARY}和欣苑", town="南街")
        self.building1 = make_building(self.jiamu, "1")
        self.building2 = make_building(self.jiamu, "2")
        self.other_building = make_building(self.hexin, "1", doors=3)

        door = {d.room: d for d in self.building1.doors.all()}
        self.lin_home = move_in(door["502"], "林小雨", "林国强", "林朵")
        self.elder_home = move_in(door["301"], "301阿婆", lives_alone=True, needs_gentle_knock=True, age_band="80+")
        self.tenant_home = move_in(door["202"], "高超", occupancy="tenant", told_count=3)
        move_in(door["101"], occupancy="vacant", told_count=0)
        self.lin = self.lin_home.residents.get(name="林小雨")
        door2 = {d.room: d for d in self.building2.doors.all()}
        self.far_home = move_in(door2["402"], "吴远", "吴近")
        self.other_home = move_in(self.other_building.doors.get(room="303"), f"{CANARY}孙二", f"{CANARY}孙三")

        self.chen = make_user("chen", "陈干事")
        grant(self.chen, RoleGrant.Role.STEWARD, self.jiamu)
        self.zhao = make_user("zhao", "赵楼长")
        grant(self.zhao, RoleGrant.Role.LEAD, self.jiamu, self.building1)
        self.qian = make_user("qian", "钱主任")
        grant(self.qian, RoleGrant.Role.OFFICER, self.jiamu)
        self.sun = make_user("sun", f"{CANARY}孙干事")
        grant(self.sun, RoleGrant.Role.STEWARD, self.hexin)
        self.wei = make_volunteer(self.jiamu, "wei", "魏志愿")
        self.wu = make_volunteer(self.jiamu, "wu", "吴志愿")
        self.other_volunteer = make_volunteer(self.hexin, "hu", f"{CANARY}胡")
        self.wei_phone = bind_phone(self.wei, "token-of-wei-0000000000")
        self.wu_phone = bind_phone(self.wu, "token-of-wu-00000000000")
        self.other_phone = bind_phone(self.other_volunteer, "token-of-hu-00000000000")

    def round_form(self, **changes) -> dict:
        """A window that is open now; keyword arguments of `rounds.services.create_round`, but for `by`."""
        now = timezone.now()
        return {
            "compound": self.jiamu,
            "kind": "notify",
            "title": "",
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=3),
            "buildings": [self.building1, self.building2],
        } | changes
