"""The house as people picture it: floors by doors, top floor first, coloured and lettered for any question.

Callers say what each household's cell shows; this file only puts the cells where the doors are. Floors that
do not exist (a missing 4th or 13th) simply do not appear. Several households behind one door share its place.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Cell:
    entrance: str
    floor: int
    position: int
    room: str
    css: str  # one of the o-… classes of portal.css
    letter: str
    title: str  # the whole story in words: "502 done"
    href: str = ""
    joined_to: str = ""  # the room whose household lives here too: drawn as one with it where they are neighbours


@dataclass(frozen=True, slots=True)
class FloorDrawing:
    floor: int
    cells: list[Cell]
    columns: dict[int, list[Cell]]  # column -> the households behind that door
    width: int
    spans: dict[int, int]  # column -> how many columns its door and those joined to it take

    @property
    def html(self) -> SafeString:
        """The row's cells. Written here because three thousand of them are too many for template tags."""
        html, column = [], 0
        while column < self.width:
            span = self.spans.get(column, 1)
            html.append(_door_html(self.columns.get(column), span))
            column += span
        return mark_safe("".join(html))


@dataclass(frozen=True, slots=True)
class EntranceDrawing:
    name: str
    rows: list[FloorDrawing]


def draw_elevation(cells: Iterable[Cell]) -> list[EntranceDrawing]:
    """Entrances by name, each with its floors from the top down and the cells of a floor from left to right."""
    by_entrance: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_entrance[cell.entrance].append(cell)
    return [_draw_entrance(name, by_entrance[name]) for name in sorted(by_entrance, key=_natural)]


def _natural(name: str) -> tuple[int, str]:
    """Entrance 2 comes before entrance 10."""
    return (int(name), name) if name.isdecimal() else (0, name)


def _draw_entrance(name: str, cells: list[Cell]) -> EntranceDrawing:
    # Equal places keep the order in which they came: households behind one door, oldest first.
    cells.sort(key=lambda cell: (-cell.floor, cell.position, cell.room))
    floors = [(floor, _doors_of(row)) for floor, row in groupby(cells, key=lambda cell: cell.floor)]
    # A door stands in the column of its position, so that 601 is above 501 even where 602 is missing.
    # Positions that repeat on a floor (a roster that had none) fall back to left-to-right.
    by_position = all(len({door[0].position for door in doors}) == len(doors) for _, doors in floors)
    if by_position:
        places = sorted({door[0].position for _, doors in floors for door in doors})
        column_of = {position: column for column, position in enumerate(places)}
        placed = [(floor, {column_of[door[0].position]: door for door in doors}) for floor, doors in floors]
    else:
        placed = [(floor, dict(enumerate(doors))) for floor, doors in floors]
    width = max(max(columns) for _, columns in placed) + 1
    spans = [_join_neighbours(columns) for _, columns in placed]
    return EntranceDrawing(
        name=name,
        rows=[
            FloorDrawing(
                floor=floor,
                cells=[cell for door in columns.values() for cell in door],
                columns=columns,
                width=width,
                spans=spans_of_floor,
            )
            for (floor, columns), spans_of_floor in zip(placed, spans, strict=True)
        ],
    )


def _join_neighbours(columns: dict[int, list[Cell]]) -> dict[int, int]:
    """Takes doors that are one with the door beside them out of `columns`; returns how wide the others became."""
    spans: dict[int, int] = {}
    start = None
    for column in sorted(columns):
        if start is not None and column == start + spans[start] and _is_one(columns[start], columns[column]):
            spans[start] += 1
            door = columns.pop(column)
            if columns[start][0].joined_to and not door[0].joined_to:
                columns[start] = door
        else:
            start, spans[column] = column, 1
    return {column: span for column, span in spans.items() if span > 1}


def _is_one(left: list[Cell], right: list[Cell]) -> bool:
    a, b = left[0], right[0]
    return bool(a.joined_to or b.joined_to) and (a.joined_to or a.room) == (b.joined_to or b.room)


def _doors_of(row: Iterable[Cell]) -> list[list[Cell]]:
    return [list(door) for _, door in groupby(row, key=lambda cell: (cell.position, cell.room))]


def _door_html(door: list[Cell] | None, span: int) -> str:
    if not door:
        return "<td></td>"
    wide = f' colspan="{span}"' if span > 1 else ""
    if len(door) == 1:
        return f"<td{wide}>{_cell_html(door[0])}</td>"
    return f'<td{wide} class="n{min(len(door), 4)}">{"".join(map(_cell_html, door))}</td>'


def _cell_html(cell: Cell) -> str:
    title = escape(cell.title)
    tag, href = ("a", f' href="{escape(cell.href)}"') if cell.href else ("span", "")
    # The words are there twice: as a tooltip for the mouse and, in <i>, for a screen reader.
    return f'<{tag} class="{escape(cell.css)}"{href} title="{title}">{escape(cell.letter)}<i> {title}</i></{tag}>'
