"""`manage.py privacy_report`: what is held, by class, without a name."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from clock.models import Clock
from residents.models import AccessRecord, Compound, User
from residents.privacy_text import privacy_report
from residents.retention import classes
from tests.privacy.canaries import WORD
from tests.privacy.filler import Filler

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound():
    compound = Compound.objects.create(name="佳木大厦")
    compound.filler = Filler(compound, date(2022, 4, 10), full=True).fill()
    return compound


def told(**options) -> str:
    answer = StringIO()
    call_command("privacy_report", stdout=answer, **options)
    return answer.getvalue()


def part_of(text: str, heading: str) -> list[str]:
    return next(part.splitlines()[1:] for part in text.split("\n\n") if part.startswith(heading))


def test_each_class_says_how_much_since_when_until_when_and_what_holds_it_back(compound, time_machine):
    time_machine.move_to(timezone.make_aware(timezone.datetime(2022, 4, 20, 12)))
    text = told(compound="佳木大厦", language="en")
    with override("en"):
        assert [klass.code for klass in classes() if f"\n{klass.label}\n" not in text] == []
    assert part_of(text, "Medical dates") == [
        "  1 entries; of 1 the days are counted; the oldest is of 2022-04-10",
        "  kept for 30 days, counted from: the day it was closed",
        "  next deletion: 2022-05-11",
    ]
    assert part_of(text, "Door and person of a case")[-1] == "  held back: a clock runs, or ended within these days"
    Clock.objects.update(ended_at=timezone.now() - timedelta(days=90))
    assert "held back" not in told(language="en")


def test_looks_are_counted_by_kind_and_nobody_is_named(compound):
    AccessRecord.objects.all().delete()
    for name in ("one", "two", "two"):
        user = User.objects.get_or_create(username=name, display_name=WORD)[0]
        AccessRecord.objects.create(compound=compound, user=user, deed="reveal", subject=WORD, row_count=2)
    old = timezone.now() - timedelta(days=31)
    AccessRecord.objects.create(compound=compound, user=user, deed="export", subject=WORD, at=old)
    text = told(compound=str(compound.pk), language="en", fields=True)
    assert part_of(text, "Looks and exports in the last 30 days") == [
        "  Shown in full: 3, of 6 rows; people who did: 2"
    ]
    assert WORD not in text
    assert "Needs: compound, household, kind, what is needed" in text


def test_it_speaks_the_committees_language_and_refuses_what_there_is_not(compound):
    assert "\n已搬走人员\n" in told()
    for unknown in ("99999", "nowhere"):
        with pytest.raises(CommandError, match="There is no compound"):
            told(compound=unknown)


def test_it_costs_the_same_however_much_lies_there(compound, django_assert_num_queries):
    with django_assert_num_queries(12):
        privacy_report(compound)
    Filler(compound, date(2022, 4, 11), full=True, other=compound.filler).fill()
    with django_assert_num_queries(12):
        privacy_report(compound)
