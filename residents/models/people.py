"""Who lives behind the doors: households and the people in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from residents.encryption import EncryptedTextField
from residents.models.places import Building, Door
from residents.phones import fingerprints
from residents.sounds import SoundField


def mask_name(name: str) -> str:
    """`王小明` -> `王*`, `301 阿婆` -> `阿*`: enough to greet somebody at the door, not enough to list them."""
    name = name.lstrip("0123456789 -室号") or name
    return f"{name[0]}*" if name else ""


def mask_phone(phone: str) -> str:
    """`13800138000` -> `138****8000`; a short number keeps only its end."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else f"****{phone[-2:]}"


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(door__building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        """May be corrected: by the compound's stewards and by the lead of the building."""
        access = user.access
        return self.filter(Q(door__building__compound__in=access.steward) | Q(door__building__in=access.lead_buildings))

    def current(self):
        return self.filter(moved_out_on=None)

    def lived_in(self):
        return self.current().filter(occupancy__in=[Household.Occupancy.OWNER, Household.Occupancy.TENANT])

    def with_people(self):
        return self.prefetch_related(
            models.Prefetch("residents", queryset=Resident.objects.current(), to_attr="current_residents")
        )


class Household(models.Model):
    """People who share a door and a list line. Several may live behind one door; a moved-out one stays on record."""

    class Occupancy(models.TextChoices):
        OWNER = "owner", _("owner lives here")
        TENANT = "tenant", _("tenant")
        VACANT = "vacant", _("vacant")
        AWAY = "away", _("away")

    door = models.ForeignKey(Door, verbose_name=_("door"), on_delete=models.PROTECT, related_name="households")
    occupancy = models.CharField(_("occupancy"), max_length=10, choices=Occupancy, default=Occupancy.OWNER)
    told_count = models.PositiveSmallIntegerField(
        _("people, as told"), null=True, blank=True, help_text=_("May be more than the people known by name.")
    )
    moved_in_on = models.DateField(_("moved in on"), null=True, blank=True)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)

    history = HistoricalRecords()
    objects = HouseholdQuerySet.as_manager()

    current_residents: list[Resident]  # set by `with_people`

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["door", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_out_on=None) | Q(moved_in_on=None) | Q(moved_out_on__gte=F("moved_in_on")),
                name="household_moves_out_after_in",
            ),
            models.CheckConstraint(
                condition=Q(told_count=None) | Q(told_count__lte=99), name="household_told_count_at_most_99"
            ),
        ]

    def __str__(self):
        return str(self.door)

    def get_absolute_url(self):
        return reverse("residents:household", args=[self.pk])

    @property
    def is_lived_in(self) -> bool:
        return self.occupancy in {self.Occupancy.OWNER, self.Occupancy.TENANT}


class ResidentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(household__door__building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(household__in=Household.objects.kept_by(user))

    def current(self):
        return self.filter(moved_out_on=None).order_by("-is_contact", "pk")

    def with_remarks(self, compound_id: int):
        """For the household's page: where else they stay, how many of the compound share the number, the merge that
        ended the record."""
        same_number = Resident.objects.filter(
            phone_index=models.OuterRef("phone_index"),
            household__door__building__compound=compound_id,
            moved_out_on=None,
        )
        sharers = same_number.order_by().values("phone_index").annotate(n=models.Count("pk")).values("n")
        merge = MergeRecord.objects.filter(other=models.OuterRef("pk"), undoes=None, undone=None).values("pk")[:1]
        return self.select_related("stays_at__building").annotate(
            sharers=models.Case(models.When(phone_index="", then=0), default=Coalesce(models.Subquery(sharers), 0)),
            merge_id=models.Subquery(merge),
        )

    def guests(self):
        """Who sleeps behind another door than their household's, each with `host_id`: the household they are counted
        with. When nobody is listed as living there, they are still expected at their own door: nobody is lost."""
        hosts = Household.objects.lived_in().filter(
            door=Coalesce(models.OuterRef("stays_at__joined_to"), models.OuterRef("stays_at"))
        )
        return (
            self.filter(moved_out_on=None, household__moved_out_on=None, stays_at__isnull=False)
            .annotate(host_id=models.Subquery(hosts.order_by("pk").values("pk")[:1]))
            .filter(host_id__isnull=False)
        )


class Resident(models.Model):
    """The least that is needed to reach somebody: no ID number, no birth date, no diagnosis."""

    class AgeBand(models.TextChoices):
        UNKNOWN = "", _("not told")
        CHILD = "0-13", _("0–13")
        TEEN = "14-17", _("14–17")
        ADULT = "18-59", _("18–59")
        ELDER = "60-79", _("60–79")
        OLD = "80+", _("80 and over")

    class Whereabouts(models.TextChoices):
        HOME = "home", _("at home")
        AWAY = "away", _("out of town")
        HOSPITAL = "hospital", _("in hospital")

    household = models.ForeignKey(
        Household, verbose_name=_("household"), on_delete=models.PROTECT, related_name="residents"
    )
    name = models.CharField(_("name"), max_length=50, help_text=_("Or what everybody calls them: 301 阿婆."))
    name_pinyin = SoundField(of="name", max_length=300)
    age_band = models.CharField(_("age"), max_length=6, choices=AgeBand, blank=True, default="")
    is_contact = models.BooleanField(_("speaks for the household"), default=False)
    whereabouts = models.CharField(_("whereabouts"), max_length=10, choices=Whereabouts, default=Whereabouts.HOME)
    lives_alone = models.BooleanField(_("lives alone, needs calls"), default=False)
    needs_home_visit = models.BooleanField(_("cannot come down, home visit"), default=False)
    needs_gentle_knock = models.BooleanField(_("knock gently and wait"), default=False)
    has_no_phone = models.BooleanField(_("has no smartphone"), default=False)
    has_medical_trips = models.BooleanField(_("has medical trips to arrange"), default=False)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    phone_end_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    stays_at = models.ForeignKey(
        Door,
        verbose_name=_("stays at"),
        on_delete=models.PROTECT,
        related_name="guests",
        null=True,
        blank=True,
        help_text=_("Listed here but sleeping behind another door of the compound: expected there, and only there."),
    )
    moved_in_on = models.DateField(_("moved in on"), null=True, blank=True)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("the same person as"),
        on_delete=models.PROTECT,
        related_name="merged_from",
        null=True,
        blank=True,
        editable=False,
    )

    sharers: int  # set by `with_remarks`
    host_id: int  # set by `guests`

    history = HistoricalRecords(excluded_fields=["name_pinyin", "phone_end_index"])
    objects = ResidentQuerySet.as_manager()

    PHONE_FIELDS = ("phone", "phone_index", "phone_end_index")  # written together by set_phone
    NEEDS = ("lives_alone", "needs_home_visit", "needs_gentle_knock", "has_no_phone", "has_medical_trips")

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ["household", "-is_contact", "pk"]
        indexes = [
            # Serves equality too; the operator class matters to PostgreSQL alone, for what a name begins with.
            models.Index(fields=["name"], name="resident_by_name", opclasses=["varchar_pattern_ops"]),
            # Not db_index: that brings PostgreSQL a second one, for LIKE, which nobody asks of a hash.
            models.Index(fields=["phone_index"], name="resident_by_phone"),
            models.Index(fields=["phone_end_index"], name="resident_by_phone_end"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="resident_has_a_name"),
            models.CheckConstraint(
                condition=Q(moved_out_on=None) | Q(moved_in_on=None) | Q(moved_out_on__gte=F("moved_in_on")),
                name="resident_moves_out_after_in",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(moved_out_on__isnull=False) & ~Q(merged_into=F("pk"))),
                name="resident_merged_has_ended",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return self.household.get_absolute_url()

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def needs(self) -> list[str]:
        """Codes of the help this person needs at the door, in the order they are shown."""
        return [need for need in self.NEEDS if getattr(self, need)]

    def set_phone(self, phone: str) -> None:
        """The number and its fingerprints belong together; nothing else may set any of them."""
        self.phone = phone
        self.phone_index, self.phone_end_index = fingerprints(phone) if phone else ("", "")


class MergeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        """Who keeps both people: a merge tells of one what was known of the other."""
        mine = Resident.objects.kept_by(user)
        return self.filter(kept__in=mine, other__in=mine)


class MergeRecord(models.Model):
    """Two records found to be one person; or, with `undoes`, found not to be. Written once, never changed.

    The images are both residents before and after, as JSON, encrypted: what unmerging brings back, and how it sees
    that somebody has corrected one of them since.
    """

    kept = models.ForeignKey(Resident, verbose_name=_("kept record"), on_delete=models.PROTECT, related_name="merges")
    other = models.ForeignKey(
        Resident, verbose_name=_("merged record"), on_delete=models.PROTECT, related_name="merges_as_other"
    )
    by = models.ForeignKey("residents.User", verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), default=timezone.now)
    before = EncryptedTextField()
    after = EncryptedTextField()
    undoes = models.OneToOneField(
        "self", verbose_name=_("undoes"), on_delete=models.PROTECT, related_name="undone", null=True, blank=True
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("other")), name="merge_of_two"),
        ]

    def __str__(self):
        return f"{self.other} → {self.kept}"

    def get_absolute_url(self):
        return reverse("residents:merge", args=[self.pk])
