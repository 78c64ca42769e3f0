"""A preview in words: what the page shows of an import, in the reader's language and masked."""

import json

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.models import Household, Resident, RosterImport, RosterLine, mask_name
from residents.roster.words import COLUMN, FILE, FINDING, NOTE, ROW, sentence

Verdict = RosterLine.Verdict
PER_PAGE = 50
WORKING = {
    RosterImport.State.WAITING,
    RosterImport.State.READING,
    RosterImport.State.QUEUED,
    RosterImport.State.APPLYING,
}
EXPLAINED = {
    Verdict.NEW: gettext_lazy("Households that the portal does not know yet."),
    Verdict.CHANGED: gettext_lazy("Known households of which the file tells something else."),
    Verdict.SAME: gettext_lazy("Known households; nothing changes."),
    Verdict.ASK: gettext_lazy("Only a person can know. Left out: correct the file, or the household's page."),
    Verdict.REFUSED: gettext_lazy("Rows with a mistake. Left out: correct them in the file and upload it again."),
}
NOTHING_HERE = {
    Verdict.NEW: gettext_lazy("The file brings no household that the portal does not know."),
    Verdict.CHANGED: gettext_lazy("No known household changes."),
    Verdict.SAME: gettext_lazy("No household of the file is in the portal in the same form."),
    Verdict.ASK: gettext_lazy("Nothing to decide: every row says clearly which door it is about."),
    Verdict.REFUSED: gettext_lazy("No row has a mistake."),
}
WORD_OF = {
    "occupancy": dict(Household.Occupancy.choices),
    "whereabouts": dict(Resident.Whereabouts.choices),
    "age_band": dict(Resident.AgeBand.choices),
}


def choose_verdict(asked: str, counts: dict[str, int]) -> str:
    """The tab asked for; for none or a wrong one, the first that has lines, those that need a person before others."""
    if asked in Verdict.values:
        return asked
    order = (Verdict.REFUSED, Verdict.ASK, Verdict.CHANGED, Verdict.NEW)
    return next((str(verdict) for verdict in order if counts.get(verdict)), str(Verdict.SAME))


def describe_tabs(counts: dict[str, int], active: str) -> list[dict]:
    return [
        {
            "verdict": str(verdict),
            "label": verdict.label,
            "count": counts.get(str(verdict), 0),
            "is_active": verdict == active,
            "is_warning": verdict in {Verdict.ASK, Verdict.REFUSED} and bool(counts.get(str(verdict))),
        }
        for verdict in Verdict
    ]


def describe_file(roster_import: RosterImport) -> dict:
    """Columns, notices and sums of the file; never one of its cells."""
    findings = roster_import.findings
    counts = findings.get("counts", {})
    return findings | {
        "columns": [
            {"header": column["header"], "label": COLUMN.get(column["field"], column["field"])}
            for column in findings.get("columns", [])
        ],
        "notices": [sentence(FINDING, notice) for notice in findings.get("notices", [])],
        "refusal": sentence(FILE, findings["refusal"]) if "refusal" in findings else roster_import.message,
        "will_change": counts.get("new", 0) + counts.get("changed", 0),
        "left_rows": counts.get("ask", 0) + counts.get("refused", 0),
    }


def describe_lines(lines) -> list[dict]:
    return [_describe(line) for line in lines]


def _describe(line: RosterLine) -> dict:
    facts: dict = next((note for note in line.notes if note["code"] == "facts"), {})
    people = json.loads(line.payload)["home"]["people"] if line.payload else []
    return {
        "room": line.room,
        "sheet": line.sheet,
        "rows": f"{line.first_row}–{line.last_row}" if line.last_row > line.first_row else str(line.first_row),
        "names": [mask_name(person["name"]) for person in people[:8]],
        "more": max(len(people) - 8, 0),
        "named": facts.get("named"),
        "told": facts.get("told"),
        "occupancy": WORD_OF["occupancy"].get(facts.get("occupancy", ""), ""),
        "needs": _needs(people),
        "sentences": [_say(note) for note in line.notes if note["code"] != "facts"],
    }


def _needs(people: list[dict]) -> list[str]:
    told = {need for person in people for need in person["needs"]}
    return [str(_label(need)) for need in Resident.NEEDS if need in told]


def _label(name: str):
    model = Household if name in {"occupancy", "told_count"} else Resident
    return model._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _say(note: dict) -> str:
    if note["code"] in ROW:
        return sentence(ROW, note)
    values = dict(note)
    name = note.get("field")
    if name:
        words = WORD_OF.get(name, {})
        values["field"] = _label(name)
        for side in ("old", "new"):
            value = note.get(side)
            values[side] = words.get(value, value) if value not in {None, ""} else _("not told")
    return sentence(NOTE, values)
