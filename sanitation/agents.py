"""What is sprayed, how strong it may be, and how long a place rests afterwards. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Agent(models.TextChoices):
    CHLORINE = "chlorine", _("chlorine (84, tablets)")
    PEROXIDE = "peroxide", _("hydrogen peroxide")
    PERACETIC = "peracetic", _("peracetic acid")
    QUATERNARY = "quaternary", _("quaternary ammonium")
    ALCOHOL = "alcohol", _("alcohol 75 %")


@dataclass(frozen=True)
class Strength:
    """Parts per million from `least` to `most`; above `strong_from` a place rests longer."""

    least: int
    most: int
    rest_minutes: int
    strong_from: int = 0
    strong_rest_minutes: int = 0

    def rest(self, ppm: int) -> timedelta:
        is_strong = bool(self.strong_from) and ppm > self.strong_from
        return timedelta(minutes=self.strong_rest_minutes if is_strong else self.rest_minutes)


STRENGTHS: dict[str, Strength] = {
    Agent.CHLORINE: Strength(250, 10_000, 30, strong_from=1_000, strong_rest_minutes=60),
    Agent.PEROXIDE: Strength(5_000, 60_000, 30, strong_from=30_000, strong_rest_minutes=60),
    Agent.PERACETIC: Strength(500, 5_000, 60),
    Agent.QUATERNARY: Strength(400, 2_000, 15),
    Agent.ALCOHOL: Strength(700_000, 800_000, 10),
}


def rest_after(agent: str, ppm: int) -> timedelta:
    return STRENGTHS[agent].rest(ppm)


def is_within(agent: str, ppm: int) -> bool:
    limits = STRENGTHS[agent]
    return limits.least <= ppm <= limits.most
