"""Who served when goes some months after; what volunteers told of their health, sooner."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from residents.retention import KeepClass, goes, keeps, register, stays
from shifts.models import HealthWord, Place, PositiveCall, Shift, ShiftRules, ShiftStep

SHIFTS = KeepClass("shifts", _("Who served which shift"), _("the end of the shift"), days=90, low=30, high=365)
HEALTH = KeepClass(
    "health",
    _("Volunteers' health words"),
    _("the day it was told; a stop stays until it is lifted"),
    days=14,
    low=7,
    high=60,
)
# The latest word but "well" says whether somebody may serve: a stop must not end because it was forgotten.
LATER = HealthWord.objects.filter(volunteer=OuterRef("volunteer"), pk__gt=OuterRef("pk")).exclude(kind="well")
HOLDS_NOTHING = ~Q(kind__in=HealthWord.STOPS) | Q(Exists(LATER)) | Q(volunteer__ended_at__isnull=False)

register(
    SHIFTS,
    goes(ShiftStep, "shift__compound", since="shift__ends_at"),
    goes(Place, "shift__compound", since="shift__ends_at", counted=("shift__task", "state", "presence")),
    goes(Shift, "compound", since="ends_at", counted=("task",)),
)
register(
    HEALTH,
    goes(PositiveCall, "volunteer__compound", since="at"),
    goes(HealthWord, "volunteer__compound", since="at", due=HOLDS_NOTHING),
)
stays(
    _("Settings, no people."),
    keeps(ShiftRules, "compound", plain=("gear_remote", "gear_order", "gear_sealed", "gear_cases")),
)
