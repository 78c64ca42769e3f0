"""Nobody is shut out at the desk: labels, contrast, order; in light and dark, on a wide screen and on a narrow one."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from compound.demo import build_demo
from lifts.models import CallDown
from notices.models import Message
from residents.models import Building, Compound, Household, Resident, User, Volunteer
from residents.roster.jobs import submit_roster, work_waiting
from rounds.marks import dismiss_held_mark
from rounds.models import HeldMark, Round, Visit
from rounds.services import create_round
from testing_rounds.models import Tube
from tests.world import make_user

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ROSTER = """楼号,室号,户主,电话,人数,居住情况,备注
1号,2601,王新,13812340001,3,业主自住,独居
1号,9901,李某,abc,2,租客,
1号,,赵某,,1,,
"""


@pytest.fixture
def demo(db):
    """A round half walked, with a conflict, held marks, notices of every state and a roster to decide about."""
    demo = build_demo(stage="busy", seed=7)
    chen = User.objects.get(username="chen")
    tower = Compound.objects.get(name="佳木大厦")
    for number, state in enumerate(["planned", "sent", "dead"]):
        Message.objects.create(
            compound=tower,
            reminder=f"test:{number}",
            recipient=f"user:{chen.pk}",
            period="p",
            channel="inbox" if state == "sent" else "email",
            user=chen,
            subject=f"缺漏清单 {number}",
            body="1号楼还缺 22 户。",
            state=state,
        )
    held = HeldMark.objects.get()
    copy = HeldMark.objects.get(pk=held.pk)
    copy.pk, copy.digest, copy.visit = None, "another", None
    copy.save()
    dismiss_held_mark(held=copy, by=chen, note="重复")
    roster = submit_roster(compound=tower, file_name="tower.csv", content=ROSTER.encode(), by=chen)
    work_waiting()
    roster.refresh_from_db()
    assert roster.state == "ready"
    demo.roster, demo.tower, demo.chen = roster, tower, chen
    return demo


def pages(demo):
    round = demo.round
    household = Household.objects.filter(residents__lives_alone=True, door__building__compound=demo.tower).first()
    volunteer = Volunteer.objects.filter(devices__isnull=False).first()
    now = timezone.now()
    draft = create_round(
        compound=demo.tower, kind="notify", starts_at=now, ends_at=now + timedelta(hours=2), buildings=[]
    )
    return {
        "today": "/",
        "rounds": reverse("rounds:list"),
        "board": reverse("rounds:board", args=[round.pk]),
        "draft": reverse("rounds:board", args=[draft.pk]),
        "round form": reverse("rounds:add", args=[demo.tower.pk]),
        "test form": reverse("testing_rounds:edit", args=[round.pk]),
        "visit in conflict": Visit.objects.get(has_conflict=True).get_absolute_url(),
        "gap list": reverse("rounds:gaps", args=[round.pk]),
        "assignments": reverse("rounds:assignments", args=[round.pk]),
        "held marks": reverse("rounds:held"),
        "tubes": reverse("testing_rounds:tubes", args=[round.pk]),
        "a tube": Tube.objects.get(result="positive").get_absolute_url(),
        "people": reverse("testing_rounds:people", args=[round.pk]),
        "results": reverse("testing_rounds:results", args=[round.pk]),
        "results of a building": reverse("testing_rounds:results_building", args=[round.pk, round.buildings.get().pk]),
        "recall": reverse("rounds:board", args=[Round.objects.get(compound=demo.tower, kind="recall").pk]),
        "all rounds": reverse("testing_rounds:coverage", args=[demo.tower.pk]),
        "calling down": CallDown.objects.get().get_absolute_url(),
        "caller": reverse("lifts:caller", args=[CallDown.objects.get().pk]),
        "clock": reverse("clock:building", args=[round.buildings.get().pk]),
        "closing": reverse("rounds:close", args=[round.pk]),
        "cancelling": reverse("rounds:cancel", args=[round.pk]),
        "paper": reverse("rounds:print", args=[round.pk]),
        "typing a sheet": reverse("rekey", args=[round.pk]),
        "handing over": reverse("rounds:assignment_hand_over", args=[round.assignments.first().pk]),
        "evening sheet": reverse("reports:evening", args=[round.pk]),
        "compound": demo.tower.get_absolute_url(),
        "building": Building.objects.get(compound=demo.tower).get_absolute_url(),
        "household": household.get_absolute_url(),
        "person": reverse("residents:resident_edit", args=[Resident.objects.filter(household=household).first().pk]),
        "search": reverse("residents:search") + "?q=2601",
        "search for nothing": reverse("residents:search") + "?q=zzzz",
        "volunteers": reverse("residents:volunteers", args=[demo.tower.pk]),
        "volunteer": volunteer.get_absolute_url(),
        "profile": reverse("residents:volunteer_edit", args=[volunteer.pk]),
        "a volunteer's day": reverse("volunteer_day", args=[volunteer.pk]),
        "roster upload": reverse("residents:roster_upload", args=[demo.tower.pk]),
        "roster preview": demo.roster.get_absolute_url(),
        "inbox": reverse("notices:inbox"),
        "outbox": reverse("notices:outbox"),
    }


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in found]


@pytest.fixture
def signed_in(desk, client, live_server):
    def open_page(user, **options):
        client.force_login(user)
        context = desk(**options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        return context.new_page()

    return open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_stands_in_anybodys_way(signed_in, demo, quiet, scheme, viewport):
    with quiet():
        places = pages(demo)
    page = signed_in(demo.chen, color_scheme=scheme, viewport=viewport)
    found, wider = {}, {}
    for name, url in places.items():
        assert page.goto(url).status == 200, name
        if trouble := violations(page):
            found[name] = trouble
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wider[name] = page.evaluate("document.documentElement.scrollWidth")
    assert (found, wider) == ({}, {})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_is_not_signed_in_or_was_refused_is_told_readably(desk, signed_in, db, quiet, scheme):
    page = desk(color_scheme=scheme).new_page()
    page.goto("/login/")
    assert violations(page) == []
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.locator("main form button").click()
    page.wait_for_selector(".alert, .invalid-feedback")
    assert violations(page) == []
    with quiet():
        user = make_user("newcomer", "新来的")
    page = signed_in(user, color_scheme=scheme)
    for url, status in (("/", 200), ("/rounds/", 200), ("/rounds/held/", 403), ("/rounds/999/", 404)):
        assert page.goto(url).status == status
        assert violations(page) == [], url
