"""Pictures of handovers: read, made small and bare, kept encrypted beside the database, deleted after some days.

Whatever a phone sends is drawn anew here, so that neither the place, the time nor the make of the phone is in the file,
and nothing but an image ever lies there. The folder is no part of what the web server serves; `supplies.photo_views`
gives a picture to whoever may see the visit, and writes down who looked.
"""

from __future__ import annotations

import warnings
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from residents.encryption import decrypt, encrypt
from residents.models import Device, User
from rounds.models import Mark, Round
from supplies.ledger import SupplyError
from supplies.models import HandoverPhoto

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12 * 1024 * 1024  # as a camera makes them; phones send them smaller
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1280
QUALITY = 72


class PhotoError(SupplyError):
    """Why a picture is not taken in; `code` for the phone."""

    def __init__(self, message: str, code: str = "bad_photo"):
        super().__init__(message)
        self.code = code


class NoMarkYet(PhotoError):
    """Its mark has not arrived, or was held for a person: ask again later."""


def redraw(content: bytes) -> bytes:
    """A small JPEG with nothing in it but the picture. Raises PhotoError for what is no picture."""
    if len(content) > MOST_BYTES:
        raise PhotoError(_("This photo is too large: at most %(n)s MB.") % {"n": MOST_BYTES // 1024**2}, "too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise PhotoError(_("This photo has too many pixels. Take it in a smaller size."), "too_large")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            bare = Image.new("RGB", upright.size)
            bare.paste(upright)
            out = BytesIO()
            bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    except PhotoError:
        raise
    except Exception as error:  # a decoder fed by strangers may raise anything at all
        raise PhotoError(_("This is no photo that can be read. JPEG, PNG and WebP can.")) from error
    return out.getvalue()


def path_of(photo_id: UUID) -> Path:
    return Path(settings.PHOTO_DIR) / photo_id.hex[:2] / f"{photo_id.hex}.bin"


def keep_photo(*, id: UUID, mark_id: UUID, content: bytes, by: User, device: Device | None = None) -> HandoverPhoto:
    """The photo of one's own mark. Sent again it is known again; the file is there before the row is."""
    known = HandoverPhoto.objects.filter(mark=mark_id).first()
    if known is not None:
        if known.by_id != by.pk:
            raise PhotoError(_("This handover has a photo already."), "taken")
        return known
    if HandoverPhoto.objects.filter(pk=id).exists():
        raise PhotoError(_("This handover has a photo already."), "taken")
    mark = Mark.objects.filter(pk=mark_id, marked_by=by).select_related("visit__round").first()
    if mark is None:
        raise NoMarkYet(_("The portal does not have this handover yet."), "no_mark_yet")
    if mark.visit.round.kind != Round.Kind.SUPPLIES:
        raise PhotoError(_("A photo is kept of hand-outs only."))
    bare = redraw(content)
    path = path_of(id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(encrypt(bare))
    try:
        with transaction.atomic():
            return HandoverPhoto.objects.create(
                id=id, visit=mark.visit, mark=mark, by=by, device=device, size=len(bare)
            )
    except IntegrityError:  # the same at once: one of them is kept, and its file is the same picture
        known = HandoverPhoto.objects.filter(pk=id, mark=mark, by=by).first()
        if known is None:
            if not HandoverPhoto.objects.filter(pk=id).exists():
                path.unlink(missing_ok=True)
            raise PhotoError(_("This handover has a photo already."), "taken") from None
        return known


def read_photo(photo: HandoverPhoto) -> bytes | None:
    """None when its file is lost, as after a restore without the folder."""
    try:
        return decrypt(path_of(photo.pk).read_bytes())
    except FileNotFoundError:
        return None


def forget_old_photos() -> int:
    """Delete the files past their days; the rows stay and say that there was one, and when it went."""
    now = timezone.now()
    old = HandoverPhoto.objects.kept().filter(received_at__lt=now - timedelta(days=settings.PHOTO_DAYS))
    keys = list(old.values_list("pk", flat=True)[:1000])
    for key in keys:
        path_of(key).unlink(missing_ok=True)
    return HandoverPhoto.objects.filter(pk__in=keys).update(gone_at=now)
