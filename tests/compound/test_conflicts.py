"""Two versions of one door, side by side: either is kept with one click, none is deleted, the phone is told."""

import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from residents.models import Device
from rounds.folding import versions_in_conflict
from rounds.marks import mark_at_desk, read_held, record_marks, settle_conflict
from rounds.models import HeldMark, Mark, Visit
from rounds.services import RoundError, assign, create_round, open_round
from tests.marks import SENT_AT, statements, tap
from tests.world import bind_phone, make_volunteer


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def lin(world):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=world.building1, by=world.chen)
    return Visit.objects.get(round=round, household=world.lin_home)


def send(phone, mark, at=SENT_AT, sent_at=None):
    phone = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    return record_marks(device=phone, raw_marks=[mark], sent_at=sent_at or at, received_at=at)[0].result


@pytest.fixture
def conflict(world, lin):
    """Wei: two of three done, by a phone three hours slow. Wu: refused, not having seen it."""
    slow = SENT_AT - timedelta(hours=3)
    told = tap(lin, 1, "partly", people={"1": "done", "2": "done"}, note="son asleep", marked_at=slow.isoformat())
    send(world.wei_phone, told, sent_at=slow)
    later = SENT_AT + timedelta(minutes=9)
    send(world.wu_phone, tap(lin, 1, "refused", marked_at=later.isoformat()), at=later)
    lin.refresh_from_db()
    assert lin.has_conflict
    return lin


def versions(visit):
    return versions_in_conflict(visit.marks.all())


def settle(client, visit, **form):
    return client.post(reverse("conflict_settle", args=[visit.pk]), form)


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def state(visit):
    visit.refresh_from_db()
    return visit.outcome, visit.done_count, visit.people, visit.has_conflict


# --- Who stands against whom --------------------------------------------------------------------------


def test_each_persons_last_word_since_they_parted_is_a_version(world, conflict):
    assert [(mark.marked_by, mark.outcome) for mark in versions(conflict)] == [
        (world.wei.user, "partly"),
        (world.wu.user, "refused"),
    ]
    later = SENT_AT + timedelta(minutes=20)
    send(world.wei_phone, tap(conflict, 2, "done", marked_at=later.isoformat()), at=later)
    assert [(mark.marked_by, mark.outcome) for mark in versions(conflict)] == [
        (world.wu.user, "refused"),
        (world.wei.user, "done"),
    ]


def test_three_people_are_three_versions_and_who_saw_settles_them_all(world, conflict):
    third = make_volunteer(world.jiamu, "third", "第三人")
    phone = bind_phone(third, "token-of-third")
    assign(round=conflict.round, volunteer=third, building=world.building1, by=world.chen)
    later = SENT_AT + timedelta(minutes=30)
    send(phone, tap(conflict, 1, "exempt", marked_at=later.isoformat()), at=later)
    assert [mark.outcome for mark in versions(conflict)] == ["partly", "refused", "exempt"]
    conflict.refresh_from_db()
    mark_at_desk(visit=conflict, by=world.zhao, outcome="done")
    assert versions(conflict) == []


def test_marks_that_knew_of_each_other_are_no_versions(world, lin):
    assert versions(lin) == []
    mark_at_desk(visit=lin, by=world.chen, outcome="refused")
    mark_at_desk(visit=lin, by=world.zhao, outcome="done")
    assert versions(lin) == []


# --- One click ----------------------------------------------------------------------------------------


def test_both_versions_are_shown_with_who_when_from_where(world, steward, conflict):
    page = unescape(steward.get(conflict.get_absolute_url()).content.decode())
    first, second = versions(conflict)
    for mark in (first, second):
        assert f'name="keep" value="{mark.pk}"' in page
    assert page.count("Keep this one") == 2
    for words in ("魏志愿", "吴志愿", "test phone #1", "“son asleep”", "1: done, 2: done"):
        assert words in page
    # 12:00 UTC by our clock, 9:00 by the phone's; shown as 20:00 in Shanghai.
    assert "4-10 20:00" in page
    assert "the phone's clock said 4-10 17:00" in page
    assert page.count("the phone's clock said") == 1


@pytest.mark.parametrize("kept", [0, 1])
def test_either_version_is_kept_and_nothing_is_deleted(world, steward, conflict, kept):
    before = list(conflict.marks.values_list("pk", flat=True))
    version = versions(conflict)[kept]
    answer = settle(steward, conflict, keep=version.pk, saw=conflict.latest_mark_id, note="asked at the door")
    assert said(answer) == ["Settled."]
    mark = conflict.marks.get(device=None)
    assert (mark.outcome, mark.people, mark.note, mark.marked_by) == (
        version.outcome,
        version.people,
        "asked at the door",
        world.chen,
    )
    outcome, _done, people, has_conflict = state(conflict)
    assert (outcome, people, has_conflict) == [
        ("partly", {"1": "done", "2": "done", "3": "refused"}, False),
        ("refused", {}, False),
    ][kept]
    assert set(before) < set(conflict.marks.values_list("pk", flat=True))


