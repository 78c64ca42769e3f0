"""A household's own way in: a link without an account, on paper or on the door."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models.people import Household
from residents.models.users import User


class HouseholdLinkQuerySet(models.QuerySet):
    def usable(self):
        """Not revoked, and of a household that still lives there: moving out ends it, whoever forgets to revoke."""
        return self.filter(revoked_at=None, household__moved_out_on=None)


class HouseholdLink(models.Model):
    """The secret itself is shown once, when it is printed; only its hash is here. One usable link a household."""

    household = models.ForeignKey(
        Household, verbose_name=_("household"), on_delete=models.PROTECT, related_name="links"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoke_reason = models.CharField(_("reason"), max_length=100, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = HouseholdLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("household's link")
        verbose_name_plural = _("households' links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(revoked_at=None), name="one_link_a_household"),
        ]

    def __str__(self):
        return f"{self.household}"
