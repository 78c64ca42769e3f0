"""The end of the epidemic on pages: looked at, asked for, approved by another, watched, certified."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compound.today import read_today
from residents.models import Household, Purge, PurgeCertificate, Resident, RoleGrant
from residents.purge import work_purges
from tests.compound.test_today import make_round
from tests.world import CANARY, grant, make_user


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def second(world):
    """Another steward of the same compound."""
    user = make_user("li", "李干事")
    grant(user, RoleGrant.Role.STEWARD, world.jiamu)
    return user


def asked(world, **more):
    told = {"compound": world.jiamu, "reason": "解封", "asked_by": world.chen, "preview": {"residents.Household": 4}}
    return Purge.objects.create(**(told | more))


def running(world):
    now = timezone.now()
    return asked(world, approved_by=world.qian, approved_at=now, leased_until=now)


def certified(world, body=None):
    purge = running(world)
    Purge.objects.filter(pk=purge.pk).update(finished_at=timezone.now())
    body = body or {
        "compound": "佳木大厦",
        "reason": "解封",
        "asked_by": "陈干事",
        "approved_by": "钱主任",
        "rows": [{"table": "residents.Resident", "deed": "deleted", "rows": 7, "digest": "ab12"}],
        "stayed": {"residents.Building": 2, "of.NoTableAnyMore": 1},
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return PurgeCertificate.objects.create(purge=purge, body=body, digest=hashlib.sha256(text.encode()).hexdigest())


def names_of(user):
    lines = read_today(user).lines
    return [line.name for line in [*lines.late, *lines.today, *lines.know]]


def test_from_asking_over_a_second_persons_word_to_the_certificate(world, second, client):
    client.force_login(world.chen)
    page = client.get(at("purge", world.jiamu.pk))
    assert (page.context["total"] > 0, page.context["ask_form"] is None) == (True, False)
    assert CANARY not in page.content.decode()
    client.post(at("purge_ask", world.jiamu.pk), {"reason": "6月1日解封"})
    purge = Purge.objects.get()
    assert ("purge_waits" in names_of(world.chen), "purge_waits" in names_of(second)) == (False, True)

    # Who asked cannot give the second word as well, and is shown no form for it.
    assert client.get(at("purge", world.jiamu.pk)).context["approve_form"] is None
    answer = client.post(at("purge_approve", purge.pk), {"name": "佳木大厦"})
    assert (answer.status_code, Household.objects.filter(door__building__compound=world.jiamu).count() > 0) == (
        422,
        True,
    )

    client.force_login(second)
    assert client.get(at("purge", world.jiamu.pk)).context["approve_form"] is not None
    assert client.post(at("purge_approve", purge.pk), {"name": "和欣苑"}).status_code == 422
    assert client.post(at("purge_approve", purge.pk), {"name": " 佳木 大厦"}).status_code == 302
    assert client.get(at("purge_status", purge.pk)).json()["finished"] is False

    while not Purge.objects.get().finished_at:
        work_purges()
    assert Resident.objects.filter(household__door__building__compound=world.jiamu).count() == 0
    assert Household.objects.filter(door__building__compound=world.hexin).count() == 1

    client.force_login(second)  # it ends the sessions of who had a hand in the compound
    assert client.get(at("purge_status", purge.pk)).json() | {"done": 0, "total": 0} == {
        "done": 0,
        "total": 0,
        "percent": 100,
        "finished": True,
        "stuck": False,
    }
    page = client.get(at("purge_certificate", purge.pk))
    text = page.content.decode()
    assert (page.context["is_unchanged"], "陈干事" in text, "李干事" in text, "6月1日解封" in text) == (True,) * 4
    file = client.get(at("purge_certificate_file", purge.pk))
    certificate = PurgeCertificate.objects.get()
    assert hashlib.sha256(file.content).hexdigest() == certificate.digest
    assert certificate.digest in text
    assert [row.pk for row in client.get(at("purge", world.jiamu.pk)).context["earlier"]] == [purge.pk]


def test_an_officer_may_give_the_second_word_and_not_the_first(world, client):
    client.force_login(world.qian)
    assert client.get(at("purge", world.jiamu.pk)).context["ask_form"] is None
    assert client.post(at("purge_ask", world.jiamu.pk), {"reason": "x"}).status_code == 403
    purge = asked(world)
    assert "purge_waits" in names_of(world.qian)
    assert client.post(at("purge_approve", purge.pk), {"name": "佳木大厦"}).status_code == 302
    purge.refresh_from_db()
    assert (purge.approved_by, purge.approved_at is not None) == (world.qian, True)


def test_what_is_open_stands_in_the_way_with_where_to_close_it(world, client):
    make_round(world.jiamu, world.building1)
    client.force_login(world.chen)
    page = client.get(at("purge", world.jiamu.pk))
    assert [where for _sentence, where in page.context["in_the_way"]] == ["rounds:list"]
    assert (page.context["ask_form"], reverse("rounds:list") in page.content.decode()) == (None, True)
    answer = client.post(at("purge_ask", world.jiamu.pk), {"reason": "解封"})
    assert (answer.status_code, Purge.objects.count()) == (422, 0)
    purge = asked(world)
    client.force_login(world.qian)
    assert client.post(at("purge_approve", purge.pk), {"name": "佳木大厦"}).status_code == 422


@pytest.mark.parametrize("reason", ["", "   ", "因" * 201])
def test_a_reason_that_says_nothing_or_too_much_is_asked_for_again(world, client, reason):
    client.force_login(world.chen)
    answer = client.post(at("purge_ask", world.jiamu.pk), {"reason": reason})
    assert (answer.status_code, Purge.objects.count()) == (422, 0)
    assert answer.context["ask_form"].errors.keys() == {"reason"}


def test_a_second_asking_is_told_that_there_is_one(world, client):
    asked(world)
    client.force_login(world.chen)
    answer = client.post(at("purge_ask", world.jiamu.pk), {"reason": "again"})
    assert (answer.status_code, Purge.objects.count()) == (422, 1)


def test_withdrawn_nothing_is_deleted_and_it_may_be_asked_for_anew(world, client):
    purge = asked(world)
    client.force_login(world.chen)
    assert client.post(at("purge_withdraw", purge.pk)).status_code == 302
    purge.refresh_from_db()
    assert (purge.withdrawn_by, "purge_waits" in names_of(world.qian)) == (world.chen, False)
    assert client.get(at("purge", world.jiamu.pk)).context["ask_form"] is not None
    client.post(at("purge_withdraw", purge.pk))  # a second press says so and changes nothing
    client.force_login(world.qian)
    answer = client.post(at("purge_approve", purge.pk), {"name": "佳木大厦"})
    assert (answer.status_code, Purge.objects.filter(approved_at=None).count()) == (422, 1)


def test_a_purge_nobody_works_on_says_so(world, client):
    purge = running(world)
    Purge.objects.filter(pk=purge.pk).update(leased_until=timezone.now() - timedelta(minutes=6))
    client.force_login(world.chen)
    assert client.get(at("purge_status", purge.pk)).json() == {
        "done": 0,
        "total": 4,
        "percent": 0,
        "finished": False,
        "stuck": True,
    }
    assert "data-purge-status" in client.get(at("purge", world.jiamu.pk)).content.decode()


def test_a_certificate_that_was_changed_says_so(world, client):
    certificate = certified(world)
    client.force_login(world.qian)
    page = client.get(at("purge_certificate", certificate.purge_id))
    assert (page.context["is_unchanged"], page.context["total"]) == (True, 7)
    PurgeCertificate.objects.update(body=certificate.body | {"reason": "x"})
    assert client.get(at("purge_certificate", certificate.purge_id)).context["is_unchanged"] is False


def test_there_is_no_certificate_before_the_end_and_buttons_are_for_posts(world, client):
    purge = running(world)
    client.force_login(world.chen)
    for name in ("purge_certificate", "purge_certificate_file"):
        assert client.get(at(name, purge.pk)).status_code == 404
    for name, key in (("purge_ask", world.jiamu.pk), ("purge_approve", purge.pk), ("purge_withdraw", purge.pk)):
        assert client.get(at(name, key)).status_code == 405
    for name in ("purge_certificate", "purge_certificate_file", "purge_status"):
        assert client.post(at(name, purge.pk)).status_code == 405


def test_a_lead_and_a_stranger_find_none_of_it(world, client):
    certificate = certified(world)
    for user in (world.zhao, world.sun):
        client.force_login(user)
        for name in ("purge_certificate", "purge_certificate_file", "purge_status"):
            assert client.get(at(name, certificate.purge_id)).status_code == 404
        assert client.get(at("purge", world.jiamu.pk)).status_code == 404
        assert client.post(at("purge_approve", certificate.purge_id), {"name": "佳木大厦"}).status_code == 404
        assert client.post(at("purge_withdraw", certificate.purge_id)).status_code == 404


@pytest.mark.parametrize("many", [1, 12])
def test_the_pages_cost_the_same_whatever_lies_there(world, client, django_assert_num_queries, many):
    client.force_login(world.chen)
    for number in range(many):
        world.lin_home.residents.create(name=f"人{number}")
    with django_assert_num_queries(13):
        client.get(at("purge", world.jiamu.pk))
    purge = running(world)
    with django_assert_num_queries(5):
        client.get(at("purge_status", purge.pk))
