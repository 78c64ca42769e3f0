"""What becomes of what is left: decided, written down, agreed to by a second person, done to the cent."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from money.models.giving import Gift
from money.models.ledger import Amount, Fund, OfFundQuerySet, by_somebody


class Closing(models.Model):
    class Method(models.TextChoices):
        VOTE = "vote", _("as the neighbours voted")
        RETURN = "return", _("given back, each in proportion")
        HAND_OVER = "hand_over", pgettext_lazy("money", "handed over")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="closings")
    method = models.CharField(pgettext_lazy("money", "how"), max_length=10, choices=Method)
    decision = models.CharField(_("what was decided"), max_length=400)
    decided_on = models.DateField(_("decided on"))
    votes_for = models.PositiveIntegerField(_("votes for it"), null=True, blank=True)
    votes_against = models.PositiveIntegerField(_("votes against"), null=True, blank=True)
    to_whom = models.CharField(pgettext_lazy("money", "who gets it"), max_length=100)
    made_by = by_somebody()
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_by = by_somebody(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund"], condition=Q(withdrawn_at=None), name="closing_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")), name="closing_agreed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, finished_at=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, withdrawn_at=None),
                name="closing_agreed_before_done",
            ),
            models.CheckConstraint(
                condition=~Q(method="vote")
                | Q(votes_for__isnull=False, votes_against__isnull=False, votes_for__gt=F("votes_against")),
                name="closing_vote_was_won",
            ),
        ]

    def __str__(self):
        return f"{self.fund}: {self.get_method_display()}"

    def get_absolute_url(self):
        return reverse("money:closing", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.finished_at is None


class ShareQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(closing__fund__in=Fund.objects.read_by(user))

    def kept_by(self, user):
        return self.filter(closing__fund__compound__in=user.access.steward)

    def due(self):
        return self.filter(entry=None, left_at=None)


class Share(models.Model):
    """What one gift gets back when a fund is closed by giving back. Paid, or left by who does not want it."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="shares")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="shares")
    amount = Amount()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = by_somebody(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share given back")
        verbose_name_plural = _("shares given back")
        ordering = ["closing", "gift"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "gift"], name="share_once_a_gift"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="share_of_something"),
            models.CheckConstraint(
                condition=Q(left_at=None, left_by=None) | Q(left_at__isnull=False, left_by__isnull=False),
                name="share_left_told_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.gift}: {self.amount}"
