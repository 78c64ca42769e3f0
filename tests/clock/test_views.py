"""What each of them sees: a steward all of it, officers counts, leads a zone and a day, neighbours nothing."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from clock.cases import record_case
from clock.homecoming import add_months, read_return, receive_home, tick_homecoming
from clock.models import Case, Clock, ClockEvent, Homecoming
from clock.notice_text import notice_text
from clock.services import ClockError, read_clock, start_clock_from_case
from residents.models import AccessRecord, Building
from residents.posts import add_person_at_post
from testing_rounds.models import Exemption
from testing_rounds.people import exempt
from tests.marks import statements

HEALTH = ("阳性", "密接", "转运", "positive", "moved out", "contact")


@pytest.fixture
def sealed(desk, world):
    case = desk.case(ago=2, household=world.lin_home, sampled_at=desk.moment(3))
    return start_clock_from_case(case=case, version=desk.rule("7+7"), by=desk.by)


def page(client, user, name, *key, language="en", **data):
    client.force_login(user)
    client.cookies["django_language"] = language
    return client.get(reverse(name, args=key), data)


def post(client, user, name, *key, **data):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client.post(reverse(name, args=key), data)


def main_of(answer):
    return answer.content.decode().split("<main", 1)[1]


def test_a_steward_sees_day_reason_checks_cases_and_decisions(client, world, sealed):
    text = main_of(page(client, world.chen, "clock:building", world.building1.pk))
    for words in ("day <b>3</b> of 14", "when the positive was reported", "Rule: 7+7, version 1.", "Started under"):
        assert words in text
    assert "Estimated; the sub-district decides" in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("who", ["zhao", "qian"])
def test_leads_and_officers_see_the_day_and_nothing_of_anybody(client, world, sealed, who, language):
    text = main_of(page(client, getattr(world, who), "clock:building", world.building1.pk, language=language))
    assert [word for word in HEALTH if word in text] == []
    assert ("<b>3</b>" in text, "502" in text, str(world.chen) in text) == (True, False, False)


def test_the_posts_of_guards_and_staff_have_no_clock(client, world, sealed):
    add_person_at_post(compound=world.jiamu, post="岗亭", name="门卫甲")
    posts = Building.objects.get(kind=Building.Kind.POST)
    overview = page(client, world.chen, "clock:compound", world.jiamu.pk)
    assert posts not in overview.context["overview"].open_buildings
    start = page(client, world.chen, "clock:start", world.jiamu.pk)
    assert list(start.context["form"].fields["buildings"].queryset) == [world.building1, world.building2]


def test_a_lead_sees_no_building_but_their_own(client, world, desk, sealed):
    desk.start(building=world.building2)
    text = main_of(page(client, world.zhao, "clock:compound", world.jiamu.pk))
    assert ("1号楼" in text, "2号楼" in text, "positives" in text) == (True, False, False)


@pytest.mark.parametrize(("number", "shown"), [(1, "&lt; 5"), (4, "&lt; 5"), (5, "5"), (7, "7")])
def test_an_officer_is_told_no_count_under_five(client, world, desk, sealed, number, shown):
    for _place in range(number - 1):
        desk.case(ago=1)
    text = main_of(page(client, world.qian, "clock:compound", world.jiamu.pk))
    assert re.search(r"<b>([^<]*)</b><span>positives", text).group(1) == shown
    exact = main_of(page(client, world.chen, "clock:compound", world.jiamu.pk))
    assert re.search(r"<b>([^<]*)</b><span>positives", exact).group(1) == str(number)


def test_the_room_is_shown_once_and_the_look_is_on_record(client, world, sealed):
    case = Case.objects.get()
    for name, key in (("clock:case", case.pk), ("clock:cases", world.jiamu.pk), ("clock:building", world.building1.pk)):
        assert "502" not in main_of(page(client, world.chen, name, key)), name
    answer = post(client, world.chen, "clock:case", case.pk, reason="bring food")
    assert (answer.status_code, "502" in main_of(answer)) == (200, True)
    record = AccessRecord.objects.get()
    assert (record.user, record.deed, record.reason) == (world.chen, "reveal", "bring food")
    assert record.subject == f"case {case.pk}, 1号楼"


@pytest.mark.parametrize("reason", ["", "  ", "x"])
def test_no_reason_no_room(client, world, sealed, reason):
    answer = post(client, world.chen, "clock:case", Case.objects.get().pk, reason=reason)
    assert (answer.status_code, "502" in main_of(answer), AccessRecord.objects.count()) == (422, False, 0)


def test_a_case_is_recorded_and_the_way_leads_to_a_clock(client, world, desk):
    day = desk.day().isoformat()
    form = {"kind": "positive", "source": "street", "reported_at_0": day, "reported_at_1": "00:01"}
    answer = post(client, world.chen, "clock:case_add", world.building1.pk, **form)
    case = Case.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("clock:case_start", args=[case.pk]))
    answer = post(client, world.chen, "clock:case_start", case.pk, version=desk.rule("7+7").pk)
    assert (answer.url, desk.zone()[0]) == (reverse("clock:building", args=[world.building1.pk]), "sealed")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "positive", "source": "street"},
        {"kind": "plague", "source": "street", "reported_at_0": "2022-04-01", "reported_at_1": "08:00"},
        {"kind": "positive", "source": "street", "reported_at_0": "2022-13-01", "reported_at_1": "08:00"},
        {"kind": "positive", "source": "street", "reported_at_0": "2999-01-01", "reported_at_1": "08:00"},
        {
            "kind": "positive",
            "source": "street",
            "reported_at_0": "2022-04-01",
            "reported_at_1": "08:00",
            "household": "x",
        },
    ],
)
def test_a_case_that_cannot_be_is_refused_in_words(client, world, form):
    answer = post(client, world.chen, "clock:case_add", world.building1.pk, **form)
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert "invalid-feedback" in answer.content.decode() or "alert" in answer.content.decode()


def test_a_case_may_name_somebody_of_the_household_and_a_correction_keeps_them(client, world, desk):
    form = {"kind": "positive", "source": "street", "reported_at_0": desk.day().isoformat(), "reported_at_1": "00:01"}
    told = form | {"household": world.lin_home.pk}
    assert post(client, world.chen, "clock:case_add", world.building1.pk, **told).status_code == 422
    post(client, world.chen, "clock:case_add", world.building1.pk, **told, resident=world.lin.pk)
    case = Case.objects.get()
    assert "林小雨" in main_of(post(client, world.chen, "clock:case", case.pk, reason="medicine"))
    assert post(client, world.chen, "clock:case_correct", case.pk, **form, reason="time").status_code == 302
    again = {"household": world.tenant_home.pk, "resident": "", "reason": "the other door"}
    newest = Case.objects.standing().get()
    assert (newest.household, newest.resident) == (world.lin_home, world.lin)
    assert post(client, world.chen, "clock:case_correct", newest.pk, **form, **again).status_code == 302
    newest = Case.objects.standing().get()
    assert (newest.household, newest.resident) == (world.tenant_home, None)


def test_a_correction_keeps_the_household_it_does_not_show(client, world, sealed, desk):
    case = Case.objects.get()
    form = {
        "kind": "positive",
        "source": "cdc",
        "reported_at_0": desk.day(1).isoformat(),
        "reported_at_1": "00:01",
        "reason": "told again",
    }
    assert post(client, world.chen, "clock:case_correct", case.pk, **form).status_code == 302
    new = Case.objects.standing().get()
    assert (new.corrects, new.subject, new.household) == (case, case.subject, world.lin_home)
    assert read_clock(sealed).today.number == 2


def test_the_day_of_decisions_in_forms(client, world, desk, sealed):
    today = desk.day().isoformat()
    deeds = [
        ("clock:override", {"zone": "controlled", "on": today, "reason": "street"}),
        ("clock:rule", {"version": desk.rule("7+3").pk, "on": today, "reason": "9th edition"}),
        ("clock:basis", {"basis": "sampled", "reason": "street"}),
        ("clock:stop", {"reason": "false positive"}),
    ]
    for name, form in deeds:
        assert post(client, world.chen, name, sealed.pk, **form).url == sealed.get_absolute_url()
    kinds = list(sealed.events.values_list("kind", flat=True))
    assert kinds == ["started", "override", "profile", "basis", "stopped"]
    event = ClockEvent.objects.get(kind="stopped")
    post(client, world.chen, "clock:void", event.pk, reason="it was right")
    assert read_clock(sealed).today.state != "stopped"


def test_a_decision_about_a_case_of_another_building_is_missing(client, world, desk, sealed):
    other = desk.case(building=world.building2)
    assert page(client, world.chen, "clock:decide", sealed.pk, other.subject).status_code == 404


def test_a_check_that_is_not_in_the_rule_is_missing(client, world, sealed):
    answers = [
        page(client, world.chen, "clock:tick", sealed.pk, check).status_code for check in ("street", "days", "x")
    ]
    assert answers == [200, 404, 404]


def test_the_notice_holds_days_and_no_person(world, desk, sealed):
    with override("en"):
        text = notice_text(read_clock(sealed))
    lines = text.splitlines()
    assert lines[0] == "Notice: 1号楼"
    assert lines[1:3] == ["Now: Closed", "Reason: a positive case in this building"]
    assert [word for word in ("502", "林", str(world.chen)) if word in text] == []
    assert lines[-1] == "These days are estimated; the sub-district decides."


def test_an_empty_compound_teaches(client, world):
    text = main_of(page(client, world.chen, "clock:compound", world.jiamu.pk))
    assert ("No building is closed" in text, Clock.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    "address", ["/clock/compound/1/?building=x", "/clock/compound/1/start/?building=9e9&building=-1"]
)
def test_addresses_with_nonsense_are_answered(client, world, address):
    client.force_login(world.chen)
    assert client.get(address.replace("/1/", f"/{world.jiamu.pk}/")).status_code == 200


# --- Coming home ----------------------------------------------------------------------------------------------------


@pytest.fixture
def home(desk, world):
    return receive_home(
        household=world.lin_home, resident=None, discharged_on=desk.day(3), returned_on=desk.day(2), by=world.chen
    )


def test_who_comes_home_has_a_day_a_test_and_three_months(home, desk):
    read = read_return(home)
    assert (read.day, read.ends_on, read.test_days) == (3, desk.day(-4), (desk.day(-4),))
    assert (read.exempt_until - home.discharged_on).days in range(89, 93)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2022-04-15", 3, "2022-07-15"), ("2022-11-30", 3, "2023-02-28"), ("2022-12-31", 2, "2023-02-28")],
)
def test_months_end_where_the_calendar_does(day, months, then):
    from datetime import date

    assert add_months(date.fromisoformat(day), months).isoformat() == then


def test_the_page_shows_the_rule_and_ticks_once(client, world, home):
    text = main_of(page(client, world.chen, "clock:homecoming", home.pk))
    assert ("may not be refused" in text, "502" in text) == (True, False)
    for _again in range(2):
        post(client, world.chen, "clock:homecoming_tick", home.pk, check="certificate")
    assert list(home.ticks.values_list("check_name", "by__username")) == [("certificate", "chen")]
    assert "502" in main_of(post(client, world.chen, "clock:homecoming", home.pk, reason="medicine"))
    assert AccessRecord.objects.get().subject == f"homecoming {home.pk}, 1号楼"


def test_the_test_of_day_seven_is_not_ticked_on_day_three(world, home):
    with override("en"), pytest.raises(ClockError, match="Not before"):
        tick_homecoming(homecoming=home, check="tested", by=world.chen)


def come_home(client, world, desk, **form):
    form = {"household": world.lin_home.pk, "discharged_on": desk.day(3), "returned_on": desk.day(2)} | form
    return post(client, world.chen, "clock:homecoming_add", world.jiamu.pk, **form)


def test_who_is_named_is_outside_screening_for_three_months_from_the_release(client, world, desk):
    answer = come_home(client, world, desk, resident=world.lin.pk)
    home, row = Homecoming.objects.get(), Exemption.objects.get()
    assert (answer.url, home.resident) == (home.get_absolute_url(), world.lin)
    assert (row.resident, row.reason, row.until) == (world.lin, "recovered", add_months(desk.day(3), 3))
    text = main_of(page(client, world.chen, "clock:homecoming", home.pk))
    assert ("exempt, on record" in text, "林小雨" in text) == (True, False)
    assert "林小雨" in main_of(post(client, world.chen, "clock:homecoming", home.pk, reason="medicine"))


def test_who_it_is_is_asked_once_the_household_is_known(client, world, desk):
    first = come_home(client, world, desk)
    choices = [label for _value, label in first.context["form"].fields["resident"].choices]
    assert (first.status_code, choices) == (422, ["not told", "林小雨", "林国强", "林朵"])
    assert come_home(client, world, desk, resident=world.far_home.residents.first().pk).status_code == 422
    assert come_home(client, world, desk, resident="").status_code == 302
    assert (Homecoming.objects.get().resident, Exemption.objects.count()) == (None, 0)


@pytest.mark.parametrize("until", [None, 1])
def test_an_exemption_that_stands_keeps_nobody_out(client, world, desk, until):
    exempt(resident=world.lin, reason="surgery", until=until and desk.day(-until), by=world.chen)
    assert come_home(client, world, desk, resident=world.lin.pk).status_code == 302
    assert (Exemption.objects.get().reason, Homecoming.objects.count()) == ("surgery", 1)


def test_three_months_that_are_over_exempt_nobody(client, world, desk):
    old = {"discharged_on": desk.day(110), "returned_on": desk.day(110)}
    assert come_home(client, world, desk, resident=world.lin.pk, **old).status_code == 302
    assert (Exemption.objects.count(), Homecoming.objects.get().resident) == (0, world.lin)


def test_bad_days_are_refused(client, world, desk):
    form = {"household": world.lin_home.pk, "discharged_on": desk.day(), "returned_on": desk.day(2), "resident": ""}
    answer = post(client, world.chen, "clock:homecoming_add", world.jiamu.pk, **form)
    assert (answer.status_code, Homecoming.objects.count()) == (422, 0)


# --- What it costs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("buildings", [2, 40])
@pytest.mark.parametrize("who", ["chen", "qian"])
def test_the_overview_costs_nine_statements_for_two_buildings_and_for_forty(client, world, desk, buildings, who):
    places = [world.building1, world.building2]
    for number in range(3, buildings + 1):
        places.append(
            Building.objects.create(compound=world.jiamu, name=f"{number}号楼", code=str(number), position=number)
        )
    for building in places:
        desk.start("three-zones-sealed", ago=13, building=building)
        record_case(building=building, kind="positive", source="cdc", reported_at=desk.moment(9), by=world.chen)
    client.force_login(getattr(world, who))
    address = reverse("clock:compound", args=[world.jiamu.pk])
    client.get(address)
    with statements() as seen:
        assert client.get(address).status_code == 200
    # Session, user, grants, compound, buildings, events, cases, rounds; and the bell in the frame.
    assert len(seen) == 9
