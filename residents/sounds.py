"""How a name may be typed without Chinese letters: `单小雨` -> shanxiaoyu, sxy, danxiaoyu, dxy, xiaoyu."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.db import models

# Surnames that people read in more than one way, or that no dictionary reads as a surname. All of them are typed.
SURNAMES = {
    "单": "shan dan", "單": "shan dan", "曾": "zeng ceng", "仇": "qiu chou", "解": "xie jie", "区": "ou qu",
    "區": "ou qu", "查": "zha cha", "任": "ren", "盖": "ge gai", "蓋": "ge gai", "乐": "yue le", "樂": "yue le",
    "朴": "piao pu", "翟": "zhai di", "尉": "wei yu", "折": "she zhe", "种": "chong zhong", "冼": "xian",
    "洗": "xian xi", "缪": "miao mou", "繆": "miao mou", "覃": "qin tan", "召": "shao zhao", "员": "yun yuan",
    "黑": "he hei", "繁": "po fan", "秘": "bi mi", "祭": "zhai ji", "隗": "kui wei", "华": "hua", "應": "ying",
    "应": "ying", "过": "guo", "纪": "ji", "葛": "ge", "车": "che", "車": "che", "郇": "xun huan", "宓": "mi fu",
    "牟": "mou mu", "柏": "bai bo", "费": "fei bi", "阚": "kan", "乜": "nie mie", "谌": "chen shen",
    "臧": "zang", "藏": "zang cang", "贲": "ben", "句": "gou ju", "都": "du dou", "逯": "lu", "强": "qiang jiang",
    "吕": "lv lu", "呂": "lv lu", "沈": "shen", "石": "shi", "盛": "sheng", "宁": "ning", "燕": "yan", "卜": "bu",
    "哈": "ha", "那": "na", "訾": "zi", "仉": "zhang", "妫": "gui", "佴": "nai", "笪": "da", "亓": "qi", "俞": "yu",
    "尉迟": "yuchi weichi", "尉遲": "yuchi weichi", "万俟": "moqi wanqi", "单于": "chanyu shanyu",
    "长孙": "zhangsun changsun", "澹台": "tantai", "令狐": "linghu", "夏侯": "xiahou", "皇甫": "huangfu",
    "欧阳": "ouyang", "司马": "sima", "上官": "shangguan", "诸葛": "zhuge", "东方": "dongfang", "公孙": "gongsun",
    "慕容": "murong", "宇文": "yuwen", "司徒": "situ", "鲜于": "xianyu", "呼延": "huyan", "钟离": "zhongli",
    "轩辕": "xuanyuan", "独孤": "dugu", "南宫": "nangong", "拓跋": "tuoba", "百里": "baili", "端木": "duanmu",
}  # fmt: skip
INITIALS = {  # of the readings above that are more than one syllable
    "yuchi": "yc", "weichi": "wc", "moqi": "mq", "wanqi": "wq", "chanyu": "cy", "shanyu": "sy", "zhangsun": "zs",
    "changsun": "cs", "tantai": "tt", "linghu": "lh", "xiahou": "xh", "huangfu": "hf", "ouyang": "oy", "sima": "sm",
    "shangguan": "sg", "zhuge": "zg", "dongfang": "df", "gongsun": "gs", "murong": "mr", "yuwen": "yw", "situ": "st",
    "xianyu": "xy", "huyan": "hy", "zhongli": "zl", "xuanyuan": "xy", "dugu": "dg", "nangong": "ng", "tuoba": "tb",
    "baili": "bl", "duanmu": "dm",
}  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]*")
PIECE = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


def sounds_of(name: str) -> list[str]:
    """Everything a name may begin with when typed as sound, once each. The whole name in every reading of its
    surname, its initials, and the given name alone."""
    name = plain(name.lstrip("0123456789 -室号") or name)
    pieces = [piece for piece in PIECE.findall(name) if syllable(piece)]
    if not pieces:
        return []
    double = "".join(pieces[:2])
    count = 2 if len(pieces) > 2 and double in INITIALS_OF_DOUBLES else 1
    surname, given = "".join(pieces[:count]), [syllable(piece) for piece in pieces[count:]]
    rest, initials = "".join(given), "".join(part[0] for part in given)
    keys = []
    for reading in SURNAMES.get(surname, syllable(surname)).split():
        keys += [reading + rest, INITIALS.get(reading, reading[0]) + initials]
    return list(dict.fromkeys([*keys, rest] if len(given) > 1 or any(map(str.isalpha, rest[1:])) else keys))


INITIALS_OF_DOUBLES = frozenset(surname for surname in SURNAMES if len(surname) > 1)


def plain(text: str) -> str:
    """`Lǚ　Müller` -> `lv muller`: small letters without marks, as a keyboard has them."""
    if HAN.fullmatch(text):
        return text  # most names by far, and nothing to take off
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    text = re.sub("(?<=[ln])u\u0308", "v", text)
    return "".join(char for char in text if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def syllable(piece: str) -> str:
    """`雨` -> `yu`; letters and digits stay; what has no sound is empty."""
    if piece.isascii():
        return piece if piece.isalnum() else ""
    readings = _dictionary().get(ord(piece), "") if len(piece) == 1 else ""
    return "".join(char for char in plain(readings.split(",")[0]) if char.isascii() and char.isalpha())


@lru_cache(maxsize=1)
def _dictionary() -> dict[int, str]:
    """Loaded when the first name is written: most processes never need it. Names are read letter by letter, so the
    dictionary of phrases (by far the larger part) is left out."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415

    return pinyin_dict


class SoundField(models.CharField):
    """The sounds of the name beside it, each after a blank, so that ` lx` finds what begins with lx.

    Worked out whenever the row is written as a whole, like a date of last change; never set by hand.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any):
        self.of = of
        super().__init__(*args, **{"blank": True, "default": "", "editable": False, **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance, add):
        value = written_sounds(getattr(model_instance, self.of), self.max_length)
        setattr(model_instance, self.attname, value)
        return value


def written_sounds(name: str, longest: int) -> str:
    """As the column holds them: whole sounds only, as many as there is room for."""
    text = "".join(f" {sound}" for sound in sounds_of(name))
    return text if len(text) <= longest else text[: longest + 1].rsplit(" ", 1)[0]
