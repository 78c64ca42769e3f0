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


@dataclass(frozen=True, slots=True)
class FloorDrawing:
    floor: int
    cells: list[Cell]
    columns: dict[int, list[Cell]]  # column -> the households behind that door
    width: int

    @property
    def html(self) -> SafeString:
        """The row's cells. Written here because three thousand of them are too many for template tags."""
        return mark_safe("".join(_door_html(self.columns.get(column)) for column in range(self.width)))


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
    return EntranceDrawing(
        name=name,
        rows=[
            FloorDrawing(
                floor=floor, cells=[cell for door in columns.values() for cell in door], columns=columns, width=width
            )
            for floor, columns in placed
        ],
    )


def _doors_of(row: Iterable[Cell]) -> list[list[Cell]]:
    return [list(door) for _, door in groupby(row, key=lambda cell: (cell.position, cell.room))]


def _door_html(door: list[Cell] | None) -> str:
    if not door:
        return "<td></td>"
    if len(door) == 1:
        return f"<td>{_cell_html(door[0])}</td>"
    return f'<td class="n{min(len(door), 4)}">{"".join(map(_cell_html, door))}</td>'


def _cell_html(cell: Cell) -> str:
    title = escape(cell.title)
    tag, href = ("a", f' href="{escape(cell.href)}"') if cell.href else ("span", "")
    # The words are there twice: as a tooltip for the mouse and, in <i>, for a screen reader.
    return f'<{tag} class="{escape(cell.css)}"{href} title="{title}">{escape(cell.letter)}<i> {title}</i></{tag}>'
