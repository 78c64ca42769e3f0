"""The help a person needs at the door, in the two or three words there is room for."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

NEED_WORDS = {
    "lives_alone": _("lives alone"),
    "needs_home_visit": _("home visit"),
    "needs_gentle_knock": _("knock gently"),
    "has_no_phone": _("no smartphone"),
    "has_medical_trips": _("medical trips"),
}


def need_words(codes: Iterable[str]) -> list[str]:
    """Each need once, in the order it is always shown."""
    needed = set(codes)
    return [str(words) for code, words in NEED_WORDS.items() if code in needed]
