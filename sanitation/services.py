"""What both halves of the room share."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

SLACK = timedelta(minutes=5)


class SanitationError(ValueError):
    """A sentence for the person who tried."""


def refuse_future(*moments: datetime | None) -> None:
    latest = timezone.now() + SLACK
    if any(moment and moment > latest for moment in moments):
        raise SanitationError(_("This is in the future."))


def require_reason(reason: str) -> str:
    if not (said := reason.strip()):
        raise SanitationError(_("Say why, in a few words."))
    return said
