"""What is told of lockdown clocks: a change of phase, the evening before; a question that waits for a person.

Texts name a building, its area and a day. Who is ill, and how many, is in none of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from clock.reading import SHANGHAI, ReadClock
from clock.reckoning import Day
from clock.sentences import say_all, say_day, say_name, say_zone
from notices.models import Message
from notices.services import draft_message

if TYPE_CHECKING:
    from compound.reminders import Scene

EVENING = 18


def _name(day: Day) -> str:
    return say_zone(day.zone) if day.is_override else say_name(day.phase.name)


def _turn(row: ReadClock, now: datetime) -> Day | None:
    """Tomorrow's new phase once it is evening; today's, where the evening went by unheard."""
    local = now.astimezone(SHANGHAI)
    days = {day.on: day for day in row.reckoning.days}
    today, yesterday = days.get(local.date()), days.get(local.date() - timedelta(days=1))
    if local.hour >= EVENING:
        before, after = today, days.get(local.date() + timedelta(days=1))
    else:
        before, after = yesterday, today
    if after is None or (before is not None and (before.zone, before.phase) == (after.zone, after.phase)):
        return None
    return after if before is not None or after.on > local.date() else None


def tell_clock_turns(scene: Scene) -> list[Message]:
    """To stewards, bots and the building's own leads. A change put off is a new thing to tell."""
    rows = []
    for clock in scene.clocks:
        day = _turn(clock, scene.now)
        if day is None:
            continue
        words = {"building": clock.building, "day": say_day(day.on), "zone": _name(day)}
        text = {
            "reminder": f"clock-turns:{clock.clock.pk}",
            "period": f"{day.on.isoformat()} {day.zone}",
            "subject": _("%(building)s from 0:00 on %(day)s: %(zone)s") % words,
            "body": say_all(day.reasons, is_discreet=True)
            + "\n"
            + _("These days are estimated; the sub-district decides."),
            "link": clock.clock.get_absolute_url(),
        }
        rows += scene.tell_stewards(clock.building.compound_id, **text)
        stewards = set(scene.stewards[clock.building.compound_id])
        leads = [user for user, own in scene.leads[clock.building.compound_id] if clock.building.pk in own]
        users = [user for user in leads if user not in stewards]
        rows += draft_message(compound=clock.building.compound, users=users, **text)
    return rows


def tell_clock_questions(scene: Scene) -> list[Message]:
    """To stewards alone, and to no bot: a positive to decide on, a last day that has come."""
    rows = []
    for clock in scene.clocks:
        questions = [(f"ask {finding.key}", _("a positive waits for a decision")) for finding in clock.reckoning.asks]
        last, today = clock.reckoning.last_day, scene.now.astimezone(SHANGHAI).date()
        if last is not None and last <= today and clock.today is not None and clock.today.state != "waiting":
            questions.append((f"release {last.isoformat()}", _("the last day has come: look at the list")))
        for period, question in questions:
            rows += draft_message(
                compound=clock.building.compound,
                users=scene.stewards[clock.building.compound_id],
                reminder=f"clock-asks:{clock.clock.pk}",
                period=period,
                subject=_("%(building)s: %(question)s") % {"building": clock.building, "question": question},
                body=_("The clock of this building cannot go on by itself. Its page says what is open."),
                link=clock.clock.get_absolute_url(),
            )
    return rows
