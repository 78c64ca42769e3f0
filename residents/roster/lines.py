"""The lines of a preview: made one after the other as they are written, so that no large file is in memory as lines."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from residents.encryption import secret
from residents.models import Compound, RosterImport, RosterLine
from residents.roster.bulk import insert_rows
from residents.roster.comparing import Outcome, compare_by_building
from residents.roster.deciding import line_payload
from residents.roster.homes import Home, LeftRow, Understood
from residents.roster.present import Present
from residents.roster.reading import Book

MOST_HEADERS = 5  # kinds of header a page can ask about
COLUMNS = (
    "roster_import",
    "position",
    "sheet",
    "first_row",
    "last_row",
    "verdict",
    "room",
    "notes",
    "payload",
    "original",
)


@dataclass(slots=True)
class Line:
    """What a RosterLine is made of."""

    sheet: str
    first_row: int
    last_row: int
    verdict: str
    room: str
    notes: list[dict]
    payload: str
    original: str = ""


class Preview:
    """What a file would do. Its findings are complete when its lines have been taken."""

    def __init__(self, compound: Compound, book: Book, understood: Understood, buildings: list[tuple[str, str]]):
        self.compound, self.understood, self.buildings = compound, understood, buildings
        self.rows = {sheet.name: sheet.rows for sheet in book.sheets}
        self.counts: Counter = Counter()
        self.new_buildings: dict[str, str] = {}
        self.with_rows_left: set[str] = set()
        self.positions = self._in_order({sheet.name: place for place, sheet in enumerate(book.sheets)})

    def _in_order(self, sheets: dict[str, int]) -> list[int]:
        """The position of each household, then of each row left out: as they stand in the file."""
        places = [(sheets.get(home.sheet, 0), home.first_row) for home in self.understood.homes]
        places += [(sheets.get(row.sheet, 0), row.row) for row in self.understood.left]
        positions = [0] * len(places)
        for position, place in enumerate(sorted(range(len(places)), key=places.__getitem__)):
            positions[place] = position
        return positions

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Each line with its position, building by building."""
        for place, line in self._all_lines():
            self.counts[line.verdict] += 1
            if line.original:
                self.with_rows_left.add(line.sheet)
            yield self.positions[place], line

    def _all_lines(self) -> Iterator[tuple[int, Line]]:
        homes = self.understood.homes
        for present, outcomes in compare_by_building(self.compound, homes):
            for place, outcome in outcomes:
                home = homes[place]
                if outcome.is_new_building:
                    self.new_buildings[home.building] = home.building_name
                line = home_line(home, outcome, present)
                if outcome.verdict == RosterLine.Verdict.ASK:
                    line.original = self._original(home.sheet, home.rows)
                yield place, line
        for place, row in enumerate(self.understood.left, len(homes)):
            yield place, self._left_line(row)

    def _left_line(self, row: LeftRow) -> Line:
        verdict = str(RosterLine.Verdict.ASK if row.ask else RosterLine.Verdict.REFUSED)
        outcome = Outcome(verdict, {"ask": row.code})
        return Line(
            sheet=row.sheet,
            first_row=row.row,
            last_row=row.rows[-1],
            verdict=verdict,
            room=row.room,
            notes=[{"code": row.code, "column": row.column}],
            payload=line_payload(row.home, outcome, Present(), self.buildings) if row.home else "",
            original=self._original(row.sheet, row.rows),
        )

    def _original(self, sheet: str, numbers: list[int]) -> str:
        """The cells of the rows as they stand in the file, for the file of what was left out."""
        rows = self.rows.get(sheet)
        found = [cells for number in numbers if rows and (cells := rows.find(number))]
        told = [[cell if isinstance(cell, str) else cell.text for cell in cells] for cells in found]
        return json.dumps(told, ensure_ascii=False) if told else ""

    def findings(self) -> dict:
        """Everything the page says about the file as a whole. No cell of the file is in it, only headers and counts."""
        understood, homes = self.understood, self.understood.homes
        vacant = sum(home.occupancy == "vacant" for home in homes)
        notices = list(understood.findings)
        if self.new_buildings:
            notices.append({"code": "new_buildings", "names": list(self.new_buildings.values())[:40]})
        return {
            "tries": 0,
            "counts": count_verdicts(self.counts),
            "columns": understood.columns,
            "left_out": understood.left_out[:40],
            "headers": understood.headers[:MOST_HEADERS],
            "sheet_headers": {name: understood.sheet_headers.get(name, []) for name in self.with_rows_left},
            "notices": notices,
            "doors": len(homes),
            "rows": understood.row_count,
            "sheet_count": understood.sheet_count,
            "people": sum(len(home.people) for home in homes),
            "told": sum(home.told_count or 0 for home in homes),
            "vacant": vacant,
            "lived_in": len(homes) - vacant,
        }


def home_line(home: Home, outcome: Outcome, present: Present) -> Line:
    facts = {"code": "facts", "named": len(home.people), "told": home.told_count, "occupancy": home.occupancy}
    return Line(
        sheet=home.sheet,
        first_row=home.first_row,
        last_row=home.last_row,
        verdict=str(outcome.verdict),
        room=home.label,
        notes=[facts, *outcome.notes, *home.notes],
        payload=line_payload(home, outcome, present, []),
    )


def count_verdicts(counts: Counter) -> dict[str, int]:
    return {str(verdict): counts[verdict] for verdict in RosterLine.Verdict.values}


def insert_lines(roster_import: RosterImport, lines: list[tuple[int, Line]]) -> None:
    rows = (
        (
            roster_import.pk,
            position,
            line.sheet[:100],
            line.first_row,
            line.last_row,
            line.verdict,
            line.room[:80],
            json.dumps(line.notes),
            secret(line.payload),
            secret(line.original),
        )
        for position, line in lines
    )
    insert_rows(RosterLine, COLUMNS, rows)
