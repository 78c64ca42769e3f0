"""A picture of a handover: of the bag at the door or of the pile in the lobby. Optional, and gone after some days."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Device
from rounds.models import Mark, Visit


class HandoverPhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        """To whoever may see the visit; once its file is gone to nobody."""
        return self.filter(gone_at=None, visit__in=Visit.objects.visible_to(user))

    def kept(self):
        return self.filter(gone_at=None)


class HandoverPhoto(models.Model):
    """Its id is made where it was taken, so that one sent twice is one. The file: `supplies.photos`."""

    id = models.UUIDField(_("id"), primary_key=True, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    mark = models.OneToOneField(Mark, on_delete=models.PROTECT, related_name="photo")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(
        Device,
        verbose_name=pgettext_lazy("device", "phone"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes, as kept."))
    gone_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    objects = HandoverPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a handover")
        verbose_name_plural = _("photos of handovers")
        ordering = ["-received_at", "pk"]
        indexes = [models.Index(fields=["received_at"], condition=Q(gone_at=None), name="photo_kept_since")]

    def __str__(self):
        return str(self.id)
