"""A notice: drafted, checked, published and from then on frozen; put right only by another notice to the same people.

That a notice has been put right, has expired or waits for its hour is worked out, not stored. What was published
cannot be changed: triggers refuse it, whoever asks (migration 0002), and a fingerprint shows it where they are missing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound, Household

LONGEST_TEXT = 2000


class Usual(models.TextChoices):
    """What is told again and again. A compound words it itself, or takes what comes with the portal."""

    TEST_ROUND = "test_round", _("test round tomorrow")
    ANTIGEN = "antigen", _("antigen test tonight")
    SUPPLIES = "supplies", _("supplies arriving")
    LIFT = "lift", _("lift out of service")
    WATER = "water", _("water stop")
    QUIET = "quiet", _("quiet hours")
    POSITIVE = "positive", _("positive in the compound (no room)")
    ZONE = "zone", _("zone change")
    OTHER = "other", pgettext_lazy("notice", "something else")


class Wording(models.Model):
    """A compound's own wording of a usual notice. Where it has none, the one of `notices/wordings.py` is used."""

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.CASCADE, related_name="notice_wordings"
    )
    usual = models.CharField(_("for"), max_length=12, choices=Usual)
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    title_en = models.CharField(_("title in English"), max_length=80, blank=True)
    text_en = models.TextField(_("text in English"), max_length=LONGEST_TEXT, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("wording of a notice")
        verbose_name_plural = _("wordings of notices")
        ordering = ["compound", "usual"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "usual"], name="notice_wording_once_a_compound"),
        ]

    def __str__(self):
        return self.title


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whole-compound roles see all; a lead what goes to everybody once it is out, and what touches their house."""
        access = user.access
        houses = Notice.buildings.through.objects.filter(notice=OuterRef("pk"))
        to_all = Q(scope=Notice.Scope.COMPOUND, published_at__isnull=False, compound__in=access.lead_compounds)
        touches = Q(Exists(houses.filter(building__in=access.lead_buildings)))
        return self.filter(Q(compound__in=access.whole_compounds) | to_all | touches)

    def kept_by(self, user):
        """A lead's are those that stay within their own houses."""
        access = user.access
        houses = Notice.buildings.through.objects.filter(notice=OuterRef("pk"))
        own = Exists(houses.filter(building__in=access.lead_buildings))
        beyond = Exists(houses.exclude(building__in=access.lead_buildings))
        within = ~Q(scope=Notice.Scope.COMPOUND) & Q(own) & ~Q(beyond)
        return self.filter(Q(compound__in=access.steward) | within)

    def published(self):
        return self.filter(published_at__isnull=False)

    def in_force(self, now: datetime | None = None):
        return self.published().filter(Q(expires_at=None) | Q(expires_at__gt=now or timezone.now()))

    def righted(self):
        """Put right by another one that is out: nobody is to be reached with these any more."""
        later = Notice.objects.published().filter(corrects=OuterRef("pk"))
        return self.published().filter(Exists(later))

    def due(self, now: datetime):
        """Checked and waiting for an hour that has come."""
        waiting = self.filter(checked_at__isnull=False, published_at=None, dropped_at=None)
        return waiting.filter(publish_at__lte=now)


