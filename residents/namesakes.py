"""Two of one name behind one door: what stands beside a name so that the right one is met."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from residents.models import Resident


def told_apart(people: Sequence[Resident], *, names: bool) -> list[str]:
    """The names as they are shown, in the same order; namesakes with what tells them apart, or numbered. Masked names
    say nothing of the name, so they are left alone."""
    if not names:
        return [person.masked_name for person in people]
    times = Counter(person.name for person in people)
    hints = Counter((person.name, _hint(person)) for person in people)
    shown, number = [], Counter[str]()
    for person in people:
        number[person.name] += 1
        hint = _hint(person)
        if hints[person.name, hint] > 1:
            hint = " ".join(part for part in (hint, f"#{number[person.name]}") if part)
        shown.append(f"{person.name}（{hint}）" if times[person.name] > 1 and hint else person.name)
    return shown


def _hint(person: Resident) -> str:
    if person.age_band:
        return str(person.get_age_band_display())
    return _("speaks for the household") if person.is_contact else ""
