"""Care: what households need and who sees to it; who is rung up, how often, and what was heard.

Reading order: CareDesk, Need, then `care/folding.py` (how steps become a state), `care/needs.py` and `care/calling.py`.
"""

from care.models.desk import CareDesk
from care.models.needs import Circle, Kind, Need, NeedQuerySet, NeedStep
from care.models.rota import Cadence, CallPlace, CallPlaceQuerySet, CallStep, KnockRound, Why

__all__ = [
    "Cadence",
    "CallPlace",
    "CallPlaceQuerySet",
    "CallStep",
    "CareDesk",
    "Circle",
    "Kind",
    "KnockRound",
    "Need",
    "NeedQuerySet",
    "NeedStep",
    "Why",
]
