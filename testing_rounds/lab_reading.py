"""A list of results, pasted or uploaded -> rows that say which cell is what. Nothing is looked up here.

Files go through the roster's fenced reading. A header decides what the columns hold; without one (a text out of a
chat) each line is taken apart by what its words look like: a time, a result, a room, a code, and the rest a name.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.utils import timezone

from residents.roster.cells import CellError, RoomParts, plain, read_room
from residents.roster.fencing import read_fenced
from testing_rounds.models import Result

MOST_LINES = 12_000
LONGEST_TEXT = 2_000_000
HEADER_ROWS = 10

FIELDS: dict[str, str] = {
    "tube": "采样管 采样管号 采样管编号 管号 管码 试管 试管号 试管码 试管编号 条码 条形码 条码号 样本号 样本编号 "
    "样本条码 标本号 混采管号 tube tubecode code barcode sample",
    "building": "楼号 楼栋 楼栋号 楼幢 幢号 栋号 楼 building",
    "entrance": "单元 单元号 门洞 entrance unit",
    "room": "室号 房号 房间号 房间 室 门牌 门牌号 门户 户号 地址 住址 家庭住址 居住地址 room door address",
    "name": "姓名 名字 受检人 受检者 被采样人 居民姓名 住户姓名 name person",
    "value": "结果 检测结果 核酸结果 核酸检测结果 检验结果 结论 result",
    "time": "检测时间 检出时间 报告时间 结果时间 出具时间 出结果时间 时间 time readat read reported",
    "round": "轮次 采样轮次 第几轮 round",
}
FIELD_OF = {plain(word): name for name, words in FIELDS.items() for word in words.split()}
ASIDE = re.compile(r"[(\[（【].*?[)\]）】]|[*:：、,.\-_?？ ]")

VALUES: dict[str, str] = {
    Result.NEGATIVE: "阴性 阴 阴- 阴性- 阴(-) 阴性(-) (-) - － 未检出 阴性未检出 NEGATIVE NEG N 正常",
    Result.POSITIVE: "阳性 阳 阳+ 阳性+ 阳(+) 阳性(+) (+) + 检出 混管阳性 混检阳性 混采阳性 初筛阳性 异常 混管异常 "
    "混采异常 混检异常 POSITIVE POS P",
    Result.INCONCLUSIVE: "可疑 疑似 灰区 待复核 复核 待复检 需复检 单基因 单靶标 弱阳 弱阳性 不确定 INCONCLUSIVE "
    "UNCLEAR",
    Result.INVALID: "无效 作废 失效 不合格 漏液 泄漏 丢失 遗失 缺失 管丢 损坏 重采 INVALID LOST",
}
VALUE_OF = {plain(word): value for value, words in VALUES.items() for word in words.split()}
GLUED = re.compile(r"^(?P<rest>.+?)(?P<value>阴性|阳性|可疑|无效)$")

DAY_AND_TIME = re.compile(
    r"(?:(?:(?P<year>20\d\d)[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?[T ]*)?"
    r"(?P<hour>\d{1,2})[:：时点](?P<minute>\d{2})(?:[:：分](?P<second>\d{2}))?(?:\.\d+)?"
)
DAY = re.compile(r"(?:(?P<year>20\d\d)[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?$")
WORDS_APART = re.compile(r"[\s,，;；、|：:]+")
ROOM_AND_NAME = re.compile(
    r"^(?P<room>[0-9A-Za-z#\-号楼栋幢座单元门室]*\d[0-9A-Za-z\-号室]*)(?P<name>(?![号楼栋幢座单门室])[\u3400-\u9fff·*]{2,})$"
)
LONGEST_WORD = 60  # of a room with a name; what is longer is not taken apart
CODE_LIKE = re.compile(r"^(?=.*\d)[A-Z0-9][A-Z0-9._/-]{3,39}$")


class ListError(ValueError):
    """Why the whole list is refused: a sentence's code and its values."""

    def __init__(self, code: str, **values):
        self.code, self.values = code, values
        super().__init__(code)


@dataclass
class Told:
    """One line as understood from its cells alone. Texts are as they were written; empty where nothing was said."""

    row: int
    cells: list[str]
    tube: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""
    name: str = ""
    value: str = ""
    time: str = ""
    round: str = ""
    words: list[str] = field(default_factory=list)  # of a line without columns: what may be a tube, a room or a name


def read_pasted(text: str) -> list[Told]:
    if len(text) > LONGEST_TEXT:
        raise ListError("too_long", limit=MOST_LINES)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [(number, _split(line)) for number, line in enumerate(lines, 1) if line.strip()]
    return _tell(rows)


