"""What is left after whole cartons, or a kind driver, once everybody has what they ordered: where it went. Appended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.orders import Item


class Leftover(models.Model):
    """Sold to a household it is not here but on its line, at the list's price."""

    class Goes(models.TextChoices):
        STORE = "store", pgettext_lazy("leftover", "into the compound's store")
        NEXT = "next", pgettext_lazy("leftover", "kept for the next list")
        SHARED = "shared", pgettext_lazy("leftover", "given away, to whom is in the remark")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="leftovers")
    quantity = models.PositiveIntegerField(help_text=_("Pieces or grams."))
    goes = models.CharField(_("where it goes"), max_length=6, choices=Goes)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("leftover of a group buy")
        verbose_name_plural = _("leftovers of group buys")
        ordering = ["item", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="leftover_of_something"),
            models.CheckConstraint(condition=~Q(goes="shared") | ~Q(note=""), name="leftover_given_says_to_whom"),
        ]

    def __str__(self):
        return f"{self.item.say(self.quantity)} {self.item}: {self.get_goes_display()}"
