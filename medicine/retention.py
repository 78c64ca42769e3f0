"""Medicine, questions to the doctor and dates: the most private there is, kept a month, as needs are."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from medicine.models import (
    BagThing,
    Entry,
    Errand,
    ErrandStep,
    Handover,
    MedicalDate,
    Question,
    Settlement,
)
from residents.retention import KeepClass, before_the_end, goes, register

ERRANDS = KeepClass("errands", _("Medicine errands"), _("the day it ended"), days=30, low=7, high=90)
DOCTOR = KeepClass("doctor", _("Questions to the doctor"), _("the day it was closed"), days=30, low=7, high=90)
DATES = KeepClass("dates", _("Medical dates"), _("the day it was closed"), days=30, low=7, high=90)

register(
    ERRANDS,
    goes(Handover, "thing__errand__compound", since="thing__errand__ended_at"),
    goes(BagThing, "errand__compound", since="errand__ended_at"),
    goes(Settlement, "errand__compound", since="errand__ended_at"),
    goes(ErrandStep, "errand__compound", since="errand__ended_at"),
    goes(Errand, "compound", since="ended_at", counted=("state",)),
)
register(
    DOCTOR,
    goes(Entry, "question__compound", since="question__closed_at"),
    goes(Question, "compound", since="closed_at"),
)
register(DATES, goes(MedicalDate, "compound", since="closed_at", counted=("kind", "end")))


@before_the_end
def bags_on_their_way(compound):
    """Cards, booklets and cash of households: who holds which must not be forgotten before they are home."""
    if count := Errand.objects.filter(compound=compound, ended_at=None).count():
        told = ngettext("%(count)s medicine bag is not home yet.", "%(count)s medicine bags are not home yet.", count)
        yield told % {"count": count}
