"""Who looks at tonight's sheets, and what a sheet is: shared by those who write one (reports/tonight.py lists them)."""

from __future__ import annotations

from dataclasses import dataclass

from residents.models import Building, Compound, User
from rounds.models import Round, Visit


@dataclass(frozen=True)
class Night:
    """Who looks at what: buildings they may see, of them those they keep, and the open rounds."""

    compound: Compound
    user: User
    buildings: list[Building]
    rounds: list[Round]

    @property
    def keeps_all(self) -> bool:
        return self.compound.pk in self.user.access.steward

    @property
    def kept(self) -> list[Building]:
        return [building for building in self.buildings if self.user.access.keeps(building)]

    def missing(self):
        visits = Visit.objects.filter(round__in=[round.pk for round in self.rounds], building__in=self.buildings)
        return visits.missing()


@dataclass(frozen=True)
class Sheet:
    name: str
    title: str
    header: list[str]
    rows: list[list[str]]
    empty: str  # what is said when there is nothing
    is_restricted: bool = False


def read_night(compound: Compound, user: User) -> Night:
    """Two statements."""
    buildings = list(Building.objects.visible_to(user).filter(compound=compound))
    rounds = Round.objects.open().visible_to(user).filter(compound=compound).order_by("starts_at", "pk")
    return Night(compound, user, buildings, list(rounds))
