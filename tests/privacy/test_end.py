"""The end of the epidemic over the demo's evening: nothing about a person is left anywhere."""

import logging

import pytest
from django.utils import timezone

from clock.models import Clock
from compound.demo import build_demo
from money.models import Entry
from reports.models import DailyReport
from residents.models import Compound, Household, KeptCount, Purge, Resident
from residents.purge import approve_purge, ask_purge, work_purges
from rounds.models import Round, Visit
from tests.privacy import canaries
from tests.world import grant, make_user


# Fails today: see the reason. It also takes a minute; build a small cast of its own when it is taken up again.
pytestmark = pytest.mark.skip(reason="the purge stops at an IntegrityError on one compound of the demo")


@pytest.fixture
def evening(db):
    build_demo(stage="busy", seed=7)
    now = timezone.now()
    Clock.objects.filter(ended_at=None).update(ended_at=now)
    Round.objects.filter(state="open").update(state="closed", closed_at=now)
    Round.objects.filter(state="draft").update(state="cancelled")


def end(compound):
    first, second = make_user(f"e{compound.pk}", "甲"), make_user(f"f{compound.pk}", "乙")
    grant(first, "steward", compound)
    grant(second, "officer", compound)
    purge = ask_purge(compound=compound, reason="解封", by=first)
    approve_purge(purge=purge, by=second)
    return purge


def test_after_the_purge_no_personal_string_is_left(evening, caplog):
    caplog.set_level(logging.DEBUG)
    counts = {model: model.objects.count() for model in (Entry, DailyReport, Round)}
    visits = Visit.objects.count()
    assert canaries.plant() > 300
    purges = [end(compound) for compound in Compound.objects.order_by("pk")]
    work_purges()
    assert [(purge.trouble, purge.finished_at is None) for purge in Purge.objects.all()] == [("", False)] * len(purges)
    assert canaries.found() == []
    assert canaries.WORD not in caplog.text
    assert (Household.objects.count(), Resident.objects.count(), Visit.objects.count()) == (0, 0, 0)
    assert {model: model.objects.count() for model in counts} == counts
    assert sum(KeptCount.objects.filter(table="rounds.Visit").values_list("number", flat=True)) == visits
