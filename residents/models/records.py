"""What was looked at or taken away, and rosters on their way in."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from residents.models.places import Compound
from residents.models.users import User


class AccessRecord(models.Model):
    """Who looked at what was masked, or took a list away. Written by services, never changed."""

    class Deed(models.TextChoices):
        REVEAL = "reveal", _("phone revealed")
        EXPORT = "export", _("list exported")
        PRINT = "print", _("list printed")
        LOOK = "look", _("restricted list looked at")

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="+")
    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="+")
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

    An applied one may be taken back: -> undoing -> undone. The file is kept encrypted only until it has been
    applied or discarded, and for a week at most.
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
        UNDO_QUEUED = "undo_queue", _("waiting to be taken back")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="roster_imports"
    )
    uploaded_by = models.ForeignKey(User, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(blank=True, default=b"", help_text=_("The file, encrypted."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done_count = models.PositiveIntegerField(_("lines done"), default=0)
    total_count = models.PositiveIntegerField(_("lines in all"), default=0)
    message = models.TextField(_("message"), blank=True, help_text=_("Why it was refused, in a sentence."))
    findings = models.JSONField(
        _("findings"), default=dict, blank=True, help_text=_("Counts, columns understood and left out.")
    )
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

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

    roster_import = models.ForeignKey(
        RosterImport, verbose_name=_("roster import"), on_delete=models.CASCADE, related_name="lines"
    )
    position = models.PositiveIntegerField(_("place in the order"))
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    first_row = models.PositiveIntegerField(_("first row"))
    last_row = models.PositiveIntegerField(_("last row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    room = models.CharField(_("room"), max_length=80, blank=True, help_text=_("As understood, for people to read."))
    notes = models.JSONField(
        _("remarks"), default=list, blank=True, help_text=_("Codes and values of what was noticed.")
    )
    payload = EncryptedTextField(blank=True, default="", help_text=_("The household as understood, as JSON."))
    original = EncryptedTextField(
        _("cells as they came"), blank=True, default="", help_text=_("The cells of a row left out, until applied.")
    )
    choice = models.CharField(
        _("choice"), max_length=60, blank=True, default="", help_text=_("What a person decided, as a code.")
    )
    returned = models.CharField(
        _("taken back"), max_length=20, blank=True, default="", help_text=_("Taken back, or why not.")
    )

    class Meta:
        verbose_name = _("roster line")
        verbose_name_plural = _("roster lines")
        ordering = ["roster_import", "position"]
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "position"], name="roster_line_position_once"),
        ]

    def __str__(self):
        return f"{self.sheet} {self.first_row}: {self.room}"


class ColumnMapping(models.Model):
    """What a steward said the columns under one header mean; read again with every file that has this header."""

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.CASCADE, related_name="column_mappings"
    )
    header = models.CharField(
        _("fingerprint"), max_length=64, help_text=_("Fingerprint of the names of the columns, in order.")
    )
    columns = models.JSONField(
        _("columns"), default=dict, help_text=_("Name of a column -> what it holds, or nothing.")
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        constraints = [
            models.UniqueConstraint(fields=["compound", "header"], name="column_mapping_once_per_header"),
        ]

    def __str__(self):
        return f"{self.compound}: {', '.join(self.columns)}"
