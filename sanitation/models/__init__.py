from sanitation.models.disinfections import BelongingsAsked, Disinfection, DisinfectionStep
from sanitation.models.waste import WasteRound, YellowBags

__all__ = ["BelongingsAsked", "Disinfection", "DisinfectionStep", "WasteRound", "YellowBags"]
