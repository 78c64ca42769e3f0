"""One cell at a time: what people write for a building, a room, a phone, an age."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from residents.models import Household, Resident
from residents.phones import MOBILE, PhoneError, normalise_phone

INVISIBLE = re.compile(  # everything but white space, which only separates
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
DIGITS = {mark: number for number, mark in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# The words of a roster as Hong Kong and Taiwan write them; never a name, which stays as it is.
TRADITIONAL = str.maketrans(
    "樓號棟單門層間戶業聯電話絡數況齡關係備註別殊歲獨無機輕聽處離滬國遠從宅舊",
    "楼号栋单门层间户业联电话络数况龄关系备注别殊岁独无机轻听处离沪国远从宅旧",
)
DASHES = str.maketrans(dict.fromkeys("－—–―‐‑‒−_/\\", "-"))

# 12号楼, 3栋, 5#, 第2幢; what is left in front of the last word is the code.
BUILDING = re.compile(r"第?(?P<code>.+?)(?:号楼|号|栋|幢|座|#|楼)$")
ENTRANCE = re.compile(r"第?(?P<code>.+?)(?:号)?(?:单元|门洞|门栋|门|梯)?$")
ROOM = re.compile(
    r"(?:第?(?P<building>[^-]{0,16}?[0-9A-Z一二三四五六七八九十]{1,4})(?:号楼|号|栋|幢|座|#)(?!(?:室|房|户)$)-?)?"
    r"(?:第?(?P<entrance>[0-9A-Z一二三四五六七八九十甲乙丙丁]{1,3})(?:单元|门洞|号门|门)-?)?"
    r"(?:(?P<level>[0-9]{1,3})[层楼])?"
    r"(?P<room>.+?)(?:室|号房|房|号|户)?$"
)
PAIR = re.compile(
    r"(?P<front>(?:.*[^0-9A-Z])?)(?P<first>[0-9]{3,4}[A-Z]?)(?:室|号)?(?P<mark>[-+&、,;和与及])"
    r"(?P<second>[0-9]{3,4}[A-Z]?)(?:室|号)?$"
)
ROOM_ITSELF = re.compile(r"[0-9A-Z\u3400-\u9fff]{1,20}$")

NO_PHONE = {"无", "没有", "无电话", "没有电话", "同上", "拒绝", "拒绝提供", "不详", "未提供", "不愿提供", "/", "-", "—"}
MASKED_PHONE = re.compile(r"\+?[0-9]{0,4}\*{2,8}[0-9]{2,4}")  # as the portal's own export writes it
NUMBER_LIKE = re.compile(r"\+?[0-9][0-9-]{6,}$")

VACANT_WORDS = {"空", "空关", "空置", "空房", "空户", "空挂", "无人", "无人居住", "空关户"}
OCCUPANCIES = (
    (Household.Occupancy.VACANT, ("空",)),
    (Household.Occupancy.TENANT, ("租",)),
    (Household.Occupancy.AWAY, ("外出", "不在", "在外")),
    (Household.Occupancy.OWNER, ("自住", "业主", "自有", "本人", "常住", "在住")),
)
WHEREABOUTS = (
    (Resident.Whereabouts.HOSPITAL, ("住院", "医院")),
    (Resident.Whereabouts.AWAY, ("外地", "外出", "出差", "不在", "否", "出国", "国外", "境外", "离沪", "未在", "在外")),
    (Resident.Whereabouts.HOME, ("在沪", "在家", "是", "本地", "在")),
)
NEEDS = (
    ("lives_alone", ("独居", "孤老", "独自居住")),
    ("needs_home_visit", ("卧床", "失能", "行动不便", "轮椅", "上门", "瘫痪", "腿脚不便")),
    ("needs_gentle_knock", ("轻敲", "耳背", "听力不好", "听不清")),
    ("has_no_phone", ("无手机", "没有手机", "没手机", "没有智能机", "无智能机", "没有智能手机", "无智能手机")),
    ("has_medical_trips", ("透析", "孕妇", "怀孕", "化疗", "放疗", "代配药", "配药")),
)
NEGATED = re.compile(
    r"(?:非|不是|并非|不属于|已不|无需|不用|不需要?)(?:独居|孤老|卧床|失能|上门|透析|化疗|轻敲|配药|代配药)"
)
TOTALS = re.compile(r"(?:合计|总计|小计|共计|总数|总户数|总人数|TOTAL|SUM)(?:$|[:：0-9])")
AGE_REMARK = re.compile(r"([0-9]{2,3})周?岁?(?:及)?以上")


class CellError(ValueError):
    """The row of this cell is left out. `ask`: not wrong, but only a person can say."""

    def __init__(self, code: str, *, ask: bool = False):
        self.code, self.ask = code, ask
        super().__init__(code)


@dataclass(frozen=True)
class RoomParts:
    building: str
    entrance: str
    floor: int | None
    room: str
    key: str
    dashed: bool = False  # `3-301`: whether 3 is an entrance or the building, the cell alone does not say


def plain(text: str) -> str:
    """Full-width to narrow, no white space, capitals: for everything but names."""
    if text.isascii() and text.isalnum():
        return text.upper()
    narrow = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(TRADITIONAL)
    return "".join(narrow.split()).upper()


def chinese_number(text: str) -> str:
    """`十二` -> `12`, up to 九十九; anything else comes back as it is."""
    if text in DIGITS:
        return str(DIGITS[text])
    tens, mark, ones = text.partition("十")
    if mark and (not tens or tens in DIGITS) and (not ones or ones in DIGITS):
        return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))
    return text


def bare(text: str) -> str:
    """A number without leading zeros, a word as it is."""
    text = chinese_number(text)
    return text.lstrip("0") or "0" if text[:1] == "0" else text


@lru_cache(maxsize=4096)
def building_code(text: str) -> str:
    text = plain(text).strip("-'")
    match = BUILDING.match(text)
    return bare(match["code"].lstrip("#") if match else text.removeprefix("#"))


@lru_cache(maxsize=4096)
def building_name(text: str, code: str) -> str:
    """As people say it: 3栋 stays 3栋, a bare number or 1号 becomes 1号楼."""
    text = plain(text)
    if text.endswith(("楼", "栋", "幢", "座")) and len(text) <= 40:
        return text
    return f"{code}号楼" if code.isascii() and code.isalnum() else code


@lru_cache(maxsize=4096)
def entrance_code(text: str) -> str:
    text = plain(text).strip("-'").removeprefix("单元")
    match = ENTRANCE.match(text)
    return bare(match["code"]) if match else ""


@lru_cache(maxsize=4096)
def is_total(text: str) -> bool:
    return bool(TOTALS.match(plain(text)))


@lru_cache(maxsize=4096)
def says_vacant(name: str) -> bool:
    return plain(name) in VACANT_WORDS


@lru_cache(maxsize=4096)
def is_head(relation: str) -> tuple[bool, bool]:
    """Whether somebody speaks for the household, and whether they rent."""
    relation = plain(relation)
    return relation in {"户主", "本人", "业主"}, "租" in relation


def looks_like_building(text: str) -> bool:
    """Whether a sheet's name may stand for the building of all its rooms."""
    return bool(re.match(r"第?[0-9A-Z一二三四五六七八九十]{1,4}(?:号楼|号|栋|幢|座|#|楼)$", plain(text)))


