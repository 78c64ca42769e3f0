"""One line settled by a person: what they chose is kept with what it comes to, and applied as shown."""

import json

from django.db import transaction

from residents.models import RosterImport, RosterLine
from residents.roster.asking import ROOM_CODES, DecisionError, choices_of, decide
from residents.roster.comparing import Outcome, compare_all
from residents.roster.homes import Home, dump_home, load_home
from residents.roster.present import Present, load_present
from residents.roster.words import RosterStateError

ASK = RosterLine.Verdict.ASK


def line_payload(home: Home, outcome: Outcome, present: Present, buildings: list[tuple[str, str]]) -> str:
    """What a line keeps of its household; of one that waits for a person also what may be chosen."""
    kept: dict = {"home": dump_home(home), "plan": outcome.plan}
    if outcome.verdict == ASK:
        kept["choices"] = choices_of(home, outcome.plan["ask"], present, buildings)
    return json.dumps(kept, ensure_ascii=False)


def may_type_room(kept: dict) -> bool:
    return kept["plan"].get("ask") in ROOM_CODES


@transaction.atomic
def decide_line(*, line: RosterLine, key: str) -> None:
    """Take `key` for the line, or take nothing back with an empty one. Raises DecisionError, RosterStateError."""
    roster_import = RosterImport.objects.select_for_update().defer("content").get(pk=line.roster_import_id)
    line = RosterLine.objects.select_for_update().get(pk=line.pk)
    if roster_import.state != RosterImport.State.READY or line.verdict != ASK or not line.payload:
        raise RosterStateError("not to decide")
    kept = json.loads(line.payload)
    kept.pop("decided", None)
    if key:
        _check_offered(kept, key)
        home = decide(load_home(kept["home"]), key)
        present = load_present(roster_import.compound, [home.building])
        outcome = next(compare_all([home], present))
        if outcome.verdict == ASK:
            _ask_next(line, kept, home, outcome, present)
            key = ""
        else:
            decided = {"home": dump_home(home), "plan": outcome.plan, "verdict": str(outcome.verdict)}
            kept["decided"] = decided | {"notes": outcome.notes}
    line.choice = key[:60]
    line.payload = json.dumps(kept, ensure_ascii=False)
    line.save(update_fields=["choice", "payload", "notes"])


def _check_offered(kept: dict, key: str) -> None:
    offered = {choice["key"] for choice in kept.get("choices", [])}
    if key not in offered and not (key.startswith("r:") and may_type_room(kept)):
        raise DecisionError("not offered")


def _ask_next(line: RosterLine, kept: dict, home: Home, outcome: Outcome, present: Present) -> None:
    """One question leads to the next: the room is clear now, and two households live behind its door."""
    code = outcome.plan["ask"]
    if code == kept["plan"]["ask"]:
        raise DecisionError(code)
    kept.update(home=dump_home(home), plan=outcome.plan, choices=choices_of(home, code, present, []))
    line.notes = [note for note in line.notes if note["code"] == "facts"] + outcome.notes


def decided_count(roster_import: RosterImport) -> int:
    return roster_import.lines.filter(verdict=ASK).exclude(choice="").count()
