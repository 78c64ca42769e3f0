"""What the portal holds about a household, read by its own link: all of it, and nothing of anybody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clock.models import Case
from residents.links import issue_links, revoke_link
from residents.models import AccessRecord
from residents.services import reveal_phone
from testing_rounds.models import ExpectedPerson, PersonResult
from tests.compound.test_today import add_visits, make_round
from tests.world import CANARY


@pytest.fixture
def secrets(world):
    links = [one for house in (world.building1, world.building2) for one in issue_links(building=house, by=world.chen)]
    return {one.household: one.secret for one in links}


def page_of(client, secret, lang="en"):
    return client.get(reverse("home_data", args=[secret]), {"lang": lang} if lang else {})


def looked(world, subject, user=None, **more):
    told = {"user": user or world.chen, "compound": world.jiamu, "deed": "look", "subject": subject} | more
    return AccessRecord.objects.create(**told)


def test_it_says_who_is_known_masked_and_what_came_of_each_visit(world, client, secrets):
    row = make_round(world.jiamu, world.building1)
    add_visits(row, world.lin_home, outcome="nobody_home")
    answer = page_of(client, secrets[world.lin_home])
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ("1号楼 502" in text, "林*" in text, world.lin.masked_phone in text) == (True, True, True)
    assert not any(name in text for name in ("林小雨", "林国强", "林朵", world.lin.phone))
    assert ("nobody home" in text.lower(), CANARY in text) == (True, False)
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store, private", "no-referrer")


def test_who_looked_is_told_by_office_with_the_reason_and_no_name(world, client, secrets):
    reveal_phone(resident=world.lin, by=world.zhao, reason="两天没应门")
    text = page_of(client, secrets[world.lin_home]).content.decode()
    assert "The building lead saw in full: name or phone of a person" in text
    assert ("两天没应门" in text, "赵楼长" in text) == (True, False)
    assert "两天没应门" not in page_of(client, secrets[world.far_home]).content.decode()


def test_lists_with_its_door_are_told_and_no_others(world, client, secrets):
    mine, others = make_round(world.jiamu, world.building1), make_round(world.jiamu, world.building2, number=2)
    add_visits(mine, world.lin_home)
    add_visits(others, world.far_home)
    for row in (mine, others):
        looked(world, f"round {row.pk}: doors", deed="export")
    looked(world, f"round {mine.pk}: totals", deed="export")
    looked(world, f"roster of compound {world.jiamu.pk}", deed="export")
    answer = page_of(client, secrets[world.lin_home])
    text = answer.content.decode()
    # The links of the house were printed for the test itself.
    assert text.count("took as a file: doors of a round") == 1
    assert (text.count("the whole roster"), text.count("counts of a round"), text.count("links of a house")) == (
        1,
        0,
        1,
    )


def test_a_case_is_not_told_by_paper(world, client, secrets):
    """Neither that there is one nor why somebody looked: a card at a door can be photographed."""
    case = Case.objects.create(
        building=world.building1, household=world.lin_home, kind="positive", reported_at=timezone.now(), by=world.chen
    )
    looked(world, f"case {case.pk}, 1号楼", deed="reveal", reason="阳性转运")
    text = page_of(client, secrets[world.lin_home]).content.decode()
    assert "A steward saw in full: an entry about your household" in text
    assert ("阳性" in text, "positive" in text.lower(), "room and person of a case" in text) == (False, False, False)


def test_what_the_laboratory_found_is_counted_and_not_told(world, client, secrets):
    row = make_round(world.jiamu, world.building1, kind="pcr", state="closed")
    add_visits(row, world.lin_home, outcome="done")
    person = ExpectedPerson.objects.create(visit=row.visits.get(), number=1, resident=world.lin)
    told = {"person": person, "entered_by": world.chen}
    PersonResult.objects.create(value="positive", source="lab_list", **told)
    text = page_of(client, secrets[world.lin_home]).content.decode()
    assert ("Test results by person" in text, "positive" in text.lower()) == (True, False)
    PersonResult.objects.create(value="negative", source="resident", **told)
    assert "negative" in page_of(client, secrets[world.lin_home]).content.decode()


def test_the_page_of_the_household_leads_there_and_back_in_its_language(world, client, secrets):
    secret = secrets[world.lin_home]
    for lang, end in (("en", "?lang=en"), ("", "")):
        page = client.get(reverse("home", args=[secret]), {"lang": lang} if lang else {}).content.decode()
        assert f'href="{reverse("home_data", args=[secret])}{end}"' in page
        assert f'href="{reverse("home", args=[secret])}{end}"' in page_of(client, secret, lang).content.decode()


def test_a_link_that_ended_or_never_was_opens_nothing_and_nothing_is_posted(world, client, secrets):
    secret = secrets[world.lin_home]
    assert page_of(client, "no-such").status_code == 404
    assert client.post(reverse("home_data", args=[secret])).status_code == 405
    revoke_link(household=world.lin_home, by=world.chen, reason="lost")
    assert page_of(client, secret).status_code == 410


@pytest.mark.parametrize("many", [1, 30])
def test_it_costs_the_same_however_much_there_is(world, client, secrets, django_assert_num_queries, many):
    for number in range(many):
        row = make_round(world.jiamu, world.building1, number=number + 1, starts_at=timezone.now() - timedelta(hours=9))
        add_visits(row, world.lin_home)
        person = ExpectedPerson.objects.create(visit=row.visits.get(), number=1, resident=world.lin)
        PersonResult.objects.create(person=person, value="negative", source="resident", entered_by=world.chen)
        looked(world, f"round {row.pk}: doors", deed="print")
        looked(world, f"resident {world.lin.pk}, 1号楼 502", user=world.zhao)
    with django_assert_num_queries(7):
        page_of(client, secrets[world.lin_home])
