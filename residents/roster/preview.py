"""A preview in words: what the page shows of an import, in the reader's language and masked."""

import json

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.models import Household, Resident, RosterImport, RosterLine, mask_name
from residents.roster.deciding import may_type_room
from residents.roster.words import CHOICE, COLUMN, FILE, FINDING, NOTE, RETURNED, ROW, sentence

Verdict = RosterLine.Verdict
PER_PAGE = 50
WORKING = {
    RosterImport.State.WAITING,
    RosterImport.State.READING,
    RosterImport.State.QUEUED,
    RosterImport.State.APPLYING,
    RosterImport.State.UNDO_QUEUED,
    RosterImport.State.UNDOING,
}
EXPLAINED = {
    Verdict.NEW: gettext_lazy("Households that the portal does not know yet."),
    Verdict.CHANGED: gettext_lazy("Known households of which the file tells something else."),
    Verdict.SAME: gettext_lazy("Known households; nothing changes."),
    Verdict.ASK: gettext_lazy("Only a person can know. What is not decided here is left out."),
    Verdict.REFUSED: gettext_lazy("Rows with a mistake. Left out: correct them in the file and upload it again."),
}
LEAVE_OUT = gettext_lazy("— leave out —")
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


def describe_file(roster_import: RosterImport, decided: int) -> dict:
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
        "mapping_refused": sentence(FILE, findings["mapping_refused"]) if "mapping_refused" in findings else "",
        "headers": [_describe_header(header) for header in findings.get("headers", [])],
        "will_change": counts.get("new", 0) + counts.get("changed", 0) + decided,
        "decided": decided,
        "to_decide": counts.get("ask", 0),
        "left_rows": counts.get("ask", 0) + counts.get("refused", 0) - decided,
        "kept": sum(count for code, count in findings.get("undone", {}).items() if code != "back"),
    }


def _describe_header(header: dict) -> dict:
    """Each column with all it may mean, for the page where a person says so."""
    columns = [
        {
            "label": label,
            "options": [
                {"value": name, "label": word, "is_chosen": name == chosen}
                for name, word in [("", LEAVE_OUT), *COLUMN.items()]
            ],
        }
        for label, chosen in header["columns"]
    ]
    return {"fingerprint": header["fingerprint"], "columns": columns}


def describe_kept(roster_import: RosterImport) -> list[dict]:
    """The first lines that could not be taken back, and why."""
    lines = roster_import.lines.exclude(returned__in=["", "back"]).order_by("position")[:PER_PAGE]
    return [{"room": line.room, "reason": RETURNED.get(line.returned, "")} for line in lines]


def describe_lines(lines) -> list[dict]:
    return [_describe(line) for line in lines]


def _describe(line: RosterLine) -> dict:
    facts: dict = next((note for note in line.notes if note["code"] == "facts"), {})
    kept = json.loads(line.payload) if line.payload else {}
    people = kept["home"]["people"] if kept else []
    decided = kept.get("decided", {}) if line.choice else {}
    return {
        "pk": line.pk,
        "room": line.room,
        "choices": [
            {"key": choice["key"], "label": sentence(CHOICE, choice), "is_chosen": choice["key"] == line.choice}
            for choice in kept.get("choices", [])
        ],
        "may_type_room": bool(kept) and may_type_room(kept),
        "choice": line.choice,
        "typed": line.choice.removeprefix("r:") if line.choice.startswith("r:") else "",
        "becomes": [_say(note) for note in decided.get("notes", [])],
        "is_decided": bool(decided),
        "returned": RETURNED.get(line.returned, ""),
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
    told = {need for person in people for need in person.get("needs", ())}
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
