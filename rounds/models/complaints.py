"""What a household says of something that was brought: too little, spoiled, the wrong thing, or nothing at all.

No mark: what the volunteer told at the door stands, and so do the books, until somebody has looked. Said by the
household's link, answered by whoever keeps the door.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import HouseholdLink
from rounds.models.visits import Visit


class ComplaintQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def kept_by(self, user):
        """Stewards, and the lead of the building."""
        return self.filter(visit__in=Visit.objects.markable_by(user))

    def waiting(self):
        return self.filter(answered_at=None)


class Complaint(models.Model):
    class Kind(models.TextChoices):
        SHORT = "short", _("too little, or something is missing")
        SPOILED = "spoiled", _("spoiled or broken")
        WRONG = "wrong", _("not what was meant for us")
        GONE = "gone", _("nothing came, or it was gone from the door")

    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="complaints")
    kind = models.CharField(pgettext_lazy("complaint", "what is wrong"), max_length=8, choices=Kind)
    words = models.CharField(_("in their words"), max_length=100, blank=True)
    link = models.ForeignKey(
        HouseholdLink, verbose_name=_("link it was said by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("said at"), default=timezone.now)
    answer = models.CharField(_("answer"), max_length=200, blank=True, help_text=_("The household reads it."))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint of a household")
        verbose_name_plural = _("complaints of households")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"], condition=Q(answered_at=None), name="complaint_one_waits_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="complaint_answered_in_words",
            ),
        ]

    def __str__(self):
        return f"{self.visit}: {self.get_kind_display()}"
