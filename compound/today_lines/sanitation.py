"""Yellow bags whose day is nearly over, places warned of or being sprayed, doors a collection has missed."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from compound.today_lines import Ask, Urgency, at_thing, in_place
from residents.models import Compound
from rounds.models import Round, Visit
from sanitation.log import standing_at
from sanitation.models import DisinfectionStep, WasteRound
from sanitation.yellow import with_old_bags

MISSED_FOR = timedelta(hours=36)  # after that the next collection has come
Step = DisinfectionStep.Kind


def missed(user, now) -> QuerySet:
    doors = Visit.objects.filter(round=OuterRef("round")).missing()
    closed = {"round__state": Round.State.CLOSED, "round__closed_at__gt": now - MISSED_FOR}
    return WasteRound.objects.kept_by(user).filter(Exists(doors), next_pass=None, **closed)


ASKS = (
    Ask(
        "yellow_bags",
        Urgency.LATE,
        ngettext_lazy("place with yellow bags to be fetched now", "places with yellow bags to be fetched now", "n"),
        _("Call the lorry"),
        rows=lambda user, now: with_old_bags(Compound.objects.filter(pk__in=user.access.whole_compounds), now),
        compound="pk",
        link=in_place("sanitation:yellow", "sanitation:home"),
    ),
    Ask(
        "being_sprayed",
        Urgency.TODAY,
        ngettext_lazy("place is being sprayed", "places are being sprayed", "n"),
        _("Say that it is done"),
        rows=lambda user, _now: standing_at(Step.SPRAYING, user),
        at="steps__at",
        thing="pk",
        link=at_thing("sanitation:disinfection", "sanitation:home"),
    ),
    Ask(
        "spraying_warned",
        Urgency.TODAY,
        ngettext_lazy("place was warned of spraying", "places were warned of spraying", "n"),
        _("Begin"),
        rows=lambda user, _now: standing_at(Step.WARNED, user),
        at="steps__at",
        thing="pk",
        link=at_thing("sanitation:disinfection", "sanitation:home"),
    ),
    Ask(
        "rubbish_missed",
        Urgency.TODAY,
        ngettext_lazy("collection that missed doors", "collections that missed doors", "n"),
        _("Next pass"),
        rows=missed,
        compound="round__compound",
        at="round__closed_at",
        thing="round",
        link=at_thing("sanitation:route", "sanitation:home"),
    ),
)
