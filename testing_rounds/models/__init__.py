"""What testing adds to the engine. Reading order: rounds (who is expected), tubes (who is in which), results (what
was told of them), recall (who is held because of it), antigen (who was asked and chased), proofs."""

from testing_rounds.models.antigen import AnswerQuestion, Chase, Recheck
from testing_rounds.models.labs import LabLine, LabList
from testing_rounds.models.recall import Hold
from testing_rounds.models.results import TAKEN_BACK, PersonResult, Result, ResultSource, UnplacedResult
from testing_rounds.models.rounds import Exemption, ExpectedPerson, ProofDecision, TestRound
from testing_rounds.models.tubes import Swab, SwabQuestion, Tube, TubeResult, TubeStep

__all__ = [
    "TAKEN_BACK",
    "AnswerQuestion",
    "Chase",
    "Exemption",
    "ExpectedPerson",
    "Hold",
    "LabLine",
    "LabList",
    "PersonResult",
    "ProofDecision",
    "Recheck",
    "Result",
    "ResultSource",
    "Swab",
    "SwabQuestion",
    "TestRound",
    "Tube",
    "TubeResult",
    "TubeStep",
    "UnplacedResult",
]
