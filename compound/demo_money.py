"""The demo's fund: neighbours gave, suits were bought and handed out, an expense waits for a second person's word."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from django.utils import timezone
from PIL import Image, ImageDraw

from money.counting import count_purse
from money.expenses import Line, approve_expense, ask_expense, link_batch
from money.funds import open_fund, set_duties
from money.gifts import record_gift, record_goods
from money.models import Fund
from money.receipts import ReadReceipt, digest_of
from residents.models import Compound, User
from supplies.ledger import count_again, create_item, record_arrival, stock_in, write_off
from supplies.models import Batch, Item

GIFTS = (
    ("200.00", "account", "三楼的猫", "给保安师傅买口罩"),
    ("66.66", "account", "", ""),
    ("1000.00", "account", "老上海", ""),
    ("50.00", "cash", "12 号门邻居", ""),
    ("388.00", "account", "", "防护服"),
    ("100.00", "cash", "", ""),
)


def _receipt(amount: str) -> ReadReceipt:
    """A slip of paper as a photo shows it."""
    slip = Image.new("RGB", (360, 480), "#e9e5da")
    pen = ImageDraw.Draw(slip)
    pen.rectangle((30, 24, 330, 456), fill="white", outline="#bbb")
    for row in range(6):
        pen.line((52, 80 + 36 * row, 308, 80 + 36 * row), fill="#ccc")
    pen.text((52, 330), f"TOTAL  {amount}", fill="#222", font_size=26)
    out = BytesIO()
    slip.save(out, "JPEG", quality=70)
    return ReadReceipt("image/jpeg", out.getvalue(), digest_of(out.getvalue()))


def _bought(fund: Fund, title: str, lines: list[Line], by: User, days: int, **told):
    amount = sum((line.amount for line in lines), Decimal("0.00"))
    day = timezone.localdate() - timedelta(days=days)
    facts: dict = {"purse": "account", "spender": by, "by": by} | told
    return ask_expense(fund=fund, title=title, amount=amount, spent_on=day, lines=lines, **facts)


def open_demo_fund(compound: Compound, steward: User, lead: User) -> Fund:
    """The lead has the duty to approve; a count is fifty cents short."""
    today = timezone.localdate()
    fund = open_fund(
        compound=compound,
        name="邻里抗疫互助金",
        purpose="给志愿者、保安和保洁买防护用品",
        surplus_rule="解封后由捐款邻居投票决定，不投票的部分按比例退回",
        cash_keeper=steward,
        account_keeper=steward,
        by=steward,
    )
    set_duties(fund=fund, leads=[lead], by=steward)
    for days, (amount, purse, shown, wish) in enumerate(GIFTS):
        record_gift(
            fund=fund,
            amount=Decimal(amount),
            purse=purse,
            received_on=today - timedelta(days=len(GIFTS) - days),
            witness=lead,
            pseudonym=shown,
            wish=wish,
            by=steward,
        )
    _buy_gear(fund, steward, lead)
    _take_in_goods(fund, steward, lead)
    trolley = [Line("手推车", 1, Decimal("168.00")), Line("扎带", 2, Decimal("12.00"))]
    _bought(fund, "搬运菜包用的手推车", trolley, steward, 0, receipt=_receipt("180.00"))
    count_purse(fund=fund, purse="cash", counted=Decimal("149.50"), by=steward, witness=lead)
    return fund


def _arrive(item: Item, quantity: int, source: str, steward: User, lead: User) -> Batch:
    today = timezone.localdate()
    batch = record_arrival(item=item, quantity=quantity, by=steward, arrived_on=today, source=source)
    count_again(batch=batch, quantity=quantity, by=lead)
    return batch


def _item(compound: Compound, name: str, **facts) -> Item:
    return Item.objects.filter(compound=compound, name=name).first() or create_item(
        compound=compound, name=name, alarm_days=90, **facts
    )


def _buy_gear(fund: Fund, steward: User, lead: User) -> None:
    shields = _item(fund.compound, "面屏", unit="个", is_ppe=True)
    lines = [Line("面屏", 60, Decimal("210.00"), shields), Line("快递费", 1, Decimal("15.00"))]
    expense = _bought(fund, "防护面屏 60 个", lines, steward, 2, receipt=_receipt("225.00"))
    approve_expense(expense=expense, by=lead)
    line = expense.lines.get(item=shields)
    batch = _arrive(shields, 60, Batch.Source.PURCHASE, steward, lead)
    link_batch(line=line, batch=batch)
    write_off(stock=stock_in(batch), quantity=18, reason="保安和保洁领用", by=steward)


def _take_in_goods(fund: Fund, steward: User, lead: User) -> None:
    masks = _item(fund.compound, "N95 口罩", unit="只", is_ppe=True)
    batch = _arrive(masks, 200, Batch.Source.DONATION, steward, lead)
    record_goods(fund=fund, batch=batch, pseudonym="一家物流公司", by=steward)