def test_a_page_that_is_out_of_date_settles_nothing(world, steward, conflict):
    seen, version = conflict.latest_mark_id, versions(conflict)[0]
    later = SENT_AT + timedelta(minutes=20)
    send(world.wu_phone, tap(conflict, 2, "done", marked_at=later.isoformat()), at=later)
    before = state(conflict)
    answer = settle(steward, conflict, keep=version.pk, saw=seen)
    assert said(answer) == ["This door has been marked again meanwhile. Look at it as it is now."]
    assert state(conflict) == before


@pytest.mark.parametrize("keep", ["nonsense", str(uuid.UUID(int=7)), "\x00", "x" * 5000])
def test_a_version_that_is_none_settles_nothing(steward, conflict, keep):
    before = state(conflict)
    assert said(settle(steward, conflict, keep=keep)) != ["Settled."]
    assert (state(conflict), Mark.objects.count()) == (before, 2)


def test_of_two_who_settle_the_second_is_told(world, conflict):
    first, second = versions(conflict)
    settle_conflict(visit=conflict, by=world.chen, keep=first.pk)
    with pytest.raises(RoundError, match="There is no conflict here any more"):
        settle_conflict(visit=conflict, by=world.zhao, keep=second.pk)
    assert Mark.objects.count() == 3


def test_an_officer_sees_both_and_has_no_button(world, client, conflict):
    client.force_login(world.qian)
    page = client.get(conflict.get_absolute_url()).content.decode()
    assert ("吴志愿" in page, "Keep this one" in page) == (True, False)
    assert settle(client, conflict, keep=versions(conflict)[0].pk).status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_the_visit_page_costs_the_same_with_many_versions(world, steward, conflict, count):
    for number in range(count):
        someone = make_volunteer(world.jiamu, f"v{number}", f"志愿{number}")
        phone = bind_phone(someone, f"token-{number}")
        assign(round=conflict.round, volunteer=someone, building=world.building1, by=world.chen)
        later = SENT_AT + timedelta(minutes=20 + number)
        send(phone, tap(conflict, 1, "done", marked_at=later.isoformat()), at=later)
    steward.get(conflict.get_absolute_url())
    with statements() as seen:
        page = steward.get(conflict.get_absolute_url())
    assert len(page.context["versions"]) == count + 2
    assert len(seen) <= 9, "\n".join(seen)


# --- Held beside counted ------------------------------------------------------------------------------


def hold(world, visit, **changes):
    payload = tap(visit, 9, "refused", note="a dog", people={}) | changes
    return HeldMark.objects.create(
        mark_id=str(uuid.uuid4()),
        device=world.wei_phone,
        digest=uuid.uuid4().hex,
        payload=payload,
        reason="not_assigned",
        compound=world.jiamu,
        visit=visit,
        sent_at=SENT_AT,
        received_at=SENT_AT + timedelta(hours=1),
    )


def test_a_held_mark_lies_beside_what_is_counted(world, steward, lin):
    mark_at_desk(visit=lin, by=world.zhao, outcome="done", note="all three")
    hold(world, lin)
    page = unescape(steward.get(reverse("rounds:held")).content.decode())
    for words in (
        "魏志愿",
        "“a dog”",
        "4-10 21:00",
        "the phone's clock said 4-10 20:00",
        "赵楼长",
        "“all three”",
        "at a desk",
    ):
        assert words in page


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"cut": "x"},
        {"outcome": ["done"], "people": 7, "note": {"a": 1}, "marked_at": "never"},
        {"outcome": "waiting"},
    ],
)
def test_what_cannot_be_read_is_shown_as_far_as_it_goes(world, steward, lin, payload):
    held = hold(world, lin)
    HeldMark.objects.filter(pk=held.pk).update(payload=payload)
    held.refresh_from_db()
    told = read_held(held)
    assert (told.outcome, told.people, told.note, told.happened_at, told.is_clock_off) == ("", {}, "", None, False)
    assert steward.get(reverse("rounds:held")).status_code == 200


def test_a_held_mark_never_happened_after_it_came(world, lin):
    held = hold(world, lin, marked_at=(timezone.now() + timedelta(days=3000)).isoformat())
    assert read_held(held).happened_at == held.received_at


@pytest.mark.parametrize("count", [1, 45])
def test_held_marks_cost_the_same_small_and_large(world, steward, lin, count):
    mark_at_desk(visit=lin, by=world.zhao, outcome="done")
    for _ in range(count):
        hold(world, lin)
    steward.get(reverse("rounds:held"))
    with statements() as seen:
        steward.get(reverse("rounds:held"))
    assert len(seen) <= 8, "\n".join(seen)
