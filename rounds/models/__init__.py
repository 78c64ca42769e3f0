"""The engine: a round opens visits, phones append marks, a visit's state is folded from its marks.

Reading order: Round, Visit, Mark, then `rounds/folding.py` (how marks become a state) and `rounds/services.py`.
"""

from rounds.models.assignments import Assignment, AssignmentQuerySet
from rounds.models.complaints import Complaint, ComplaintQuerySet
from rounds.models.rounds import Round, RoundEvent, RoundQuerySet
from rounds.models.visits import HeldMark, HeldMarkQuerySet, Mark, Visit, VisitQuerySet
from rounds.outcomes import CLOCK_TOLERANCE, MARKABLE, PERSON_OUTCOMES, Outcome

__all__ = [
    "CLOCK_TOLERANCE",
    "MARKABLE",
    "PERSON_OUTCOMES",
    "Assignment",
    "AssignmentQuerySet",
    "Complaint",
    "ComplaintQuerySet",
    "HeldMark",
    "HeldMarkQuerySet",
    "Mark",
    "Outcome",
    "Round",
    "RoundEvent",
    "RoundQuerySet",
    "Visit",
    "VisitQuerySet",
]