@lru_cache(maxsize=4096)
def read_room(text: str) -> RoomParts:
    """`2601`, `12号502室`, `1号楼 1单元 301`, `3-2-301`: what the cell itself says, and nothing it does not."""
    text = plain(text).translate(DASHES).strip("-'`’‘")
    match = ROOM.match(text)
    if not match:
        raise CellError("room_unclear", ask=True)
    building, entrance, rest = match["building"] or "", match["entrance"] or "", match["room"].strip("-")
    parts = rest.split("-")
    dashed = len(parts) == 2 and not entrance
    if len(parts) == 3 and not building:
        building, entrance, rest = parts
    elif dashed:
        entrance, rest = parts
    elif len(parts) != 1:
        raise CellError("room_unclear", ask=True)
    if not ROOM_ITSELF.match(rest) or len(entrance) > 10 or len(building) > 20:
        raise CellError("room_unclear", ask=True)
    floor = int(match["level"]) if match["level"] else None
    building, entrance = building and building_code(building), entrance and entrance_code(entrance)
    return RoomParts(building, entrance, floor, rest, bare(rest), dashed and not building)


@lru_cache(maxsize=4096)
def room_pair(text: str, building: str = "") -> tuple[str, ...]:
    """`501+502` -> 501, 502; `2号501、502室` -> 2号501, 2号502: two rooms in one cell, or nothing.

    With a dash only when both are of one floor, and the first is not the `building`: 3-301 is no pair.
    """
    text = plain(text).translate(DASHES)
    match = PAIR.match(text)
    if not match or match["first"] == match["second"]:
        return ()
    front, first, second = match["front"], match["first"], match["second"]
    one_floor = (len(first), first[:-2]) == (len(second), second[:-2])
    if match["mark"] == "-" and not (one_floor and first.isdigit() and second.isdigit() and first != building):
        return ()
    return front + first, front + second


@lru_cache(maxsize=4096)
def read_floor(text: str) -> int | None:
    """`26F`, `26层`, `B1`, `-1`, `地下一层`; None when the cell says nothing that is a floor."""
    text = plain(text).translate(DASHES)
    below = text.startswith(("-", "B", "地下", "负"))
    digits = re.sub(r"^(?:-|B|地下|负|第)+|(?:F|层|楼)$", "", text)
    digits = chinese_number(digits)
    if not re.match(r"[0-9]{1,3}$", digits):
        return None
    return -int(digits) if below else int(digits)


