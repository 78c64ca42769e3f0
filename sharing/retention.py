"""What neighbours gave each other goes some weeks after; how many things, by kind, stays."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.retention import KeepClass, goes, keeps, register, stays, until_the_end
from sharing.models import (
    Corner,
    CornerStep,
    Drive,
    DriveStep,
    Offer,
    Part,
    Pledge,
    Portion,
    Reservation,
    Wish,
)


def _of(compound):
    """A step speaks of an offer or of a wish."""
    return Q(offer__compound=compound) | Q(wish__compound=compound)


DRIVES = KeepClass("drives", _("Pledge drives"), _("their end"), days=30, low=7, high=180)

register(
    DRIVES,
    goes(DriveStep, "drive__compound", since="drive__ended_at"),
    goes(Pledge, "part__drive__compound", since="part__drive__ended_at"),
    goes(Portion, "drive__compound", since="drive__ended_at"),
    goes(Part, "drive__compound", since="drive__ended_at"),
    goes(Drive, "compound", since="ended_at", counted=("state",)),
)
until_the_end(
    goes(CornerStep, _of),
    goes(Reservation, "offer__compound", counted=("state",)),
    goes(Offer, "compound", counted=("category",)),
    goes(Wish, "compound", counted=("category",)),
)
stays(_("Settings, no people."), keeps(Corner, "compound", plain=("hours",)))
