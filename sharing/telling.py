"""Who tells something and for whom, and what neighbours may write: few words, whole numbers, no telephone numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from residents.models import Household, HouseholdLink, User, Volunteer
from residents.numbers_typed import NumberError, read_quantity

LONG_NUMBER = re.compile(r"[0-9]{7,}")
BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s\-–—().·]+(?=[0-9])")


class SharingError(ValueError):
    """A sentence for the person who tried."""


@dataclass(frozen=True)
class Teller:
    """A household by its link; or somebody with a name here, perhaps for a household without a phone: then the
    volunteer who heard it at the door may be named too."""

    by: User | None = None
    link: HouseholdLink | None = None
    heard_by: Volunteer | None = None

    def facts(self) -> dict[str, Any]:
        return {"by": self.by, "link": self.link, "heard_by": self.heard_by}


def check_words(text: str, most: int) -> str:
    """What neighbours read about a thing or a place. A phone number would stay for everybody to see."""
    text = " ".join(text.split())
    if not text:
        raise SharingError(_("Say it in a few words."))
    if len(text) > most:
        raise SharingError(_("That is too long: %(most)s characters at the most.") % {"most": most})
    if LONG_NUMBER.search(BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))):
        raise SharingError(_("Leave the phone number out: neighbours see only the room, and only of a match."))
    return text


def check_count(typed: Any, most: int) -> int:
    try:
        return read_quantity(typed, most=most)
    except NumberError as error:
        raise SharingError(str(error)) from None


def check_lives_here(household: Household) -> None:
    if household.moved_out_on is not None:
        raise SharingError(_("This household has moved out."))


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise SharingError(_("Say why, in a few words."))
    return check_words(reason, 200)
