"""The refusals about a fund: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from money.books import move_between, reverse_entry
from money.counting import count_purse, explain_count
from money.expenses import (
    Line,
    add_receipt,
    approve_expense,
    ask_expense,
    ask_return,
    decline_expense,
    link_batch,
    withdraw_expense,
)
from money.funds import open_fund, set_duties
from money.gifts import record_gift, record_goods, reveal_giver
from money.models import Receipt
from money.receipts import read_receipt
from money.winding_up import confirm_closing, finish_closing, leave_share, pay_share, propose_closing, withdraw_closing
from supplies.ledger import create_item
from tests.money.fund import Books, receipt, yuan
from tests.supplies.store import Store


def fund(world) -> Books:
    return Books(world)


def given(world, amount="100", purse="account") -> Books:
    books = Books(world)
    books.give(amount, purse)
    return books


def today():
    return timezone.localdate()


def reverse(world, entry):
    reverse_entry(entry=entry, reason="r", by=world.chen)


def move(world, amount):
    move_between(fund=given(world).fund, source="account", amount=amount, by=world.chen, on=today())


def without_witness(world, witness):
    record_gift(
        fund=fund(world).fund, amount=yuan("1"), purse="cash", received_on=today(), by=world.chen, witness=witness
    )


def closing(books, method="return", **told):
    facts = {"decision": "d", "decided_on": today(), "to_whom": "w"} | told
    return propose_closing(fund=books.fund, method=method, by=books.by, **facts)


def being_closed(world, method="return") -> Books:
    books = given(world)
    books.count_all()
    books.closing = confirm_closing(closing=closing(books, method), by=world.zhao)
    return books


def close(world):
    books = given(world)
    books.count_all()
    return books, closing(books)


def reverse_a_reversal(world):
    books = given(world)
    reverse(world, books.fund.entries.get())
    reverse(world, books.fund.entries.get(kind="reversal"))


def reverse_twice(world):
    books = given(world)
    for _twice in range(2):
        reverse(world, books.fund.entries.get(kind="gift"))


def reverse_a_gift_on_its_way(world):
    books = given(world)
    entry = books.fund.entries.get()
    ask_return(gift=entry.gift, amount=yuan("1"), purse="account", by=world.chen)
    reverse(world, entry)


def approve(world, books, expense=None, by=None):
    approve_expense(expense=expense or books.ask("30"), by=by or world.zhao)


def approve_twice(world):
    books = given(world)
    expense = books.ask("30")
    for _twice in range(2):
        approve(world, books, expense)


def approve_without_duty(world):
    books = given(world)
    set_duties(fund=books.fund, leads=[], by=world.chen)
    approve(world, books)


def foreign_item(world):
    item = create_item(compound=world.hexin, name="x", unit="y")
    fund(world).ask("30", lines=[Line("x", 1, yuan("30"), item)])


def receipt_twice(world):
    books = fund(world)
    for _twice in range(2):
        books.ask("30", receipt=receipt())


def eleven_receipts(world):
    books = fund(world)
    expense = books.ask("30")
    rows = [Receipt(expense=expense, kind="p", size=1, digest=str(n), content=b"", by=world.chen) for n in range(10)]
    Receipt.objects.bulk_create(rows)
    add_receipt(expense=expense, receipt=receipt(), by=world.chen)


def return_of(world, amount="1", of="money"):
    books = given(world)
    gift = books.fund.entries.get().gift
    if of == "goods":
        batch = Store(world).arrive(1, source="donation")
        gift = record_goods(fund=books.fund, batch=batch, by=world.chen)
    if of == "reversed":
        reverse(world, books.fund.entries.get())
    ask_return(gift=gift, amount=yuan(amount), purse="account", by=world.chen)


def tie(world, other=False, compound=None, twice=False):
    books, store = fund(world), Store(world)
    line = books.ask("30", lines=[Line("x", 1, yuan("30"), store.bag)]).lines.get()
    item = create_item(compound=compound or world.jiamu, name="x", unit="y") if other else None
    batch = store.arrive(1, item)
    for _each in range(2 if twice else 1):
        link_batch(line=line, batch=batch)


def goods(world, source="donation", compound=None, times=1):
    item = create_item(compound=compound, name="x", unit="y") if compound else None
    batch = Store(world).arrive(1, item, source=source)
    books = fund(world)
    for _each in range(times):
        record_goods(fund=books.fund, batch=batch, by=world.chen)


def counted(world, amount="99", **told):
    books = given(world)
    facts = {"purse": "account", "counted": yuan(amount), "by": world.chen, "witness": world.zhao} | told
    return books, count_purse(fund=books.fund, **facts)


def explain(world, amount="99", again=False, times=1, by=None):
    books, count = counted(world, amount)
    if again:
        books.count("account")
    for _each in range(times):
        explain_count(count=count, reason="r", by=by or world.zhao)


def pay_twice(world):
    share = being_closed(world).closing.shares.get()
    for _twice in range(2):
        pay_share(share=share, purse="account", by=world.chen)


def finish_early(world):
    finish_closing(closing=being_closed(world).closing, by=world.chen)


def after_withdrawing(world):
    _books, row = close(world)
    for _twice in range(2):
        withdraw_closing(closing=row)


def settle_before_agreed(world):
    _books, row = close(world)
    finish_closing(closing=row, by=world.chen)


def settle_left(world):
    share = being_closed(world).closing.shares.get()
    for _twice in range(2):
        leave_share(share=share, by=world.chen)


def open_twice(world):
    books = fund(world)
    facts = {"purpose": "p", "surplus_rule": "r", "cash_keeper": world.chen, "account_keeper": world.chen}
    open_fund(compound=world.jiamu, name=books.fund.name, by=world.chen, **facts)


def not_balanced(world):
    books = given(world)
    books.ask("1")
    closing(books)


def differing(world):
    books, _count = counted(world)
    closing(books)


def agreed_by_oneself(world):
    _books, row = close(world)
    confirm_closing(closing=row, by=world.chen)


def two_closings(world):
    books, _row = close(world)
    closing(books)


def words_missing(world):
    books = given(world)
    books.count_all()
    closing(books, decision=" ")


def vote_lost(world):
    books = given(world)
    books.count_all()
    closing(books, "vote", votes_for=3, votes_against=3)


def upload(content):
    return lambda _world: read_receipt(SimpleUploadedFile("r", content))


def second_place(world):
    books = given(world)
    books.give(purse="nowhere")


CLOSED_TOO_EARLY = (
    "The books do not balance yet: 1 expense waits for a decision. "
    "transfers: to be counted by two, after the last entry."
)
SAYS = {
    "no such purse": (second_place, "Choose the cash box or transfers."),
    "gave to a closed fund": (
        lambda world: being_closed(world, "hand_over").give(),
        "This fund is closed: nothing is entered any more.",
    ),
    "gave to a closing fund": (
        lambda world: being_closed(world).give(),
        "This fund is being closed: only what is given back is still entered.",
    ),
    "moved nothing": (lambda world: move(world, Decimal(0)), "Give an amount in yuan from 0.01 to 1000000.00."),
    "moved half a cent": (
        lambda world: move(world, Decimal("1.005")),
        "There is nothing smaller than a cent: write two digits after the point.",
    ),
    "moved more": (
        lambda world: move(world, yuan("100.01")),
        "transfers: only ¥100.00 there, ¥100.01 are needed.",
    ),
    "given tomorrow": (
        lambda world: fund(world).give(received_on=today() + timedelta(days=1)),
        "Give a day that has come already.",
    ),
    "cash before nobody": (
        lambda world: without_witness(world, None),
        "Cash is taken and given before two people: name who looked on.",
    ),
    "cash before oneself": (
        lambda world: without_witness(world, world.chen),
        "The second person has to be somebody else.",
    ),
    "cash before a stranger": (
        lambda world: without_witness(world, world.sun),
        "The second person does not serve in this compound.",
    ),
    "taken back without why": (
        lambda world: reverse_entry(entry=given(world).fund.entries.get(), reason=" ", by=world.chen),
        "Say why, in a few words.",
    ),
    "took back a taking back": (reverse_a_reversal, "What takes back is not taken back: enter what is right."),
    "took back twice": (reverse_twice, "This was taken back already."),
    "took back what goes back": (
        reverse_a_gift_on_its_way,
        "Part of this gift went back, or is to go back: settle that first.",
    ),
    "showed the name": (
        lambda world: fund(world).give(giver="钱某", pseudonym="三楼钱某"),
        "This would show the giver's name to everybody. Choose another word, or leave it empty.",
    ),
    "revealed nobody": (
        lambda world: reveal_giver(gift=fund(world).give().gift, by=world.chen),
        "No name is kept for this gift.",
    ),
    "goods of another compound": (
        lambda world: goods(world, compound=world.hexin),
        "This batch belongs to another compound.",
    ),
    "goods not donated": (lambda world: goods(world, source="street"), "This batch did not come as a donation."),
    "goods twice": (lambda world: goods(world, times=2), "This batch is entered as a gift already."),
    "spent by a stranger": (
        lambda world: fund(world).ask(spender=world.sun),
        "Who spent it does not serve in this compound.",
    ),
    "no receipt": (lambda world: fund(world).ask(no_receipt_why=""), "Add the receipt, or say why there is none."),
    "no line": (
        lambda world: ask_expense(
            fund=fund(world).fund,
            purse="cash",
            title="t",
            amount=yuan("1"),
            spent_on=today(),
            spender=world.chen,
            lines=[],
            by=world.chen,
        ),
        "Say what was bought: one line at least.",
    ),
    "lines that do not add up": (
        lambda world: fund(world).ask("30", lines=[Line("x", 1, yuan("29"))]),
        "The lines come to ¥29.00, the receipt says ¥30.00.",
    ),
    "item of another compound": (foreign_item, "This item belongs to another compound."),
    "receipt twice": (receipt_twice, "This receipt belongs to “口罩” already."),
    "eleven receipts": (eleven_receipts, "Ten pictures are enough for one expense."),
    "gave back goods": (
        lambda world: return_of(world, of="goods"),
        "Goods are given back in the store, not here.",
    ),
    "gave back what was taken back": (
        lambda world: return_of(world, of="reversed"),
        "This gift was taken back already.",
    ),
    "gave back more": (
        lambda world: return_of(world, "100.01"),
        "Of this gift ¥100.00 can go back at most.",
    ),
    "approved twice": (approve_twice, "Somebody has decided about this expense already."),
    "approved their own": (
        lambda world: approve(world, given(world), by=world.chen),
        "Whoever spent or entered it does not approve it: somebody else looks at it.",
    ),
    "approved without duty": (approve_without_duty, "Stewards approve here, and building leads with this duty."),
    "declined their own": (
        lambda world: decline_expense(expense=fund(world).ask(), reason="r", by=world.chen),
        "Your own expense is withdrawn, not declined.",
    ),
    "withdrew another's": (
        lambda world: withdraw_expense(expense=fund(world).ask(), by=world.zhao),
        "Only who spent or entered it withdraws it.",
    ),
    "tied twice": (lambda world: tie(world, twice=True), "This line has its batch already."),
    "tied to another item": (lambda world: tie(world, other=True), "This batch is of another item."),
    "tied elsewhere": (
        lambda world: tie(world, other=True, compound=world.hexin),
        "This batch belongs to another compound.",
    ),
    "handed to who did not count": (
        lambda world: counted(world, handed_to=world.wei.user),
        "Who takes the purse over counts it too.",
    ),
    "explained an old count": (
        lambda world: explain(world, again=True),
        "This purse was counted again since: explain the newest count.",
    ),
    "explained what agrees": (lambda world: explain(world, "100"), "This count agrees with the books."),
    "explained twice": (lambda world: explain(world, times=2), "This difference is explained already."),
    "explained one's own purse": (
        lambda world: explain(world, by=world.chen),
        "Whoever keeps the purse does not explain what is missing: somebody else does.",
    ),
    "a fund twice": (open_twice, "There is a fund of this name already."),
    "duty for a volunteer": (
        lambda world: set_duties(fund=fund(world).fund, leads=[world.wei.user], by=world.chen),
        "Only a building lead of this compound is given this duty.",
    ),
    "a large file": (
        upload(b"%PDF-" + b"0" * 5 * 1024 * 1024),
        "This file is larger than 5 MB: take a smaller photo.",
    ),
    "a script": (upload(b"<script>"), "This is neither a photo (JPEG, PNG, WebP) nor a PDF."),
    "closed with what waits": (
        not_balanced,
        CLOSED_TOO_EARLY,
    ),
    "closed with a difference": (
        differing,
        "The books do not balance yet: transfers: a difference of −¥1.00 is not explained.",
    ),
    "two closings": (two_closings, "A closing is on the table already."),
    "closed without words": (words_missing, "Write down what was decided, and who gets it."),
    "a vote not won": (vote_lost, "A vote decides when more were for it than against: give both numbers."),
    "withdrew twice": (after_withdrawing, "This closing was withdrawn."),
    "settled before agreed": (settle_before_agreed, "A second person has to agree first."),
    "withdrew what is agreed": (
        lambda world: withdraw_closing(closing=being_closed(world).closing),
        "This closing is agreed on already.",
    ),
    "agreed with oneself": (agreed_by_oneself, "Somebody else who may approve here has to agree."),
    "paid twice": (pay_twice, "This share is settled already."),
    "left twice": (settle_left, "This share is settled already."),
    "finished early": (finish_early, "1 share is neither given back nor left."),
}

CHINESE = {
    "Choose the cash box or transfers.": "请选现金箱或转账。",
    "This fund is closed: nothing is entered any more.": "这笔互助金已结清，不再记账。",
    "This fund is being closed: only what is given back is still entered.": ("这笔互助金正在结清，只能再记退还。"),
    "Give an amount in yuan from 0.01 to 1000000.00.": ("请填 0.01 到 1000000.00 元之间的金额。"),
    "There is nothing smaller than a cent: write two digits after the point.": "最小到分：小数点后写两位。",
    "transfers: only ¥100.00 there, ¥100.01 are needed.": ("转账账户只有 ¥100.00，需要 ¥100.01。"),
    "Give a day that has come already.": "请填已经到了的日期。",
    "Cash is taken and given before two people: name who looked on.": "现金收付要两人在场：请填在场的另一人。",
    "The second person has to be somebody else.": "在场的第二人不能是本人。",
    "The second person does not serve in this compound.": "在场的第二人不在本小区任职。",
    "Say why, in a few words.": "请简单写明原因。",
    "What takes back is not taken back: enter what is right.": "冲销分录不能再冲销，请按正确的重新记一笔。",
    "This was taken back already.": "已经撤回过了。",
    "Part of this gift went back, or is to go back: settle that first.": ("这笔捐款已退或待退一部分，请先处理完。"),
    "This would show the giver's name to everybody. Choose another word, or leave it empty.": (
        "这样会公开捐款人的姓名。请换个称呼，或留空。"
    ),
    "No name is kept for this gift.": "这笔捐款没有留姓名。",
    "This batch belongs to another compound.": "这批货属于别的小区。",
    "This batch did not come as a donation.": "这批货不是捐赠来的。",
    "This batch is entered as a gift already.": "这批货已经记为捐赠。",
    "Who spent it does not serve in this compound.": "经手人不在本小区任职。",
    "Add the receipt, or say why there is none.": "请上传票据，或说明为什么没有。",
    "Say what was bought: one line at least.": "请至少写一行买了什么。",
    "The lines come to ¥29.00, the receipt says ¥30.00.": "各行合计 ¥29.00，票据是 ¥30.00。",
    "This item belongs to another compound.": "这个品名属于别的小区。",
    "This receipt belongs to “口罩” already.": "这张票据已用于“口罩”。",
    "Ten pictures are enough for one expense.": "一笔支出最多十张票据。",
    "Goods are given back in the store, not here.": "实物请在物资里退，不在这里。",
    "This gift was taken back already.": "这笔捐款已经冲销。",
    "Of this gift ¥100.00 can go back at most.": "这笔捐款最多可退 ¥100.00。",
    "Somebody has decided about this expense already.": "这笔支出已经有人处理了。",
    "Whoever spent or entered it does not approve it: somebody else looks at it.": (
        "经手人和录入人不能审批，请另一人来看。"
    ),
    "Stewards approve here, and building leads with this duty.": "由干事和负责审批的楼组长审批。",
    "Your own expense is withdrawn, not declined.": "自己的支出请撤回，不是退回。",
    "Only who spent or entered it withdraws it.": "只有经手人或录入人能撤回。",
    "This line has its batch already.": "这一行已经关联到货。",
    "This batch is of another item.": "这批货是别的品名。",
    "Who takes the purse over counts it too.": "接手的人要一起清点。",
    "This purse was counted again since: explain the newest count.": "之后又清点过，请说明最新的一次。",
    "This count agrees with the books.": "这次清点与账相符。",
    "This difference is explained already.": "这笔差额已经说明过了。",
    "Whoever keeps the purse does not explain what is missing: somebody else does.": (
        "差额不能由保管人自己说明，请另一人来。"
    ),
    "There is a fund of this name already.": "已有同名的互助金。",
    "Only a building lead of this compound is given this duty.": "只能指定本小区的楼组长。",
    "This file is larger than 5 MB: take a smaller photo.": "文件超过 5 MB，请拍小一点。",
    "This is neither a photo (JPEG, PNG, WebP) nor a PDF.": ("这不是照片（JPEG、PNG、WebP）也不是 PDF。"),
    CLOSED_TOO_EARLY: "账还没对平：1 笔支出待审批。 转账账户：最后一笔之后要两人清点。",
    "The books do not balance yet: transfers: a difference of −¥1.00 is not explained.": (
        "账还没对平：转账账户：差额 −¥1.00 未说明。"
    ),
    "A closing is on the table already.": "已有一项结清待定。",
    "Write down what was decided, and who gets it.": "请写明决定内容和归谁。",
    "A vote decides when more were for it than against: give both numbers.": ("投票要赞成多于反对：请填两个票数。"),
    "This closing was withdrawn.": "这项结清已撤回。",
    "A second person has to agree first.": "要先由第二人同意。",
    "This closing is agreed on already.": "这项结清已经同意了。",
    "Somebody else who may approve here has to agree.": "须由另一位有审批职责的人同意。",
    "This share is settled already.": "这一份已经处理了。",
    "1 share is neither given back nor left.": "还有 1 份没有处理。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
