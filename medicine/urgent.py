"""Words that nobody should wait for a doctor's answer with. Pure; too many alarms rather than one too few."""

import re

URGENT = re.compile(
    "胸痛|胸口(痛|疼)|胸闷|喘不(上|过)气|透不过气|呼吸困难|昏迷|昏倒|晕倒|叫不醒|没有意识|失去意识|抽搐|抽筋不止|"
    "大出血|血流不止|吐血|便血|中风|口角歪|半边.{0,3}(不能动|麻)|说不出话|服毒|吞了|自杀|不想活|羊水破|见红|"
    "高烧不退|噎住|窒息|过敏.{0,4}(喘|肿)|"
    r"chest pain|can(no|')?t breathe|short of breath|unconscious|passed out|seizure|stroke|bleeding|suicid|"
    r"water(s)? broke|chok(e|ing)|overdose",
    re.IGNORECASE,
)


def sounds_urgent(text: str) -> bool:
    return URGENT.search(" ".join(text.split())) is not None
