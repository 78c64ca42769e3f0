"""A notice that was wrong: published, read by its link, put right for the same household, the unread knocked at."""

import pytest
from django.test import Client

from notices.models import Notice, Reached
from rounds.models import Round
from tests.notices.telling import Telling

pytestmark = pytest.mark.browser


@pytest.fixture
def steward(world, desk, live_server):
    client = Client()
    client.force_login(world.chen)
    context = desk()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def press(page, action):
    page.locator(f"form[action$='{action}'] button").first.click()


def test_a_wrong_notice_is_put_right_and_the_unread_are_knocked_at(world, steward, phone, eventually):
    telling = Telling(world, world.building1)
    page = steward
    page.goto(f"/notices/compounds/{world.jiamu.pk}/add/")
    page.fill("[name=title]", "明天停水")
    page.fill("[name=text]", "明天八点停水。")
    page.fill("[name=source]", "物业")
    page.locator("main form[method=post] button.btn-primary").last.click()
    press(page, "/check/")
    press(page, "/publish/")
    home = phone().new_page()
    home.goto(f"/h/{telling.secrets[world.lin_home]}/")
    home.locator(".told-one.is-new button").click()
    eventually(lambda: Reached.objects.filter(how="link").count(), 1)

    page.reload()
    page.locator("button[value=correction]").click()
    page.fill("[name=text]", "改到后天八点。")
    page.locator("main form[method=post] button.btn-primary").last.click()
    press(page, "/check/")
    press(page, "/publish/")
    eventually(lambda: Notice.objects.published().filter(corrects__isnull=False).count(), 1)
    home.reload()
    assert home.locator(".told-one.is-new").inner_text().count("改到后天八点") == 1
    assert home.locator(".told-one.is-over h3").inner_text() == "明天停水"
    home.locator(".told-one.is-new button").click()
    eventually(lambda: Reached.objects.filter(how="link").count(), 2)

    page.reload()
    press(page, "/knock/")
    eventually(lambda: Round.objects.filter(kind="knock", state="open").count(), 1)
    eventually(lambda: Round.objects.get().visits.filter(household=world.lin_home).exists(), False)
    assert page.url.endswith(f"/rounds/{Round.objects.get().pk}/")
