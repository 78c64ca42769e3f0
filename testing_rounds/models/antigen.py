"""The antigen loop: kit handed out (a mark) -> feedback due -> told (PersonResult); overdue -> called -> knocked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rounds.models import Visit


class Chase(models.Model):
    """One attempt to get a household's feedback. Appended."""

    class Step(models.TextChoices):
        CALLED = "called", pgettext_lazy("chase", "called")
        KNOCKED = "knocked", pgettext_lazy("chase", "knocked")

    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="chases")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    was_reached = models.BooleanField(_("reached"), default=False)
    note = models.CharField(_("note"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt to reach a household")
        verbose_name_plural = _("attempts to reach households")
        ordering = ["visit", "at", "pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"
