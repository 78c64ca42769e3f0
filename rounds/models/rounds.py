"""A round, and each step of its life."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whole-compound roles see every round; a building lead those that touch a building of theirs. What is
        confidential is for stewards, and for who walks it."""
        access = user.access
        touches = Round.buildings.through.objects.filter(
            round=models.OuterRef("pk"), building__in=access.lead_buildings
        )
        seen = Q(compound__in=access.whole_compounds) | models.Exists(touches)
        return self.filter(Q(compound__in=access.steward) | Q(seen, is_confidential=False))

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def open(self):
        return self.filter(state=Round.State.OPEN)


class Round(models.Model):
    class Kind(models.TextChoices):
        PCR = "pcr", _("PCR test")  # this and the next two: details in testing_rounds
        RECALL = "recall", _("recall of a tube")
        ANTIGEN = "antigen", _("antigen test")
        NOTIFY = "notify", _("knock and tell")
        LEAFLET = "leaflet", _("leaflet")
        WELFARE = "welfare", _("welfare check")
        WASTE = "waste", _("door-to-door rubbish")
        SUPPLIES = "supplies", _("hand-out of supplies")  # details in supplies
        BUYING = "buying", _("delivery of a group buy")  # details in buying
        KNOCK = "knock", _("knock for a notice")  # who has not read it: compound.ladder

        @classmethod
        def tests(cls) -> frozenset[str]:
            """People are listed one by one."""
            return frozenset({cls.PCR, cls.RECALL, cls.ANTIGEN})

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveIntegerField(_("number"), help_text=_("Counted per compound and kind."))
    title = models.CharField(_("title"), max_length=80, blank=True)
    buildings = models.ManyToManyField(Building, verbose_name=_("buildings"), related_name="rounds")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    posts_first = models.BooleanField(
        _("staff first"),
        default=True,
        help_text=_("Guards, staff and volunteers at their posts stand before the houses in every list; else after."),
    )
    is_confidential = models.BooleanField(
        _("confidential"),
        default=False,
        editable=False,
        help_text=_("Which doors these are tells something of their people: only stewards and who walks there see it."),
    )
    floors_per_segment = models.PositiveSmallIntegerField(
        _("floors a segment"),
        null=True,
        blank=True,
        help_text=_("Set: volunteers take free segments of about this many floors themselves."),
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "kind", "number"], name="round_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="round_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at=None) | Q(state="cancelled") | Q(opened_at__isnull=False),
                name="round_opened_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="round_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(floors_per_segment=None) | Q(floors_per_segment__gte=1), name="round_segment_has_floors"
            ),
            # What volunteers take themselves is shown to all of them.
            models.CheckConstraint(
                condition=Q(is_confidential=False) | Q(floors_per_segment=None), name="round_confidential_is_given_out"
            ),
        ]

    def __str__(self):
        name = _("%(kind)s round %(number)s") % {"kind": self.get_kind_display(), "number": self.number}
        return f"{name} · {self.title}" if self.title else name

    def get_absolute_url(self):
        return reverse("rounds:board", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_test(self) -> bool:
        return self.kind in self.Kind.tests()

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class RoundEvent(models.Model):
    """Each step of a round's life: who, when, why. Appended by services."""

    class Step(models.TextChoices):
        OPENED = "opened", _("opened")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        CANCELLED = "cancelled", _("cancelled")

    round = models.ForeignKey(Round, verbose_name=_("round"), on_delete=models.CASCADE, related_name="events")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("round event")
        verbose_name_plural = _("round events")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"
