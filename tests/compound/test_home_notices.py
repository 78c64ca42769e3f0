"""A household reads a notice by its link: looking changes nothing, the button says it was read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from compound.home_notices import notices_for
from notices.models import Reached
from tests.notices.telling import Scope, Telling


@pytest.fixture
def telling(world):
    return Telling(world, world.building1, world.building2)


def page_of(client, secret):
    return client.get(reverse("home", args=[secret]), {"lang": "en"}).content.decode()


def say_read(client, secret, row):
    return client.post(reverse("home_notice", args=[secret, row.pk]) + "?lang=en")


def test_looking_reads_nothing_and_the_button_does_once(world, telling, client):
    row = telling.publish(title_en="No water", text_en="Tomorrow", is_unconfirmed=True)
    secret = telling.secrets[world.lin_home]
    page = page_of(client, secret)
    assert ("No water" in page, "not confirmed yet" in page, "Source: 居委会" in page) == (True, True, True)
    assert not Reached.objects.exists()
    answers = [say_read(client, secret, row) for _n in range(2)]
    assert [(one.status_code, one.url.endswith("thanks=1#notices")) for one in answers] == [(302, True)] * 2
    told = Reached.objects.get()
    assert (told.recipient.household, told.how, told.by) == (world.lin_home, "link", None)
    assert "We have read it" not in page_of(client, secret)


def test_what_was_put_right_is_struck_and_both_are_linked(world, telling, client):
    row = telling.publish()
    later = telling.right(row)
    page = page_of(client, telling.secrets[world.lin_home])
    assert page.index(f'id="notice-{later.pk}"') < page.index(f'id="notice-{row.pk}"')
    assert f'href="#notice-{later.pk}"' in page
    assert "is-over" in page
    assert "明天停水" in page.partition(f'id="notice-{row.pk}"')[0]  # only as the new one words it
    assert page.count("We have read it") == 1
    assert "1 thing to do" in " ".join(strip_tags(page).split())  # the new one alone


def test_nobody_says_read_to_what_was_put_right_while_the_page_stood_open(world, telling, client):
    row = telling.publish()
    later = telling.right(row, "retraction")
    secret = telling.secrets[world.lin_home]
    assert [say_read(client, secret, one).status_code for one in (row, later)] == [404, 302]
    assert [told.recipient.notice for told in Reached.objects.select_related("recipient__notice")] == [later]


@pytest.mark.parametrize("state", ["another house", "expired", "draft", "nowhere"])
def test_what_is_not_told_to_it_is_not_there(world, telling, client, state, monkeypatch):
    row = telling.write()
    if state == "another house":
        row = telling.publish(scope=Scope.BUILDING, buildings=[world.building2])
    if state == "expired":
        now = timezone.now()
        row = telling.publish(expires_at=now + timedelta(hours=1))
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    if state == "nowhere":
        row.pk = 10**9
    secret = telling.secrets[world.lin_home]
    assert say_read(client, secret, row).status_code == 404
    assert "停水" not in page_of(client, secret)
    assert not Reached.objects.exists()


def test_a_get_on_the_button_is_refused(world, telling, client):
    row = telling.publish()
    assert client.get(reverse("home_notice", args=[telling.secrets[world.lin_home], row.pk])).status_code == 405


@pytest.mark.parametrize("count", [0, 1, 6])
def test_it_costs_one_statement(world, telling, count, django_assert_num_queries):
    for _n in range(count):
        telling.right(telling.publish())
    with django_assert_num_queries(1):
        assert len(notices_for(world.lin_home)) == 2 * count
