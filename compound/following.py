"""What the rooms do about marks just stored, in the transaction that stored them."""

from __future__ import annotations

from uuid import UUID

from buying.delivering import record_parcels
from care.knocking import record_knocks
from compound.ladder import record_told
from rounds.marks import NewMarks
from supplies.handing import record_handovers
from testing_rounds.answers import record_answers
from testing_rounds.people import add_people_met
from testing_rounds.swabs import record_swabs


def follow_marks(news: NewMarks) -> dict[UUID, str]:
    """By mark, what its volunteer should know though the mark counts."""
    add_people_met(news)
    record_handovers(news)
    record_parcels(news)
    record_told(news)
    record_knocks(news)
    return record_swabs(news) | record_answers(news)
