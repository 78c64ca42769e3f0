"""A receipt as it is taken in: known by its content, of a limited size, a photo drawn anew, kept encrypted.

Drawn anew, neither the place nor the phone is in it, and what lies here is an image and nothing else. Of a PDF the
content is left as it came; it is only ever given out as a file to save.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from money.books import MoneyError
from money.models import Receipt
from residents.encryption import decrypt, encrypt
from supplies.photos import PhotoError, redraw

MOST_MEGABYTES = 5
Kind = Receipt.Kind


@dataclass(frozen=True)
class ReadReceipt:
    kind: str
    content: bytes
    digest: str


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_photo(content: bytes) -> bool:
    """By how the content begins, whatever its name says."""
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def read_receipt(upload: Any) -> ReadReceipt:
    """`upload`: an uploaded file, with `size` and `read`."""
    if upload.size > MOST_MEGABYTES * 1024 * 1024:
        raise MoneyError(_("This file is larger than %(most)s MB: take a smaller photo.") % {"most": MOST_MEGABYTES})
    content = upload.read()
    digest = digest_of(content)
    if content.startswith(b"%PDF-"):
        return ReadReceipt(Kind.PDF, content, digest)
    if not is_photo(content):
        raise MoneyError(_("This is neither a photo (JPEG, PNG, WebP) nor a PDF."))
    try:
        return ReadReceipt(Kind.JPEG, redraw(content), digest)
    except PhotoError as error:
        raise MoneyError(str(error)) from error


def seal(content: bytes) -> bytes:
    return encrypt(content)


def unseal(receipt: Receipt) -> bytes:
    return decrypt(bytes(receipt.content))
