"""Who of the squad works when: shifts with places, what a compound asks of those who take one, how they are.

Reading order: `roster.py` (rules, shifts, places), `steps.py` (what was told, appended and never changed; a place's
state is kept in line with it under one row lock), `health.py` (well, symptom, positive: told, never changed).
"""

from shifts.models.health import HealthWord, PositiveCall
from shifts.models.roster import Place, Shift, ShiftRules, Task
from shifts.models.steps import ShiftStep

__all__ = ["HealthWord", "Place", "PositiveCall", "Shift", "ShiftRules", "ShiftStep", "Task"]
