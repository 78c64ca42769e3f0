"""The round's figures as a picture for the chat group.

What a group may see: counts by building. No door, no name; fewer than five positives are not told as a number, also
when there are none: else the "none" of the neighbours would point at one building. The letters are drawn by whoever
shows the picture, for only there is a Chinese font sure to be; static/js/picture.js makes a PNG of it on the spot.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import pgettext

from testing_rounds.antigen_stats import AntigenStats, Tally

FEWEST_POSITIVES = 5
WIDTH, TOP, LINE, FOOT = 720, 168, 52, 92
COLUMNS = (352, 436, 520, 604, 688)  # where the figures of each row end


class Row(NamedTuple):
    y: int
    name: str
    cells: list[tuple[int, str]]
    bar: int  # width of what is fed back
    is_total: bool


def told_positives(count: int) -> str:
    return str(count) if count >= FEWEST_POSITIVES else f"<{FEWEST_POSITIVES}"


def _row(y: int, name: str, tally: Tally, *, is_total: bool = False) -> Row:
    figures = [
        str(tally.given),
        str(tally.fed_back),
        str(tally.missing),
        str(tally.invalid),
        told_positives(tally.positive),
    ]
    return Row(y, name, list(zip(COLUMNS, figures, strict=True)), tally.percent * 150 // 100, is_total)


def draw_picture(stats: AntigenStats, now: datetime) -> str:
    rows = [_row(TOP + LINE * n, str(row.building), row.tally) for n, row in enumerate(stats.rows)]
    rows.append(_row(TOP + LINE * len(rows), pgettext("antigen", "All"), stats.total, is_total=True))
    headings = [
        pgettext("antigen", "Kits"),
        pgettext("antigen", "Told"),
        pgettext("antigen", "Missing"),
        pgettext("antigen", "Invalid"),
        pgettext("antigen", "Positive"),
    ]
    return render_to_string(
        "testing_rounds/antigen_picture.svg",
        {
            "round": stats.round,
            "now": now,
            "width": WIDTH,
            "height": TOP + LINE * len(rows) + FOOT,
            "foot": TOP + LINE * len(rows) + 12,
            "rows": rows,
            "headings": list(zip(COLUMNS, headings, strict=True)),
        },
    )
