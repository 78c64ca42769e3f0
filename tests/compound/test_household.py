"""A household's own page: the secret in the address is the whole authority; looking changes nothing."""

import io
import logging
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compound import limits
from compound.home_antigen import antigen_part
from compound.household import Visitor
from compound.logs import Discreet, Json
from residents.links import find_link, issue_links, reissue_link, revoke_link
from residents.models import HouseholdLink
from residents.services import move_out
from rounds.services import cancel_round, close_round
from testing_rounds.antigen_stats import Step
from testing_rounds.models import ExpectedPerson, PersonResult
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import CANARY, move_in

SEALED = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.fixture
def antigen(world):
    return AntigenRound(world)


@pytest.fixture
def secrets(world):
    rooms = {}
    for building in (world.building1, world.building2, world.other_building):
        for one in issue_links(building=building, by=world.chen):
            rooms[one.household] = one.secret
    return rooms


@pytest.fixture
def secret(world, secrets):
    return secrets[world.lin_home]


def page_of(client, secret, **get):
    return client.get(reverse("home", args=[secret]), get)


def tell(client, secret, visit, lang="en", **answers):
    posted = {f"person-{key[1:]}": value for key, value in answers.items()}
    return client.post(reverse("home_tell", args=[secret, visit.pk]) + (f"?lang={lang}" if lang else ""), posted)


# --- Looking ------------------------------------------------------------------------------------------


def test_it_shows_the_door_masked_names_and_what_is_due(world, antigen, client, secret):
    answer = page_of(client, secret, lang="en")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "1号楼 502" in text
    assert re.findall(r'class="who-name">([^<]+)', text) == ["林* ", "林* ", "林* "]
    assert "Antigen self-test" in text
    assert not any(name in text for name in ("林小雨", "林国强", "林朵", world.lin.phone))


def test_nothing_of_another_household_or_compound_is_on_it(world, antigen, client, secrets):
    for home in (world.lin_home, world.far_home):
        text = page_of(client, secrets[home]).content.decode()
        assert CANARY not in text
        assert ("402" in text, "502" in text) == (home == world.far_home, home == world.lin_home)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_preview_bot_changes_nothing(world, antigen, client, secret, method):
    before = HouseholdLink.objects.order_by("pk").values_list("pk", "last_used_at")
    known = list(before)
    answer = getattr(client, method)(reverse("home", args=[secret]))
    assert answer.status_code == 200
    assert (list(before.all()), PersonResult.objects.count()) == (known, 0)
    assert client.get(reverse("home_tell", args=[secret, antigen.visit(world.lin_home).pk])).status_code == 405


def test_it_sets_no_cookie_and_needs_none(world, antigen, secret):
    client = Client(enforce_csrf_checks=True)
    answer = page_of(client, secret)
    assert answer.cookies == {}
    assert "csrf" not in answer.content.decode()
    told = tell(client, secret, antigen.visit(world.lin_home), p1="negative")
    assert (told.status_code, told.cookies) == (302, {})
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE


