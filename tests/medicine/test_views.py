"""Bags at the desk: the holder sees the bag while they hold it, names are masked, lists go out on record."""

from io import BytesIO

from django.urls import reverse
from openpyxl import load_workbook

from medicine.bags import Hand, hand_over, last_handovers
from medicine.models import Errand, MedicalDate
from residents.models import AccessRecord
from tests.marks import statements
from tests.world import grant, make_user, move_in


def at(name, *keys):
    return reverse(f"medicine:{name}", args=keys)


def as_(client, user):
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def lead_of_two(ward):
    """A lead of the other building, who carries."""
    user = make_user("feng", "冯楼长")
    grant(user, "lead", ward.world.jiamu, ward.world.building2)
    return user


def saw(errand):
    return {pk: row.number for pk, row in last_handovers(errand).items()}


def test_who_holds_a_thing_sees_the_bag_and_no_longer(ward, client):
    feng, row = lead_of_two(ward), ward.bag()
    as_(client, feng)
    assert client.get(row.get_absolute_url()).status_code == 404
    ward.picked(row, to=ward.to(feng))
    assert (client.get(row.get_absolute_url()).status_code, "1号楼 502" in _list(client, ward)) == (200, True)
    ticks = [f"{thing}:{number}" for thing, number in saw(row).items()]
    answer = client.post(at("errand_hand_over", row.pk), {"saw": ticks, "h-to": "desk"})
    assert (answer.url, client.get(row.get_absolute_url()).status_code) == (at("home"), 404)


def _list(client, ward):
    return client.get(at("errands", ward.world.jiamu.pk)).content.decode()


def test_an_officer_counts_and_reads_no_bag(ward, client):
    ward.bag(is_cold=True)
    page = _list(as_(client, ward.world.qian), ward)
    assert ("<b>1</b><span>bags under way" in page, "502" in page, "中心医院" in page) == (True, False, False)


def test_a_bag_goes_its_way_by_forms_and_buttons(ward, client):
    as_(client, ward.world.zhao)
    form = {"building": ward.world.building1.pk, "room": "502", "person": "林", "hospital": "中心医院"}
    form |= {"planned_on": ward.tomorrow.isoformat()}
    which = client.post(at("errand_add", ward.world.jiamu.pk), form)
    assert (which.status_code, "Which of them? 林小雨" in which.content.decode()) == (422, True)
    client.post(at("errand_add", ward.world.jiamu.pk), form | {"person": "林小雨"})
    row = Errand.objects.get()
    assert row.label == "1号楼-502-林"
    zhao = f"person:{ward.world.zhao.pk}"
    told = {"p-kinds": ["slip", "card", "booklet", "box"], "p-cash": "１００元", "p-to": zhao}
    lacking = client.post(at("errand_pick_up", row.pk), told | {"p-kinds": ["slip", "card"]})
    assert (lacking.status_code, "Not in the bag: empty box." in lacking.content.decode()) == (422, True)
    assert "１００元" in lacking.content.decode()
    client.post(at("errand_pick_up", row.pk), told)
    client.post(at("errand_hospital", row.pk))
    wrong = client.post(at("errand_settle", row.pk), {"s-cost": "62.4", "s-cash_back": "3", "s-to": zhao})
    assert (wrong.status_code, "¥37.60 go back" in wrong.content.decode()) == (422, True)
    client.post(at("errand_settle", row.pk), {"s-cost": "62.4", "s-cash_back": "37.6", "s-to": zhao})
    client.post(at("errand_deliver", row.pk))
    client.post(at("errand_reopen", row.pk), {"o-reason": "缺找零"})
    client.post(at("errand_deliver", row.pk))
    client.post(at("errand_confirm", row.pk))
    assert Errand.objects.get().state == "confirmed"
    late = client.post(at("errand_deliver", row.pk), follow=True)
    assert "This cannot be done now: the bag is confirmed." in late.content.decode()


