"""Which doors were knocked through, and which walls came back: who said so, when and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models.places import Door
from residents.models.users import User


class JoinStep(models.Model):
    """A fact, appended by residents/joining.py. How the doors stand now is `Door.joined_to`."""

    class Step(models.TextChoices):
        JOINED = "joined", _("joined")
        SEPARATED = "separated", _("separated")

    main = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="join_steps", verbose_name=_("door"))
    joined = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="+", verbose_name=_("the other door"))
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(User, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("joining of doors")
        verbose_name_plural = _("joinings of doors")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(step__in=["joined", "separated"]), name="join_step_known"),
            models.CheckConstraint(condition=~Q(main=F("joined")), name="join_step_of_two_doors"),
            models.CheckConstraint(condition=~Q(reason=""), name="join_step_has_reason"),
        ]

    def __str__(self):
        return f"{self.main} + {self.joined.full_room} {self.get_step_display()}"
