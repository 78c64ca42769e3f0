"""Quantities as a household types them: pieces, or kilograms of what is sold by weight. Nothing typed is no order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from buying.models import Item, OrderLine
from buying.services import BuyingError
from residents.models import Household
from residents.numbers_typed import NumberError, read_quantity, read_weight

NOTHING = frozenset({"", "0", "0.0", "0.00"})


@dataclass
class Told:
    wanted: dict[int, int] = field(default_factory=dict)
    saw: dict[int, int] = field(default_factory=dict)


def read_one(item: Item, typed: str) -> int:
    """Pieces or grams. Raises NumberError."""
    plain = typed.strip().translate(str.maketrans("０．", "0."))
    if plain in NOTHING:
        return 0
    if not item.is_weighed:
        return read_quantity(typed, least=0)
    return int(read_weight(typed) * item.scale)


def read_told(posted: Mapping[str, str], items: Iterable[Item]) -> Told:
    """`q-<item>` is what shall stand, `saw-<item>` what stood when the form was drawn. Raises BuyingError for all that
    cannot be read, so that it is put right in one go."""
    told, wrong = Told(), []
    for item in items:
        typed = posted.get(f"q-{item.pk}")
        if typed is None:
            continue
        try:
            told.wanted[item.pk] = read_one(item, typed)
        except NumberError as error:
            wrong.append(_("%(item)s: %(error)s") % {"item": item, "error": error})
        seen = posted.get(f"saw-{item.pk}", "")
        told.saw[item.pk] = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    if wrong:
        raise BuyingError(" ".join(wrong))
    if not told.wanted:
        raise BuyingError(_("Nothing was told. Type how much of what."))
    return told


@dataclass
class Asked:
    """One thing as a household's form asks for it."""

    item: Item
    stands: int
    shown: str  # what is in the field: as typed a moment ago, or what stands

    @property
    def most(self) -> str:
        """The household's limit, in words."""
        return "" if self.item.household_limit is None else self.item.say(self.item.household_limit)

    @property
    def there(self) -> str:
        """What it can have of what is left; nothing said where nothing is limited."""
        left = self.item.left
        return "" if left is None else self.item.say(left + self.stands)

    @property
    def is_gone(self) -> bool:
        return self.item.left == 0 and not self.stands

    @property
    def fills(self) -> str:
        """How much more fills the last carton, which is bought whole; nothing said where it is full or comes loose."""
        size = self.item.pack_size * self.item.scale
        spare = -self.item.ordered % size
        return self.item.say(spare) if self.item.pack_size > 1 and spare and self.item.ordered else ""

    @property
    def stands_words(self) -> str:
        return self.item.say(self.stands) if self.stands else ""

    @property
    def money(self):
        return self.item.cost(self.stands)


def ask(items: Iterable[Item], household: Household, posted: Mapping[str, str]) -> list[Asked]:
    """One statement."""
    items = list(items)
    lines = OrderLine.objects.filter(item__in=items, household=household)
    return make_asked(items, dict(lines.values_list("item", "quantity")), posted)


def make_asked(items: Iterable[Item], stands: Mapping[int, int], posted: Mapping[str, str]) -> list[Asked]:
    """`stands`: item -> what it has ordered."""
    asked = []
    for item in items:
        quantity = stands.get(item.pk, 0)
        typed = posted.get(f"q-{item.pk}")
        shown = typed[:40] if typed is not None else item.number(quantity) if quantity else ""
        asked.append(Asked(item, quantity, shown))
    return asked
