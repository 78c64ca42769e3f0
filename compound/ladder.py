"""The last rung of a notice's ladder: who is not reached becomes a knock round, and its doors count as reached.

On the top floor because notices and rounds do not know each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from notices.coverage import unread_of
from notices.models import LadderStep, Notice
from notices.reaching import climb, follow_knocks, lock_to_reach
from notices.services import NoticeError
from residents.access import get_kept
from residents.models import User
from rounds.marks import NewMarks
from rounds.models import Outcome, Round
from rounds.services import RoundError, create_round, open_round

LASTS = timedelta(hours=4)
FLOORS = 6  # a part that a volunteer takes on the phone


@transaction.atomic
def knock_at_unread(*, notice: Notice, by: User) -> Round:
    """One open round of the doors not reached yet. Its floors may be taken on the phone at once.

    Raises NoticeError or RoundError where there is nothing to knock at.
    """
    row = lock_to_reach(notice)
    now = timezone.now()
    if row.expires_at and row.expires_at <= now:
        raise NoticeError(_("It has expired: nobody has to know it any more."))
    keys = LadderStep.objects.filter(notice=notice, round_key__isnull=False).values_list("round_key", flat=True)
    running = Round.objects.open().filter(pk__in=list(keys)).first()
    if running is not None:
        raise NoticeError(_("%(round)s runs still: close it before you knock again.") % {"round": running})
    homes = dict(unread_of(notice).values_list("household", "building"))
    if not homes:
        raise NoticeError(_("Everybody is reached: there is no door to knock at."))
    houses = notice.compound.buildings.filter(pk__in=set(homes.values()))
    round = create_round(
        compound=notice.compound,
        kind=Round.Kind.KNOCK,
        title=notice.title,
        starts_at=now,
        ends_at=now + LASTS,
        buildings=houses,
    )
    round.floors_per_segment = FLOORS
    round.save(update_fields=["floors_per_segment"])
    open_round(round=round, by=by, households=homes.keys())
    climb(notice=notice, kind=LadderStep.Kind.KNOCK, by=by, round_key=round.pk)
    return round


@require_POST
def notice_knock(request, pk):
    notice = get_kept(Notice.objects.select_related("compound"), request.user, pk=pk)
    try:
        round = knock_at_unread(notice=notice, by=request.user)
    except (NoticeError, RoundError) as error:
        messages.error(request, str(error))
        return redirect(notice)
    doors = round.visits.count()
    text = ngettext("The round is open: %(n)s household.", "The round is open: %(n)s households.", doors)
    messages.success(request, text % {"n": doors})
    return redirect(round)


def record_told(news: NewMarks) -> None:
    """A door where somebody was told is reached; taken back, it is not. No statement where nothing is told."""
    doors: dict[int, dict[int, tuple[bool, int]]] = defaultdict(dict)
    for mark in news.marks:
        visit = news.visits[mark.visit_id]
        if visit.round.kind == Round.Kind.KNOCK:
            is_told = visit.outcome in {Outcome.DONE, Outcome.PARTLY}
            doors[visit.round_id][visit.household_id] = (is_told, mark.marked_by_id)
    for round_key, told in doors.items():
        follow_knocks(round_key=round_key, told=told)


def texts_for_rounds(rounds: Iterable[Round]) -> dict[int, str]:
    """What to say at the doors of a knock round: the notice itself, or what has put it right since it began.

    No statement where there is no such round.
    """
    keys = [round.pk for round in rounds if round.kind == Round.Kind.KNOCK]
    if not keys:
        return {}
    steps = LadderStep.objects.filter(round_key__in=keys).select_related("notice")
    words = {step.round_key: step.notice for step in steps if step.round_key}
    asked = {notice.pk for notice in words.values()}
    while asked:  # what puts right may have been put right itself
        later = {one.corrects_id: one for one in Notice.objects.published().filter(corrects__in=asked)}
        words = {key: later.get(notice.pk, notice) for key, notice in words.items()}
        asked = {one.pk for one in later.values()}
    return {key: f"{notice.title}\n{notice.text}" for key, notice in words.items()}
