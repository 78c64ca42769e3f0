"""The demo's care desk in the estate: needs in every state, one urgent and one that stands still; a call rota with a
week behind it, a call put off, and one person who did not answer twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from care.calling import begin_calls, take_call, tell_call
from care.forms import usual_why
from care.models import CallPlace, Need
from care.needs import ask, claim, confirm, finish, open_desk, start, wait
from care.reading import proposals
from care.telling import Teller
from residents.models import Compound, Household, User, Volunteer
from residents.services import add_volunteer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEEDS = (
    # which household, kind, words, hours ago, how far
    (4, "medicine", "降压药只剩两天，医保卡在我这里", 5.0, "stale"),
    (9, "medical", "爷爷胸痛，脸色不好", 0.2, "new"),
    (15, "food", "两个老人，菜和米都快没了", 2.0, "new"),
    (22, "baby", "奶粉还有一罐，要一段的", 3.0, "claimed"),
    (28, "repair", "厨房水管漏水，已关总阀", 6.0, "waiting"),
    (33, "mood", "一个人在家，睡不着，想有人说说话", 1.5, "doing"),
    (47, "food", "缺鸡蛋", 20.0, "done"),
    (51, "other", "钥匙断在锁里", 26.0, "confirmed"),
)

HELPERS = (("方可", ["driver", "strong_arms"]), ("苗青", ["nurse", "dialect"]))


def care_for(estate: Compound, steward: User, lead: User) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    open_desk(compound=estate, stale_hours=4, claim_hours=4, call_minutes=15, doorbell="")
    rows = Household.objects.lived_in().filter(door__building__compound=estate).select_related("door__building")
    homes = list(rows.order_by("door__building__position", "-door__floor", "door__position", "pk"))
    helper = _add_helpers(estate)
    for place, kind, words, hours, state in NEEDS:
        at = now - hours * HOUR
        need = ask(household=homes[place], kind=kind, words=words, teller=Teller(by=steward), now=at)
        _advance(need, state, steward, helper, at)
    _fill_rota(estate, steward, lead, homes)


def _add_helpers(estate: Compound) -> Volunteer:
    """Who takes needs on their phones; the first has some in hand."""
    squad = []
    for name, skills in HELPERS:
        volunteer = add_volunteer(compound=estate, name=name)
        volunteer.skills, volunteer.trained_on = skills, timezone.localdate()
        volunteer.save(update_fields=["skills", "trained_on"])
        squad.append(volunteer)
    return squad[0]


def _advance(need: Need, state: str, by: User, helper: Volunteer, at) -> None:
    now = timezone.now()
    if state in {"new", "stale"}:
        return
    claim(need=need, by=by, helper=helper, now=at + HOUR / 2)
    if state == "doing":
        start(need=need, by=by, now=at + HOUR)
    elif state == "waiting":
        wait(need=need, by=by, until=now + 15 * HOUR, reason="物业明早带配件", now=at + HOUR)
    elif state in {"done", "confirmed"}:
        finish(need=need, by=by, note="已送到门口", now=at + 2 * HOUR)
    if state == "confirmed":
        confirm(need=need, teller=Teller(by=by), now=at + 3 * HOUR)


def _fill_rota(estate: Compound, steward: User, lead: User, homes: list[Household]) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    people = proposals(estate, steward)[:8]
    people += [home.residents.current().first() for home in homes[2:60:9]][: max(0, 8 - len(people))]
    places = []
    for number, person in enumerate(people):
        if person is None:
            continue
        cadence, begun = (1, 1, 2, 3, 7)[number % 5], now - 6 * DAY
        places.append(begin_calls(resident=person, cadence=cadence, why=usual_why(person), by=steward, now=begun))
    for number, place in enumerate(places):
        for ago in range(6, 0, -1):
            if (6 - ago) % place.cadence == 0:
                heard, note = ("proxy", "女儿接的，都好") if (number + ago) % 5 == 0 else ("answered", "")
                _call(place, heard, steward, now - ago * DAY, note)
    for minutes in (70, 30):
        _call(places[0], "no_answer", steward, now - timedelta(minutes=minutes), "")
    _call(places[1], "answered", lead, now - HOUR, "")


def _call(place: CallPlace, heard: str, by: User, at, note: str) -> None:
    take_call(place=place, by=by, now=at)
    tell_call(place=place, heard=heard, by=by, note=note, now=at)
