"""What a visit comes to: the words that marks, phones, boards and sheets share."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What a visit came to. Shared by visits, marks, phones, boards and sheets; each has a letter and a colour."""

    WAITING = "waiting", _("not reached yet")
    DONE = "done", _("done")
    PARTLY = "partly", _("partly done")
    NOBODY_HOME = "nobody_home", _("nobody home")
    REFUSED = "refused", _("refused")
    ELSEWHERE = "elsewhere", _("done elsewhere")
    EXEMPT = "exempt", _("exempt")
    CLEARED = "cleared", _("taken back")

    @classmethod
    def answered(cls) -> frozenset[str]:
        """Nothing more to do at this door tonight."""
        return frozenset({cls.DONE, cls.ELSEWHERE, cls.EXEMPT})


MARKABLE = frozenset(Outcome.values) - {Outcome.WAITING}
CLOCK_TOLERANCE = timedelta(minutes=2)
PERSON_OUTCOMES = frozenset({Outcome.DONE, Outcome.NOBODY_HOME, Outcome.REFUSED, Outcome.ELSEWHERE, Outcome.EXEMPT})
