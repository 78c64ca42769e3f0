"""One module for each room whose addresses are not in tests/test_permissions.py itself; read that file first.

A module defines PLAIN, OBJECT and BY_SECRET (rows as there), MISSING (kinds whose key is not one whole number) and
`things(place)`: for each kind of object it speaks of, the key of one that lies in that place.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from residents.models import Building, Compound, Household, User, Volunteer
from rounds.models import Round, Visit


@dataclass(frozen=True)
class Place:
    """One of three: the own compound, the building beside, another compound. `round` is an open PCR round there."""

    compound: Compound
    building: Building
    household: Household
    volunteer: Volunteer
    steward: User
    round: Round
    visit: Visit


@cache
def areas() -> tuple[ModuleType, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)
