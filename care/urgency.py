"""Words that mean: do not wait for a neighbour, call 120. Better one warning too many; whoever reads it decides."""

from __future__ import annotations

import unicodedata

AMBULANCE = "120"
URGENT_WORDS = (
    *("胸痛", "胸闷", "心梗", "昏迷", "昏倒", "晕倒", "叫不醒", "没有意识", "失去意识", "抽搐", "中风", "偏瘫"),
    *("出血", "吐血", "便血", "大出血", "呼吸困难", "喘不过气", "喘不上气", "透不过气", "窒息", "噎住"),
    *(
        "骨折",
        "摔伤",
        "烫伤",
        "触电",
        "煤气",
        "中毒",
        "破水",
        "要生了",
        "宫缩",
        "自杀",
        "不想活",
        "割腕",
        "轻生",
        "救命",
    ),
    *("chest pain", "unconscious", "fainted", "seizure", "stroke", "bleeding", "cannot breathe", "can't breathe"),
    *("short of breath", "choking", "poison", "water broke", "suicide", "kill myself"),
)


def sounds_urgent(text: str) -> bool:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return any(word.replace(" ", "") in plain for word in URGENT_WORDS)
