"""How a notice comes to a household: it says so by its link, or somebody tells it. The only writer of both facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import LadderStep, Notice, Reached, Recipient
from notices.services import NoticeError
from residents.models import Building, HouseholdLink, User

How = Reached.How
BY_HAND = (How.SLIP, How.INTERCOM, How.PHONE, How.KNOCK)


def read_by_link(*, recipient: Recipient, link: HouseholdLink) -> None:
    """Told twice is told once. Two phones of the family at the same moment are one reading."""
    try:
        with transaction.atomic():
            Reached.objects.create(recipient=recipient, how=How.LINK, link=link, at=timezone.now())
    except IntegrityError:
        return


@transaction.atomic
def tell_households(*, notice: Notice, building: Building, keys: Iterable[int], how: str, by: User) -> int:
    """Of one house, by recipient. Who was reached meanwhile is left as they are. Returns how many are new."""
    if how not in BY_HAND:
        raise NoticeError(_("Say how they were told."))
    wanted = set(keys)
    if not wanted:
        raise NoticeError(_("Tick the households first."))
    lock_to_reach(notice)
    there = Recipient.objects.filter(notice=notice, building=building, pk__in=wanted)
    if there.count() != len(wanted):
        raise NoticeError(_("Some of these households did not get this notice. Nothing was changed."))
    known = set(Reached.objects.standing().filter(recipient__in=wanted).values_list("recipient", flat=True))
    now = timezone.now()
    Reached.objects.bulk_create(Reached(recipient_id=key, how=how, by=by, at=now) for key in sorted(wanted - known))
    return len(wanted - known)


@transaction.atomic
def take_back_reached(*, reached: Reached, by: User) -> None:
    """What somebody ticked by mistake. What a household said itself, or a mark at its door, is not for the desk."""
    row = Reached.objects.select_for_update(of=("self",)).get(pk=reached.pk)
    if row.how == How.LINK or row.round_key or row.undoes_id or Reached.objects.filter(undoes=row).exists():
        raise NoticeError(_("This cannot be taken back here."))
    Reached.objects.create(recipient_id=row.recipient_id, how=row.how, by=by, undoes=row)


@transaction.atomic
def climb(
    *,
    notice: Notice,
    kind: str,
    by: User,
    building: Building | None = None,
    note: str = "",
    round_key: int | None = None,
    now: datetime | None = None,
) -> LadderStep:
    """A rung was tried, now. Coverage before and after is worked out from when households were reached."""
    lock_to_reach(notice)
    if kind not in LadderStep.Kind.values:
        raise NoticeError(_("Say which step it was."))
    now = now or timezone.now()
    newest = LadderStep.objects.filter(notice=notice, building=building, kind=kind).order_by("-at").first()
    if newest and not round_key and (now - newest.at).total_seconds() < 60:
        return newest  # pressed twice
    return LadderStep.objects.create(
        notice=notice, kind=kind, building=building, by=by, note=note.strip()[:100], round_key=round_key, at=now
    )


def lock_to_reach(notice: Notice) -> Notice:
    """One at a time ticks, climbs and knocks; and nobody with words that do not hold any more."""
    row = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if not row.published_at:
        raise NoticeError(_("It is not out yet."))
    later = row.corrections.published().first()
    if later is not None:
        raise NoticeError(_("“%(title)s” has put it right: reach everybody with that one.") % {"title": later.title})
    return row


@transaction.atomic
def follow_knocks(*, round_key: int, told: Mapping[int, tuple[bool, int]]) -> None:
    """Bring what stands of a knock round in line with its doors: by household, whether it is told, and by whom.

    Four statements at most, whatever the number of doors.
    """
    step = LadderStep.objects.filter(round_key=round_key).first()
    if step is None:
        return
    rows = Recipient.objects.filter(notice=step.notice_id, household__in=told).values_list("pk", "household")
    keys = dict(rows)
    standing = {
        row.recipient_id: row
        for row in Reached.objects.standing().filter(recipient__in=keys, how=How.KNOCK, round_key=round_key)
    }
    facts = []
    for key, household in keys.items():
        is_told, by = told[household]
        row = standing.get(key)
        if is_told and row is None:
            facts.append(Reached(recipient_id=key, how=How.KNOCK, by_id=by, round_key=round_key))
        elif row is not None and not is_told:
            facts.append(Reached(recipient_id=key, how=How.KNOCK, by_id=by, round_key=round_key, undoes=row))
    Reached.objects.bulk_create(facts)
