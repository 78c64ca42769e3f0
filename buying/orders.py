"""The life of a list: made, reported, opened, closed, given more time, called off, placed with the supplier."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from buying.joint_sides import lock_joint, side_of, sides_of, tell_others, withdraw
from buying.models import GroupOrder, Item, JointSide, OrderStep, PaperSeen
from buying.progress import progress_of
from buying.services import BuyingError, check_reason, lock_order, lock_orders, rules_of, take_step
from buying.telling import tell_closed, tell_closing_soon, tell_report
from residents.models import Compound, User

State = GroupOrder.State
LONGEST = timedelta(days=30)
SOON = timedelta(minutes=60)


# --- Making and changing --------------------------------------------------------------------------


@transaction.atomic
def create_order(*, compound: Compound, lead: User, by: User, quiet_ok: bool = False, **facts: Any) -> GroupOrder:
    order = GroupOrder(compound=compound, lead=lead, made_by=by, **facts)
    _check_order(order, quiet_ok=quiet_ok)
    order.save()
    return order


@transaction.atomic
def change_order(*, order: GroupOrder, quiet_ok: bool = False, **facts: Any) -> GroupOrder:
    """While it is a draft or collecting. The closing time of an open list moves by `extend_order`, which says so."""
    row = lock_order(order)
    if not row.can_edit_items:
        raise BuyingError(_("This list is closed: what people ordered stands as it is."))
    if row.state == State.OPEN:
        facts.pop("closes_at", None)
        if facts.get("category", row.category) != row.category:
            raise BuyingError(_("The category of an open list stays."))
    for name, value in facts.items():
        setattr(row, name, value)
    _check_order(row, quiet_ok=quiet_ok)
    row.save()
    return row


def _check_order(order: GroupOrder, *, quiet_ok: bool) -> None:
    if order.state == State.DRAFT:
        check_closing(order.closes_at)
    if order.arrives_at is not None and order.arrives_at <= order.closes_at:
        raise BuyingError(_("The goods arrive after the list has closed, not before."))
    check_quiet(order, quiet_ok=quiet_ok)
    wanted = {"money": order.minimum_money, "pieces": order.minimum_pieces}
    for kind, value in wanted.items():
        if (order.minimum_kind == kind) != (value is not None):
            raise BuyingError(_("Give the minimum either in yuan or in pieces, as you chose."))
        if value is not None and value <= 0:
            raise BuyingError(_("A minimum is more than nothing."))
    if order.pk:
        check_minimum(order, list(order.items.all()))


def check_closing(closes_at: datetime) -> None:
    now = timezone.now()
    if closes_at <= now:
        raise BuyingError(_("The closing time is in the past."))
    if closes_at > now + LONGEST:
        raise BuyingError(_("A list stays open for %(days)s days at the most.") % {"days": LONGEST.days})


def check_quiet(order: GroupOrder, *, quiet_ok: bool) -> None:
    """A lorry may come at three in the morning; a trolley does not roll then, and the lead has to have seen that."""
    rules = rules_of(order.compound)
    if order.arrives_at is None or quiet_ok or not rules.is_quiet(order.arrives_at):
        return
    raise BuyingError(
        _(
            "Trolleys rest from %(start)s to %(end)s. Choose another hour, or tick that the goods stay at the gate "
            "until then."
        )
        % {"start": f"{rules.quiet_from:%H:%M}", "end": f"{rules.quiet_until:%H:%M}"}
    )


def check_minimum(order: GroupOrder, items: Iterable[Item]) -> None:
    """A minimum below one carton is none: the supplier sells no half cartons."""
    packs = [(item.pack_size, item.price * item.pack_size, item) for item in items]
    if not packs:
        return
    size, _price, thing = min(packs, key=lambda pack: pack[0])
    if order.minimum_kind == GroupOrder.Minimum.PIECES and (order.minimum_pieces or 0) < size:
        raise BuyingError(
            _("The minimum is below one carton: %(item)s comes in cartons of %(size)s.") % {"item": thing, "size": size}
        )
    _size, price, thing = min(packs, key=lambda pack: pack[1])
    if order.minimum_kind == GroupOrder.Minimum.MONEY and (order.minimum_money or Decimal(0)) < price:
        raise BuyingError(
            _("The minimum is below one carton: a carton of %(item)s costs %(price)s yuan.")
            % {"item": thing, "price": f"{price:.2f}"}
        )


# --- Things ---------------------------------------------------------------------------------------


@transaction.atomic
def add_item(*, order: GroupOrder, **facts: Any) -> Item:
    row = _lock_for_items(order)
    last = row.items.order_by("-position").values_list("position", flat=True).first()
    item = Item(order=row, position=(last or 0) + 1, **facts)
    _check_item(item)
    item.save()
    return item


@transaction.atomic
def change_item(*, item: Item, **facts: Any) -> Item:
    """What somebody has ordered keeps its price and its unit: they agreed to them."""
    row = _lock_for_items(item.order)
    fresh = row.items.get(pk=item.pk)
    agreed = [
        name for name in ("price", "unit", "measure") if facts.get(name, getattr(fresh, name)) != getattr(fresh, name)
    ]
    if agreed and fresh.ordered:
        raise BuyingError(
            _("%(item)s has been ordered at this price: it stays. Add another thing, or call the list off.")
            % {"item": fresh}
        )
    for name, value in facts.items():
        setattr(fresh, name, value)
    _check_item(fresh)
    if fresh.total_limit is not None and fresh.ordered > fresh.total_limit:
        raise BuyingError(
            _("%(there)s are ordered already: the limit cannot be lower.") % {"there": fresh.say(fresh.ordered)}
        )
    most = fresh.household_limit
    if most is not None and fresh.lines.filter(quantity__gt=most).exists():
        raise BuyingError(_("A household has ordered more than that already."))
    fresh.save()
    fresh.lines.update(at_most=most)
    return fresh


@transaction.atomic
def remove_item(*, item: Item) -> None:
    row = _lock_for_items(item.order)
    if item.lines.exists():
        raise BuyingError(_("%(item)s has been ordered: it stays on the list.") % {"item": item})
    row.items.filter(pk=item.pk).delete()


def _lock_for_items(order: GroupOrder) -> GroupOrder:
    row = lock_order(order)
    if not row.can_edit_items:
        raise BuyingError(_("This list is closed: what people ordered stands as it is."))
    return row


def _check_item(item: Item) -> None:
    others = item.order.items.exclude(pk=item.pk)
    if others.filter(name=item.name).exists():
        raise BuyingError(_("%(item)s is on the list already.") % {"item": item})
    if item.household_limit is not None and item.total_limit is not None and item.household_limit > item.total_limit:
        raise BuyingError(_("One household cannot have more than there is in all."))
    check_minimum(item.order, [*others, item])


# --- Papers and the report ------------------------------------------------------------------------


@transaction.atomic
def tick_papers(*, order: GroupOrder, seen: Iterable[str], tested_at: datetime | None, by: User) -> None:
    """What the lead has looked at. A tick that goes is withdrawn and stays on record."""
    row = lock_order(order)
    now = timezone.now()
    wanted = {PaperSeen.Paper(paper) for paper in seen}
    if PaperSeen.Paper.DRIVER in wanted:
        if tested_at is None:
            raise BuyingError(_("Say when the driver was sampled."))
        if tested_at > now:
            raise BuyingError(_("The driver's sample cannot lie in the future."))
    standing = {paper.paper: paper for paper in row.papers.filter(withdrawn_at=None)}
    for name, paper in standing.items():
        if name not in wanted or (name == PaperSeen.Paper.DRIVER and paper.tested_at != tested_at):
            paper.withdrawn_at = now
            paper.save(update_fields=["withdrawn_at"])
    stays = {name for name, paper in standing.items() if paper.withdrawn_at is None}
    PaperSeen.objects.bulk_create(
        PaperSeen(order=row, paper=paper, seen_by=by, tested_at=tested_at if paper == PaperSeen.Paper.DRIVER else None)
        for paper in sorted(wanted - stays)
    )


@transaction.atomic
def report_order(*, order: GroupOrder, by: User) -> None:
    """The committee hears of it before a list opens. Said once; the stewards are told what, from whom and when."""
    row = lock_order(order)
    if row.reported_at is not None:
        raise BuyingError(_("This group buy was reported already."))
    items = list(row.items.all())
    if not items:
        raise BuyingError(_("Say first what is to be bought."))
    row.reported_at, row.reported_by = timezone.now(), by
    row.save(update_fields=["reported_at", "reported_by"])
    with translation.override(settings.LANGUAGE_CODE):
        lines = [f"{item} ¥{item.price}/{item.unit}" for item in items]
        papers = [paper.get_paper_display() for paper in row.papers.filter(withdrawn_at=None)]
    tell_report(row, lines, papers)


# --- Steps ----------------------------------------------------------------------------------------


@transaction.atomic
def open_order(*, order: GroupOrder, by: User) -> OrderStep:
    row = lock_order(order)
    if row.state != State.DRAFT:
        raise BuyingError(_("This list was opened already."))
    items = list(row.items.all())
    if not items:
        raise BuyingError(_("Say first what is to be bought."))
    check_closing(row.closes_at)
    check_minimum(row, items)
    rules = rules_of(row.compound)
    if rules.report_first and row.reported_at is None:
        raise BuyingError(_("Your committee wants to hear of it first: report this group buy, then open it."))
    return _open(row, by=by, why="", is_alone=rules.one_a_category)


def _open(row: GroupOrder, *, by: User, why: str, is_alone: bool) -> OrderStep:
    row.is_alone = is_alone
    row.save(update_fields=["is_alone", "closes_at", "arrives_at"])
    others = GroupOrder.objects.filter(compound=row.compound, category=row.category, state=State.OPEN)
    is_taken = is_alone and others.exclude(pk=row.pk).exists()
    with suppress(IntegrityError), transaction.atomic():  # of two who open at once, the constraint takes one
        if not is_taken:
            return take_step(order=row, to=State.OPEN, by=by, why=why)
    raise BuyingError(
        _("Your committee wants one list of %(category)s at a time, and another one is open: wait, or add to it.")
        % {"category": row.get_category_display()}
    )


@transaction.atomic
def close_order(*, order: GroupOrder, by: User | None, why: str = "") -> OrderStep:
    return take_step(order=lock_order(order), to=State.CLOSED, by=by, why=why)


@transaction.atomic
def extend_order(
    *, order: GroupOrder, closes_at: datetime, by: User, arrives_at: datetime | None = None, quiet_ok: bool = False
) -> GroupOrder:
    """More time: a closed list opens again, an open one closes later. What a side had called final is not any more."""
    lock_joint(order)
    row = lock_order(order)
    if row.state not in {State.OPEN, State.CLOSED}:
        raise BuyingError(_("Only a list that is open or closed gets more time."))
    if closes_at <= row.closes_at:
        raise BuyingError(_("More time means a later closing time."))
    check_closing(closes_at)
    row.closes_at = closes_at
    row.arrives_at = arrives_at or (row.arrives_at if row.arrives_at and row.arrives_at > closes_at else None)
    if row.arrives_at is not None and row.arrives_at <= closes_at:
        raise BuyingError(_("The goods arrive after the list has closed, not before."))
    check_quiet(row, quiet_ok=quiet_ok)
    if row.state == State.OPEN:
        row.save(update_fields=["closes_at", "arrives_at"])
    else:
        _open(row, by=by, why=_("more time"), is_alone=row.is_alone)
    JointSide.objects.there().filter(order=row).update(confirmed_at=None, confirmed_by=None)
    return row


@transaction.atomic
def cancel_order(*, order: GroupOrder, reason: str, by: User) -> OrderStep:
    """Nothing comes. What was paid is to be paid back: the settlement shows it. Other compounds are told."""
    reason = check_reason(reason)
    joint = lock_joint(order)
    row = lock_order(order)
    step = take_step(order=row, to=State.CANCELLED, by=by, why=reason)
    side = side_of(row)
    if joint is None or side is None:
        return step
    if step.was != State.ORDERED:
        withdraw(joint=joint, side=side, why=_("called off"), by=by)
        return step
    with translation.override(settings.LANGUAGE_CODE):
        words = {"compound": row.compound, "reason": reason}
        subject = _("Joint buy: %(compound)s has called it off") % words
        tell_others(side, what="off", subject=subject, body=_("It was ordered already. Why: %(reason)s") % words)
    return step


@transaction.atomic
def place_order(*, order: GroupOrder, by: User) -> list[OrderStep]:
    """The supplier has it. In a joint buy the host places it for every side, each of which has said it is final."""
    joint = lock_joint(order)
    rows = lock_orders({order.pk, *(side.order_id for side in sides_of(joint))} if joint else {order.pk})
    row = rows.pop(order.pk)
    if row.state != State.CLOSED:
        raise BuyingError(_("Close the list first: what is ordered has to stand still."))
    progress = progress_of(row)
    if progress.side is not None and joint is None:
        raise BuyingError(_("A neighbouring compound has joined just now. Look at it again."))
    if not progress.is_reached:
        raise BuyingError(_("The minimum is not reached: %(words)s.") % {"words": progress.words()})
    if progress.side is None:
        return [take_step(order=row, to=State.ORDERED, by=by)]
    if not progress.side.is_host:
        raise BuyingError(_("The compound that invited places the order for all of you."))
    waiting = [str(side) for side in progress.sides if side.confirmed_at is None]
    if waiting:
        raise BuyingError(
            _("Not every side has said that its list is final: %(sides)s.") % {"sides": "、".join(waiting)}
        )
    steps = [take_step(order=row, to=State.ORDERED, by=by)]
    for theirs in rows.values():
        why = _("together with %(compound)s") % {"compound": row.compound}
        steps.append(take_step(order=theirs, to=State.ORDERED, by=None, why=why))
    with translation.override(settings.LANGUAGE_CODE):
        tell_others(
            progress.side,
            what="placed",
            subject=_("Joint buy ordered: %(order)s") % {"order": row},
            body=_("%(compound)s has placed the order with the supplier.") % {"compound": row.compound},
        )
    return steps


# --- By the clock ---------------------------------------------------------------------------------


def close_due_orders(now: datetime | None = None) -> list[GroupOrder]:
    """Lists whose hour has passed are closed and their leads told, each in its own transaction."""
    now = now or timezone.now()
    closed = []
    for order in GroupOrder.objects.overdue(now).order_by("pk"):
        with transaction.atomic():
            row = lock_order(order)
            if row.state != State.OPEN or row.closes_at > now:
                continue  # somebody closed it, or gave it more time, a moment ago
            take_step(order=row, to=State.CLOSED, by=None)
            with translation.override(settings.LANGUAGE_CODE):
                progress = progress_of(row)
                tell_closed(row, _standing(progress), is_reached=progress.is_reached)
            closed.append(row)
    return closed


def remind_of_closing(now: datetime | None = None) -> None:
    """Within the last hour: once for each closing time, however often this looks."""
    now = now or timezone.now()
    for order in (
        GroupOrder.objects.collecting(now).filter(closes_at__lte=now + SOON).select_related("lead", "compound")
    ):
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            tell_closing_soon(order, _standing(progress_of(order)))


def _standing(progress) -> str:
    return f"{progress.of_minimum()} · {progress.words()}" if progress.has_minimum else progress.words()
