"""What lies in the store too long, arrivals counted once, shortages, and books that are still open."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from compound.today_lines import Ask, Urgency, at_thing, in_place
from rounds.models import Complaint, Round
from supplies.models import Batch, BatchCount, Distribution, Entitlement, KeptShare


def counted_once(user, _now) -> QuerySet:
    """Whoever made the first count is not asked for the second."""
    counts = BatchCount.objects.filter(batch=OuterRef("pk"))
    rows = Batch.objects.counted_by(user).filter(Exists(counts.filter(number=1).exclude(by=user)))
    return rows.exclude(Exists(counts.filter(number=2)))


def waiting_households(user, _now) -> QuerySet:
    rows = Entitlement.objects.waiting().filter(visit__round__state=Round.State.OPEN)
    return rows.filter(visit__round__compound__in=user.access.steward)


ASKS = (
    Ask(
        "old_batches",
        Urgency.LATE,
        ngettext_lazy("batch that lies in the store too long", "batches that lie in the store too long", "n"),
        _("Hand it out"),
        rows=lambda user, now: Batch.objects.kept_by(user).ringing(timezone.localdate(now)),
        compound="item__compound",
        thing="pk",
        link=at_thing("supplies:batch", "supplies:home"),
    ),
    Ask(
        "second_count",
        Urgency.TODAY,
        ngettext_lazy("arrival waits for a second count", "arrivals wait for a second count", "n"),
        _("Count"),
        rows=counted_once,
        compound="item__compound",
        thing="pk",
        link=at_thing("supplies:batch", "supplies:home"),
    ),
    Ask(
        "books_open",
        Urgency.TODAY,
        ngettext_lazy("distribution whose books are open", "distributions whose books are open", "n"),
        _("Close the books"),
        rows=lambda user, _now: Distribution.objects.kept_by(user).filter(
            round__state=Round.State.CLOSED, closed_at=None
        ),
        compound="round__compound",
        thing="round",
        at="round__closed_at",
        link=lambda found: reverse("supplies:distribution", args=[found.thing]),
    ),
    Ask(
        "complaints",
        Urgency.TODAY,
        ngettext_lazy("household says that something was wrong", "households say that something was wrong", "n"),
        _("Answer them"),
        rows=lambda user, _now: Complaint.objects.kept_by(user).waiting(),
        compound="visit__round__compound",
        thing="visit__round",
        at="at",
        link=at_thing("rounds:complaints", "rounds:list"),
    ),
    Ask(
        "kept_too_long",
        Urgency.TODAY,
        ngettext_lazy("share kept past its day for who is away", "shares kept past their day for who is away", "n"),
        _("Decide"),
        rows=lambda user, now: KeptShare.objects.kept_by(user).open().filter(keep_until__lt=timezone.localdate(now)),
        compound="line__distribution__round__compound",
        link=in_place("supplies:kept", "supplies:home"),
    ),
    Ask(
        "short",
        Urgency.KNOW,
        ngettext_lazy("household gets less than its due", "households get less than their due", "n"),
        _("Shortage"),
        rows=waiting_households,
        compound="visit__round__compound",
        count="visit",
        thing="visit__round",
        link=lambda found: reverse("supplies:distribution", args=[found.thing]),
    ),
)
