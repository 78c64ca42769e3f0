"""Which row names the columns, and what each of them holds."""

import re
from dataclasses import dataclass

from residents.roster.cells import plain
from residents.roster.reading import Cell, Sheet
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
    "whereabouts": "是否在沪 是否在家 去向 在沪情况 在家情况 是否在本市 人员去向 目前去向 whereabouts",
}
FIELD_OF = {word.upper(): field for field, words in SYNONYMS.items() for word in words.split()}
HEADER_ROWS = 10
ASIDE = re.compile(r"[(\[（【].*?[)\]）】]|[*:：、,.\-_?？]")


@dataclass
class Header:
    index: int  # in sheet.rows
    cells: list[Cell]
    columns: dict[str, int]  # field -> column from 0
    left_out: list[str]


def field_of(cell: Cell) -> str | None:
    if not isinstance(cell, str):
        return None
    text = plain(cell)
    return FIELD_OF.get(ASIDE.sub("", text)) or FIELD_OF.get(text)


def find_header(sheet: Sheet) -> Header | None:
    """The row among the first ten that names most columns, at least two of them."""
    best, most = None, 1
    for index, (_number, cells) in enumerate(sheet.rows[:HEADER_ROWS]):
        count = len({field for cell in cells if (field := field_of(cell))})
        if count > most:
            best, most = index, count
    if best is None:
        return None
    columns, left_out = _columns(sheet, best)
    return Header(best, sheet.rows[best][1], columns, left_out)


def _columns(sheet: Sheet, index: int) -> tuple[dict[str, int], list[str]]:
    """The first column of each kind is used; every other column that holds anything is named as left out."""
    cells = sheet.rows[index][1]
    columns: dict[str, int] = {}
    left_out = []
    used = {place for _number, row in sheet.rows[index + 1 :] for place, cell in enumerate(row) if cell != ""}
    for place in range(max([len(cells), *[place + 1 for place in used]])):
        cell = cells[place] if place < len(cells) else ""
        field = field_of(cell)
        if field and field not in columns:
            columns[field] = place
        elif isinstance(cell, str) and cell:
            left_out.append(" ".join(cell.split())[:40])
        elif place in used:
            left_out.append(column_letters(place + 1))
    return columns, left_out
