"""The details of a rubbish round, and the yellow bags that wait for the lorry."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound
from rounds.models import Round


class WasteRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(round__in=Round.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(round__compound__in=user.access.steward)


class WasteRound(models.Model):
    """One route of a collection. Its doors and how far it has come are the round's."""

    class Route(models.TextChoices):
        HOUSES = "houses", _("houses")
        SEALED = "sealed", _("sealed buildings")
        APART = "apart", _("separate route")  # never why: whoever reads a list reads it here

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="waste_round")
    route = models.CharField(_("route"), max_length=6, choices=Route)
    bags_out_at = models.DateTimeField(_("bags at the door by"))
    instructions = models.CharField(_("Instructions for volunteers"), max_length=200, blank=True)
    parted_from = models.OneToOneField(
        "self", verbose_name=_("parted from"), on_delete=models.PROTECT, null=True, blank=True, related_name="apart"
    )
    follows = models.OneToOneField(
        "self",
        verbose_name=_("next pass of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="next_pass",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )

    objects = WasteRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("rubbish round")
        verbose_name_plural = _("rubbish rounds")
        ordering = ["-round__starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(parted_from=None) | Q(route="apart"), name="waste_parted_is_apart"),
            models.CheckConstraint(condition=~Q(follows=F("pk")), name="waste_does_not_follow_itself"),
        ]

    def __str__(self):
        return f"{self.round} · {self.get_route_display()}"

    def get_absolute_url(self):
        return reverse("sanitation:route", args=[self.round_id])

    @property
    def is_apart(self) -> bool:
        return self.route == self.Route.APART


class YellowBagsQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class YellowBags(models.Model):
    """Bags put where they wait for the lorry, or handed to it. Appended; a correction takes back one whole line.

    What was counted at the doors of a separate route is read from its marks and not typed again.
    """

    class Kind(models.TextChoices):
        STORED = "stored", _("put there")
        FETCHED = "fetched", _("fetched by the lorry")

    class Source(models.TextChoices):
        SAMPLING = "sampling", _("from sampling")
        STATION = "station", _("from a staff post")
        OTHER = "other", _("from elsewhere")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="yellow_bags"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    source = models.CharField(_("where from"), max_length=8, choices=Source, blank=True)
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    count = models.PositiveSmallIntegerField(_("bags"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written down at"), default=timezone.now)
    takes_back = models.OneToOneField(
        "self", verbose_name=_("takes back"), on_delete=models.PROTECT, null=True, blank=True, related_name="taken_back"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = YellowBagsQuerySet.as_manager()

    class Meta:
        verbose_name = _("yellow bags")
        verbose_name_plural = _("yellow bags")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=999), name="yellow_bags_some"),
            models.CheckConstraint(
                condition=Q(kind="stored") & ~Q(source="") | Q(kind="fetched", source=""), name="yellow_bags_source"
            ),
            models.CheckConstraint(condition=Q(takes_back=None) | ~Q(reason=""), name="yellow_bags_back_says_why"),
            models.CheckConstraint(condition=~Q(takes_back=F("pk")), name="yellow_bags_not_back_of_itself"),
        ]
        indexes = [models.Index(fields=["compound", "at"], name="yellow_bags_compound_at")]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.count}"
