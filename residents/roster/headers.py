"""Which row names the columns, and what each of them holds."""

import hashlib
import re
from dataclasses import dataclass

from residents.roster.cells import plain
from residents.roster.packed import Cell
from residents.roster.reading import Sheet
from residents.roster.workbook import column_letters

SYNONYMS: dict[str, str] = {
    "building": "楼号 楼栋 楼栋号 楼幢 幢 幢号 栋 栋号 楼 楼宇 楼座 building bldg block",
    "entrance": "单元 单元号 门洞 门洞号 门栋 楼道 entrance unit",
    "floor": "楼层 层 层数 所在楼层 floor",
    "room": "室号 房号 房间号 房间 室 门牌 门牌号 门户 户号 地址 住址 家庭住址 居住地址 房屋 房屋地址 "
    "room roomno flat door address",
    "name": "姓名 户主 户主姓名 业主 业主姓名 住户 住户姓名 居民姓名 成员姓名 联系人 name",
    "phone": "联系电话 电话 电话号码 手机 手机号 手机号码 联系方式 联系号码 phone mobile tel telephone",
    "count": "人数 常住人数 家庭人数 人口 人口数 居住人数 实住人数 家庭人口 people count heads persons",
    "occupancy": "居住情况 居住状态 房屋性质 房屋状态 居住性质 入住情况 状态 occupancy status",
    "relation": "与户主关系 户主关系 家庭关系 关系 relation",
    "age": "年龄段 年龄 岁数 age ageband",
    "needs": "特殊情况 备注 备注说明 特殊需求 需求 说明 remark remarks note notes",
    "household": "住户编号 household",
    "whereabouts": "是否在沪 是否在家 去向 在沪情况 在家情况 是否在本市 人员去向 目前去向 whereabouts",
}
FIELD_OF = {word.upper(): field for field, words in SYNONYMS.items() for word in words.split()}
HEADER_ROWS = 10
ASIDE = re.compile(r"[(\[（【].*?[)\]）】]|[*:：、,.\-_?？]")


Mappings = dict[str, dict[str, str]]  # fingerprint of a header -> name of a column -> what it holds, or ""


@dataclass
class Header:
    index: int  # in sheet.rows
    cells: list[Cell]
    columns: dict[str, int]  # field -> column from 0
    named: list[tuple[str, str, int]]  # name of a column, what it holds or "", and its place

    @property
    def left_out(self) -> list[str]:
        return [label for label, name, _place in self.named if not name]

    @property
    def fingerprint(self) -> str:
        return header_fingerprint([label for label, _name, _place in self.named])


def header_fingerprint(labels: list[str]) -> str:
    return hashlib.sha256("\n".join(labels).encode()).hexdigest()


def field_of(cell: Cell) -> str | None:
    if not isinstance(cell, str):
        return None
    text = plain(cell)  # which also makes 樓號 楼号
    return FIELD_OF.get(ASIDE.sub("", text)) or FIELD_OF.get(text)


def find_header(sheet: Sheet, mappings: Mappings | None = None) -> Header | None:
    """The row among the first ten that names most columns, at least two of them."""
    best, most = None, 1
    for index, (_number, cells) in enumerate(sheet.rows[:HEADER_ROWS]):
        count = len({field for cell in cells if (field := field_of(cell))})
        if count > most:
            best, most = index, count
    if best is None:
        return None
    named = _name_columns(sheet, best)
    told = (mappings or {}).get(header_fingerprint([label for label, _name, _place in named]))
    if told:
        named = [(label, told.get(label, name), place) for label, name, place in named]
    cells = sheet.rows[best : best + 1][0][1]
    return Header(best, cells, {name: place for _label, name, place in named if name}, named)


def _name_columns(sheet: Sheet, index: int) -> list[tuple[str, str, int]]:
    """The first column of each kind is used; every other column that holds anything has a name too."""
    cells = sheet.rows[index : index + 1][0][1]
    taken: set[str] = set()
    labels: set[str] = set()
    named = []
    used = sheet.rows.filled_after(index)
    for place in range(max([len(cells), *[place + 1 for place in used]])):
        cell = cells[place] if place < len(cells) else ""
        field = field_of(cell)
        field = "" if field is None or field in taken else field
        label = " ".join(cell.split())[:40] if isinstance(cell, str) else ""
        if not label and place not in used:
            continue
        label = label or column_letters(place + 1)
        if label in labels:
            label = f"{label} ({column_letters(place + 1)})"
        taken.add(field)
        labels.add(label)
        named.append((label, field, place))
    return named
