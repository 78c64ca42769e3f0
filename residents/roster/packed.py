"""The rows of a table as lines of JSON: a hundred thousand rows in ten megabytes, opened one at a time."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_decode = json.JSONDecoder().decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Odd:
    """A cell whose text is not what somebody typed: `kind` is date, error or formula; `text` as near as we come."""

    kind: str
    text: str = ""


Cell = str | Odd
Line = tuple[int, list[Cell]]  # numbered as the spreadsheet numbers them


@dataclass
class Packed:
    """Rows in order of their numbers. A line is `[number,[cells]]`, odd cells empty and told behind them."""

    lines: list[bytes] = field(default_factory=list)
    last_filled: list[int] = field(default_factory=list)  # by column: the index of the last row that fills it, or -1

    def append(self, number: int, cells: list[Cell]) -> None:
        index, last = len(self.lines), self.last_filled
        last.extend([-1] * (len(cells) - len(last)))
        odd = []
        for place, cell in enumerate(cells):
            if cell != "":
                last[place] = index
                if not isinstance(cell, str):
                    odd.append([place, cell.kind, cell.text])
        if odd:
            texts = [cell if isinstance(cell, str) else "" for cell in cells]
            self.lines.append(_encode([number, texts, *odd]).encode(errors="surrogatepass"))
        else:
            self.lines.append(_encode([number, cells]).encode(errors="surrogatepass"))

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Line]:
        return map(_open, self.lines)

    def __getitem__(self, place: slice) -> list[Line]:
        return [_open(line) for line in self.lines[place]]

    def after(self, index: int) -> Iterator[Line]:
        return map(_open, self.lines[index + 1 :])

    def filled_after(self, index: int) -> list[int]:
        """The columns that hold anything below a row."""
        return [place for place, last in enumerate(self.last_filled) if last > index]

    def find(self, number: int) -> list[Cell] | None:
        """The cells of one row, by its number."""
        place = bisect_left(self.lines, number, key=_number_of)
        found = _open(self.lines[place]) if place < len(self.lines) else None
        return found[1] if found and found[0] == number else None


def pack(rows: Iterable[Line]) -> Packed:
    packed = Packed()
    for number, cells in rows:
        packed.append(number, cells)
    return packed


def _number_of(line: bytes) -> int:
    return int(line[1 : line.index(b",")])


def _open(line: bytes) -> Line:
    number, cells, *odd = _decode(line.decode(errors="surrogatepass"))
    for place, kind, text in odd:
        cells[place] = Odd(kind, text)
    return number, cells
