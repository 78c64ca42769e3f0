"""The usual notices as they come with the portal, in the language of the compound and in English.

Data, not translations: a compound changes them on its own page. A gap, `____`, has to be filled before anybody checks
the notice. What tells of a positive names no room and no house, and cannot be sent to single households.
"""

from __future__ import annotations

from dataclasses import dataclass

from notices.models import Notice, Usual, Wording
from residents.models import Compound

GAP = "__"  # two low lines; what people leave to fill is never shorter


@dataclass(frozen=True)
class Words:
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""


SHIPPED: dict[str, Words] = {
    Usual.TEST_ROUND: Words(
        "明天做核酸，请按叫号下楼",
        "各位邻居：\n明天（____）____起做核酸，地点____。请在家等志愿者敲门或叫号，再下楼；戴好口罩，前后保持两米，"
        "带手机或身份证。\n行动不便、不能下楼的，请提前告诉楼组长，可以上门采样。",
        "PCR test tomorrow: come down when you are called",
        "Dear neighbours,\nTomorrow (____) from ____ there is a PCR test at ____. Please wait at home until you "
        "are called. "
        "Wear a mask, keep two metres apart, bring your phone or ID.\n"
        "Who cannot come down tells the building lead beforehand and is tested at home.",
    ),
    Usual.ANTIGEN: Words(
        "今晚做抗原，结果请在____前上报",
        "各位邻居：\n抗原试剂今晚放在门口，每人一份。请全家都做，十五分钟后看结果，不要超过二十分钟。"
        "结果请在____前用家里的二维码上报，没有手机的告诉楼组长。\n出现两条线：先别出门，也别慌，马上告诉楼组长。",
        "Antigen test tonight: tell your result by ____",
        "Dear neighbours,\nThe test kits are put at your door tonight, one a person. Everybody tests; read the "
        "result after 15 "
        "minutes, not later than 20. Tell it by ____ with your household's code, or tell the building lead.\n"
        "Two lines: stay in, stay calm, and tell the building lead at once.",
    ),
    Usual.SUPPLIES: Words(
        "物资已到，今天送到家门口",
        "各位邻居：\n____已到小区，今天____起由志愿者送到各家门口。请不要下楼领取；听到敲门等一分钟再开门。\n"
        "缺少或破损，请当场告诉志愿者，或在____前告诉楼组长。",
        "Supplies have come and are brought to your door today",
        "Dear neighbours,\n____ has come and is brought to every door today from ____. Please do not come down; "
        "when somebody "
        "knocks, wait a minute before you open.\nIf something is missing or broken tell the volunteer, or the "
        "building lead by ____.",
    ),
    Usual.LIFT: Words(
        "电梯暂停使用",
        "各位邻居：\n____号楼____电梯因____从____起暂停，预计____恢复。请尽量不要出门；需要上下楼的老人和病人"
        "请打楼组长电话，"
        "我们来想办法。",
        "A lift is out of service",
        "Dear neighbours,\nThe lift ____ of building ____ is out of service from ____ because of ____, probably "
        "until ____. "
        "Old and sick people who must go up or down call the building lead: we find a way.",
    ),
    Usual.WATER: Words(
        "停水通知",
        "各位邻居：\n接____通知，____从____到____停水。请提前存水，关好龙头；恢复供水后先放一会儿再用。",
        "No water for some hours",
        "Dear neighbours,\n____ tells us that ____ has no water from ____ to ____. Please store some and close "
        "your taps; when "
        "it is back let it run for a while.",
    ),
    Usual.QUIET: Words(
        "请保持安静",
        "各位邻居：\n大家都在家，楼上楼下听得很清楚。请在 22:00 到次日 7:00，以及 12:30 到 14:00 放轻声音；"
        "夜班回来的邻居正在睡觉。谢谢！",
        "Quiet hours",
        "Dear neighbours,\nEverybody is at home and walls are thin. Please keep quiet from 22:00 to 7:00 and from "
        "12:30 to "
        "14:00: some have worked all night. Thank you!",
    ),
    Usual.POSITIVE: Words(
        "小区出现阳性，请不要出门",
        "各位邻居：\n今天接到通知，本小区有阳性感染者，正在按规定处置和消毒。请大家从现在起不要出门，等待下一"
        "步通知。\n"
        "为保护邻居，我们不公布楼栋和房号，也请不要打听、不要转发。有发热或困难，请直接联系楼组长。",
        "A positive case in the compound: please stay in",
        "Dear neighbours,\nWe were told today of a positive case in our compound. Everything is being done and "
        "disinfected as the "
        "rules say. Please stay at home from now on and wait for the next notice.\nTo protect our neighbours we "
        "name no "
        "building and no room; please do not ask around. With a fever or in need call your building lead.",
    ),
    Usual.ZONE: Words(
        "防控区域调整",
        "各位邻居：\n根据____通知，本小区从____起由____调整为____。可以：____。不可以：____。具体日期以楼栋页面为准。",
        "The area we are in changes",
        "Dear neighbours,\nBy notice of ____ our compound changes from ____ to ____ on ____. Allowed: ____. Not "
        "allowed: ____.",
    ),
}
CORRECTION = Words(
    "更正：{title}",
    "【更正】此前通知有误，以本通知为准。\n{text}",
    "Correction: {title}",
    "CORRECTION. The earlier notice was wrong; this one holds.\n{text}",
)
RETRACTION = Words(
    "撤回：{title}",
    "此前通知“{title}”有误，现撤回，请不要再转发。给大家添麻烦了，抱歉。",
    "Withdrawn: {title}",
    "The earlier notice “{title}” was wrong and is withdrawn. Please do not pass it on. We are sorry.",
)


def words_for(compound: Compound, usual: str) -> Words:
    """The compound's own, else the shipped ones; nothing for what is not usual. One statement."""
    own = Wording.objects.filter(compound=compound, usual=usual).first()
    return _own(own) if own else SHIPPED.get(usual, Words("", ""))


def all_words(compound: Compound) -> list[tuple[Usual, Words, bool]]:
    """Each usual notice, its words, and whether they are the compound's own. One statement."""
    own = {row.usual: row for row in Wording.objects.filter(compound=compound)}
    return [
        (Usual(usual), _own(own[usual]) if usual in own else words, usual in own) for usual, words in SHIPPED.items()
    ]


def _own(row: Wording) -> Words:
    return Words(row.title, row.text, row.title_en, row.text_en)


def words_that_put_right(notice: Notice, change: str) -> Words:
    """Begun for whoever corrects: the old words to be changed, or a sentence that takes them back."""
    frame = RETRACTION if change == Notice.Change.RETRACTION else CORRECTION
    is_english = bool(notice.title_en and notice.text_en)
    return Words(
        frame.title.format(title=_bare(notice.title, frame.title))[:60],
        frame.text.format(title=notice.title, text=_bare(notice.text, frame.text)),
        frame.title_en.format(title=notice.title_en)[:80] if is_english else "",
        frame.text_en.format(title=notice.title_en, text=notice.text_en) if is_english else "",
    )


def _bare(words: str, frame: str) -> str:
    """A correction of a correction says so once."""
    return words.removeprefix(frame.partition("{")[0])
