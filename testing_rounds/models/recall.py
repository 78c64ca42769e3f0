"""Who is held at home because of a tube, until released one by one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from testing_rounds.models.tubes import Tube


class HoldQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A building lead has to know who of their house stays in; what the result was is on no page of theirs."""
        access = user.access
        return self.filter(
            Q(tube__compound__in=access.whole_compounds) | Q(person__visit__building__in=access.lead_buildings)
        )

    def kept_by(self, user):
        return self.filter(tube__compound__in=user.access.steward)

    def open(self):
        return self.filter(release="")


class Hold(models.Model):
    """One person of a positive, inconclusive or lost tube. The pool's result stays on record when they go free."""

    class Release(models.TextChoices):
        NEGATIVE = "negative", _("single tube negative")
        POOL_CORRECTED = "corrected", _("the pool's result was corrected")
        TRANSFERRED = "transferred", _("taken over by the CDC")
        LEFT = "left", _("has left the compound")
        BY_HAND = "by_hand", _("released by hand")

    person = models.ForeignKey(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("expected person"),
        on_delete=models.PROTECT,
        related_name="holds",
    )
    tube = models.ForeignKey(Tube, verbose_name=_("tube"), on_delete=models.PROTECT, related_name="holds")
    recalled_as = models.OneToOneField(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("recalled as"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recalled_for",
        help_text=_("The same person in the recall's round; empty when there is nobody to visit any more."),
    )
    since = models.DateTimeField(_("since"), default=timezone.now)
    release = models.CharField(_("released because"), max_length=12, choices=Release, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("released by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold at home")
        verbose_name_plural = _("holds at home")
        ordering = ["-since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "tube"], name="hold_once_per_tube"),
            models.CheckConstraint(
                condition=Q(release="", released_at=None, released_by=None)
                | (~Q(release="") & Q(released_at__isnull=False, released_by__isnull=False)),
                name="hold_released_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.person)
