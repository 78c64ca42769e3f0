"""Households' links: 256 bits on paper, a hash in the database, one household each, ended with a reason."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import override

from residents.links import LinkError, LinkGone, LinkUnknown, find_link, issue_links, reissue_link, revoke_link
from residents.models import AccessRecord, HouseholdLink
from residents.services import move_out
from tests.marks import statements
from tests.world import World, move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


# --- Services -----------------------------------------------------------------------------------------


def test_every_lived_in_household_of_the_building_gets_one_from_the_top_down(world):
    fresh = issue_links(building=world.building1, by=world.chen)
    assert [one.household.door.room for one in fresh] == ["502", "301", "202"]
    assert len({one.secret for one in fresh}) == 3
    assert HouseholdLink.objects.filter(household__door__building=world.building2).count() == 0


def test_a_secret_has_256_bits_and_only_its_hash_is_kept(world):
    (one, *_rest) = issue_links(building=world.building1, by=world.chen)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one.secret)
    row = HouseholdLink.objects.get(household=one.household)
    assert one.secret not in str(row.__dict__)
    assert len(row.token_hash) == 64


def test_who_has_one_keeps_it_and_only_newcomers_get_one(world):
    issue_links(building=world.building1, by=world.chen)
    new = move_in(world.building1.doors.get(room="402"), "新来")
    assert [one.household for one in issue_links(building=world.building1, by=world.chen)] == [new]
    with pytest.raises(LinkError, match="has a link already"):
        issue_links(building=world.building1, by=world.chen)


def test_issuing_is_on_record_with_how_many(world):
    issue_links(building=world.building1, by=world.zhao)
    (row,) = AccessRecord.objects.all()
    assert (row.user, row.deed, row.subject, row.row_count) == (
        world.zhao,
        "print",
        f"building {world.building1.pk}: links",
        3,
    )


@pytest.mark.parametrize("homes", [0, 30])
def test_issuing_costs_the_same_for_a_small_and_a_large_building(world, homes):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"住户{number}")
    with statements() as seen:
        issue_links(building=world.building2, by=world.chen)
    assert len(seen) == 5


def test_a_link_finds_its_household_and_looking_changes_nothing(world):
    (one, *_rest) = issue_links(building=world.building1, by=world.chen)
    with statements() as seen:
        link = find_link(one.secret)
    assert (link.household, link.household.door.building.compound) == (world.lin_home, world.jiamu)
    assert len(seen) == 1
    assert HouseholdLink.objects.exclude(last_used_at=None).count() == 0


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "a" * 101, "\x00", "\udcff", "门" * 43])
def test_what_is_not_ours_is_unknown(world, secret):
    issue_links(building=world.building1, by=world.chen)
    with pytest.raises(LinkUnknown, match="not known here"):
        find_link(secret)


def test_a_new_one_ends_the_old_one(world):
    (old, *_rest) = issue_links(building=world.building1, by=world.chen)
    new = reissue_link(household=world.lin_home, by=world.zhao)
    assert find_link(new.secret).household == world.lin_home
    with pytest.raises(LinkGone, match="replaced or withdrawn"):
        find_link(old.secret)
    assert HouseholdLink.objects.get(household=world.lin_home, revoked_at=None).created_by == world.zhao
    assert HouseholdLink.objects.exclude(revoked_at=None).get().revoke_reason == "replaced by a new one"


def test_moving_out_ends_it_without_anybody_thinking_of_it(world):
    (one, *_rest) = issue_links(building=world.building1, by=world.chen)
    move_out(household=world.lin_home, on=date(2022, 4, 20))
    with pytest.raises(LinkGone, match="moved out"):
        find_link(one.secret)
    with pytest.raises(LinkError, match="moved out"):
        reissue_link(household=world.lin_home, by=world.chen)


def test_who_moves_in_afterwards_gets_a_link_of_their_own(world):
    (old, *_rest) = issue_links(building=world.building1, by=world.chen)
    move_out(household=world.lin_home, on=date(2022, 4, 20))
    next_home = move_in(world.lin_home.door, "后来的")
    (new,) = issue_links(building=world.building1, by=world.chen)
    assert find_link(new.secret).household == next_home
    with pytest.raises(LinkGone):
        find_link(old.secret)


def test_withdrawing_says_why_and_is_on_record(world):
    (one, *_rest) = issue_links(building=world.building1, by=world.chen)
    revoke_link(household=world.lin_home, by=world.chen, reason="  photographed into the group ")
    row = HouseholdLink.objects.get(household=world.lin_home)
    assert row.revoke_reason == "photographed into the group"
    record = AccessRecord.objects.latest("pk")
    assert (record.subject, record.reason.strip()) == (
        f"household {world.lin_home.pk}: link revoked",
        "photographed into the group",
    )
    with pytest.raises(LinkGone):
        find_link(one.secret)


@pytest.mark.parametrize(("reason", "sentence"), [("  ", "Say why"), ("because", "has no link")])
def test_withdrawing_without_a_reason_or_a_link_is_refused(world, reason, sentence):
    if reason.strip() == "":
        issue_links(building=world.building1, by=world.chen)
    with pytest.raises(LinkError, match=sentence):
        revoke_link(household=world.lin_home, by=world.chen, reason=reason)
    assert HouseholdLink.objects.exclude(revoked_at=None).count() == 0


def test_two_usable_links_of_one_household_are_impossible(world):
    issue_links(building=world.building1, by=world.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdLink.objects.create(household=world.lin_home, token_hash="h", created_by=world.chen)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_issue_at_once_one_makes_the_links():
    world = World()

    def issue(_number):
        try:
            return len(issue_links(building=world.building1, by=world.chen))
        except LinkError:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(issue, range(4))) == [0, 0, 0, 3]
    assert HouseholdLink.objects.filter(revoked_at=None).count() == 3


def moved_out(world):
    move_out(household=world.lin_home, on=date(2022, 4, 20))


def issue(world):
    return {one.household: one.secret for one in issue_links(building=world.building1, by=world.chen)}


def opened_after_moving_out(world):
    secret = issue(world)[world.lin_home]
    moved_out(world)
    find_link(secret)


def opened_after_replacing(world):
    secret = issue(world)[world.lin_home]
    reissue_link(household=world.lin_home, by=world.chen)
    find_link(secret)


def reissued_after_moving_out(world):
    moved_out(world)
    reissue_link(household=world.lin_home, by=world.chen)


def revoked_without_a_reason(world):
    issue(world)
    revoke_link(household=world.lin_home, by=world.chen, reason=" ")


SENTENCES = {
    "unknown": (
        lambda world: find_link("x"),
        "This link is not known here. Check that all of it was copied, or scan the code again.",
        "没有找到这个链接。请看看是否复制完整，或者重新扫一次码。",
    ),
    "moved out": (
        opened_after_moving_out,
        "This link ended when the household moved out. Thank you for everything you reported.",
        "这一户搬走以后，这个码就停用了。感谢您一直以来的配合。",
    ),
    "replaced": (
        opened_after_replacing,
        "This link was replaced or withdrawn. Your building lead gladly gives you a new one.",
        "这个码已更换或停用。请找楼组长要一张新的。",
    ),
    "nothing to issue": (
        lambda world: (issue(world), issue(world)),
        "Every household here has a link already. Give a new one to a single door instead.",
        "这栋楼每户都已有码。需要时请给单独一户换新码。",
    ),
    "none for the gone": (
        reissued_after_moving_out,
        "This household has moved out: it gets no link.",
        "这一户已搬走，不再发码。",
    ),
    "nothing to withdraw": (
        lambda world: revoke_link(household=world.lin_home, by=world.chen, reason="lost"),
        "This household has no link.",
        "这一户没有码。",
    ),
    "no reason": (revoked_without_a_reason, "Say why, in a few words.", "请简单写明原因。"),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", SENTENCES)
def test_a_refusal_says_so_in_both_languages(world, name, language):
    provoke, english_words, chinese = SENTENCES[name]
    with override(language), pytest.raises(LinkError) as refused:
        provoke(world)
    assert str(refused.value) == (english_words if language == "en" else chinese)


# --- Pages --------------------------------------------------------------------------------------------


def test_the_page_of_a_building_says_who_has_one(world, steward):
    page = steward.get(at("links", world.building1.pk))
    assert [(home.door.room, link) for home, link in page.context["rows"]] == [
        ("502", None),
        ("301", None),
        ("202", None),
    ]
    assert page.context["without"] == 3
    issue_links(building=world.building1, by=world.chen)
    revoke_link(household=world.lin_home, by=world.chen, reason="lost card")
    page = steward.get(at("links", world.building1.pk))
    assert page.context["without"] == 1
    assert "lost card" in page.content.decode()


def test_the_sheet_holds_a_code_for_each_door_and_no_name(world, steward, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    answer = steward.post(at("links_issue", world.building1.pk))
    page = answer.content.decode()
    secrets = re.findall(r"https://portal\.example\.org/h/([A-Za-z0-9_-]{43})/", page)
    assert [find_link(secret).household.door.room for secret in secrets] == ["502", "301", "202"]
    assert page.count("<svg") == 3
    assert "林" not in page
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store, private", "no-referrer")


def test_the_sheet_cannot_be_asked_for_again(world, steward):
    steward.post(at("links_issue", world.building1.pk))
    again = steward.post(at("links_issue", world.building1.pk), follow=True)
    assert again.redirect_chain == [(at("links", world.building1.pk), 302)]
    assert "has a link already" in again.content.decode()
    assert "/h/" not in again.content.decode()


def test_a_single_door_gets_a_new_code(world, steward):
    issue_links(building=world.building1, by=world.chen)
    page = steward.post(at("link_reissue", world.lin_home.pk)).content.decode()
    assert len(re.findall(r"/h/[A-Za-z0-9_-]{43}/", page)) == 1


def test_a_lead_does_this_for_their_own_building(world, client):
    client.force_login(world.zhao)
    assert client.post(at("links_issue", world.building1.pk)).status_code == 200
    assert client.post(at("links_issue", world.building2.pk)).status_code == 404


def test_the_households_page_shows_the_link_and_withdraws_it(world, steward):
    home = at("household", world.lin_home.pk)
    assert "results are told by the building lead" in steward.get(home).content.decode()
    issue_links(building=world.building1, by=world.chen)
    assert "not used yet" in steward.get(home).content.decode()
    answer = steward.post(at("link_revoke", world.lin_home.pk), {"reason": "card lost"}, follow=True)
    assert "opens nothing any more" in answer.content.decode()
    assert HouseholdLink.objects.filter(household=world.lin_home, revoked_at=None).count() == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 101])
def test_withdrawing_without_a_usable_reason_says_so(world, steward, reason):
    issue_links(building=world.building1, by=world.chen)
    answer = steward.post(at("link_revoke", world.lin_home.pk), {"reason": reason}, follow=True)
    assert "Say why, in a few words." in answer.content.decode()
    assert HouseholdLink.objects.filter(household=world.lin_home, revoked_at=None).count() == 1


def test_a_moved_out_household_gets_no_new_code(world, steward):
    move_out(household=world.lin_home, on=date(2022, 4, 20))
    answer = steward.post(at("link_reissue", world.lin_home.pk), follow=True)
    assert "moved out: it gets no link" in answer.content.decode()


@pytest.mark.parametrize("homes", [0, 40])
def test_the_page_needs_the_same_statements_for_any_building(world, steward, django_assert_num_queries, homes):
    doors = list(world.building1.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"住户{number}")
    issue_links(building=world.building1, by=world.chen)
    with django_assert_num_queries(7):
        steward.get(at("links", world.building1.pk))
