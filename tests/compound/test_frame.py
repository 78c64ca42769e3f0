"""What every page shares: the frame, the languages, the pages of errors."""

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.world import PASSWORD, make_user


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_errors_need_no_context(name, language):
    with translation.override(language):
        page = get_template(name).render()
    assert f'<html lang="{language}">' in page
    assert "style=" not in page


def test_an_error_of_ours_is_a_page(world, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(world.chen)
    monkeypatch.setattr("compound.views.read_today", lambda user: 1 / 0)
    answer = client.get(reverse("today"))
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()


def test_a_missing_token_is_explained(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.chen)
    answer = client.post(reverse("logout"))
    assert answer.status_code == 403
    assert 'class="brand"' in answer.content.decode()


def test_what_is_not_there_is_a_page_in_the_frame(world, client):
    client.force_login(world.chen)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert 'id="main"' in answer.content.decode()


def test_logging_in_leads_to_the_day(world, client):
    data = {"username": "chen", "password": PASSWORD}
    answer = client.post(reverse("login"), data)
    assert (answer.status_code, answer.url) == (302, reverse("today"))


def test_logging_out_needs_a_button(world, client):
    client.force_login(world.chen)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("today")).status_code == 302


def test_the_first_language_is_chinese_whatever_the_browser_says(client, db):
    answer = client.get(reverse("login"), headers={"Accept-Language": "en"})
    assert '<html lang="zh-hans">' in answer.content.decode()


def test_the_language_is_changed_by_a_button_and_stays(world, client):
    client.force_login(world.chen)
    answer = client.post(reverse("set_language"), {"language": "en", "next": reverse("today")})
    assert (answer.status_code, answer.url) == (302, reverse("today"))
    assert '<html lang="en">' in client.get(reverse("today")).content.decode()


@pytest.mark.parametrize(
    ("who", "has_volunteers"), [("chen", True), ("qian", True), ("zhao", False), ("nobody", False)]
)
def test_the_menu_leads_where_the_user_may_go(world, client, who, has_volunteers):
    client.force_login(make_user("nobody", "路人") if who == "nobody" else getattr(world, who))
    page = client.get(reverse("today")).content.decode()
    assert (f'href="{reverse("residents:volunteers", args=[world.jiamu.pk])}"' in page) == has_volunteers


@pytest.mark.parametrize("address", ["today", "residents:compounds", "residents:search", "login"])
def test_pages_obey_their_own_policy(world, client, address):
    if address != "login":
        client.force_login(world.qian)
    answer = client.get(reverse(address), follow=True)
    page = answer.content.decode()
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "<script>" not in page
    assert " style=" not in page
    assert " onclick=" not in page
