"""A household asks for help by its link: no cookie, no script, nothing of others, and 120 at once."""

import pytest
from django.test import Client
from django.urls import reverse

from care.models import Need
from care.needs import claim, finish
from compound.home_care import care_part
from compound.household import Visitor
from residents.links import find_link
from tests.care.carers import Carers
from tests.marks import statements


@pytest.fixture
def carers(world):
    return Carers(world)


class Home:
    def __init__(self, carers, household):
        self.client, self.secret = Client(enforce_csrf_checks=True), carers.secret(household)

    def page(self):
        return self.client.get(reverse("home", args=[self.secret]) + "?lang=en").content.decode()

    def do(self, name, *keys, **told):
        return self.client.post(reverse(name, args=[self.secret, *keys]) + "?lang=en", told)


def test_where_no_desk_is_open_nothing_is_promised(world):
    visitor = Visitor(find_link(Carers.secret(_Steward(world), world.lin_home)), "x")
    with statements() as seen:
        assert care_part(visitor) is None
    assert len(seen) == 1


class _Steward:
    def __init__(self, world):
        self.chen = world.chen


def test_from_the_first_word_to_yes_all_is_well(carers, world):
    home, other = Home(carers, world.lin_home), Home(carers, world.far_home)
    answer = home.do("home_need_new", kind="food", words="两天没菜了", circle="", due_on="")
    assert (answer.status_code, answer["Location"].endswith("thanks=1#care")) == (302, True)
    need = Need.objects.get()
    assert ("两天没菜了" in home.page(), "两天没菜了" in other.page()) == (True, False)
    early = home.do("home_need", need.pk, "confirm")
    assert (early.status_code, "This cannot be done now" in early.content.decode()) == (422, True)
    claim(need=need, by=world.chen)
    finish(need=need, by=world.chen)
    assert "Yes, all is well" in home.page()
    why = home.do("home_need", need.pk, "reopen", reason=" ")
    assert (why.status_code, "Say why, in a few words." in why.content.decode()) == (422, True)
    assert home.do("home_need", need.pk, "reopen", reason="少了鸡蛋").status_code == 302
    finish(need=need, by=world.chen)
    assert home.do("home_need", need.pk, "confirm").status_code == 302
    assert Need.objects.get().state == "confirmed"
    assert other.do("home_need", need.pk, "reopen", reason="x").status_code == 404
    assert home.do("home_need", need.pk, "nonsense").status_code == 404
    assert home.client.get(reverse("home_need_new", args=[home.secret])).status_code == 405


def test_urgent_words_show_120_at_once_even_when_the_form_is_refused(carers, world):
    home = Home(carers, world.lin_home)
    refused = home.do("home_need_new", kind="medical", words="爷爷胸痛", due_on="2022-01-01")
    page = refused.content.decode()
    box = page[page.index("data-urgent") :]
    assert (refused.status_code, "hidden" in box[: box.index(">")], "爷爷胸痛" in page) == (422, False, True)
    assert 'class="care-120" role="alert">' not in home.page()
    home.do("home_need_new", kind="medical", words="爷爷胸痛")
    assert 'class="care-120" role="alert">' in home.page()
    assert home.do("home_need", Need.objects.get().pk, "withdraw").status_code == 302
    assert 'class="care-120" role="alert">' not in home.page()


def test_the_part_costs_one_statement_however_many_needs(carers, world):
    for _n in range(4):
        carers.need()
    visitor = Visitor(find_link(carers.secret(world.lin_home)), "x")
    visitor.household.door.building  # noqa: B018 (read with the link)
    with statements() as seen:
        care_part(visitor)
    assert len(seen) == 1
