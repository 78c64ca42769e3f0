"""Pictures go after days, what a household got goes at the end; the store's books stay, without rooms."""

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.retention import IF_ANY, KeepClass, emptied, goes, keeps, register, stays, until_the_end
from supplies.models import (
    Batch,
    BatchCount,
    Diet,
    Distribution,
    Entitlement,
    HandoverPhoto,
    Item,
    KeptShare,
    Line,
    Stock,
    StockMove,
)
from supplies.photos import path_of

PHOTOS = KeepClass(
    "photos", _("Pictures of handovers"), _("the handover"), days=settings.PHOTO_DAYS, low=1, high=settings.PHOTO_DAYS
)


def burn(keys) -> None:
    """The file goes first: a row without its file says so, a file without its row nobody would find."""
    for key in keys:
        path_of(key).unlink(missing_ok=True)


register(
    PHOTOS,
    emptied(
        HandoverPhoto,
        "visit__round__compound",
        "received_at",
        {"gone_at": Now()},
        still=Q(gone_at=None),
        outside=burn,
    ),
)
until_the_end(
    goes(Diet, "household__door__building__compound", counted=("variant",)),
    goes(Entitlement, "visit__round__compound", counted=("line_id", "visit__building_id", "handover")),
    goes(KeptShare, "line__distribution__round__compound"),
)
stays(
    _("The store's books: things and counts."),
    keeps(Item, "compound", plain=("name", "unit")),
    keeps(Batch, "item__compound", end={"note": ""}),
    keeps(BatchCount, "batch__item__compound"),
    keeps(Stock, "batch__item__compound"),
    keeps(StockMove, "batch__item__compound", end={"entitlement": None, "reason": IF_ANY}),
    keeps(Line, "distribution__round__compound"),
    keeps(
        Distribution,
        "round__compound",
        end={"instructions": "", "hand_reason": IF_ANY, "hand_waits": []},
        plain=("seed", "totals_hash"),
    ),
)
