"""How long results are kept by person. While a clock runs nothing goes (clock/retention.py)."""

from django.utils.translation import gettext_lazy as _

from residents.retention import IF_ANY, KeepClass, emptied, goes, keeps, register, stays, until_the_end
from testing_rounds.models import (
    AnswerQuestion,
    Chase,
    Exemption,
    ExpectedPerson,
    Hold,
    LabLine,
    LabList,
    PersonResult,
    ProofDecision,
    Recheck,
    Swab,
    SwabQuestion,
    TestRound,
    Tube,
    TubeResult,
    TubeStep,
    UnplacedResult,
)

RESULTS = KeepClass(
    "results", _("Test results by person"), _("the end of the round, and of the last clock"), days=14, low=3, high=90
)
ROUND = "visit__round"
OF_PERSON = f"person__{ROUND}"
OF_TEST = "test_round__round"


def _of(model, path, **more):
    return goes(model, f"{path}__compound", since=f"{path}__closed_at", **more)


register(
    RESULTS,
    _of(PersonResult, OF_PERSON),
    _of(Swab, OF_PERSON),
    _of(SwabQuestion, OF_PERSON),
    _of(Hold, OF_PERSON),
    _of(Recheck, OF_PERSON),
    _of(ProofDecision, OF_PERSON),
    _of(AnswerQuestion, "mark__visit__round"),
    _of(Chase, ROUND),
    _of(LabLine, f"lab_list__{OF_TEST}"),
    _of(UnplacedResult, OF_TEST),
    emptied(LabList, f"{OF_TEST}__compound", f"{OF_TEST}__closed_at", {"name": IF_ANY, "findings": {}}),
    _of(ExpectedPerson, ROUND, counted=("visit__round_id", "visit__building_id", "result")),
    goes(Exemption, "resident__household__door__building__compound", since="until"),
)
until_the_end(
    goes(Tube, "compound", counted=("test_round_id", "result")),
    goes(TubeStep, "tube__compound"),
    goes(TubeResult, "tube__compound"),
)
stays(
    _("That a round took place, and its counts."),
    keeps(TestRound, "round__compound", end={"recalls": None, "instructions": ""}),
)