def test_every_answer_is_kept_out_of_caches_searches_and_referrers(world, antigen, client, secret):
    visit = antigen.visit(world.lin_home)
    answers = [
        page_of(client, secret),
        page_of(client, "no-such"),
        tell(client, secret, visit, p1="negative"),
        tell(client, secret, visit),
        tell(client, "no-such", visit, p1="negative"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 302, 422, 404]
    assert [{name: answer[name] for name in SEALED} for answer in answers] == [SEALED] * 5


def test_without_a_round_it_says_that_nothing_is_due(world, client, secret):
    assert "Nothing to do at the moment" in page_of(client, secret, lang="en").content.decode()


def test_chinese_comes_first_and_english_is_a_link(world, client, secret):
    assert 'lang="zh-hans"' in page_of(client, secret).content.decode()
    assert page_of(client, secret, lang="xx").content == page_of(client, secret).content


def test_a_moved_out_household_gets_a_kind_word_and_410(world, antigen, client, secret):
    move_out(household=world.lin_home, on=date(2022, 4, 20))
    answer = page_of(client, secret, lang="en")
    assert answer.status_code == 410
    assert "This link ended when the household moved out. Thank you" in answer.content.decode()
    assert "502" not in answer.content.decode()
    told = tell(client, secret, antigen.visit(world.lin_home), p1="negative")
    assert (told.status_code, PersonResult.objects.count()) == (410, 0)


def test_a_withdrawn_link_is_410_too(world, client, secret):
    revoke_link(household=world.lin_home, by=world.chen, reason="forwarded into a group")
    answer = page_of(client, secret, lang="en")
    assert (answer.status_code, "forwarded" in answer.content.decode()) == (410, False)


@pytest.mark.parametrize("secret", ["x", "a" * 43, "%00", "门" * 20, "a" * 5000])
def test_an_unknown_secret_is_404_in_words(client, db, secret):
    answer = client.get(f"/h/{secret}/?lang=en")
    assert answer.status_code == 404
    assert "This code is not known" in answer.content.decode()


# --- Telling ------------------------------------------------------------------------------------------


def test_a_family_is_told_of_on_one_page_each_separately(world, antigen, client, secret):
    answer = tell(client, secret, antigen.visit(world.lin_home), p1="negative", p2="positive", p3="invalid")
    assert answer.url == reverse("home", args=[secret]) + "?lang=en&thanks=1"
    assert antigen.steps(world.lin_home) == [Step.NEGATIVE, Step.POSITIVE, Step.RETEST]
    text = client.get(answer.url).content.decode()
    assert "Received. Thank you!" in text
    assert "Two lines: please stay at home" in text
    assert "This is not a diagnosis." in text
    assert "test again with another kit" in text


def test_in_chinese_it_comes_back_to_the_chinese_page(world, antigen, client, secret):
    answer = tell(client, secret, antigen.visit(world.lin_home), lang="", p1="negative")
    assert answer.url == reverse("home", args=[secret]) + "?thanks=1"


def test_a_mistake_can_be_corrected_there(world, antigen, client, secret):
    visit = antigen.visit(world.lin_home)
    tell(client, secret, visit, p1="positive")
    assert "Mistaken? Correct it" in page_of(client, secret, lang="en").content.decode()
    tell(client, secret, visit, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE
    assert list(PersonResult.objects.order_by("pk").values_list("value", flat=True)) == ["positive", "negative"]


def test_when_all_have_told_it_says_so(world, antigen, client, secret):
    tell(client, secret, antigen.visit(world.lin_home), p1="negative", p2="negative", p3="negative")
    assert "All of you have told. Thank you." in page_of(client, secret, lang="en").content.decode()


def test_another_households_visit_is_refused_and_not_shown(world, antigen, client, secret, secrets):
    for visit in (antigen.visit(world.elder_home), antigen.visit(world.far_home)):
        answer = tell(client, secret, visit, p1="positive")
        assert answer.status_code == 404
        assert visit.room not in answer.content.decode()
    missing = client.post(reverse("home_tell", args=[secret, 10**9]) + "?lang=en", {"person-1": "positive"})
    assert (missing.status_code, missing.content) == (404, answer.content)
    assert PersonResult.objects.count() == 0


def test_another_households_person_number_is_refused(world, antigen, client, secret):
    other = ExpectedPerson.objects.get(visit=antigen.visit(world.elder_home))
    for number in (4, other.pk + 1000, 0):
        answer = client.post(
            reverse("home_tell", args=[secret, antigen.visit(world.lin_home).pk]) + "?lang=en",
            {f"person-{number}": "positive", "person-1": "negative"},
        )
        assert answer.status_code == 422
        assert "not expected behind this door" in answer.content.decode()
    assert PersonResult.objects.count() == 0


BAD = [
    ({}, "Choose what the test shows, for one person at least.", "请至少为一个人选择结果。"),
    ({"person-1": ""}, "Choose what the test shows, for one person at least.", "请至少为一个人选择结果。"),
    ({"person-x": "negative"}, "Choose what the test shows, for one person at least.", "请至少为一个人选择结果。"),
    ({"person-１": "negative"}, "Choose what the test shows, for one person at least.", "请至少为一个人选择结果。"),
    ({"person-1": "maybe"}, "“maybe” is not what a test can show.", "“maybe”不是抗原能显示的结果。"),
    ({"person-1": "disputed"}, "“disputed” is not what a test can show.", "“disputed”不是抗原能显示的结果。"),
    ({"person-1": "\x00"}, "is not what a test can show.", "不是抗原能显示的结果。"),
    (
        {"person-9": "negative"},
        "Somebody in this answer is not expected behind this door.",
        "填报的人里有人不在这一户。",
    ),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("posted", "english", "chinese"), BAD)
def test_a_bad_answer_gets_a_sentence_and_loses_nothing(
    world, antigen, client, secret, posted, english, chinese, language
):
    address = reverse("home_tell", args=[secret, antigen.visit(world.lin_home).pk])
    answer = client.post(f"{address}?lang={language}", posted | {"person-2": posted.get("person-2", "")})
    assert answer.status_code == 422
    assert (english if language == "en" else chinese) in answer.content.decode()
    assert PersonResult.objects.count() == 0


def test_what_was_chosen_is_still_chosen_after_a_refusal(world, antigen, client, secret):
    answer = tell(client, secret, antigen.visit(world.lin_home), p1="positive", p9="negative")
    assert re.search(r'name="person-1" value="positive" checked', answer.content.decode())


def test_a_closed_round_can_be_told_for_a_day_and_a_cancelled_one_not(world, antigen, client, secret, time_machine):
    visit = antigen.visit(world.lin_home)
    close_round(round=antigen.round, by=world.chen)
    assert tell(client, secret, visit, p1="negative").status_code == 302
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    assert tell(client, secret, visit, p2="negative").status_code == 404
    second = AntigenRound(world)
    cancel_round(round=second.round, by=world.chen, reason="rain")
    answer = tell(client, secret, second.visit(world.lin_home), p1="negative")
    assert answer.status_code == 404
    assert "can no longer be told here" in answer.content.decode()


def test_the_wrong_methods_are_refused(world, antigen, client, secret):
    assert client.post(reverse("home", args=[secret])).status_code == 405
    assert client.put(reverse("home_tell", args=[secret, 1])).status_code == 405


# --- Keys in logs, asking too often, statements -------------------------------------------------------


def test_no_line_of_the_log_holds_the_secret(world, antigen, client, secret):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Discreet())
    handler.setFormatter(Json())
    root, talkative = logging.getLogger(), logging.getLogger("compound.requests")
    levels = root.level, talkative.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    talkative.setLevel(logging.INFO)
    try:
        page_of(client, secret)
        tell(client, secret, antigen.visit(world.lin_home), p1="positive")
        tell(client, secret, antigen.visit(world.lin_home))
        move_out(household=world.lin_home, on=date(2022, 4, 20))
        page_of(client, secret)
        page_of(client, f"{secret}x")
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        talkative.setLevel(levels[1])
    written = stream.getvalue()
    assert written.count('"route": "home') == 5
    assert secret not in written
    assert "林" not in written


def test_one_link_cannot_be_used_without_end(world, antigen, client, secret, secrets):
    for _ in range(20):
        assert tell(client, secret, antigen.visit(world.lin_home), p1="negative").status_code == 302
    slow = tell(client, secret, antigen.visit(world.lin_home), p1="negative")
    assert (slow.status_code, int(slow["Retry-After"]) <= 60) == (429, True)
    other = tell(client, secrets[world.elder_home], antigen.visit(world.elder_home), p1="negative")
    assert other.status_code == 302
    assert secret not in str(limits._counts)


@pytest.mark.parametrize("people", [1, 12])
def test_its_part_costs_two_statements_however_many_people_there_are(world, django_assert_num_queries, people):
    home = move_in(world.building1.doors.get(room="401"), *[f"人{n}" for n in range(people)])
    AntigenRound(world)
    visitor = visitor_of(world, home)
    with django_assert_num_queries(2):
        antigen_part(visitor)


def test_a_second_round_costs_no_more(world, django_assert_num_queries):
    AntigenRound(world)
    AntigenRound(world)
    visitor = visitor_of(world, world.lin_home)
    with django_assert_num_queries(2):
        antigen_part(visitor)


def visitor_of(world, home):
    """What the whole page costs is in test_household_costs.py."""
    secret = reissue_link(household=home, by=world.chen).secret
    return Visitor(find_link(secret), secret)