class Notice(models.Model):
    class Scope(models.TextChoices):
        COMPOUND = "compound", _("the whole compound")
        BUILDING = "building", _("buildings")
        ENTRANCE = "entrance", _("one entrance")
        HOUSEHOLD = "household", _("single households")

    class Change(models.TextChoices):
        CORRECTION = "correction", _("correction")
        RETRACTION = "retraction", _("retraction")

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="notices")
    usual = models.CharField(_("kind"), max_length=12, choices=Usual, default=Usual.OTHER)
    scope = models.CharField(_("goes to"), max_length=10, choices=Scope, default=Scope.COMPOUND)
    buildings = models.ManyToManyField(Building, verbose_name=_("buildings"), blank=True, related_name="notices")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True)
    households = models.ManyToManyField(Household, verbose_name=_("households"), blank=True, related_name="+")

    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    title_en = models.CharField(_("title in English"), max_length=80, blank=True)
    text_en = models.TextField(_("text in English"), max_length=LONGEST_TEXT, blank=True)
    source = models.CharField(_("source"), max_length=60, help_text=_("Who says so: committee, sub-district, CDC."))
    is_unconfirmed = models.BooleanField(
        _("not confirmed yet"),
        default=False,
        help_text=_("Stands above the text, so that nobody takes it for settled."),
    )
    effective_at = models.DateTimeField(_("holds from"), null=True, blank=True)
    publish_at = models.DateTimeField(_("goes out at"), null=True, blank=True, help_text=_("Empty: by hand."))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    by_bots = models.BooleanField(
        _("tell the chat groups' bots too"),
        default=True,
        help_text=_("Only what goes to the whole compound: the groups are everybody's."),
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("puts right"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )
    change = models.CharField(_("how it puts right"), max_length=10, choices=Change, blank=True, default="")

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True, default="", editable=False)
    dropped_at = models.DateTimeField(_("dropped at"), null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(dropped_at=None), name="notice_put_right_by_one"
            ),  # the next one puts that one right
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(change=""), name="notice_says_how_it_puts_right"),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None) | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="notice_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, digest="")
                | (Q(published_at__isnull=False, checked_at__isnull=False, published_by__isnull=False) & ~Q(digest="")),
                name="notice_published_after_a_check",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(dropped_at=None), name="notice_published_is_never_dropped"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(publish_at=None) | Q(expires_at__gt=F("publish_at")),
                name="notice_expires_after_it_goes_out",
            ),
            models.CheckConstraint(condition=Q(scope="compound") | Q(by_bots=False), name="notice_by_bots_is_for_all"),
        ]
        indexes = [models.Index(fields=["compound", "-published_at"], name="notice_by_publishing")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("notices:notice", args=[self.pk])

    @property
    def state(self) -> str:
        """For a row that `with_latest` may have looked at: `later` is who puts it right."""
        if self.dropped_at:
            return "dropped"
        if not self.published_at:
            return ("scheduled" if self.publish_at else "checked") if self.checked_at else "draft"
        later = getattr(self, "later", None)
        if later:
            return "retracted" if later.change == Notice.Change.RETRACTION else "corrected"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "published"

    @property
    def is_open(self) -> bool:
        """May still be changed."""
        return not self.published_at and not self.dropped_at

    @property
    def here(self) -> tuple[str, str]:
        """Title and text in the language the page is read in; Chinese where there is no other."""
        if get_language() == "en" and self.title_en and self.text_en:
            return self.title_en, self.text_en
        return self.title, self.text

    @property
    def is_intact(self) -> bool:
        """The words are still those that were published."""
        return self.digest == digest_of(self)


def digest_of(notice: Notice) -> str:
    words = [
        *(notice.title, notice.text, notice.title_en, notice.text_en, notice.source, notice.is_unconfirmed),
        *(moment.timestamp() if moment else None for moment in (notice.effective_at, notice.expires_at)),
        *(notice.corrects_id, notice.change),
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


class Recipient(models.Model):
    """One household a notice was published to. Written with the publishing, never added to, never changed."""

    class Paper(models.TextChoices):
        NO_LINK = "no_link", _("has no link")
        NO_PHONE = "no_phone", _("has no smartphone")

    notice = models.ForeignKey(Notice, verbose_name=_("notice"), on_delete=models.PROTECT, related_name="recipients")
    household = models.ForeignKey(
        Household, verbose_name=_("household"), on_delete=models.PROTECT, related_name="notices_got"
    )
    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="+")
    paper = models.CharField(_("on paper, because it"), max_length=8, choices=Paper, blank=True, default="")

    class Meta:
        verbose_name = _("recipient of a notice")
        verbose_name_plural = _("recipients of notices")
        ordering = ["notice", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "household"], name="notice_once_a_household"),
        ]
        indexes = [models.Index(fields=["notice", "building"], name="notice_by_building")]

    def __str__(self):
        return f"{self.notice} · {self.household}"
