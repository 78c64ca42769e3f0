"""Why somebody is exempt may be an illness: a building lead reads that they are, and what they entered themselves."""

import pytest
from django.urls import reverse

from testing_rounds.people import exempt
from tests.testing_rounds.conftest import open_pcr


@pytest.mark.parametrize(
    ("reader", "by", "is_seen"), [("chen", "chen", True), ("zhao", "chen", False), ("zhao", "zhao", True)]
)
def test_the_reason_is_for_stewards_and_who_entered_it(world, client, settings, reader, by, is_seen):
    settings.LANGUAGE_CODE = "en"
    exempt(resident=world.lin, reason="recovered", note="told at the door", by=getattr(world, by))
    client.force_login(getattr(world, reader))
    page = client.get(reverse("testing_rounds:exemptions", args=[world.lin.pk])).content.decode()
    assert ("<b>recovered recently</b>" in page, "told at the door" in page) == (is_seen, is_seen)
    assert ("<b>exempt</b>" in page) is not is_seen


@pytest.mark.parametrize(("reader", "is_seen"), [("chen", True), ("zhao", False), ("qian", False)])
def test_the_list_of_a_round_tells_the_reason_to_stewards_alone(world, client, settings, reader, is_seen):
    settings.LANGUAGE_CODE = "en"
    exempt(resident=world.lin, reason="recovered", by=world.chen)
    pcr = open_pcr(world)
    client.force_login(getattr(world, reader))
    page = client.get(reverse("testing_rounds:people", args=[pcr.round_id])).content.decode()
    assert ("林" in page, "recovered recently" in page) == (True, is_seen)
