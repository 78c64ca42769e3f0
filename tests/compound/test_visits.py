"""One household's visit at the desk: whole or person by person, taken back, settled; and looked at by an officer."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from compound.opening import open_any_round
from residents.models import Device
from rounds.marks import mark_at_desk, record_marks
from rounds.models import HeldMark, Mark, Visit
from rounds.services import assign, cancel_round, close_round
from testing_rounds.services import create_test_round
from tests.marks import SENT_AT, statements, tap


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    form = world.round_form(pool_size=10)
    form.pop("kind")
    round = create_test_round(**form).round
    open_any_round(round=round, by=world.chen)
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=world.building1, by=world.chen)
    return round


@pytest.fixture
def lin(world, pcr):
    return Visit.objects.get(round=pcr, household=world.lin_home)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def post(client, visit, **form):
    return client.post(reverse("visit_mark", args=[visit.pk]), form)


def send(phone, *raw):
    phone = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    return record_marks(device=phone, raw_marks=list(raw), sent_at=SENT_AT, received_at=SENT_AT)


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def state(visit):
    visit.refresh_from_db()
    return visit.outcome, visit.done_count, visit.people, visit.has_conflict


def test_the_whole_household_is_marked_in_one_go(world, steward, lin):
    answer = post(steward, lin, outcome="done", note="on the stairs")
    assert (answer.status_code, answer["Location"], said(answer)) == (302, lin.get_absolute_url(), ["Marked."])
    assert state(lin) == ("done", 3, {}, False)
    mark = Mark.objects.get()
    assert (mark.outcome, mark.people, mark.note, mark.marked_by, mark.device) == (
        "done",
        {},
        "on the stairs",
        world.chen,
        None,
    )
    assert lin.latest_mark == mark


def test_people_are_marked_one_by_one_and_who_is_not_touched_stays(steward, lin):
    post(steward, lin, outcome="done", **{"people-1": "done", "people-2": "", "people-3": "refused"})
    assert state(lin) == ("partly", 1, {"1": "done", "3": "refused"}, False)
    assert Mark.objects.get().outcome == "partly"
    post(steward, lin, **{"people-2": "done", "people-3": "done"})
    assert state(lin) == ("done", 3, {"1": "done", "2": "done", "3": "done"}, False)


@pytest.mark.parametrize(
    "people",
    [
        {"people-13": "done"},
        {"people-1": "done", "people-99": "done"},
        {"people-0": "done"},
        {"people-01": "done"},
        {"people-x": "done"},
        {"people-": "done"},
        {"people-1": "waiting"},
        {"people-1": "partly"},
        {"people-1": "cleared"},
        {"people-1": "x" * 500},
    ],
)
def test_somebody_not_expected_or_something_unheard_of_is_refused(steward, lin, people):
    answer = post(steward, lin, outcome="done", note="kept", **people)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["Somebody was marked who is not expected behind this door."]
    assert 'value="kept"' in answer.content.decode()
    assert not Mark.objects.exists()
    assert state(lin) == ("waiting", 0, {}, False)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "waiting"}, "outcome"),
        ({"outcome": "cleared"}, "outcome"),
        ({"outcome": "flown"}, "outcome"),
        ({"outcome": "done", "note": "x" * 201}, "note"),
        ({"outcome": "done", "note": "a\x00b"}, "note"),
    ],
)
def test_what_the_form_refuses(steward, lin, form, field):
    answer = post(steward, lin, **form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Mark.objects.exists()


def test_a_refused_form_keeps_what_was_chosen_for_each_person(steward, lin):
    answer = post(steward, lin, note="x" * 201, **{"people-1": "done", "people-3": "refused"})
    assert answer.status_code == 422
    assert [person["chosen"] for person in answer.context["people"]] == ["done", "", "refused"]
    page = answer.content.decode()
    assert page.count(" selected>") == 2
    assert '<option value="refused" selected>' in page
    assert '<details class="fold one-by-one" open>' in page


def test_what_was_told_of_each_person_is_shown_in_words(steward, lin):
    post(steward, lin, **{"people-1": "done", "people-3": "nobody_home"})
    assert "1: done, 3: nobody home" in steward.get(lin.get_absolute_url()).content.decode()


def test_a_mark_is_taken_back_and_stays_struck_through(world, steward, lin):
    post(steward, lin, outcome="nobody_home")
    post(steward, lin, outcome="refused")
    first, second = lin.marks.order_by("received_at")
    answer = steward.post(reverse("mark_undo", args=[lin.pk, second.pk]))
    assert (answer["Location"], said(answer)[-1]) == (lin.get_absolute_url(), "Taken back.")
    assert state(lin) == ("nobody_home", 0, {}, False)
    assert lin.latest_mark == first
    undo = Mark.objects.get(outcome="cleared")
    assert (undo.undoes, undo.marked_by) == (second.pk, world.chen)
    page = steward.get(lin.get_absolute_url())
    assert [(mark.outcome, mark.still_stands) for mark in page.context["marks"]] == [
        ("nobody_home", True),
        ("refused", False),
        ("cleared", False),
    ]
    assert page.content.decode().count('class="struck"') == 2


def test_the_undo_itself_is_not_taken_back(steward, lin):
    post(steward, lin, outcome="done")
    mark = Mark.objects.get()
    steward.post(reverse("mark_undo", args=[lin.pk, mark.pk]))
    undo = Mark.objects.get(outcome="cleared")
    answer = steward.post(reverse("mark_undo", args=[lin.pk, undo.pk]))
    assert said(answer)[-1] == "What should be taken back is not there."
    assert Mark.objects.count() == 2


def test_a_mark_of_another_door_is_not_taken_back_here(world, steward, pcr, lin):
    elder = Visit.objects.get(round=pcr, household=world.elder_home)
    other = mark_at_desk(visit=elder, by=world.chen, outcome="done")
    for pk in (other.pk, uuid.uuid4()):
        assert steward.post(reverse("mark_undo", args=[lin.pk, pk])).status_code == 404
    assert Mark.objects.count() == 1


@pytest.fixture
def conflict(world, lin):
    send(world.wei_phone, tap(lin, 1, "partly", people={"1": "done", "2": "nobody_home"}))
    send(world.wu_phone, tap(lin, 1, "refused", people={"3": "refused"}, note="not me"))
    lin.refresh_from_db()
    assert lin.has_conflict
    return lin


def test_keeping_what_is_counted_settles_a_conflict_and_changes_nothing_else(world, steward, conflict):
    before = state(conflict)
    assert "neither saw the other" in steward.get(conflict.get_absolute_url()).content.decode()
    answer = steward.post(reverse("conflict_settle", args=[conflict.pk]), {"note": "asked both"})
    assert (answer["Location"], said(answer)) == (conflict.get_absolute_url(), ["Settled."])
    assert state(conflict) == (*before[:3], False)
    assert (conflict.latest_mark.marked_by, conflict.latest_mark.note) == (world.chen, "asked both")
    assert Mark.objects.count() == 3
    assert "neither saw the other" not in steward.get(conflict.get_absolute_url()).content.decode()


def test_marking_anew_settles_it_too(steward, conflict):
    post(steward, conflict, outcome="done")
    assert state(conflict) == ("done", 3, {}, False)


def test_settling_twice_marks_once(steward, conflict):
    steward.post(reverse("conflict_settle", args=[conflict.pk]))
    answer = steward.post(reverse("conflict_settle", args=[conflict.pk]), {"note": "\x00" + "x" * 500})
    assert said(answer)[-1] == "There is no conflict here any more."
    assert Mark.objects.count() == 3


def test_a_long_remark_on_settling_is_cut_not_refused(steward, conflict):
    steward.post(reverse("conflict_settle", args=[conflict.pk]), {"note": "y" * 500 + "\x00"})
    assert Mark.objects.get(device=None).note == "y" * 200


def test_of_a_cancelled_round_nothing_is_marked(world, steward, pcr, conflict):
    mark = conflict.latest_mark
    cancel_round(round=pcr, by=world.chen, reason="rain")
    before = state(conflict)
    answer = post(steward, conflict, outcome="done", note="kept")
    assert answer.context["form"].non_field_errors() == ["The round is not open: nothing can be marked."]
    for url in (
        reverse("mark_undo", args=[conflict.pk, mark.pk]),
        reverse("conflict_settle", args=[conflict.pk]),
    ):
        assert said(steward.post(url))[-1] == "The round is not open: nothing can be marked."
    assert state(conflict) == before
    assert Mark.objects.count() == 2


def test_after_closing_a_desk_mark_counts_and_is_flagged(world, steward, pcr, lin):
    close_round(round=pcr, by=world.chen)
    post(steward, lin, outcome="done")
    assert state(lin) == ("done", 3, {}, False)
    assert Mark.objects.get().is_late is True
    assert "arrived after closing" in steward.get(lin.get_absolute_url()).content.decode()


def test_a_lead_marks_in_the_own_building_alone(world, client, pcr, lin):
    client.force_login(world.zhao)
    assert post(client, lin, outcome="done").status_code == 302
    assert Mark.objects.get().marked_by == world.zhao
    far = Visit.objects.get(round=pcr, household=world.far_home)
    assert post(client, far, outcome="done").status_code == 404
    assert state(far) == ("waiting", 0, {}, False)


def test_an_officer_looks_and_does_not_mark(world, client, conflict):
    client.force_login(world.qian)
    page = client.get(conflict.get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 200
    assert [person["name"] for person in page.context["people"]] == ["林*", "林*", "林*"]
    assert [name for name in ("林小雨", "林国强", "林朵", world.lin.phone) if name in text] == []
    before = state(conflict)
    urls = [
        reverse("visit_mark", args=[conflict.pk]),
        reverse("conflict_settle", args=[conflict.pk]),
        reverse("mark_undo", args=[conflict.pk, conflict.latest_mark_id]),
    ]
    for url in urls:
        assert url not in text
        assert client.post(url, {"outcome": "done"}).status_code == 403
    assert state(conflict) == before
    assert Mark.objects.count() == 2


def test_who_keeps_the_roster_reads_full_names(world, client, lin):
    for user in (world.chen, world.zhao):
        client.force_login(user)
        names = [person["name"] for person in client.get(lin.get_absolute_url()).context["people"]]
        assert names == ["林小雨", "林国强", "林朵"]


def test_strangers_find_no_visit(world, client, lin):
    for user in (world.sun, world.wei.user):
        client.force_login(user)
        assert client.get(lin.get_absolute_url()).status_code == 404
        assert post(client, lin, outcome="done").status_code == 404
        assert client.post(reverse("conflict_settle", args=[lin.pk])).status_code == 404
    assert not Mark.objects.exists()


def test_buttons_answer_to_posts_alone(steward, lin):
    mark = uuid.uuid4()
    for url in (
        reverse("visit_mark", args=[lin.pk]),
        reverse("conflict_settle", args=[lin.pk]),
        reverse("mark_undo", args=[lin.pk, mark]),
    ):
        assert steward.get(url).status_code == 405
    assert steward.post(lin.get_absolute_url()).status_code == 405


def test_notes_are_text_not_markup(steward, lin):
    post(steward, lin, outcome="refused", note="<script>alert(1)</script>")
    page = steward.get(lin.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_mark_waiting_for_a_decision_is_told_on_its_door(world, client, pcr):
    far = Visit.objects.get(round=pcr, household=world.far_home)
    send(world.wei_phone, tap(far, 1))
    held = HeldMark.objects.get()
    for user, may_decide in ((world.chen, True), (world.qian, False)):
        client.force_login(user)
        page = client.get(far.get_absolute_url())
        assert list(page.context["held"]) == [held]
        assert (f"#held-{held.pk}" in page.content.decode()) is may_decide


@pytest.mark.parametrize("many", [False, True])
def test_the_page_costs_the_same_for_few_and_many(world, steward, lin, many):
    if many:
        for _ in range(10):
            mark_at_desk(visit=lin, by=world.chen, outcome="done")
            send(world.wei_phone, tap(lin, Mark.objects.count() + 1))
        for number in range(5):
            send(world.wei_phone, tap(lin, 900 + number, "flown"))
    with statements() as seen:
        steward.get(lin.get_absolute_url())
    assert len(seen) <= 9, "\n".join(seen)
