"""A drive from its first part to the last portion; what is promised is never more than what is wanted."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from notices.models import Message, Webhook
from sharing.chat import missing_text
from sharing.models import Drive, Part, Pledge, Portion
from sharing.pledging import (
    add_part,
    begin_collecting,
    cancel_drive,
    change_drive,
    change_part,
    hand_over,
    pledge,
    record_portions,
    remove_part,
    take_back,
    tell_collected,
    tell_made,
)
from sharing.reading import read_drives, read_route
from sharing.telling import SharingError
from tests.sharing.neighbours import MINUTE, numbers_agree


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def fill(near, drive):
    near.promise(drive, near.lin, "黄油", 120)
    near.promise(drive, near.far, "黄油", 80)
    near.promise(drive, near.elder, "可可粉", 50)
    near.promise(drive, near.lin, "模具", 1)
    return Pledge.objects.filter(part__drive=drive)


def again(drive):
    return Drive.objects.with_missing().get(pk=drive.pk)


def test_a_cake_to_the_last_ingredient_and_into_the_last_hand(near, world):
    drive = near.drive(kitchen=near.tenant, runner=world.wei)
    pledges = fill(near, drive)
    assert (again(drive).state, again(drive).is_full) == ("open", True)
    begin_collecting(drive=drive, by=world.chen)
    for row in pledges:
        tell_collected(pledge=row, by=world.chen, state="collected")
    tell_made(drive=drive, by=world.chen, result_count="3")
    assert record_portions(drive=drive, households=[near.elder, near.far], by=world.chen) == 2
    assert record_portions(drive=drive, households=[near.far, near.lin], by=world.chen) == 1
    with pytest.raises(SharingError, match="3 portions were made; 0 are left"):
        record_portions(drive=drive, households=[near.tenant], by=world.chen)
    hand_over(drive=drive, by=world.chen)
    assert again(drive).state == "handed_over"
    kinds = list(drive.steps.values_list("kind", flat=True))
    assert kinds == ["begun", *["pledged"] * 4, "collecting", *["collected"] * 4, "made", "handed_over"]
    assert (Portion.objects.count(), numbers_agree()) == (3, True)


def test_several_share_a_part_and_nobody_promises_too_much(near):
    drive = near.drive()
    near.promise(drive, near.lin, "黄油", 120)
    with pytest.raises(SharingError, match="Only 80 克 are still needed"):
        near.promise(drive, near.far, "黄油", 81)
    near.promise(drive, near.far, "黄油", 80)
    near.promise(drive, near.lin, "黄油", 20)  # what it said last counts
    assert (near.part(drive).missing, Pledge.objects.count()) == (100, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.filter(drive=drive).update(pledged=201)


def test_a_promise_taken_back_is_wanted_again(near):
    drive = near.drive()
    row = near.promise(drive, quantity=200)
    for _press in range(2):
        take_back(pledge=row, teller=near.by_desk)
    assert near.part(drive).missing == 200
    near.promise(drive, quantity=50)
    assert list(Pledge.objects.order_by("pk").values_list("state", flat=True)) == ["taken_back", "pledged"]


def test_without_everything_it_goes_only_with_a_reason(near, world):
    drive = near.drive()
    with pytest.raises(SharingError, match="Nothing is promised yet"):
        begin_collecting(drive=drive, by=world.chen)
    near.promise(drive)
    with pytest.raises(SharingError, match="Say why"):
        begin_collecting(drive=drive, by=world.chen)
    begin_collecting(drive=drive, by=world.chen, reason="可可不放了")
    assert drive.steps.get(kind="collecting").reason == "可可不放了"
    with pytest.raises(SharingError, match="the drive is being collected"):
        near.promise(drive, near.far)


def test_each_door_of_the_route_has_its_answer_before_it_is_made(near, world):
    drive = near.drive()
    rows = list(fill(near, drive))
    begin_collecting(drive=drive, by=world.chen)
    for row in rows[1:]:
        tell_collected(pledge=row, by=world.chen, state="collected")
    with pytest.raises(SharingError, match="Some doors of the route have no answer"):
        tell_made(drive=drive, by=world.chen, result_count=8)
    for state in ("collected", "pledged", "missed", "missed"):
        tell_collected(pledge=rows[0], by=world.chen, state=state)
    tell_made(drive=drive, by=world.chen, result_count=8)
    kinds = list(drive.steps.filter(pledge=rows[0]).values_list("kind", flat=True))
    assert kinds == ["pledged", "collected", "undone", "missed"]


def test_the_runner_goes_house_by_house_from_the_top_and_rings_once_a_door(near):
    drive = near.drive()
    fill(near, drive)
    way = [
        (str(house.building), [(stop.household.door.room, len(stop.pledges)) for stop in house.stops])
        for house in read_route(drive)
    ]
    assert way == [("1号楼", [("502", 2), ("301", 1)]), ("2号楼", [("402", 1)])]


def test_the_text_for_the_chat_says_what_is_missing_and_names_nobody(near):
    drive = near.drive()
    near.promise(drive, quantity=150)
    text = missing_text(drive, drive.parts.all())
    assert text.splitlines()[1] == "Still missing: 黄油 50 克, 可可粉 50 克, 模具 1 个"
    assert not any(word in text for word in ("林", "502", "301", "1号楼"))
    near.promise(drive, quantity=200)
    near.promise(drive, near.far, "可可粉", 50)
    near.promise(drive, near.far, "模具", 1)
    assert missing_text(drive, drive.parts.all()).splitlines()[1] == "Everything is promised. Thank you!"


def test_ten_kitchens_make_one_thing(near, world):
    drive = near.drive(parts=[("饺子", 80, "只")], building=world.building1)
    for home in (near.lin, near.elder, near.tenant):
        near.promise(drive, home, "饺子", 20)
    with pytest.raises(SharingError, match="not for this house"):
        near.promise(drive, near.far, "饺子", 20)
    change_part(part=near.part(drive, "饺子"), quantity="60")
    assert again(drive).is_full


def test_parts_that_are_promised_stay_on_the_list(near):
    drive = near.drive()
    near.promise(drive, quantity=150)
    butter = near.part(drive)
    with pytest.raises(SharingError, match="150 克 of it are promised already"):
        change_part(part=butter, quantity=149)
    with pytest.raises(SharingError, match="it stays on the list"):
        remove_part(part=butter)
    remove_part(part=near.part(drive, "模具"))
    with pytest.raises(SharingError, match="黄油 is on the list already"):
        add_part(drive=drive, name="黄油", quantity=1, unit="块")
    assert list(drive.parts.values_list("name", flat=True)) == ["黄油", "可可粉"]


def test_cancelled_is_told_to_leads_and_stewards_and_to_the_groups_bot_without_a_name(near, world):
    Webhook.objects.create(compound=world.jiamu, name="群", kind="json", url="https://example.org/x")
    drive = near.drive()
    near.promise(drive, near.lin)
    cancel_drive(drive=drive, reason="烤箱坏了", by=world.chen)
    told = Message.objects.filter(reminder=f"drive-cancelled:{drive.pk}")
    recipients = {f"user:{world.chen.pk}", f"user:{world.zhao.pk}"}
    assert {row.recipient for row in told.filter(webhook=None)} == recipients
    assert told.exclude(webhook=None).count() == 1
    assert not any(word in row.subject + row.body for row in told for word in ("林", "502", "烤箱"))
    with pytest.raises(SharingError, match="the drive is cancelled"):
        cancel_drive(drive=drive, reason="再来", by=world.chen)


def test_times_are_in_order_and_a_promise_has_its_end(near):
    now = timezone.now()
    with pytest.raises(SharingError, match="Collecting begins after the last promise"):
        near.drive(collect_at=now + 5 * MINUTE)
    with pytest.raises(SharingError, match="has passed already"):
        near.drive(pledge_until=now - MINUTE)
    drive = near.drive()
    with pytest.raises(SharingError, match="The time to promise is over"):
        pledge(part=near.part(drive), household=near.lin, quantity=1, teller=near.by_desk, now=now + 61 * MINUTE)
    change_drive(drive=drive, where="大堂桌上")
    assert again(drive).where == "大堂桌上"


def test_lists_show_what_goes_on_before_what_is_over(near, world):
    first, second = near.drive(), near.drive(title="饺子")
    cancel_drive(drive=first, reason="改期", by=world.chen)
    assert read_drives(world.jiamu, world.chen) == ([second], [first])
