"""The desk's pages: what they do, what they do not show, and what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import AccessRecord
from sharing.models import Drive, Offer, Pledge, Reservation, Wish
from sharing.wishing import answer_wish
from tests.marks import statements
from tests.world import move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def chen(near, client):
    client.force_login(near.world.chen)
    return client


def at(name, *keys):
    return reverse(f"sharing:{name}", args=keys)


def text(answer) -> str:
    return answer.content.decode()


def for_home(home, prefix="", **more):
    told = {"building": home.door.building_id, "room": home.door.room} | more
    return {f"{prefix}-{name}" if prefix else name: value for name, value in told.items()}


def crowd(near, count):
    doors = near.world.building2.doors.exclude(households__isnull=False)
    return [move_in(door, "某某") for door in doors[:count]]


# --- The corner -----------------------------------------------------------------------------------


def test_it_is_opened_by_a_steward_with_its_rules(world, client):
    client.force_login(world.chen)
    page = client.get(at("corner", world.jiamu.pk))
    assert "Open the share corner" in text(page)
    told = {"most_reservations": 2, "most_pieces": 4, "hold_minutes": 90, "hours": "15:00-17:00"}
    client.post(at("rules", world.jiamu.pk), told)
    page = text(client.get(at("corner", world.jiamu.pk)))
    assert "at most 2 things reserved, 4 pieces of each, kept for 90 minutes. 15:00-17:00" in page
    refused = client.post(at("rules", world.jiamu.pk), told | {"most_reservations": 10})
    assert (refused.status_code, "less than or equal to 9" in text(refused)) == (422, True)


def test_a_lead_types_for_an_elder_and_sees_only_the_doors_they_keep(near, world, client):
    near.offer(near.far, what="远处的书", category="other")
    client.force_login(world.zhao)
    thing = {"category": "food", "what": "鸡蛋", "quantity": "１０", "unit": "个"}
    thing |= {"place": "门口", "use_by": near.today}
    answer = client.post(at("offer_add", world.jiamu.pk), for_home(near.elder, heard_by=world.wei.pk, **thing))
    assert answer.status_code == 302
    offer = Offer.objects.get(what="鸡蛋")
    assert (offer.household, offer.quantity, offer.steps.get().heard_by) == (near.elder, 10, world.wei)
    page = text(client.get(at("corner", world.jiamu.pk)))
    assert ("1号楼 301" in page, "2号楼 402" in page, "远处的书" in page) == (True, False, True)
    beside = client.post(at("offer_add", world.jiamu.pk), for_home(near.far, **thing))
    assert (beside.status_code, Offer.objects.count()) == (422, 2)


@pytest.mark.parametrize(
    ("room", "sentence"),
    [
        ("999", "There is no such room"),
        ("101", "Nobody is listed as living there"),
        ("502", "2 households live behind"),
    ],
)
def test_the_room_is_looked_for_in_words(near, world, chen, room, sentence):
    move_in(world.lin_home.door, "租户")
    thing = {"category": "other", "what": "书", "quantity": "1", "unit": "本", "until": near.today}
    answer = chen.post(at("wish_add", world.jiamu.pk), for_home(near.lin, **thing) | {"room": room})
    assert (answer.status_code, sentence in text(answer), "书" in text(answer)) == (422, True, True)
    second = chen.post(at("wish_add", world.jiamu.pk), for_home(near.lin, **thing) | {"room": "502/2"})
    assert (second.status_code, Wish.objects.get().household == near.lin) == (302, False)


@pytest.mark.parametrize("quantity", ["0", "-2", "2.5", "NaN", "9999", "两个"])
def test_a_wrong_number_gets_a_sentence_and_nothing_typed_is_lost(near, world, chen, quantity):
    thing = {"category": "food", "what": "大白菜", "quantity": quantity, "unit": "棵"}
    thing |= {"place": "门口", "use_by": near.today}
    answer = chen.post(at("offer_add", world.jiamu.pk), for_home(near.lin, **thing))
    assert answer.status_code == 422
    assert "Give a whole number from 1 to 999." in text(answer)
    assert all(f'value="{typed}"' in text(answer) for typed in (quantity, "大白菜"))


def test_food_needs_its_day_and_a_day_to_come(near, world, chen):
    thing = {"category": "food", "what": "奶", "quantity": "1", "unit": "盒", "place": "门口"}
    answers = [
        chen.post(at("offer_add", world.jiamu.pk), for_home(near.lin, **thing, use_by=day))
        for day in ("", near.today - timedelta(days=1))
    ]
    assert ["Say until which day" in text(answers[0]), "This day has passed" in text(answers[1])] == [True, True]


def test_reserved_for_an_elder_given_put_right_and_taken_back(near, world, chen):
    offer = near.offer(quantity=2)
    chen.post(at("offer_reserve", offer.pk), for_home(near.elder, "r", quantity="2"))
    held = Reservation.objects.get()
    full = chen.post(at("offer_reserve", offer.pk), for_home(near.far, "r", quantity="1"))
    assert (full.status_code, "Somebody was quicker: 0 left." in text(full)) == (422, True)
    chen.post(at("reservation_give", held.pk))
    chen.post(at("reservation_undo", held.pk), {"reason": "送错"})
    chen.post(at("offer_stop", offer.pk))
    chen.post(at("offer_resume", offer.pk))
    chen.post(at("offer_withdraw", offer.pk), {"w-reason": "坏了"})
    page = text(chen.get(at("offer", offer.pk)))
    assert all(word in page for word in ("taken back by who gave", "was not given after all", "坏了", "送错"))


def test_on_the_way_both_doors_are_seen_and_never_a_phone(near, world, chen, client):
    held = near.take(near.offer(near.far))
    page = text(chen.get(at("corner", world.jiamu.pk)))
    assert all(room in page for room in ("2号楼 402", "1号楼 301"))
    assert world.far_home.residents.first().phone not in page
    chen.post(at("reservation_release", held.pk), {"list": "1"})
    assert Reservation.objects.get().state == "released"
    client.force_login(world.qian)
    near.take(near.offer(near.far))
    seen = text(client.get(at("corner", world.jiamu.pk))) + text(client.get(held.offer.get_absolute_url()))
    assert not any(room in seen for room in ("402", "301"))


def test_who_asks_is_on_no_page_of_the_desk_until_a_neighbour_has_it(near, world, chen, client):
    wish = near.wish(near.elder)
    pages = [at("wishes", world.jiamu.pk), at("wish_answer", wish.pk), at("wall", world.jiamu.pk)]
    for user in (world.chen, world.zhao, world.qian):
        client.force_login(user)
        for page in pages:
            assert "301" not in text(client.get(page))
    client.force_login(world.chen)
    told = for_home(near.far, quantity="1", place="门把手")
    answer = client.post(at("wish_answer", wish.pk), told, follow=True)
    assert "1号楼 301" in text(answer)


def test_a_wish_is_ended_by_a_steward_or_by_who_wrote_it_down(near, world, client):
    client.force_login(world.zhao)
    thing = {"category": "other", "what": "书", "quantity": "1", "unit": "本", "until": near.today}
    client.post(at("wish_add", world.jiamu.pk), for_home(near.elder, **thing))
    others = near.wish(near.lin)
    assert client.post(at("wish_stop", others.pk)).status_code == 403
    assert client.post(at("wish_stop", Wish.objects.get(what="书").pk)).status_code == 302
    client.force_login(world.chen)
    client.post(at("wish_stop", others.pk))
    assert Wish.objects.on_show().count() == 0


def test_lists_leave_with_a_number_and_disarmed(near, world, chen):
    near.take(near.offer(what="=1+1"))
    url = reverse("reports:sharing", args=[world.jiamu.pk, "handovers", "csv"])
    lines = b"".join(chen.get(url).streaming_content).decode().splitlines()
    assert lines[2].startswith('"1号楼 502","1号楼 301","\'=1+1","1","盒","门把手"')
    wall = b"".join(chen.get(reverse("reports:sharing", args=[world.jiamu.pk, "offers", "csv"])).streaming_content)
    assert (b"502" in wall, AccessRecord.objects.filter(deed="export").count()) == (False, 2)
    assert chen.get(reverse("reports:sharing", args=[world.jiamu.pk, "offers", "xlsx"])).content.startswith(b"PK")
    near.wish(near.elder, what="洗衣液")
    asked = b"".join(chen.get(reverse("reports:sharing", args=[world.jiamu.pk, "wishes", "csv"])).streaming_content)
    assert ("洗衣液".encode() in asked, b"301" in asked) == (True, False)


def test_who_printed_the_sheet_for_the_wall_is_on_record(near, world, chen):
    near.offer()
    chen.get(at("wall", world.jiamu.pk))
    record = AccessRecord.objects.get(deed="print")
    assert (record.user, record.subject, record.row_count) == (
        world.chen,
        f"compound {world.jiamu.pk}: share corner, wall",
        1,
    )


def test_the_pages_of_the_corner_cost_the_same_however_much_is_shared(near, world, chen):
    def visit():
        offer = Offer.objects.earliest("pk").pk
        costs = []
        for url in (at("corner", world.jiamu.pk), at("wishes", world.jiamu.pk), at("offer", offer)):
            with statements() as seen:
                assert chen.get(url).status_code == 200
            costs.append(len(seen))
        return costs

    near.take(near.offer(quantity=20, use_by=near.today))
    near.wish()
    few = visit()
    for number, home in enumerate(crowd(near, 9)):
        offer = near.offer(home, what=f"东西{number}")
        near.take(offer, (near.tenant, near.far, near.lin)[number % 3])
        answer_wish(wish=near.wish(home), household=near.lin, quantity=1, place="门口", teller=near.by_desk)
    assert (few, visit()) == ([10, 8, 11], [10, 8, 11])


# --- Drives ---------------------------------------------------------------------------------------


def moments(**times):
    told = {}
    for name, moment in times.items():
        local = timezone.localtime(moment)
        told |= {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M")}
    return told


def test_a_lead_begins_a_drive_for_their_house_and_writes_its_parts(near, world, client):
    client.force_login(world.zhao)
    now = timezone.now()
    told = {"title": "生日蛋糕", "goes_to": "孩子们", "where": "门把手", "building": world.building1.pk}
    told |= {"kitchen_building": world.building1.pk, "kitchen_room": "202", "runner": world.wei.pk}
    told |= moments(pledge_until=now + timedelta(hours=2), collect_at=now + timedelta(hours=1))
    wrong = client.post(at("drive_add", world.jiamu.pk), told)
    assert (wrong.status_code, "Collecting begins after the last promise." in text(wrong)) == (422, True)
    whole = client.post(at("drive_add", world.jiamu.pk), told | {"building": ""})
    assert (whole.status_code, Drive.objects.count()) == (422, 0)
    told |= moments(collect_at=now + timedelta(hours=3))
    client.post(at("drive_add", world.jiamu.pk), told)
    drive = Drive.objects.get()
    assert (drive.building, drive.kitchen, drive.runner) == (world.building1, near.tenant, world.wei)
    client.post(at("drive_part_add", drive.pk), {"part-name": "黄油", "part-quantity": "２００", "part-unit": "克"})
    twice = client.post(at("drive_part_add", drive.pk), {"part-name": "黄油", "part-quantity": "1", "part-unit": "块"})
    assert (twice.status_code, "黄油 is on the list already." in text(twice)) == (422, True)
    client.post(at("drive_part_change", near.part(drive).pk), {"quantity": "250"})
    assert near.part(drive).quantity == 250
    client.post(at("drive_edit", drive.pk), told | {"where": "大堂"})
    client.post(at("drive_part_remove", near.part(drive).pk))
    drive.refresh_from_db()
    assert (drive.where, drive.parts.count()) == ("大堂", 0)


def test_a_lead_sees_of_the_whole_compounds_drive_the_doors_they_keep(near, world, client):
    drive = near.drive()
    near.promise(drive, near.lin)
    near.promise(drive, near.far)
    client.force_login(world.zhao)
    page = text(client.get(at("drive", drive.pk)))
    assert ("1号楼 502" in page, "2号楼 402" in page, "a neighbour" in page) == (True, False, True)
    told = {"part": near.part(drive, "模具").pk}
    client.post(at("drive_pledge", drive.pk), for_home(near.elder, "pledge", quantity="1", **told))
    mine = Pledge.objects.get(household=near.elder)
    beside = Pledge.objects.get(household=near.far)
    assert client.post(at("drive_pledge_end", beside.pk)).status_code == 404
    assert client.post(at("drive_pledge_end", mine.pk)).status_code == 302
    client.force_login(world.qian)
    page = text(client.get(at("drive", drive.pk)))
    assert ("502" in page, page.count("a neighbour")) == (False, 2)


def test_a_drive_is_run_from_its_page(near, world, chen):
    drive = near.drive(parts=[("饺子", 40, "只")])
    row = near.promise(drive, near.lin, "饺子", 20)
    early = chen.post(at("drive_collect", drive.pk), {"collect-reason": ""})
    assert (early.status_code, "This field is required." in text(early)) == (422, True)
    chen.post(at("drive_collect", drive.pk), {"collect-reason": "够吃了"})
    chen.post(at("drive_picked", row.pk), {"state": "nonsense"})
    chen.post(at("drive_picked", row.pk), {"state": "collected"})
    chen.post(at("drive_made", drive.pk), {"made-result_count": "1"})
    one = chen.post(at("drive_portions", drive.pk, world.building1.pk), {"homes": [near.lin.pk, near.elder.pk]})
    assert (one.status_code, "1 portions were made; 1 are left." in text(one)) == (422, True)
    chen.post(at("drive_portions", drive.pk, world.building1.pk), {"homes": [near.elder.pk]})
    chen.post(at("drive_hand_over", drive.pk), {"note-note": ""})
    over = chen.post(at("drive_cancel", drive.pk), {"cancel-reason": "晚了"})
    assert (over.status_code, "This cannot be done now: the drive is handed over." in text(over)) == (422, True)
    assert text(chen.get(at("drive_list", world.jiamu.pk))).count("handed over") == 1


def test_the_pages_of_a_drive_cost_the_same_however_many_give(near, world, chen):
    drive = near.drive(parts=[("饺子", 900, "只"), ("醋", 900, "瓶")])

    def visit():
        costs = []
        for url in (at("drive_list", world.jiamu.pk), at("drive", drive.pk), at("drive_route", drive.pk)):
            with statements() as seen:
                assert chen.get(url).status_code == 200
            costs.append(len(seen))
        return costs

    near.promise(drive, near.lin, "饺子", 20)
    few = visit()
    for home in crowd(near, 9):
        near.promise(drive, home, "饺子", 20)
        near.promise(drive, home, "醋", 1)
    near.drive(title="第二个")
    assert (few, visit()) == ([7, 14, 6], [7, 14, 6])
