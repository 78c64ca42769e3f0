"""People of a test round: who was met at the door, who may be left out, who was tested elsewhere, who needs a visit."""

from __future__ import annotations

from rounds.marks import NewMarks
from testing_rounds.models import ExpectedPerson


def add_people_met(news: NewMarks) -> None:
    """A mark spoke of a number nobody had: from now on there is a person behind it. None when all were expected."""
    met = {
        (mark.visit_id, int(number))
        for mark in news.marks
        if news.visits[mark.visit_id].round.is_test
        for number in mark.people
        if int(number) > news.visits[mark.visit_id].expected_count
    }
    rows = [ExpectedPerson(visit_id=visit, number=number, is_added=True) for visit, number in sorted(met)]
    if rows:
        ExpectedPerson.objects.bulk_create(rows, ignore_conflicts=True)  # two volunteers may have met the same one
