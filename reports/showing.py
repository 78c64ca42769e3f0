"""A report as a table: room by room, each figure beside yesterday's, as exact as its reader may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from reports.figures import Figure, Room, figures, figures_of, rooms

FEW = 5
UNDER = "<5"
NOTHING: tuple[Any, ...] = (None, "", 0, "none")


def coarse(value: Any) -> Any:
    """Under five, a count in a house of neighbours is nearly a name."""
    return UNDER if isinstance(value, int) and 0 < value < FEW else value


def shown(figure: Figure, value: Any, *, exact: bool) -> Any:
    """As a reader sees it: a choice in words; health under five only where it is kept."""
    if figure.kind == "choice":
        return str(figure.choices.get(value, "")) if value not in NOTHING else ""
    return value if exact or not figure.is_health else coarse(value)


def name_of(body: Mapping[str, Any], key: str) -> str:
    """What it is called today; what it was called then, of one that is no more."""
    figure = figures().get(key)
    if figure is not None:
        return str(figure.label)
    chinese, english = body["names"].get(key, [key, key])
    return english if (get_language() or "").startswith("en") else chinese


@dataclass(frozen=True)
class Line:
    """One figure of the whole compound."""

    figure: Figure
    value: Any
    before: Any = None
    change: str = ""
    others: tuple[Any, ...] = ()  # the same figure in other versions

    @property
    def differs(self) -> bool:
        return len({str(other) for other in (self.value, *self.others)}) > 1

    @property
    def is_nought(self) -> bool:
        """Nothing now and nothing before: folded away."""
        return self.value in {0, "–"} and self.before in {0, "–", None}


@dataclass(frozen=True)
class Part:
    room: Room
    lines: list[Line]

    @property
    def told(self) -> list[Line]:
        return [line for line in self.lines if not line.is_nought]

    @property
    def noughts(self) -> list[Line]:
        return [line for line in self.lines if line.is_nought]


def value_of(body: Mapping[str, Any], key: str) -> Any:
    return body["figures"].get(key, {}).get("all")


def parts_of(
    body: Mapping[str, Any], *, before: Mapping[str, Any] | None = None, others: tuple = (), exact: bool
) -> list[Part]:
    """`before`: another day's body to compare with. `others`: other versions of the day, side by side."""
    return [
        Part(room, [_line(figure, body, before, others, exact) for figure in figures_of(room) if figure.has_total])
        for room in rooms()
    ]


def _line(figure: Figure, body: Mapping, before: Mapping | None, others: tuple, exact: bool) -> Line:
    now = value_of(body, figure.key)
    then = value_of(before, figure.key) if before else None
    return Line(
        figure=figure,
        value=_dash(shown(figure, now, exact=exact)),
        before=_dash(shown(figure, then, exact=exact)) if before else None,
        change=_change(figure, now, then, exact),
        others=tuple(_dash(shown(figure, value_of(other, figure.key), exact=exact)) for other in others),
    )


def _dash(value: Any) -> Any:
    return "–" if value in (None, "") else value


def _change(figure: Figure, now: Any, then: Any, exact: bool) -> str:
    """With its sign. None where one of the two is hidden: a difference would tell it."""
    if not isinstance(now, int) or not isinstance(then, int) or now == then:
        return ""
    if figure.is_health and not exact and UNDER in {coarse(now), coarse(then)}:
        return ""
    return f"+{now - then}" if now > then else f"−{then - now}"


@dataclass(frozen=True)
class BuildingTable:
    room: Room
    names: list[str]  # of the figures
    rows: list[tuple[str, list[Any]]]


def tables_of(body: Mapping[str, Any], *, exact: bool) -> list[BuildingTable]:
    """The figures building by building, a table a room; only of figures that say something somewhere."""
    buildings = [name for _pk, name, *_more in body["buildings"]]
    tables = []
    for room in rooms():
        cells_of = [(figure, body["figures"].get(figure.key, {}).get("in", [])) for figure in figures_of(room)]
        told = [(figure, cells) for figure, cells in cells_of if any(cell not in NOTHING for cell in cells)]
        if told:
            rows = [
                (name, [_dash(shown(figure, cells[place], exact=exact)) for figure, cells in told])
                for place, name in enumerate(buildings)
            ]
            tables.append(BuildingTable(room, [str(figure.label) for figure, _cells in told], rows))
    return tables


def rows_of(body: Mapping[str, Any], *, exact: bool) -> tuple[list[str], list[list[str]]]:
    """Every figure a line: whole compound, then the buildings. For a list that leaves the portal."""
    names = [name for _pk, name, *_more in body["buildings"]]
    rows = []
    for key, value in body["figures"].items():
        figure = figures().get(key)
        cells = [value.get("all", ""), *value.get("in", [""] * len(names))]
        if figure is not None:
            cells = [shown(figure, cell, exact=exact) for cell in cells]
        elif not exact:
            cells = [coarse(cell) for cell in cells]
        rows.append([name_of(body, key), str(figure.unit) if figure else "", *map(str, cells)])
    return names, rows
