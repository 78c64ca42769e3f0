"""Whoever is not reached becomes a knock round; a mark at the door counts as reached, and no more when taken back."""

import pytest
from django.urls import reverse

from compound.following import follow_marks
from compound.ladder import knock_at_unread, texts_for_rounds
from compound.my_doors import build_feed
from notices.coverage import unread_of
from notices.models import LadderStep, Reached
from notices.reaching import read_by_link
from notices.services import NoticeError
from residents.models import Device, HouseholdLink
from rounds.marks import mark_at_desk, record_marks
from rounds.models import Outcome, Round
from rounds.services import assign, close_round
from tests.marks import SENT_AT, statements, tap
from tests.notices.telling import Scope, Telling


@pytest.fixture
def telling(world):
    return Telling(world, world.building1)


@pytest.fixture
def notice(world, telling):
    row = telling.publish()
    link = HouseholdLink.objects.get(household=world.lin_home)
    read_by_link(recipient=row.recipients.get(household=world.lin_home), link=link)
    return row


def unread(notice):
    return {one.household for one in unread_of(notice)}


def test_one_click_opens_a_round_of_the_unread_doors_alone(world, notice, client):
    client.force_login(world.chen)
    answer = client.post(reverse("notice_knock", args=[notice.pk]))
    round = Round.objects.get()
    assert (answer.status_code, answer.url) == (302, round.get_absolute_url())
    assert {visit.household for visit in round.visits.all()} == {world.elder_home, world.tenant_home, world.far_home}
    assert (round.kind, round.title, round.state) == ("knock", notice.title, "open")
    assert LadderStep.objects.get().round_key == round.pk


def test_it_is_on_the_phone_with_the_words_and_its_mark_counts(world, notice):
    round = knock_at_unread(notice=notice, by=world.chen)
    assign(round=round, volunteer=world.wei, building=world.building1, by=world.chen)
    device = Device.objects.select_related("volunteer__user", "volunteer__compound").get(pk=world.wei_phone.pk)
    shown = build_feed(device)["rounds"][0]
    assert (shown["instructions"], len(shown["doors"])) == ("停水\n明天停水", 2)
    visit = round.visits.get(household=world.elder_home)
    done = tap(visit, 1)
    record_marks(device=device, raw_marks=[done], sent_at=SENT_AT, follow=follow_marks)
    assert world.elder_home not in unread(notice)
    told = Reached.objects.get(how="knock")
    assert (told.by, told.round_key) == (world.wei.user, round.pk)
    record_marks(device=device, raw_marks=[done], sent_at=SENT_AT, follow=follow_marks)  # sent again
    undo = tap(visit, 2, "cleared", undoes=done["id"])
    record_marks(device=device, raw_marks=[undo], sent_at=SENT_AT, follow=follow_marks)
    assert world.elder_home in unread(notice)
    assert Reached.objects.filter(how="knock").count() == 2


def test_nobody_home_is_not_reached_and_is_knocked_at_again(world, notice):
    round = knock_at_unread(notice=notice, by=world.chen)
    visits = {visit.household: visit for visit in round.visits.all()}
    mark_at_desk(visit=visits[world.far_home], by=world.chen, outcome=Outcome.NOBODY_HOME, follow=follow_marks)
    mark_at_desk(visit=visits[world.elder_home], by=world.chen, outcome=Outcome.DONE, follow=follow_marks)
    with pytest.raises(NoticeError):
        knock_at_unread(notice=notice, by=world.chen)
    close_round(round=round, by=world.chen)
    again = knock_at_unread(notice=notice, by=world.chen)
    assert {visit.household for visit in again.visits.all()} == {world.tenant_home, world.far_home}


def test_what_is_put_right_is_knocked_for_no_more_and_its_round_says_the_new_words(
    world, telling, notice, client, django_assert_num_queries
):
    round = knock_at_unread(notice=notice, by=world.chen)
    later = telling.right(notice)
    last = telling.right(later, "retraction")
    with django_assert_num_queries(4):  # the round's notice, and each that puts right the one before
        assert texts_for_rounds([round]) == {round.pk: f"{last.title}\n{last.text}"}
    client.force_login(world.chen)
    client.post(reverse("notice_knock", args=[notice.pk]))
    page = client.get(notice.get_absolute_url()).content.decode()
    assert ("/knock/" in page, "/step/" in page, "/slips/" in page, "chat-text" in page) == (False,) * 4
    assert Round.objects.count() == 1
    slips = client.get(reverse("notices:slips", args=[notice.pk]) + "?all=1").content.decode()
    assert ('class="door-slip"' in slips, later.title in slips) == (False, True)


def test_a_lead_knocks_for_their_own_house_only(world, telling, client):
    own = telling.publish(scope=Scope.BUILDING, buildings=[world.building1])
    everybody = telling.publish()
    client.force_login(world.zhao)
    assert client.post(reverse("notice_knock", args=[own.pk])).url == Round.objects.get().get_absolute_url()
    assert client.post(reverse("notice_knock", args=[everybody.pk])).status_code == 403
    assert client.get(reverse("notice_knock", args=[own.pk])).status_code == 405


def test_a_mark_costs_four_statements_more(world, notice):
    round = knock_at_unread(notice=notice, by=world.chen)
    costs = []
    for visit in round.visits.order_by("pk"):
        with statements() as seen:
            mark_at_desk(visit=visit, by=world.chen, outcome=Outcome.DONE, follow=follow_marks)
        costs.append(len([sql for sql in seen if "notices_" in sql]))
    assert costs == [4, 4, 4]
