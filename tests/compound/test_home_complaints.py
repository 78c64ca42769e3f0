"""A household says by its link that something was wrong with what was brought; the desk answers, and it reads that."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from residents.links import find_link, reissue_link
from rounds.complaints import answer_complaint, complain
from rounds.models import Complaint
from rounds.services import RoundError, close_round
from tests.buying.came import Came
from tests.supplies.store import Store


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def bags(world):
    store = Store(world)
    store.row = store.open(store.prepare(store.arrive(9)))
    store.tell(store.row, world.lin_home)
    return store


def secret_of(world, home):
    return reissue_link(household=home, by=world.chen).secret


def link_of(world, home):
    return find_link(secret_of(world, home))


def say(client, secret, visit, **words):
    return client.post(reverse("home_complain", args=[secret, visit.pk]) + "?lang=en", {"kind": "spoiled"} | words)


def page_of(client, secret):
    return client.get(reverse("home", args=[secret]), {"lang": "en"}).content.decode()


def test_spoiled_is_said_with_one_tap_answered_at_the_desk_and_read_at_home(world, bags, client):
    secret, visit = secret_of(world, world.lin_home), bags.visit(bags.row, world.lin_home)
    assert "Something is wrong with it" in page_of(client, secret)
    answer = say(client, secret, visit, words="青菜 烂了")
    row = Complaint.objects.get()
    assert (answer.status_code, answer.url.endswith("#supplies"), row.kind, row.words) == (
        302,
        True,
        "spoiled",
        "青菜 烂了",
    )
    assert bags.owed(bags.row, world.lin_home).told_given == 1  # the books stand until somebody has looked
    assert "You said: spoiled or broken." in page_of(client, secret)
    client.force_login(world.zhao)
    desk = client.get(reverse("rounds:complaints", args=[bags.row.round_id])).content.decode()
    assert all(text in desk for text in ("青菜 烂了", "1号楼 502", "spoiled or broken"))
    client.post(reverse("rounds:complaint_answer", args=[row.pk]), {"answer": "明早补一袋"})
    assert "明早补一袋" in page_of(client, secret)


def test_said_again_it_is_put_right_and_after_an_answer_it_is_a_new_one(world, bags, client):
    secret, visit = secret_of(world, world.lin_home), bags.visit(bags.row, world.lin_home)
    say(client, secret, visit)
    say(client, secret, visit, kind="short")
    assert list(Complaint.objects.values_list("kind", flat=True)) == ["short"]
    answer_complaint(complaint=Complaint.objects.get(), answer="ok", by=world.chen)
    with pytest.raises(RoundError, match="Somebody has answered this already: “ok”"):
        answer_complaint(complaint=Complaint.objects.get(), answer="no", by=world.zhao)
    say(client, secret, visit, kind="gone")
    assert list(Complaint.objects.values_list("kind", "answer")) == [("short", "ok"), ("gone", "")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [({"kind": ""}, "Choose what is wrong."), ({"kind": "x"}, "Choose"), ({"words": "很" * 101}, "That is too long")],
)
def test_what_cannot_be_is_said_in_a_sentence_and_shown_again(world, bags, client, words, sentence):
    visit = bags.visit(bags.row, world.lin_home)
    answer = say(client, secret_of(world, world.lin_home), visit, **{"words": "少了鸡蛋"} | words)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, Complaint.objects.count()) == (422, True, 0)
    assert (words.get("words") or "少了鸡蛋") in page


def test_of_another_household_an_old_round_or_another_kind_nothing_can_be_said(world, bags, client, time_machine):
    mine, secret = bags.visit(bags.row, world.lin_home), secret_of(world, world.lin_home)
    assert say(client, secret, bags.visit(bags.row, world.elder_home)).status_code == 404
    close_round(round=bags.row.round, by=world.chen)
    assert say(client, secret, mine).status_code == 302
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    assert say(client, secret, mine).status_code == 404


def test_goods_of_a_group_buy_are_complained_of_at_the_list_they_came_with(world, client):
    came = Came(world)
    came.comes()
    came.shared()
    came.on_the_way()
    secret = secret_of(world, world.lin_home)
    page = page_of(client, secret)
    assert page.count("Something is wrong with it") == 1
    assert say(client, secret, came.visit(world.lin_home), kind="wrong").url.endswith("#buying")
    client.force_login(world.chen)
    desk = client.get(reverse("rounds:complaints", args=[came.visit(world.lin_home).round_id])).content.decode()
    assert reverse("buying:money", args=[came.order.pk]) in desk


def test_who_keeps_the_door_answers_and_the_others_only_look(world, bags, client):
    visit = bags.visit(bags.row, world.far_home)  # building 2 is not Zhao's
    row = complain(visit=visit, link=link_of(world, world.far_home), kind="short")
    address = reverse("rounds:complaint_answer", args=[row.pk])
    for user, status in ((world.zhao, 404), (world.qian, 403), (world.sun, 404)):
        client.force_login(user)
        assert client.post(address, {"answer": "x"}).status_code == status
    client.force_login(world.chen)
    empty = client.post(address, {"answer": " "})
    assert (empty.status_code, "Write what is done about it" in empty.content.decode()) == (422, True)
    assert client.get(address).status_code == 405


def test_the_database_lets_one_wait_and_none_be_answered_without_words(world, bags):
    visit = bags.visit(bags.row, world.lin_home)
    link = link_of(world, world.lin_home)
    complain(visit=visit, link=link, kind="short")
    now = timezone.now()
    for facts in ({}, {"answered_at": now, "answered_by": world.chen}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.create(visit=visit, link=link, kind="gone", **facts)


def test_the_page_costs_the_same_for_one_and_for_many(world, bags, client, django_assert_num_queries):
    client.force_login(world.chen)
    for homes in ((world.lin_home,), (world.elder_home, world.far_home, world.tenant_home)):
        for home in homes:
            link = link_of(world, home)
            complain(visit=bags.visit(bags.row, home), link=link, kind="short")
        with django_assert_num_queries(7):
            client.get(reverse("rounds:complaints", args=[bags.row.round_id]))
