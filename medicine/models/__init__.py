"""What is asked of volunteer doctors, and bags on their way to a hospital and back.

Reading order: `desk.py` (questions and what was said about them), `errands.py` (a bag a person, its steps and its
settlement), `custody.py` (whose hand each thing is in), `dates.py` (dialysis, visits, doses, refills).
"""

from medicine.models.custody import BagThing, Handover, Thing
from medicine.models.dates import MedicalDate
from medicine.models.desk import Entry, Question
from medicine.models.errands import Errand, ErrandStep, Settlement

__all__ = [
    "BagThing",
    "Entry",
    "Errand",
    "ErrandStep",
    "Handover",
    "MedicalDate",
    "Question",
    "Settlement",
    "Thing",
]
