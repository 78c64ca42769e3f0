"""What was told of a shift, by whom: appended, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shifts.models.roster import Place, Shift


class ShiftStep(models.Model):
    class Kind(models.TextChoices):
        MADE = "made", _("shift made")
        CHANGED = "changed", _("shift changed")
        CANCELLED = "cancelled", _("shift cancelled")
        TOOK = "took", _("took a place")
        WAITS = "waits", _("went on the waiting list")
        MOVED_UP = "moved_up", _("moved up from the waiting list")
        LEFT = "left", _("cannot come")
        FREED = "freed", _("taken out")
        CAME = "came", _("came")
        ABSENT = "absent", _("did not come")
        UNTOLD = "untold", pgettext_lazy("shifts", "press undone")

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="steps")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="steps", null=True, blank=True)
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step of a shift")
        verbose_name_plural = _("steps of shifts")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
