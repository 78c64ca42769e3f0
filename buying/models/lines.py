"""What a household wants, and every word it was told with."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.orders import MOST, Item
from residents.models import Household, HouseholdLink


class OrderLineQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(quantity__gt=0)

    def visible_to(self, user):
        """The lead and the stewards see all of their list; officers too; a building lead their own buildings."""
        access = user.access
        return self.filter(
            Q(item__order__compound__in=access.whole_compounds)
            | Q(item__order__lead=user, item__order__compound__in=access.lead_compounds)
            | Q(household__door__building__in=access.lead_buildings)
        )


class OrderLine(models.Model):
    """One a household and thing. The quantity that stands is the last change's, within the limit it was taken under."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="lines")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="order_lines")
    quantity = models.PositiveIntegerField(default=0, help_text=_("Pieces or grams; 0 when taken back."))
    at_most = models.PositiveIntegerField(null=True, blank=True, editable=False)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("household's order")
        verbose_name_plural = _("households' orders")
        ordering = ["item", "household"]
        constraints = [
            models.UniqueConstraint(fields=["item", "household"], name="order_line_once_a_household"),
            models.CheckConstraint(
                condition=Q(quantity__lte=MOST) & (Q(at_most=None) | Q(quantity__lte=F("at_most"))),
                name="order_line_within_limit",
            ),
        ]

    def __str__(self):
        return f"{self.household}: {self.item} {self.item.say(self.quantity)}"


class LineChange(models.Model):
    """Said by a household through its link, taken by phone, or typed by the lead. Only appended."""

    class How(models.TextChoices):
        LINK = "link", pgettext_lazy("group buy", "own link")
        PHONE = "phone", pgettext_lazy("group buy", "by phone")
        LEAD = "lead", pgettext_lazy("group buy", "typed by the lead")

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="changes")
    was = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    how = models.CharField(max_length=6, choices=How)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    caller = models.CharField(_("who called"), max_length=40, blank=True, help_text=_("A daughter, the care worker."))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a household's order")
        verbose_name_plural = _("changes of households' orders")
        ordering = ["line", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(how="link", link__isnull=False, by=None)
                | Q(how__in=["phone", "lead"], link=None, by__isnull=False),
                name="line_change_told_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(was=F("quantity")), name="line_change_changes"),
        ]

    def __str__(self):
        return f"{self.line.item}: {self.line.item.number(self.was)} → {self.line.item.say(self.quantity)}"