@lru_cache(maxsize=4096)
def floor_and_place(key: str) -> tuple[int | None, int]:
    """From the room itself: 2601 is the first door of floor 26, B1 the first below the ground."""
    below = re.match(r"B([0-9]{1,2})$", key)
    if below:
        return -1, int(below[1])
    run = re.search(r"[0-9]+", key)
    if not run:
        return None, 1
    digits = run[0]
    if len(digits) <= 2:
        return 1, max(int(digits), 1)
    sign = -1 if key.startswith("B") else 1
    return sign * int(digits[:-2]), int(digits[-2:]) or 1


def read_phone(text: str) -> tuple[str, bool]:
    """The number to dial, and whether the cell said in words that there is none."""
    if MOBILE.fullmatch(text):
        return text, False
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).strip("'` ")
    squeezed = "".join(text.split())
    if not squeezed:
        return "", False
    if squeezed in NO_PHONE:
        return "", True
    if len(_pieces(text)) > 1:
        raise CellError("two_phones", ask=True)
    try:
        number = normalise_phone(text)
    except PhoneError as error:
        raise CellError("phone") from error
    if not number.isascii():  # Arabic-Indic digits are digits to Python, not to a telephone
        raise CellError("phone")
    return number, False


def _pieces(text: str) -> list[str]:
    return [piece for piece in re.split(r"[/、,;;|或\s]+", text) if NUMBER_LIKE.match(piece)]


def split_phones(text: str) -> list[str]:
    """The numbers of a cell that holds several, each once."""
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    return list(dict.fromkeys(read_phone(piece)[0] for piece in _pieces(text)))


def read_name(text: str) -> tuple[str, bool]:
    """The name as typed, and whether invisible characters were taken out. Never NFKC: it changes rare characters."""
    if text.isalnum() and len(text) <= 50:  # letters of any script: nothing invisible, no white space
        return text, False
    cleaned = " ".join(INVISIBLE.sub("", text).split())
    typed = " ".join(text.split())
    if len(cleaned) > 50:
        raise CellError("name_too_long")
    return cleaned, cleaned != typed


def name_key(name: str) -> str:
    """Names are compared after NFC, with one kind of middle dot."""
    if name.isalnum() and unicodedata.is_normalized("NFC", name):
        return name
    return " ".join(re.sub("[\u2022\u30fb\u2027\uff65\u22c5]", "\u00b7", unicodedata.normalize("NFC", name)).split())


@lru_cache(maxsize=4096)
def read_count(text: str) -> int | None:
    text = plain(text).removesuffix("人").removesuffix("口")
    if not text:
        return None
    text = chinese_number(text)
    if not re.match(r"[0-9]{1,2}$", text):
        raise CellError("count")
    return int(text)


@lru_cache(maxsize=4096)
def read_occupancy(text: str) -> str | None:
    return _first_match(OCCUPANCIES, plain(text))


@lru_cache(maxsize=4096)
def read_whereabouts(text: str) -> str | None:
    return _first_match(WHEREABOUTS, plain(text))


def _first_match(table, text: str) -> str | None:
    return next((str(code) for code, words in table if any(word in text for word in words)), None)


def band_of(age: int) -> str:
    for band, below in (("0-13", 14), ("14-17", 18), ("18-59", 60), ("60-79", 80)):
        if age < below:
            return band
    return "80+"


@lru_cache(maxsize=4096)
def read_age(text: str) -> str | None:
    """A band, or an age that lies in one. A birth date is not understood, and so never kept."""
    text = plain(text).translate(DASHES).replace("周岁", "").replace("岁", "").replace("~", "-").replace("至", "-")
    if re.match(r"[0-9]{1,3}$", text):
        return band_of(int(text)) if int(text) < 130 else None
    span = re.match(r"([0-9]{1,3})-([0-9]{1,3})$", text)
    if span and band_of(int(span[1])) == band_of(int(span[2])):
        return band_of(int(span[1]))
    over = re.match(r"([0-9]{1,3})(?:及?以上|\+)$", text)
    return "80+" if over and int(over[1]) >= 80 else None


@lru_cache(maxsize=4096)
def read_remark(text: str) -> tuple[tuple[str, ...], str]:
    """Only flags leave this function: the remark itself may hold a diagnosis."""
    text = NEGATED.sub("", plain(text))
    needs = tuple(need for need, words in NEEDS if any(word in text for word in words))
    over = AGE_REMARK.search(text)
    return needs, "80+" if over and 80 <= int(over[1]) < 130 else ""
