"""An antigen round's pages shut nobody out, on a wide screen and on a lead's phone; the picture becomes a PNG there."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from residents.links import issue_links
from testing_rounds.antigen import record_chase
from tests.testing_rounds.antigen_round import AntigenRound

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def antigen(world):
    antigen = AntigenRound(world)
    antigen.hand_out(world.lin_home, world.tenant_home)
    antigen.tell(world.lin_home, by=world.zhao, p1="negative", p2="positive", p3="invalid")
    antigen.pass_the_hour()
    record_chase(visit=antigen.visit(world.tenant_home), step="called", was_reached=False, by=world.zhao)
    issue_links(building=world.building2, by=world.chen)
    return antigen


@pytest.fixture
def signed_in(desk, client, live_server, world):
    client.force_login(world.chen)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    def open_page(**options):
        context = desk(**options)
        context.add_cookies([cookie])
        return context.new_page()

    return open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_stands_in_anybodys_way(world, antigen, signed_in, scheme, viewport):
    page = signed_in(color_scheme=scheme, viewport=viewport)
    round, building = antigen.round.pk, world.building1.pk
    found, wider = {}, {}
    for name, args in {
        "testing_rounds:antigen_add": [world.jiamu.pk],
        "testing_rounds:antigen": [round],
        "testing_rounds:antigen_building": [round, building],
        "testing_rounds:antigen_overdue": [round],
        "testing_rounds:antigen_knocks": [round],
        "residents:links": [world.building2.pk],
    }.items():
        assert page.goto(reverse(name, args=args)).status == 200
        answer = Axe().run(page).response["violations"]
        found |= {f"{name} {one['id']}": [node["html"] for node in one["nodes"]] for one in answer}
        width = page.evaluate("document.documentElement.scrollWidth")
        wider |= {name: width} if width > viewport["width"] else {}
    page.goto(reverse("residents:links", args=[building]))
    page.locator(".page-head .btn-primary").click()
    page.wait_for_selector(".door-card")
    answer = Axe().run(page).response["violations"]
    found |= {f"sheet {one['id']}": [node["html"] for node in one["nodes"]] for one in answer}
    assert (found, wider) == ({}, {})


def test_the_figures_become_a_png_for_the_chat(antigen, signed_in, tmp_path):
    page = signed_in(viewport=WIDE)
    page.goto(reverse("testing_rounds:antigen", args=[antigen.round.pk]))
    with page.expect_download() as download:
        page.locator("#picture").click()
    path = tmp_path / "picture.png"
    download.value.save_as(path)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") == 1440
