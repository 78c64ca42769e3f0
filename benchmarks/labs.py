"""A laboratory's list of 8,000 lines: preview, then apply; once by person and once by tube with recalls.

python benchmarks/labs.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/labs.py   an empty database of yours; its tables are made and filled
"""

from datetime import timedelta

from stage import on_an_empty_database, timed

DOORS, HEADS = 2670, 3


def measure() -> None:
    from django.utils import timezone

    from compound.opening import open_any_round
    from residents.models import Building, Compound, Door, Household, Resident, RoleGrant, User
    from rounds.models import Mark, Round, Visit
    from testing_rounds.labs import apply_list, preview_list
    from testing_rounds.models import ExpectedPerson, Hold, PersonResult, Swab, Tube, TubeResult
    from testing_rounds.services import create_test_round

    compound = Compound.objects.create(name="bench")
    user = User.objects.create_user("bench", password="bench")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    buildings = Building.objects.bulk_create(
        Building(compound=compound, name=f"{code}号楼", code=str(code), position=code) for code in range(1, 28)
    )
    doors = Door.objects.bulk_create(
        Door(
            building=buildings[n // 100],
            floor=n % 100 // 4 + 1,
            position=n % 4 + 1,
            room=f"{n % 100 // 4 + 1}0{n % 4 + 1}",
            key=f"{n % 100 // 4 + 1}0{n % 4 + 1}",
        )
        for n in range(DOORS)
    )
    homes = Household.objects.bulk_create(Household(door=door, occupancy="owner") for door in doors)
    Resident.objects.bulk_create(
        Resident(household=home, name=f"{'赵钱孙李周吴郑王'[n % 8]}{chr(0x5000 + n)}{'一二三'[head]}")
        for n, home in enumerate(homes)
        for head in range(HEADS)
    )

    def opened(pool_size):
        now = timezone.now()
        test_round = create_test_round(
            compound=compound,
            starts_at=now,
            ends_at=now + timedelta(hours=4),
            buildings=buildings,
            pool_size=pool_size,
        )
        open_any_round(round=test_round.round, by=user)
        now = timezone.now()
        times = {"marked_at": now, "sent_at": now, "happened_at": now}
        Mark.objects.bulk_create(
            Mark(visit=visit, outcome="done", marked_by=user, **times)
            for visit in Visit.objects.filter(round=test_round.round)
        )
        Visit.objects.filter(round=test_round.round).update(outcome="done", done_count=HEADS)
        return test_round

    def told(label, test_round, text):
        lines = text.count("\n")
        kept = []
        preview = timed(lambda: kept.append(preview_list(test_round=test_round, by=user, text=text)))
        apply = timed(lambda: apply_list(lab_list=kept[0], by=user))
        counts = kept[0].findings["counts"]
        print(f"{label} {lines} lines: preview {preview:5.2f} s   apply {apply:5.2f} s   {counts}")

    by_person = opened(1)
    people = list(ExpectedPerson.objects.filter(visit__round=by_person.round).select_related("visit__building"))
    rows = [f"{p.visit.building.name}\t{p.visit.room}\t{p.name}\t阴性\n" for p in people]
    told("by person", by_person, "楼号\t室号\t姓名\t结果\n" + "".join(rows[:8000]))

    by_tube = opened(10)
    people = list(ExpectedPerson.objects.filter(visit__round=by_tube.round).order_by("pk"))
    marks = dict(Mark.objects.filter(visit__round=by_tube.round).values_list("visit", "pk"))
    tubes = Tube.objects.bulk_create(
        Tube(compound=compound, test_round=by_tube, code=f"T{n:06d}", size=10, filled_count=10, opened_by=user)
        for n in range(-(-len(people) // 10))
    )
    now = timezone.now()
    Swab.objects.bulk_create(
        Swab(person=person, tube=tubes[n // 10], mark_id=marks[person.visit_id], place=n % 10 + 1, at=now)
        for n, person in enumerate(people)
    )
    rows = [f"T{n // 10:06d}\t{p.name}\t{'阳性' if n // 10 % 100 == 7 else '阴性'}\n" for n, p in enumerate(people)]
    told("by tube  ", by_tube, "采样管\t姓名\t结果\n" + "".join(rows[:8000]))
    recalls = Round.objects.filter(kind="recall").count()
    print(
        f"facts: {PersonResult.objects.count()} of people, {TubeResult.objects.count()} of tubes;"
        f" {recalls} recalls, {Hold.objects.count()} held"
    )


on_an_empty_database(measure)
