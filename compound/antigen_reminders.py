"""The hour by which antigen results are told has passed: who still owes one, in counts, to who can call and knock."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Message
from notices.services import draft_message
from residents.models import Building
from rounds.models import Round
from testing_rounds.antigen_stats import Step, overdue_people, step_of_person
from testing_rounds.models import TestRound

if TYPE_CHECKING:
    from compound.reminders import Scene

SHANGHAI = ZoneInfo("Asia/Shanghai")
STILL_HELPS = timedelta(hours=12)  # after a standstill longer than that, calling at any hour helps nobody


def tell_overdue_antigens(scene: Scene) -> list[Message]:
    """Once for each hour set: moving it is a new thing to tell. All of it to stewards, each lead's own to the lead."""
    open_rounds = {round.pk: round for round in scene.open if round.kind == Round.Kind.ANTIGEN}
    if not open_rounds:
        return []
    rows = []
    due = TestRound.objects.filter(
        round__in=open_rounds, feedback_until__lte=scene.now, feedback_until__gt=scene.now - STILL_HELPS
    )
    for test_round in due:
        round = open_rounds[test_round.round_id]
        counts = _count_overdue(round)
        until = test_round.feedback_until
        if not counts or until is None:
            continue
        key: dict[str, Any] = {
            "reminder": f"antigen-overdue:{round.pk}",
            "period": until.astimezone(SHANGHAI).isoformat(timespec="minutes"),
            "link": reverse("testing_rounds:antigen_overdue", args=[round.pk]),
            "is_urgent": True,  # people go to bed
        }
        rows += draft_message(
            compound=round.compound, users=scene.stewards[round.compound_id], **_text(round, counts), **key
        )
        stewards = set(scene.stewards[round.compound_id])
        for user, own in scene.leads[round.compound_id]:
            theirs = {building: count for building, count in counts.items() if building.pk in own}
            if theirs and user not in stewards:
                rows += draft_message(compound=round.compound, users=[user], **_text(round, theirs), **key)
    return rows


def _count_overdue(round: Round) -> dict[Building, int]:
    """People by building, in the order people say the buildings."""
    counts: dict[int, int] = defaultdict(int)
    for person in overdue_people(round, round.buildings.all()):
        if person.is_there and step_of_person(person, True) in {Step.OVERDUE, Step.RETEST}:
            counts[person.visit.building_id] += 1
    return {building: counts[building.pk] for building in round.buildings.all() if building.pk in counts}


def _text(round: Round, counts: dict[Building, int]) -> dict[str, Any]:
    def words(n: int) -> str:
        return ngettext("%(count)s person", "%(count)s people", n) % {"count": n}

    line = _("%(building)s: %(people)s")
    subject = _("%(round)s: %(people)s owe a result") % {"round": round, "people": words(sum(counts.values()))}
    lines = [line % {"building": row.name, "people": words(count)} for row, count in counts.items()]
    return {"subject": subject, "body": "\n".join([_("Call first, then knock:"), *lines])}
