"""Rosters of invented people in the shapes of three real ones, and of as many doors and people.

tower    52 doors: a title, merged building and floor cells, phones as numbers, a row of totals; a row a household
estate   GB18030 CSV, 18 buildings, 514 doors, 1,481 people; a row a person
large    20 sheets, 3,000 doors, 8,287 people, two entrances a building; a row a person
"""

import csv
import io
import random

import openpyxl

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = (
    "安博晨超春刚国涵浩红华欣佳建杰静娟军俊可兰丽磊玲敏明娜宁平琪强秋然瑞若思涛婷彤伟文霞心秀轩雪洋怡英勇宇雨玉远志子梓"
)


class Inventor:
    """Names and phones that repeat for the same seed; no two phones are the same."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.phones = 0

    def name(self, surname: str = "") -> str:
        given = "".join(self.chance.choices(GIVEN, k=self.chance.choice([1, 2, 2])))
        return (surname or self.chance.choice(SURNAMES)) + given

    def phone(self) -> int:
        self.phones += 1
        return 13000000000 + self.chance.randrange(0, 9) * 100000000 + self.phones * 1009


def workbook_bytes(*sheets: tuple[str, list[list]], merges: dict[str, list[str]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for merged in (merges or {}).get(name, []):
            sheet.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_bytes(rows: list[list], encoding: str = "utf-8", separator: str = ",") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows(rows)
    return buffer.getvalue().encode(encoding)


def share_out(total: int, places: int, low: int, high: int, chance: random.Random) -> list[int]:
    """`places` numbers from low to high with the sum `total`."""
    numbers = [low] * places
    left = total - low * places
    while left:
        place = chance.randrange(places)
        if numbers[place] < high:
            numbers[place] += 1
            left -= 1
    return numbers


def tower(seed: int = 1) -> bytes:
    """26 floors of two doors; 48 lived in by 118 people as told, 4 vacant."""
    invent = Inventor(seed)
    heads = share_out(118, 48, 1, 6, invent.chance)
    vacant = {"2501", "2402", "0701", "0501"}
    remarks = {"2102": "孤老，需电话关怀", "2002": "80岁以上独居", "0801": "透析，每周二四六", "0401": "孕妇"}
    rows: list[list] = [["佳木大厦业主及住户名册（2022年3月更新）"]]
    rows.append(["楼号", "楼层", "室号", "户主 姓名", "联系电话", "常住人数", "居住情况", "备注"])
    merges = ["A1:H1", "A3:A54"]
    for floor in range(26, 0, -1):
        for place in (1, 2):
            room = f"{floor:02d}{place:02d}"
            front = ["1号" if floor == 26 and place == 1 else None, f"{floor}F" if place == 1 else None, room]
            if room in vacant:
                rows.append([*front, None, None, 0, "空关", None])
                continue
            phone = invent.phone()
            written = phone if invent.chance.random() < 0.5 else f"{str(phone)[:3]}-{str(phone)[3:7]}-{str(phone)[7:]}"
            kind = "租客" if invent.chance.random() < 0.2 else "业主自住"
            rows.append([*front, invent.name(), written, heads.pop(), kind, remarks.get(room)])
        merges.append(f"B{len(rows) - 1}:B{len(rows)}")
    rows.append(["合计"])
    return workbook_bytes(("业主名册", rows), merges={"业主名册": merges})


def estate_rows(seed: int = 2) -> list[list]:
    invent = Inventor(seed)
    sizes = {building: 29 if building <= 10 else 28 for building in range(1, 19)}
    doors = [(building, n // 4 + 1, n % 4 + 1) for building, size in sizes.items() for n in range(size)]
    heads = share_out(1481, 514, 1, 6, invent.chance)
    rows: list[list] = [["门牌", "姓名", "与户主关系", "手机号", "年龄段", "特殊情况", "是否在沪"]]
    for (building, floor, place), count in zip(doors, heads, strict=True):
        surname, phone = invent.chance.choice(SURNAMES), invent.phone()
        for number in range(count):
            relation = invent.chance.choice(["子女", "配偶", "父亲", "母亲"]) if number else "户主"
            own_phone = phone if not number or invent.chance.random() < 0.4 else ""
            age = invent.chance.choice(["0-13", "14-17", "18-59", "18-59", "60-79", "80以上"] if number else ["60-79"])
            alone = "独居" if count == 1 and invent.chance.random() < 0.5 else ""
            where = invent.chance.choice(["", "", "", "", "在外地", "住院"]) if number else ""
            room = f"{building}号{floor}{place:02d}室"
            rows.append([room, invent.name(surname), relation, own_phone, age, alone, where])
    return rows


def estate(seed: int = 2) -> bytes:
    return csv_bytes(estate_rows(seed), "gb18030")


def large(seed: int = 3) -> bytes:
    """20 buildings of 30 floors: three doors a floor in the first entrance, two in the second."""
    invent = Inventor(seed)
    heads = share_out(8287, 3000, 1, 6, invent.chance)
    sheets = []
    for building in range(1, 21):
        rows: list[list] = [["楼栋", "单元", "房号", "姓名", "电话", "人数", "备注"]]
        for floor in range(1, 31):
            for place in range(1, 6):
                count, surname = heads.pop(), invent.chance.choice(SURNAMES)
                for number in range(count):
                    front = [f"{building}号楼", "1单元" if place < 4 else "2单元", f"{floor}{place:02d}"]
                    own = [None, None] if number else [str(invent.phone()), count]
                    rows.append([*front, invent.name(surname), *own, None])
        sheets.append((f"{building}号楼", rows))
    return workbook_bytes(*sheets)


def crowd(people: int, seed: int = 4) -> bytes:
    """As `large`, for any number of people: a building for each 414 of them, five buildings a sheet."""
    invent = Inventor(seed)
    doors = people * 3000 // 8287
    heads = share_out(people, doors, 1, 6, invent.chance)
    book = openpyxl.Workbook(write_only=True)
    for place, count in enumerate(heads):
        building, within = divmod(place, 150)
        if place % 750 == 0:
            sheet = book.create_sheet(f"{building // 5 + 1}")
            sheet.append(["楼栋", "单元", "房号", "姓名", "电话", "人数", "备注"])
        floor, on_floor = within // 5 + 1, within % 5 + 1
        surname = invent.chance.choice(SURNAMES)
        for number in range(count):
            front = [f"{building + 1}号楼", "1单元" if on_floor < 4 else "2单元", f"{floor}{on_floor:02d}"]
            own = [None, None] if number else [str(invent.phone()), count]
            sheet.append([*front, invent.name(surname), *own, None])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
