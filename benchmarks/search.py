"""Search 100,000 people behind 40,000 doors of one compound: milliseconds of the whole page, beside an empty search.

python benchmarks/search.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/search.py   an empty database of yours; its tables are made and filled
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BUILDINGS, FLOORS, DOORS, PEOPLE = 80, 25, 20, 100_000
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任单仇解区"
GIVEN = "宇晨静怡明琪浩曦勇俊春若志超梓娟欣涛强婷军平红霞洋伟艳磊安雪敏然桂兰子华博文远可心国建英秀玉海"
ASKED = (
    ("room", "2502"),
    ("building and room", "12-2502"),
    ("whole name", "林国强"),
    ("rare name", "单远心"),
    ("surname", "王"),
    ("given name", "国强"),
    ("initials", "lgq"),
    ("one initial", "w"),
    ("full pinyin", "linguoqiang"),
    ("other reading", "danyuan"),
    ("last four", "8317"),
    ("whole phone", "13800083170"),
    ("found nowhere", "欧阳锋"),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ.update(DJANGO_SETTINGS_MODULE="compound.settings", DEMO="1", VAR_DIR=folder)
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        settings.RATE_LIMITS = False  # seventy questions within a minute are more than a person asks

        call_command("migrate", verbosity=0)
        try:
            measure(fill())
        finally:
            connection.close()


def fill():
    from django.db import connection

    from residents.models import Building, Compound, Door, Household, Resident, RoleGrant, User

    compound = Compound.objects.create(name="bench")
    user = User.objects.create(username=f"bench-{compound.pk}")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    buildings = Building.objects.bulk_create(
        Building(compound=compound, name=f"{n}号楼", code=str(n), position=n, floor_count=FLOORS, doors_per_floor=DOORS)
        for n in range(1, BUILDINGS + 1)
    )
    doors = Door.objects.bulk_create(
        Door(building=building, floor=floor, position=place, room=f"{floor}{place:02d}", key=f"{floor}{place:02d}")
        for building in buildings
        for floor in range(1, FLOORS + 1)
        for place in range(1, DOORS + 1)
    )
    homes = Household.objects.bulk_create(Household(door=door) for door in doors)
    chance = random.Random(7)
    for start in range(0, PEOPLE, 5000):
        people = []
        for number in range(start, start + 5000):
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
            person = Resident(household=homes[number % len(homes)], name=name, is_contact=number < len(homes))
            if number % 3 == 0:
                person.set_phone(f"138{number:08d}")
            people.append(person)
        Resident.objects.bulk_create(people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return user


def measure(user) -> None:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from residents.search import search

    client = Client()
    client.force_login(user)
    address = reverse("residents:search")

    def ask(text):
        started = time.perf_counter()
        assert client.get(address, {"q": text}, headers={"host": "localhost"}).status_code == 200
        return (time.perf_counter() - started) * 1000

    ask("warm")
    empty = statistics.median(ask("") for _ in range(9))
    print(f"{connection.vendor}, {PEOPLE} people; an empty search takes {empty:.1f} ms")
    for label, text in ASKED:
        found = search(user=user, query=text).total
        took = statistics.median(ask(text) for _ in range(5))
        print(f"{label:18} {took:7.1f} ms  x{took / empty:5.1f}  {found:6} found")


if __name__ == "__main__":
    main()
