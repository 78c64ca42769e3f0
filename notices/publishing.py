"""Out it goes: the words and who gets them are frozen, and the bots and the leads of the houses hear of it.

A constant number of statements, whether three doors get it or three thousand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.audience import households_of
from notices.chat import bot_text, headline
from notices.models import LadderStep, Notice, Recipient, Webhook
from notices.models.notices import digest_of
from notices.services import NoticeError, draft_message, plan_messages
from residents.models import RoleGrant, User


@transaction.atomic
def publish_notice(*, notice: Notice, by: User, now: datetime | None = None) -> int:
    """Now, whatever hour it was meant for. Returns how many households get it."""
    row = _lock(notice.pk)
    if row.published_at:
        raise NoticeError(_("It is published already."))
    if row.dropped_at or not row.checked_at:
        raise NoticeError(_("Somebody has to check it first, as it will go out."))
    return _publish(row, by, now or timezone.now())


def publish_due(now: datetime | None = None) -> int:
    """What was checked and whose hour has come. Each in a transaction of its own; who comes second finds it done.

    What has expired while the portal stood still does not go out any more: it waits for a person.
    """
    now = now or timezone.now()
    count = 0
    for pk in Notice.objects.due(now).exclude(expires_at__lte=now).values_list("pk", flat=True):
        with transaction.atomic():
            row = _lock(pk)
            if row.is_open and row.checked_by and row.publish_at and row.publish_at <= now:
                count += bool(_publish(row, row.checked_by, now))
    return count


def _lock(pk: int) -> Notice:
    rows = Notice.objects.select_for_update(of=("self",)).select_related("compound", "checked_by", "corrects")
    return rows.get(pk=pk)


def _publish(row: Notice, by: User, now: datetime) -> int:
    if row.expires_at and row.expires_at <= now:
        raise NoticeError(_("It would expire before anybody read it."))
    got = [
        Recipient(notice=row, household_id=pk, building_id=building, paper=paper)
        for pk, building, paper in households_of(row)
        .order_by(
            "door__building__position", "door__building", "door__entrance", "-door__floor", "door__position", "pk"
        )
        .values_list("pk", "door__building", "paper")
    ]
    if not got:
        raise NoticeError(_("Nobody would get it: no household is known there."))
    Recipient.objects.bulk_create(got)
    row.published_at, row.published_by, row.digest = now, by, digest_of(row)
    row.save(update_fields=["published_at", "published_by", "digest"])
    _tell(row, by, now, {each.building_id for each in got})
    return len(got)


def _tell(row: Notice, by: User, now: datetime, houses: set[int]) -> None:
    """The bots get the text; the leads of the houses are asked to pass it on. In the compound's language, no names."""
    with translation.override(settings.LANGUAGE_CODE):
        hooks = list(Webhook.objects.filter(compound=row.compound, is_active=True)) if row.by_bots else []
        about: dict[str, Any] = {"compound": row.compound, "reminder": f"notice:{row.pk}", "period": "published"}
        rows = draft_message(**about, subject=headline(row), body=bot_text(row), webhooks=hooks)
        rows += draft_message(
            **about,
            subject=_("To pass on: %(title)s") % {"title": headline(row)},
            body=_("Copy the text into your building's group; whoever has no phone gets it on paper."),
            link=row.get_absolute_url(),
            users=[lead for lead in _leads_of(row, houses) if lead.pk != by.pk],
        )
        plan_messages(rows, are_new=True)
        if hooks:
            LadderStep.objects.create(notice=row, kind=LadderStep.Kind.CHAT, by=by, at=now, note=_("by bot"))


def _leads_of(row: Notice, houses: set[int]) -> list[User]:
    grants = RoleGrant.objects.in_force().filter(compound=row.compound, role=RoleGrant.Role.LEAD)
    mine = grants.filter(buildings__in=houses).values("user")
    return list(User.objects.filter(pk__in=mine, is_active=True).order_by("pk"))