def read_uploaded(content: bytes, file_name: str) -> list[Told]:
    """Raises RosterError or ListError; nothing else, whatever the bytes. Of a workbook the sheets follow each other,
    and rows are numbered on."""
    book = read_fenced(content, file_name)
    rows: list[tuple[int, list[str]]] = []
    for sheet in book.sheets:
        start = rows[-1][0] if rows else 0
        rows += [(start + number, [_text(cell) for cell in cells]) for number, cells in sheet.rows]
    return _tell(rows)


def _text(cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _split(line: str) -> list[str]:
    """Excel puts tabs between cells, others commas; a quoted cell may hold either."""
    for mark in ("\t", ",", "，"):
        if mark in line:
            reader = csv.reader(io.StringIO(line.replace('"', '""') if line.count('"') % 2 else line), delimiter=mark)
            try:
                return [cell.strip() for cell in next(reader, [])]
            except csv.Error:
                return [cell.strip() for cell in line.split(mark)]
    return [line.strip()]


def _tell(rows: list[tuple[int, list[str]]]) -> list[Told]:
    if not rows:
        raise ListError("empty")
    if len(rows) > MOST_LINES:
        raise ListError("too_many", limit=MOST_LINES)
    found = _find_header(rows)
    if found is None:
        return [_take_apart(number, cells) for number, cells in rows]
    start, columns = found
    if "value" not in columns:
        raise ListError("no_result_column")
    if not {"tube", "room", "name"} & columns.keys():
        raise ListError("no_whose_column")
    told = [_by_columns(number, cells, columns) for number, cells in rows[start + 1 :] if any(cells)]
    if not told:
        raise ListError("only_header")
    return told


def _find_header(rows: list[tuple[int, list[str]]]) -> tuple[int, dict[str, int]] | None:
    for index, (_number, cells) in enumerate(rows[:HEADER_ROWS]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = FIELD_OF.get(ASIDE.sub("", plain(cell))) or FIELD_OF.get(plain(cell))
            if name:
                columns.setdefault(name, place)
        if len(columns) >= 2:
            return index, columns
    return None


def _by_columns(number: int, cells: list[str], columns: dict[str, int]) -> Told:
    told = Told(number, cells)
    for name, place in columns.items():
        setattr(told, name, cells[place].strip() if place < len(cells) else "")
    return told


def _take_apart(number: int, cells: list[str]) -> Told:
    told = Told(number, cells)
    line = " ".join(cells)
    if moment := DAY_AND_TIME.search(line):
        told.time = moment[0].strip()
        line = line.replace(moment[0], " ", 1)
    for word in filter(None, WORDS_APART.split(line.strip())):
        if not told.value and plain(word) in VALUE_OF:
            told.value = word
        elif not told.value and (glued := GLUED.match(word)):
            told.value = glued["value"]
            told.words += _apart(glued["rest"])
        else:
            told.words += _apart(word)
    return told


def _apart(word: str) -> list[str]:
    """`502林小雨` is a room and a name."""
    match = ROOM_AND_NAME.match(word) if len(word) <= LONGEST_WORD else None
    return [match["room"], match["name"]] if match else [word]


# --- One cell ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def read_value(text: str) -> str:
    """A value of Result, or empty when the words are not understood."""
    text = plain(text)
    return str(VALUE_OF.get(text) or VALUE_OF.get(text.removeprefix("核酸").removeprefix("检测").strip(":：")) or "")


@lru_cache(maxsize=4096)
def read_code(text: str) -> str:
    """Codes are compared without blanks, in capitals and narrow letters."""
    return plain(text)


def looks_like_code(text: str) -> bool:
    return bool(CODE_LIKE.match(read_code(text)))


@lru_cache(maxsize=4096)
def read_moment(text: str, year: int, day: str) -> datetime | None:
    """`4月10日 21:30`, `2022-04-10 21:30:05`, `21:30` (of `day`); a day alone is its end. None: not understood."""
    text = unicodedata.normalize("NFKC", text).strip()
    match = DAY_AND_TIME.fullmatch(text) or DAY.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    if parts["month"]:
        date = (int(parts["year"] or year), int(parts["month"]), int(parts["day"]))
    else:
        date = tuple(int(part) for part in day.split("-"))  # type: ignore[assignment]
    hour, minute = (int(parts["hour"]), int(parts["minute"])) if parts.get("hour") else (23, 59)
    try:
        return datetime(*date, hour, minute, int(parts.get("second") or 0), tzinfo=timezone.get_default_timezone())
    except ValueError:
        return None


def is_day(text: str) -> bool:
    return bool(DAY.fullmatch(unicodedata.normalize("NFKC", text).strip()))


@lru_cache(maxsize=8192)
def read_door(text: str) -> RoomParts | None:
    try:
        return read_room(text) if len(text) <= LONGEST_WORD else None
    except CellError:
        return None
