"""What neighbours give each other: the share corner, and drives to which many kitchens give a part.

Reading order: `corner.py` (offers, reservations, wishes), `drives.py` (drives, parts, pledges), `steps.py` (what was
told, appended and never changed; everything else is kept in line with it under a row lock).
"""

from sharing.models.corner import Category, Corner, Offer, Reservation, Wish
from sharing.models.drives import Drive, Part, Pledge, Portion
from sharing.models.steps import CornerStep, DriveStep

__all__ = [
    "Category",
    "Corner",
    "CornerStep",
    "Drive",
    "DriveStep",
    "Offer",
    "Part",
    "Pledge",
    "Portion",
    "Reservation",
    "Wish",
]
