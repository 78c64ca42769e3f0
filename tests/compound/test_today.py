from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compound.today import read_today
from compound.today_lines import all_asks
from notices.models import Message
from residents.models import Compound, Household, RoleGrant
from rounds.models import HeldMark, Round, Visit
from tests.world import grant, make_user

ADDRESS = reverse("today")


def make_round(compound, *buildings, state="open", number=1, **changes):
    now = timezone.now()
    facts = {
        "kind": "notify",
        "starts_at": now - timedelta(hours=2),
        "ends_at": now + timedelta(hours=2),
        "opened_at": None if state == "draft" else now,
        "closed_at": now if state == "closed" else None,
    } | changes
    row = Round.objects.create(compound=compound, state=state, number=number, **facts)
    row.buildings.set(buildings)
    return row


def add_visits(row, *homes, outcome="waiting"):
    Visit.objects.bulk_create(
        Visit(
            round=row,
            household=home,
            building=home.door.building,
            floor=home.door.floor,
            room=home.door.room,
            expected_count=1,
            outcome=outcome,
        )
        for home in homes
    )


def tell(user, number, compound):
    return Message.objects.create(
        compound=compound,
        reminder=f"test:{number}",
        recipient=f"user:{user.pk}",
        period="today",
        channel="inbox",
        user=user,
        subject=f"Message {number}",
        body="…",
        state="sent",
        sent_at=timezone.now(),
    )


def hold(world, number=1, phone=None):
    return HeldMark.objects.create(
        mark_id=str(number),
        device=phone or world.wei_phone,
        digest=str(number),
        payload={},
        reason="bad_mark",
        compound=(phone or world.wei_phone).volunteer.compound,
        sent_at=timezone.now(),
    )


@pytest.fixture
def busy(world):
    row = make_round(world.jiamu, world.building1, world.building2)
    add_visits(row, world.lin_home, outcome="done")
    add_visits(row, world.elder_home, world.tenant_home)
    add_visits(row, world.far_home, outcome="refused")
    return row


def test_a_steward_sees_how_far_an_open_round_has_come(world, busy):
    (progress,) = read_today(world.chen).open_rounds
    assert (progress.round, progress.expected, progress.answered, progress.missing) == (busy, 4, 1, 3)
    assert [(s.css, s.start, s.share) for s in progress.segments] == [("done", 0, 25), ("refused", 25, 25)]


def test_a_lead_counts_only_their_own_building(world, busy):
    (progress,) = read_today(world.zhao).open_rounds
    assert (progress.expected, progress.answered) == (3, 1)


def names_of(user):
    lines = read_today(user).lines
    return [(line.name, line.count) for line in [*lines.late, *lines.today, *lines.know]]


def test_nothing_of_another_compound_is_counted(world, busy):
    tell(world.chen, 1, world.jiamu)
    hold(world)
    world.wei_phone.queued_count = 4
    world.wei_phone.save()
    day = read_today(world.sun)
    assert (day.open_rounds, day.drafts, day.messages, day.lines.is_empty) == ([], [], [], True)
    assert day.compounds == [world.hexin]


def test_held_marks_and_unsent_phones_are_counted_for_whose_they_are(world):
    hold(world, 1)
    hold(world, 2)
    hold(world, 3, phone=world.other_phone)
    for phone, queued in ((world.wei_phone, 4), (world.wu_phone, 3), (world.other_phone, 9)):
        phone.queued_count = queued
        phone.save()
    assert names_of(world.chen) == [("held_marks", 2), ("phones_unsent", 2)]
    assert (names_of(world.qian), names_of(world.zhao)) == ([("phones_unsent", 2)], [])


def test_what_is_late_comes_first_and_says_where_it_is_done(world, busy):
    hold(world)
    lines = read_today(world.chen).lines
    assert [(line.name, line.count) for line in lines.today] == [("gaps", 3), ("held_marks", 1)]
    assert (lines.next.link, lines.then_today[0].link) == (
        reverse("rounds:gaps", args=[busy.pk]),
        reverse("rounds:held"),
    )
    Round.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    lines = read_today(world.chen).lines
    assert ([line.name for line in lines.late], [line.name for line in lines.then_today]) == (["gaps"], ["held_marks"])


def test_a_quiet_evening_is_said_to_be_one(world, client):
    make_round(world.jiamu, world.building1, state="closed")
    client.force_login(world.chen)
    answer = client.get(ADDRESS, headers={"accept-language": "en"})
    assert answer.context["day"].lines.is_empty
    assert 'class="panel next is-quiet"' in answer.content.decode()


def test_every_ask_has_a_name_of_its_own(db):
    names = [ask.name for ask in all_asks()]
    assert sorted(set(names)) == sorted(names)


def test_a_round_past_its_end_says_so(world, client, busy):
    Round.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    client.force_login(world.chen)
    assert [progress.is_over for progress in client.get(ADDRESS).context["day"].open_rounds] == [True]


def test_unread_messages_are_counted_and_the_newest_shown(world, client):
    for number in range(7):
        tell(world.chen, number, world.jiamu)
    tell(world.zhao, 9, world.jiamu)
    client.force_login(world.chen)
    answer = client.get(ADDRESS)
    assert [m.subject for m in answer.context["day"].messages] == [f"Message {n}" for n in (6, 5, 4, 3, 2)]
    assert answer.context["unread_count"] == 7


def test_the_five_steps_are_taught_until_a_round_has_been_closed(world, client):
    client.force_login(world.chen)
    assert client.get(ADDRESS).context["day"].guide == world.jiamu
    make_round(world.jiamu, world.building1, state="closed")
    assert client.get(ADDRESS).context["day"].guide is None


def test_the_steps_know_what_has_been_done(world):
    new = make_user("new", "新干事")
    place = Compound.objects.create(name="新苑")
    grant(new, RoleGrant.Role.STEWARD, place)
    guide = read_today(new).guide
    assert (guide.has_people, guide.has_volunteers, guide.has_phones, guide.has_open) == (False, False, False, False)
    guide = read_today(world.chen).guide
    assert (guide.has_people, guide.has_volunteers, guide.has_phones, guide.has_open) == (True, True, True, False)


def test_somebody_without_a_role_is_told_whom_to_ask(world, client):
    client.force_login(make_user("nobody", "路人"))
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.context["day"].compounds) == (200, [])


def test_logged_out_goes_to_the_login(client, db):
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next=/")


def test_posting_is_not_understood(world, client):
    client.force_login(world.chen)
    assert client.post(ADDRESS).status_code == 405


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("who", ["chen", "zhao", "qian"])
def test_the_page_needs_nine_statements_whoever_reads_it(world, client, django_assert_num_queries, many, busy, who):
    reader = getattr(world, who)
    if many:
        for number in range(2, 12):
            row = make_round(world.jiamu, world.building1, number=number)
            add_visits(row, *Household.objects.filter(door__building=world.building1))
            make_round(world.jiamu, world.building1, number=number + 20, state="draft")
            tell(reader, number, world.jiamu)
            hold(world, number)
    client.force_login(reader)
    client.get(ADDRESS)
    with django_assert_num_queries(9):
        client.get(ADDRESS)
