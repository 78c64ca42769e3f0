"""The compound as it stands: buildings, doors, who lives behind them, and who may look after which of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from residents.encryption import EncryptedTextField, fingerprint


def mask_name(name: str) -> str:
    """`王小明` -> `王*`: enough to greet somebody at the door, not enough to list them."""
    return f"{name[0]}*" if name else ""


def mask_phone(phone: str) -> str:
    """`13800138000` -> `138****8000`; a short number keeps only its end."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else f"****{phone[-2:]}"


@dataclass(frozen=True)
class Access:
    """What one user may reach, read once a request. Compound and building ids; nothing else decides scope."""

    officer: frozenset[int] = field(default_factory=frozenset)
    steward: frozenset[int] = field(default_factory=frozenset)
    lead_compounds: frozenset[int] = field(default_factory=frozenset)
    lead_buildings: frozenset[int] = field(default_factory=frozenset)

    @property
    def compounds(self) -> frozenset[int]:
        """Compounds whose pages may be opened at all."""
        return self.officer | self.steward | self.lead_compounds

    @property
    def whole_compounds(self) -> frozenset[int]:
        """Compounds of which every building may be seen."""
        return self.officer | self.steward

    def keeps(self, building: Building) -> bool:
        """Households of this building may be corrected, and are therefore seen with full names."""
        return building.compound_id in self.steward or building.pk in self.lead_buildings


class User(AbstractUser):
    """Anybody with a name in the portal. Volunteers have one too, without a password: their phone is their key."""

    display_name = models.CharField(_("name"), max_length=50, blank=True)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self):
        return self.display_name or self.username

    @cached_property
    def access(self) -> Access:
        """One statement. A grant that has ended, or a user made inactive, reaches nothing at the next request."""
        if not self.is_active:
            return Access()
        reach: dict[str, set[int]] = {"officer": set(), "steward": set(), "lead": set(), "lead_buildings": set()}
        rows = RoleGrant.objects.in_force().filter(user=self).values_list("role", "compound_id", "buildings")
        for role, compound_id, building_id in rows:
            if role not in reach:
                continue
            reach[role].add(compound_id)
            if role == RoleGrant.Role.LEAD and building_id:
                reach["lead_buildings"].add(building_id)
        return Access(
            officer=frozenset(reach["officer"]),
            steward=frozenset(reach["steward"]),
            lead_compounds=frozenset(reach["lead"]),
            lead_buildings=frozenset(reach["lead_buildings"]),
        )


class CompoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(pk__in=user.access.compounds)

    def kept_by(self, user):
        """Compounds the user is a steward of: may change, not only look."""
        return self.filter(pk__in=user.access.steward)


class Compound(models.Model):
    name = models.CharField(_("name"), max_length=80)
    town = models.CharField(_("sub-district"), max_length=80, blank=True)
    gap_list_at = models.TimeField(
        _("evening gap list at"), default="20:30", help_text=_("When the stewards get the list of missing doors.")
    )

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("residents:compound", args=[self.pk])


class BuildingQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        return self.filter(Q(compound__in=access.whole_compounds) | Q(pk__in=access.lead_buildings))

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Building(models.Model):
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="buildings")
    name = models.CharField(_("name"), max_length=40, help_text=_("As people say it, for example 12号楼."))
    code = models.CharField(
        _("code"), max_length=20, help_text=_("The bare number or word that rosters are matched by: 12号楼 → 12.")
    )
    position = models.PositiveIntegerField(_("order"), default=0)
    entrance_count = models.PositiveSmallIntegerField(_("entrances"), default=1)
    floor_count = models.PositiveSmallIntegerField(_("floors"), default=1)
    doors_per_floor = models.PositiveSmallIntegerField(_("doors a floor"), default=1)
    lift_count = models.PositiveSmallIntegerField(_("lifts"), default=0)

    history = HistoricalRecords()
    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "code"], name="building_code_once_per_compound"),
            models.CheckConstraint(
                condition=Q(entrance_count__gte=1, floor_count__gte=1, doors_per_floor__gte=1),
                name="building_has_size",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("residents:building", args=[self.pk])


class DoorQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        """Doors whose households may be corrected; see Household."""
        access = user.access
        return self.filter(Q(building__compound__in=access.steward) | Q(building__in=access.lead_buildings))

    def top_down(self):
        """The order a volunteer walks: entrance by entrance, from the top floor down."""
        return self.order_by("building__position", "building__code", "entrance", "-floor", "position", "room")


class Door(models.Model):
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="doors")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True, help_text=_("Empty when there is only one."))
    floor = models.SmallIntegerField(_("floor"))
    position = models.PositiveSmallIntegerField(_("place on the floor"), default=1)
    room = models.CharField(_("room"), max_length=20, help_text=_("As painted on the door."))
    key = models.CharField(max_length=20, editable=False, help_text=_("The room as matched: no leading zeros."))

    objects = DoorQuerySet.as_manager()

    class Meta:
        verbose_name = _("door")
        verbose_name_plural = _("doors")
        ordering = ["building", "entrance", "-floor", "position"]
        constraints = [
            models.UniqueConstraint(fields=["building", "entrance", "key"], name="door_once_per_entrance"),
        ]

    def __str__(self):
        return f"{self.building} {self.full_room}"

    @property
    def full_room(self) -> str:
        """The room with its entrance where there is one: `1-301`."""
        return f"{self.entrance}-{self.room}" if self.entrance else self.room


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(door__building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        """May be corrected: by the compound's stewards and by the lead of the building."""
        access = user.access
        return self.filter(Q(door__building__compound__in=access.steward) | Q(door__building__in=access.lead_buildings))

    def current(self):
        return self.filter(moved_out_on=None)

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

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="households")
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

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="residents")
    name = models.CharField(_("name"), max_length=50, help_text=_("Or what everybody calls them: 301 阿婆."))
    age_band = models.CharField(_("age"), max_length=6, choices=AgeBand, blank=True, default="")
    is_contact = models.BooleanField(_("speaks for the household"), default=False)
    whereabouts = models.CharField(_("whereabouts"), max_length=10, choices=Whereabouts, default=Whereabouts.HOME)
    lives_alone = models.BooleanField(_("lives alone, needs calls"), default=False)
    needs_home_visit = models.BooleanField(_("cannot come down, home visit"), default=False)
    needs_gentle_knock = models.BooleanField(_("knock gently and wait"), default=False)
    has_no_phone = models.BooleanField(_("has no smartphone"), default=False)
    has_medical_trips = models.BooleanField(_("has medical trips to arrange"), default=False)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    moved_in_on = models.DateField(_("moved in on"), null=True, blank=True)
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)

    history = HistoricalRecords()
    objects = ResidentQuerySet.as_manager()

    NEEDS = ("lives_alone", "needs_home_visit", "needs_gentle_knock", "has_no_phone", "has_medical_trips")

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ["household", "-is_contact", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="resident_has_a_name"),
            models.CheckConstraint(
                condition=Q(moved_out_on=None) | Q(moved_in_on=None) | Q(moved_out_on__gte=F("moved_in_on")),
                name="resident_moves_out_after_in",
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
        """The number and its fingerprint belong together; nothing else may set either."""
        self.phone = phone
        self.phone_index = fingerprint(phone) if phone else ""


class RoleGrantQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))


class RoleGrant(models.Model):
    class Role(models.TextChoices):
        OFFICER = "officer", _("street officer")
        STEWARD = "steward", _("steward")
        LEAD = "lead", _("building lead")
        VOLUNTEER = "volunteer", _("volunteer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="grants")
    buildings = models.ManyToManyField(Building, verbose_name=_("buildings"), blank=True, related_name="+")
    until = models.DateTimeField(_("until"), null=True, blank=True)

    history = HistoricalRecords(m2m_fields=[buildings])
    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "compound"], name="role_once_per_user_and_compound"),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}, {self.compound}"


class VolunteerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def active(self):
        return self.filter(ended_at=None)


class Volunteer(models.Model):
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="volunteer")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="volunteers")
    name = models.CharField(_("name"), max_length=50)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    history = HistoricalRecords()
    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("residents:volunteer", args=[self.pk])


class Device(models.Model):
    """A phone bound to one volunteer. Its id and secret were made on the phone; only the secret's hash is here."""

    id = models.UUIDField(primary_key=True, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(_("phone"), max_length=80, blank=True)
    bound_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last heard from"), null=True, blank=True)
    last_seq = models.PositiveBigIntegerField(_("last mark number seen"), default=0)
    queued_count = models.PositiveIntegerField(_("unsent, as the phone told"), default=0)

    class Meta:
        verbose_name = pgettext_lazy("device", "phone")
        verbose_name_plural = _("phones")
        ordering = ["-bound_at"]

    def __str__(self):
        return self.label or str(self.id)[:8]


class Invite(models.Model):
    """One use, one volunteer. The code itself is shown once and stored only as a hash."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="invites")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    device = models.OneToOneField(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="invite")

    class Meta:
        verbose_name = _("invite")
        verbose_name_plural = _("invites")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, device=None) | Q(used_at__isnull=False, device__isnull=False),
                name="invite_used_with_a_device",
            ),
        ]

    def __str__(self):
        return f"{self.volunteer}, {self.created_at:%Y-%m-%d %H:%M}"


class AccessRecord(models.Model):
    """Who looked at what was masked, or took a list away. Written by services, never changed."""

    class Deed(models.TextChoices):
        REVEAL = "reveal", _("phone revealed")
        EXPORT = "export", _("list exported")
        PRINT = "print", _("list printed")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="+")
    deed = models.CharField(_("deed"), max_length=10, choices=Deed)
    subject = models.CharField(_("what"), max_length=200, help_text=_("Which record or list; no personal data."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=1)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} {self.get_deed_display()}: {self.subject}"


class RosterImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but who may apply it: a roster is the most personal list there is."""
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class RosterImport(models.Model):
    """One uploaded roster on its way: waiting -> reading -> ready -> applying -> applied; or refused, or discarded.

    The file is kept encrypted only until it has been applied or discarded.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("ready to look at")
        QUEUED = "queued", _("waiting to be applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", pgettext_lazy("of a file", "refused")
        DISCARDED = "discarded", _("discarded")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="roster_imports")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(blank=True, default=b"", help_text=_("The file, encrypted."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    message = models.TextField(_("message"), blank=True, help_text=_("Why it was refused, in a sentence."))
    findings = models.JSONField(default=dict, blank=True, help_text=_("Counts, columns understood and left out."))
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("residents:roster_import", args=[self.pk])


class RosterLine(models.Model):
    """What one household of the file would become. `rows` are numbered as the spreadsheet shows them."""

    class Verdict(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("same")
        ASK = "ask", _("to decide")
        REFUSED = "refused", pgettext_lazy("of a row", "refused")

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    sheet = models.CharField(max_length=100, blank=True)
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    room = models.CharField(max_length=80, blank=True, help_text=_("As understood, for people to read."))
    notes = models.JSONField(default=list, blank=True, help_text=_("Codes and values of what was noticed."))
    payload = EncryptedTextField(blank=True, default="", help_text=_("The household as understood, as JSON."))

    class Meta:
        verbose_name = _("roster line")
        verbose_name_plural = _("roster lines")
        ordering = ["roster_import", "position"]
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "position"], name="roster_line_position_once"),
        ]

    def __str__(self):
        return f"{self.sheet} {self.first_row}: {self.room}"