def test_a_stale_tick_and_a_forged_hand_are_refused_in_words(ward, client):
    row = ward.picked()
    as_(client, ward.world.chen)
    old = [f"{thing}:{number}" for thing, number in saw(row).items()]
    hand_over(errand=row, saw=saw(row), to=Hand("desk"), teller=ward.chen)
    answer = client.post(at("errand_hand_over", row.pk), {"saw": old[:1], "h-to": "hospital"})
    assert "slip has changed hands meanwhile: committee" in answer.content.decode()
    for posted in ({"saw": ["x", "9:9"], "h-to": "desk"}, {"saw": old, "h-to": f"person:{ward.world.sun.pk}"}, {}):
        assert client.post(at("errand_hand_over", row.pk), posted).status_code == 422


def test_names_are_masked_until_asked_for_with_a_reason(ward, client):
    row = ward.bag()
    as_(client, ward.world.chen)
    assert "林小雨" not in client.get(row.get_absolute_url()).content.decode()
    shown = client.post(at("errand_reveal", row.pk), {"r-reason": "到楼下了没人"})
    assert "林小雨" in shown.content.decode()
    assert AccessRecord.objects.get(deed="reveal").reason == "到楼下了没人"


def test_tomorrows_list_by_hospital_its_labels_and_its_file(ward, client):
    ward.picked()
    ward.bag(ward.elder, hospital="=社区站", is_cold=True)
    ward.bag(ward.world.far_home.residents.first(), planned_on=ward.today)
    as_(client, ward.world.zhao)
    page = client.get(at("runner", ward.world.jiamu.pk)).content.decode()
    assert all(word in page for word in ("1号楼-502-林", "1号楼-301-阿", "keep cold", "¥100.00"))
    assert ("402" in page, client.get(at("runner", ward.world.jiamu.pk) + "?day=2022-99-99").status_code) == (
        False,
        404,
    )
    labels = client.post(at("labels", ward.world.jiamu.pk)).content.decode()
    assert labels.count("1号楼-502-林") == 2
    answer = client.get(reverse("reports:medicine", args=[ward.world.jiamu.pk, "xlsx"]))
    rows = list(load_workbook(BytesIO(answer.content)).active.values)[2:]
    assert [(row[0], row[2], row[4]) for row in rows] == [
        ("=社区站", "1号楼-301-阿", None),
        ("中心医院", "1号楼-502-林", "100.00"),
    ]
    assert sorted(AccessRecord.objects.values_list("deed", "row_count")) == [("export", 2), ("print", 2)]


def test_a_date_is_written_down_closed_and_comes_again(ward, client):
    as_(client, ward.world.zhao)
    form = {
        "building": ward.world.building1.pk,
        "room": "301",
        "kind": "dialysis",
        "ahead_days": "1",
        "every_days": "3",
    }
    url = at("date_add", ward.world.jiamu.pk)
    for wrong in ({"due_on": "2022-01-01"}, {"every_days": "0"}, {"room": "999"}, {"ahead_days": "99"}):
        assert client.post(url, form | {"due_on": ward.today.isoformat()} | wrong).status_code == 422
    client.post(url, form | {"due_on": ward.today.isoformat()})
    row = MedicalDate.objects.get()
    client.post(at("date_close", row.pk), {"end": "nonsense"})
    assert MedicalDate.objects.open().get() == row
    client.post(at("date_close", row.pk), {"end": "done"})
    page = client.get(at("dates", ward.world.jiamu.pk)).content.decode()
    assert (MedicalDate.objects.count(), "every 3 days" in page, "301阿婆" in page) == (2, True, False)


def test_pages_cost_the_same_for_one_and_many(ward, client):
    def count(url):
        client.get(url)
        with statements() as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    row = ward.settled()
    ward.date()
    ward.bag(ward.elder)
    as_(client, ward.world.chen)
    pk = ward.world.jiamu.pk
    urls = [at("errands", pk), row.get_absolute_url(), at("runner", pk), at("dates", pk)]
    few = [count(url) for url in urls]
    for door in ward.world.building2.doors.exclude(households__isnull=False)[:6]:
        person = move_in(door, "某人").residents.get()
        ward.picked(ward.bag(person))
        ward.date(person)
    hand_over(errand=row, saw=saw(row), to=Hand("desk"), teller=ward.chen)
    assert (few, [count(url) for url in urls]) == ([9, 10, 7, 7], [9, 10, 7, 7])
