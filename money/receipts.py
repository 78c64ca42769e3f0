"""A receipt as it is taken in: known by its content, of a limited size, kept encrypted. Its name is not kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from money.books import MoneyError
from money.models import Receipt
from residents.encryption import decrypt, encrypt

MOST_MEGABYTES = 5
Kind = Receipt.Kind


@dataclass(frozen=True)
class ReadReceipt:
    kind: str
    content: bytes
    digest: str


def kind_of(content: bytes) -> str:
    """By how the content begins, whatever the name says. Empty for anything else."""
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    return ""


def read_receipt(upload: Any) -> ReadReceipt:
    """`upload`: an uploaded file, with `size` and `read`."""
    if upload.size > MOST_MEGABYTES * 1024 * 1024:
        raise MoneyError(_("This file is larger than %(most)s MB: take a smaller photo.") % {"most": MOST_MEGABYTES})
    content = upload.read()
    kind = kind_of(content)
    if not kind:
        raise MoneyError(_("This is neither a photo (JPEG, PNG, WebP) nor a PDF."))
    return ReadReceipt(kind, content, hashlib.sha256(content).hexdigest())


def seal(content: bytes) -> bytes:
    return encrypt(content)


def unseal(receipt: Receipt) -> bytes:
    return decrypt(bytes(receipt.content))
