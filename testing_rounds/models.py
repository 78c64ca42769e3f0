"""What a test adds to a round: how the tubes are pooled and who is expected, person by person."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.models import Resident, mask_name
from rounds.models import Outcome, Round, Visit


class TestRound(models.Model):
    """A PCR round's own settings. States, visits and marks are the round's."""

    __test__ = False  # the name begins with "Test"; pytest must not collect it

    class PoolSize(models.IntegerChoices):
        SINGLE = 1, _("single tube")
        FIVE = 5, _("5 in one tube")
        TEN = 10, _("10 in one tube")
        TWENTY = 20, _("20 in one tube")

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="test_round")
    pool_size = models.PositiveSmallIntegerField(_("people in a tube"), choices=PoolSize, default=PoolSize.TEN)
    instructions = models.CharField(
        _("for the volunteers"), max_length=200, blank=True, help_text=_("Shown on top of their list of doors.")
    )

    class Meta:
        verbose_name = _("test round")
        verbose_name_plural = _("test rounds")

    def __str__(self):
        return str(self.round)


class ExpectedPerson(models.Model):
    """Somebody who was behind this door when the round was opened. Frozen; `number` is what phones speak of.

    What became of them is folded into `visit.people` with the household's marks, never copied here.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="expected_people")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    resident = models.ForeignKey(Resident, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=50, blank=True, help_text=_("Empty for a person known only by the head count."))
    age_band = models.CharField(max_length=6, choices=Resident.AgeBand, blank=True, default="")
    needs = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("expected person")
        verbose_name_plural = _("expected people")
        ordering = ["visit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="expected_person_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="expected_person_number_from_one"),
        ]

    def __str__(self):
        return self.masked_name

    @property
    def masked_name(self) -> str:
        return mask_name(self.name) or _("person %(number)s") % {"number": self.number}

    @property
    def outcome(self) -> str:
        """Told for this person, or implied by what was told for the household. Needs `visit` loaded."""
        told = self.visit.people.get(str(self.number))
        if told:
            return told
        return self.visit.outcome if self.visit.outcome != Outcome.PARTLY else Outcome.WAITING
