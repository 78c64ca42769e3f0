"""The refusals of the store and of distributions: tests/refusals/table.py says how a row reads."""

import struct
import uuid
import zlib
from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from residents.links import find_link, reissue_link
from rounds.complaints import answer_complaint, complain
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from rounds.services import create_round, open_round
from supplies.absent import hand_over_kept, keep_share_until, let_share_go
from supplies.ledger import (
    adjust_stock,
    count_again,
    create_item,
    issue_gear,
    record_arrival,
    return_gear,
    settle_count,
    stock_in,
    undo_move,
    write_off,
)
from supplies.models import Distribution, HandoverPhoto, KeptShare, StockMove
from supplies.photos import MOST_BYTES, keep_photo, redraw
from supplies.services import (
    add_line,
    close_books,
    load_building,
    plan_shortage,
    remove_line,
    set_diets,
)
from tests.supplies.store import Store
from tests.world import bind_phone


def picture(size=(4, 4)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


def enormous() -> bytes:
    """The beginning of a PNG that says how large it would be; nothing of it is unpacked."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 2_001, 8, 2, 0, 0, 0)
    end = b"IDAT"
    chunks = [struct.pack(">I", 13), head, struct.pack(">I", zlib.crc32(head)), struct.pack(">I", 0), end]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + struct.pack(">I", zlib.crc32(end))


# --- The ledger ---------------------------------------------------------------------------------------


def counted_once(world, quantity=5):
    item = create_item(compound=world.jiamu, name="米", unit="袋")
    return record_arrival(item=item, quantity=quantity, by=world.chen, arrived_on=timezone.localdate())


def count_thrice(world):
    count_again(batch=Store(world).arrive(5), quantity=5, by=world.qian)


def settle(world, batch):
    settle_count(batch=batch, quantity=5, reason="r", by=world.chen)


def arrived(world, quantity=5, **facts):
    return Store(world).arrive(quantity, **facts)


def off(world, batch, quantity=1, reason="r"):
    return write_off(stock=stock_in(batch), quantity=quantity, reason=reason, by=world.chen)


def recount_the_same(world):
    adjust_stock(stock=stock_in(arrived(world)), counted=5, reason="r", by=world.chen)


def undo(world, move):
    return undo_move(move=move, reason="r", by=world.chen)


def undo_a_counter(world):
    undo(world, undo(world, off(world, arrived(world))))


def undo_twice(world):
    move = off(world, arrived(world))
    for _twice in range(2):
        undo(world, move)


def undo_what_went_on(world):
    batch = arrived(world)
    off(world, batch, 3)
    undo(world, batch.moves.get(kind="arrived"))


def undo_what_a_door_told(world):
    store, row = running(world)
    store.tell(row, world.lin_home)
    undo(world, StockMove.objects.get(kind="handed_out"))


def suits(world):
    store = Store(world)
    return store.arrive(5, create_item(compound=world.jiamu, name="防护服", unit="套", is_ppe=True))


def issue(world, batch, volunteer):
    return issue_gear(batch=batch, volunteer=volunteer, quantity=1, by=world.chen)


def give_back_what_nobody_holds(world):
    return_gear(stock=stock_in(suits(world)), returned=1, used=0, by=world.chen)


def give_back_nothing(world):
    return_gear(stock=issue(world, suits(world), world.wei).target, returned=0, used=0, by=world.chen)


# --- A distribution -----------------------------------------------------------------------------------


def prepared(world, quantity=9, **line):
    store = Store(world)
    return store, store.prepare(store.arrive(quantity), **line)


def running(world, load=6):
    store, row = prepared(world)
    store.open(row)
    if load:
        load_in(world, row, load)
    return store, row


def load_in(world, row, quantity=1, building=None):
    load_building(line=row.lines.get(), building=building or world.building1, quantity=quantity, by=world.chen)


def add_when_frozen(world):
    store, row = running(world, load=0)
    add_line(distribution=row, batch=store.arrive(1), amount=1)


def add_of_another_compound(world):
    _store, row = prepared(world)
    item = create_item(compound=world.hexin, name="米", unit="袋")
    batch = record_arrival(item=item, quantity=5, by=world.sun, arrived_on=timezone.localdate())
    add_line(distribution=row, batch=batch, amount=1)


def add_twice(world):
    _store, row = prepared(world)
    add_line(distribution=row, batch=row.lines.get().batch, amount=1)


def add(**told):
    def provoke(world):
        store, row = prepared(world)
        add_line(distribution=row, batch=store.arrive(3), amount=1, **told)

    return provoke


def add_instead_for_everybody(world):
    store, row = prepared(world)
    add_line(distribution=row, batch=store.arrive(3), amount=1, instead_of=row.lines.get())


def remove_what_has_variants(world):
    store, row = prepared(world)
    line = row.lines.get()
    add_line(distribution=row, batch=store.arrive(3), amount=1, variant="halal", instead_of=line)
    remove_line(line=line)


def plan(world, rule, quantity=2, **told):
    _store, row = prepared(world, quantity)
    plan_shortage(distribution=row, rule=rule, by=world.chen, **told)


def open_what_hands_out_nothing(world):
    store, row = prepared(world)
    row.lines.all().delete()
    store.open(row)


def open_for_nobody(world):
    store, row = prepared(world, per="child")
    store.open(row)


def open_a_shortage(world):
    store, row = prepared(world, 2)
    store.open(row)


def promise_twice(world):
    store, row = running(world, load=0)
    Round.objects.filter(pk=row.round_id).update(title="周一菜包")
    store.open(store.prepare(row.lines.get().batch))


def load_a_draft(world):
    load_in(world, prepared(world)[1])


def load_after_closing(world):
    _store, row = running(world, load=0)
    close_books(distribution=row, by=world.chen)
    load_in(world, row)


def load_elsewhere(world):
    store = Store(world)
    row = store.open(store.prepare(store.arrive(9), buildings=[world.building1]))
    load_in(world, row, building=world.building2)


def close(world, row):
    close_books(distribution=Distribution.objects.get(pk=row.pk), by=world.chen)


# --- Kept, and photographed ---------------------------------------------------------------------------


def share(world, quantity=4):
    world.elder_home.residents.update(whereabouts="hospital")
    store, row = prepared(world, quantity)
    store.open(row)
    return row, KeptShare.objects.get()


def load_what_is_kept(world):
    row, _share = share(world)
    load_in(world, row, 4)


def decide_twice(world):
    _row, kept = share(world)
    let_share_go(share=kept, reason="r", by=world.chen)
    hand_over_kept(share=kept, by=world.chen)


def keep_until_yesterday(world):
    _row, kept = share(world)
    keep_share_until(share=kept, until=timezone.localdate() - timedelta(days=1), by=world.chen)


def photograph(world, mark, content=b"", by=None):
    keep_photo(id=uuid.uuid4(), mark_id=mark, content=content or picture(), by=by or world.chen)


def photograph_a_leaflet(world):
    round = create_round(**world.round_form(kind="leaflet"))
    open_round(round=round, by=world.chen)
    visit = Visit.objects.filter(round=round).first()
    photograph(world, mark_at_desk(visit=visit, by=world.chen, outcome="done").pk)


def photograph_for_another(world):
    store, row = running(world)
    mark = store.tell(row, world.lin_home)
    HandoverPhoto.objects.create(
        id=uuid.uuid4(), visit=mark.visit, mark=mark, by=world.zhao, device=bind_phone(world.wu, "x" * 30), size=1
    )
    photograph(world, mark.pk)


# --- What households say of it -----------------------------------------------------------------------


def brought(world):
    store = Store(world)
    row = store.open(store.prepare(store.arrive(9)))
    return store.visit(row, world.lin_home)


def say(world, kind="short", words=""):
    link = find_link(reissue_link(household=world.lin_home, by=world.chen).secret)
    return complain(visit=brought(world), link=link, kind=kind, words=words)


def answer_twice(world):
    row = say(world)
    for _time in range(2):
        answer_complaint(complaint=row, answer="补", by=world.chen)


WHY = "Say why, in a few words."
FROZEN = "The list is frozen: what each household gets can no longer be changed."
CLOSED = "The books of this distribution are closed."

SAYS = {
    "complaint: of no kind": (lambda world: say(world, "x"), "Choose what is wrong."),
    "complaint: too long": (
        lambda world: say(world, words="很" * 101),
        "That is too long: 100 characters at the most.",
    ),
    "complaint: no answer": (
        lambda world: answer_complaint(complaint=say(world), answer=" ", by=world.chen),
        "Write what is done about it: the household reads it.",
    ),
    "complaint: answered": (answer_twice, "Somebody has answered this already: “补”"),
    "no whole number": (lambda world: off(world, arrived(world), 0), "Give a whole number from 1 to 1000000."),
    "no reason": (lambda world: off(world, arrived(world), reason=" "), WHY),
    "counted thrice": (count_thrice, "Two people have counted this batch already."),
    "counted by the same": (
        lambda world: count_again(batch=counted_once(world), quantity=5, by=world.chen),
        "You counted first: somebody else has to count now.",
    ),
    "settled too early": (
        lambda world: settle(world, counted_once(world)),
        "A second person has to count first.",
    ),
    "settled too late": (
        lambda world: settle(world, arrived(world)),
        "This batch is in the store already. Put the store's number right instead.",
    ),
    "recounted the same": (recount_the_same, "That is what the books say: nothing to put right."),
    "took a counter back": (undo_a_counter, "A counter-entry is not taken back: enter what is right."),
    "took a door back": (undo_what_a_door_told, "This was told at a door: take the mark back there."),
    "took back twice": (undo_twice, "This was taken back already."),
    "took back what went on": (
        undo_what_went_on,
        "Later movements depend on it: only 2 of 5 are still there.",
    ),
    "issued vegetables": (
        lambda world: issue(world, arrived(world), world.wei),
        "蔬菜包 is no protective gear.",
    ),
    "issued to a stranger": (
        lambda world: issue(world, suits(world), world.other_volunteer),
        "This volunteer does not serve in this compound.",
    ),
    "nobody holds it": (give_back_what_nobody_holds, "Nobody holds this."),
    "gave nothing back": (give_back_nothing, "Say how many came back or were used."),
    "named twice": (
        lambda world: [create_item(compound=world.jiamu, name="米", unit="袋") for _twice in range(2)],
        "There is an item of this name already.",
    ),
    "not there": (lambda world: off(world, arrived(world), 6), "蔬菜包, store: only 5 there."),
    "added when frozen": (add_when_frozen, FROZEN),
    "added another compound's": (add_of_another_compound, "This batch belongs to another compound."),
    "added twice": (add_twice, "This batch is on the list already."),
    "a need without its flag": (add(per="need"), "Name the help flag, for that rule and no other."),
    "instead, for everybody": (
        add_instead_for_everybody,
        "Only a variant stands for another line, and only for a plain one of this list.",
    ),
    "removed under its variants": (remove_what_has_variants, "Remove the variants of this line first."),
    "no rule": (lambda world: plan(world, "gold"), "Choose a rule."),
    "by hand, too few": (
        lambda world: plan(world, "hand", waits=[world.lin_home.pk], reason="r"),
        "This is not enough: 1 more have to wait.",
    ),
    "by hand, a stranger": (
        lambda world: plan(world, "hand", waits=[world.lin_home.pk, world.other_home.pk], reason="r"),
        "Somebody in this choice is not on the list.",
    ),
    "nothing to hand out": (open_what_hands_out_nothing, "Say first what is handed out."),
    "nobody gets it": (open_for_nobody, "By these rules no household of these buildings gets anything."),
    "a shortage undecided": (open_a_shortage, "2 are missing: decide first who waits."),
    "promised twice": (
        promise_twice,
        "“hand-out of supplies round 1 · 周一菜包” is handing this batch out: close its books first.",
    ),
    "loaded a draft": (load_a_draft, "The round is not open: nothing is handed out."),
    "loaded after closing": (load_after_closing, CLOSED),
    "loaded elsewhere": (load_elsewhere, "This building is not part of the round."),
    "closed a draft": (
        lambda world: close(world, prepared(world)[1]),
        "The round is not open: there is nothing to close.",
    ),
    "closed out of balance": (
        lambda world: close(world, running(world)[1]),
        "The books do not balance yet: 1号楼 (蔬菜包).",
    ),
    "no such variant": (
        lambda world: set_diets(building=world.building1, variants={world.lin_home.pk: "gold"}, by=world.chen),
        "There is no such variant.",
    ),
    "loaded what is kept": (load_what_is_kept, "1 of them are kept for households that are away."),
    "decided twice": (decide_twice, "Nothing is kept for this household any more."),
    "kept until yesterday": (keep_until_yesterday, "This is in the past."),
    "a photo too large": (lambda _world: redraw(b"x" * (MOST_BYTES + 1)), "This photo is too large: at most 12 MB."),
    "a photo of too many pixels": (
        lambda _world: redraw(enormous()),
        "This photo has too many pixels. Take it in a smaller size.",
    ),
    "no photo": (lambda _world: redraw(b"gold"), "This is no photo that can be read. JPEG, PNG and WebP can."),
    "a photo of nothing": (
        lambda world: photograph(world, uuid.uuid4()),
        "The portal does not have this handover yet.",
    ),
    "a photo of a leaflet": (photograph_a_leaflet, "A photo is kept of hand-outs only."),
    "a second photo": (photograph_for_another, "This handover has a photo already."),
}

CHINESE = {
    "Choose what is wrong.": "请选择哪里不对。",
    "That is too long: 100 characters at the most.": "太长了：最多 100 个字。",
    "Write what is done about it: the household reads it.": "请写明怎么处理，住户会看到。",
    "Somebody has answered this already: “补”": "已有人答复：“补”",
    "Give a whole number from 1 to 1000000.": "请填 1 到 1000000 之间的整数。",
    WHY: "请简单写明原因。",
    "Two people have counted this batch already.": "这批货已有两人清点过。",
    "You counted first: somebody else has to count now.": "您已数过第一遍，要换一个人再数。",
    "A second person has to count first.": "要先由第二个人清点。",
    "This batch is in the store already. Put the store's number right instead.": "这批货已入库，请改用盘点更正。",
    "That is what the books say: nothing to put right.": "和账上一样，不用更正。",
    "A counter-entry is not taken back: enter what is right.": "冲销不能再撤，请直接登记正确的。",
    "This was told at a door: take the mark back there.": "这是在门口登记的，请到那一户撤回标记。",
    "This was taken back already.": "已经撤回过了。",
    "Later movements depend on it: only 2 of 5 are still there.": "后面已有流转：5 里只剩 2，不能撤。",
    "蔬菜包 is no protective gear.": "蔬菜包不是防护用品。",
    "This volunteer does not serve in this compound.": "这位志愿者不在本小区服务。",
    "Nobody holds this.": "没有人领着这个。",
    "Say how many came back or were used.": "请填交回或用掉的数量。",
    "There is an item of this name already.": "已有同名物品。",
    "蔬菜包, store: only 5 there.": "蔬菜包，仓库：只有 5。",
    FROZEN: "名单已冻结，各户应得的不能再改。",
    "This batch belongs to another compound.": "这批货属于别的小区。",
    "This batch is on the list already.": "这批货已在单上。",
    "Name the help flag, for that rule and no other.": "只有按标记发放时才选标记。",
    "Only a variant stands for another line, and only for a plain one of this list.": "只有特殊包能代替单上的普通项。",
    "Remove the variants of this line first.": "请先移除代替这一项的特殊包。",
    "Choose a rule.": "请选一条规则。",
    "This is not enough: 1 more have to wait.": "还不够：还要再选 1 户等待。",
    "Somebody in this choice is not on the list.": "所选住户有不在名单上的。",
    "Say first what is handed out.": "请先写明发什么。",
    "By these rules no household of these buildings gets anything.": "按这些规则，这些楼没有一户能得。",
    "2 are missing: decide first who waits.": "还缺 2 份，先决定谁等。",
    "“hand-out of supplies round 1 · 周一菜包” is handing this batch out: close its books first.": (
        "“第 1 轮物资发放 · 周一菜包”正在发这批货，请先结账。"
    ),
    "The round is not open: nothing is handed out.": "轮次未开放，不能发放。",
    CLOSED: "这次发放已结账。",
    "This building is not part of the round.": "这栋楼不在本轮里。",
    "The round is not open: there is nothing to close.": "轮次未开放，没有账可结。",
    "The books do not balance yet: 1号楼 (蔬菜包).": "账还没平：1号楼 (蔬菜包)。",
    "There is no such variant.": "没有这种特殊包。",
    "1 of them are kept for households that are away.": "其中 1 份是留给不在家住户的。",
    "Nothing is kept for this household any more.": "这户已没有留存的份。",
    "This is in the past.": "这个时间已经过了。",
    "This photo is too large: at most 12 MB.": "照片太大，最多 12 MB。",
    "This photo has too many pixels. Take it in a smaller size.": "照片像素太高，请拍小一点。",
    "This is no photo that can be read. JPEG, PNG and WebP can.": "读不出这张照片，请用 JPEG、PNG 或 WebP。",
    "The portal does not have this handover yet.": "系统还没收到这次交接。",
    "A photo is kept of hand-outs only.": "只有发放时的照片才保存。",
    "This handover has a photo already.": "这次交接已有照片。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
