"""Phone numbers as people write them, brought into one form so that the same number has one fingerprint."""

import re
import unicodedata

from django.utils.translation import gettext as _

from residents.encryption import fingerprint

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0[0-9]{2,3})?[2-8][0-9]{6,7}")
FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")


class PhoneError(ValueError):
    """Why this cannot be a phone number, in a sentence."""


def normalise_phone(text: str) -> str:
    """`+86 138-0013-8000` -> `13800138000`; empty stays empty. Raises PhoneError."""
    text = re.sub(r"[\s\-–—().·]", "", unicodedata.normalize("NFKC", text))
    if not text:
        return ""
    domestic = re.sub(r"^(\+|00)86(?=1|0)", "", text)
    foreign = re.sub(r"^00(?=[1-9])", "+", text)
    if MOBILE.fullmatch(domestic) or LANDLINE.fullmatch(domestic):
        return domestic
    if FOREIGN.fullmatch(foreign):
        return foreign
    raise PhoneError(
        _(
            "This is not a phone number: a mobile has 11 digits, a landline 7 or 8 after its area code, "
            "a foreign one a +."
        )
    )


def fingerprint_of_end(digits: str) -> str:
    """Of the last four digits. There are only ten thousand of them: they stay a secret only as long as the key does."""
    return fingerprint(f"end:{digits}")


def fingerprints(phone: str) -> tuple[str, str]:
    """Of the whole number and of its end: what stands beside an encrypted one."""
    return fingerprint(phone), fingerprint_of_end(phone[-4:])
