"""The life of a distribution: prepared, its shortage decided, frozen, loaded, brought back, its books closed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.devices import token_hash
from residents.models import Building, Compound, Household, User
from residents.statements import Writes
from rounds.models import Outcome, Round, Visit
from rounds.services import change_round, close_round, create_round, open_round
from rounds.snapshot import Snapshot
from supplies.absent import refuse_kept
from supplies.entitling import Plan, entitlements_of, kept_shares_of, reckon
from supplies.handing import book_uncovered, lock_uncovered
from supplies.ledger import SupplyError, check_quantity, post_moves, require_reason, stock_in, write_off
from supplies.models import Batch, Diet, Distribution, Entitlement, KeptShare, Line, StockMove, Variant
from supplies.reconciling import read_books

Kind = StockMove.Kind


@transaction.atomic
def create_distribution(
    *,
    compound: Compound,
    starts_at: datetime,
    ends_at: datetime,
    buildings: Iterable[Building],
    title: str = "",
    instructions: str = "",
) -> Distribution:
    """The lot's seed is drawn here and never again: nobody draws until they like it."""
    round = create_round(
        compound=compound,
        kind=Round.Kind.SUPPLIES,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        buildings=buildings,
    )
    return Distribution.objects.create(round=round, instructions=instructions, seed=secrets.token_hex(8))


@transaction.atomic
def change_distribution(*, distribution: Distribution, instructions: str, **window) -> None:
    """Raises RoundError once the round is over."""
    change_round(round=distribution.round, **window)
    Distribution.objects.filter(pk=distribution.pk).update(instructions=instructions)


def _lock(distribution: Distribution) -> Distribution:
    rows = Distribution.objects.select_for_update(of=("self",), no_key=True).select_related("round__compound")
    return rows.get(pk=distribution.pk)


def _lock_draft(distribution: Distribution) -> Distribution:
    row = _lock(distribution)
    if not row.round.is_draft:
        raise SupplyError(_("The list is frozen: what each household gets can no longer be changed."))
    return row


@transaction.atomic
def add_line(
    *,
    distribution: Distribution,
    batch: Batch,
    amount: int,
    per: str = Line.Per.HOUSEHOLD,
    need: str = "",
    variant: str = "",
    instead_of: Line | None = None,
) -> Line:
    row = _lock_draft(distribution)
    check_quantity(amount)
    if batch.item.compound_id != row.round.compound_id:
        raise SupplyError(_("This batch belongs to another compound."))
    if row.lines.filter(batch=batch).exists():
        raise SupplyError(_("This batch is on the list already."))
    if (per == Line.Per.NEED) != bool(need):
        raise SupplyError(_("Name the help flag, for that rule and no other."))
    if instead_of is not None and (not variant or instead_of.distribution_id != row.pk or instead_of.variant):
        raise SupplyError(_("Only a variant stands for another line, and only for a plain one of this list."))
    return Line.objects.create(
        distribution=row, batch=batch, amount=amount, per=per, need=need, variant=variant, instead_of=instead_of
    )


@transaction.atomic
def remove_line(*, line: Line) -> None:
    _lock_draft(line.distribution)
    if line.variants.exists():
        raise SupplyError(_("Remove the variants of this line first."))
    line.delete()


@transaction.atomic
def plan_shortage(
    *, distribution: Distribution, rule: str, by: User, waits: Iterable[int] = (), reason: str = ""
) -> Distribution:
    """Who goes first when there is not enough. By hand: the households that wait, as many as it takes, and why."""
    row = _lock_draft(distribution)
    if rule not in Distribution.Rule.values:
        raise SupplyError(_("Choose a rule."))
    by_hand = rule == Distribution.Rule.HAND
    row.rule, row.planned_by, row.planned_at = rule, by, timezone.now()
    row.hand_waits = sorted(set(waits)) if by_hand else []
    row.hand_reason = require_reason(reason) if by_hand else ""
    if by_hand:
        plan = reckon(row)
        strangers = set(row.hand_waits) - plan.entitled
        if strangers:
            raise SupplyError(_("Somebody in this choice is not on the list."))
        _refuse_others_waiting(row, plan)
    row.save(update_fields=["rule", "planned_by", "planned_at", "hand_waits", "hand_reason"])
    return row


def _refuse_others_waiting(row: Distribution, plan: Plan) -> None:
    """By hand nobody waits but who was chosen."""
    others = plan.waiting - set(row.hand_waits)
    if row.rule == Distribution.Rule.HAND and others:
        raise SupplyError(_("This is not enough: %(n)s more have to wait.") % {"n": len(others)})


@transaction.atomic
def open_distribution(*, distribution: Distribution, by: User) -> list[Snapshot]:
    """Freeze who gets what. Refused while somebody would have to wait and nobody has said by which rule."""
    row = _lock(distribution)
    batches = [line.batch_id for line in row.lines.all()]
    if not batches:
        raise SupplyError(_("Say first what is handed out."))
    list(Batch.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=batches).order_by("pk"))
    _refuse_batch_on_its_way(row, batches)
    snapshots = open_round(round=distribution.round, by=by)
    plan = reckon(row, snapshots)
    if not plan.entitled:
        raise SupplyError(_("By these rules no household of these buildings gets anything."))
    if plan.missing and not row.rule:
        raise SupplyError(_("%(n)s are missing: decide first who waits.") % {"n": plan.missing})
    _refuse_others_waiting(row, plan)  # the store may hold less than when it was decided
    visits = {snapshot.visit.household_id: snapshot.visit for snapshot in snapshots}
    rows = Entitlement.objects.bulk_create(entitlements_of(plan, visits), batch_size=2000)
    KeptShare.objects.bulk_create(kept_shares_of(plan))
    carried = {row.visit_id for row in rows if row.allotted}
    _spare_the_stairs([visit for visit in visits.values() if visit.pk not in carried])
    return snapshots


def _refuse_batch_on_its_way(row: Distribution, batches: list[int]) -> None:
    others = Distribution.objects.filter(lines__batch__in=batches, round__opened_at__isnull=False, closed_at=None)
    other = others.exclude(pk=row.pk).exclude(round__state="cancelled").select_related("round").first()
    if other is not None:
        raise SupplyError(_("“%(round)s” is handing this batch out: close its books first.") % {"round": other.round})


def _spare_the_stairs(visits: list[Visit]) -> None:
    """Nothing is carried to these doors: they stand as exempt before anybody knocks."""
    for visit in visits:
        visit.known = {str(number): Outcome.EXEMPT.value for number in range(1, visit.expected_count + 1)}
        visit.outcome = Outcome.EXEMPT.value
    writes = Writes()
    writes.write_back(visits, ("known", "outcome"))
    writes.send()


# --- On the way -----------------------------------------------------------------------------------


STARTED = frozenset({Round.State.OPEN, Round.State.CLOSED})
BEGUN = STARTED | {Round.State.CANCELLED}  # bags in a lobby still have to come back


def _on_the_way(line: Line, building: Building, states: frozenset = STARTED) -> Distribution:
    row = _lock(line.distribution)
    if row.round.state not in states or row.round.opened_at is None:
        raise SupplyError(_("The round is not open: nothing is handed out."))
    if row.closed_at is not None:
        raise SupplyError(_("The books of this distribution are closed."))
    if not row.round.buildings.filter(pk=building.pk).exists():
        raise SupplyError(_("This building is not part of the round."))
    return row


@transaction.atomic
def load_building(*, line: Line, building: Building, quantity: int, by: User) -> StockMove:
    """From the store to the lobby, as counted there. What was handed out ahead of the books is booked now."""
    check_quantity(quantity)
    row = _on_the_way(line, building)
    visits = lock_uncovered(lines=[line], building=building)
    source, target = stock_in(line.batch), stock_in(line.batch, building=building)
    move = StockMove(
        batch=line.batch, kind=Kind.LOADED, quantity=quantity, source=source, target=target, distribution=row, by=by
    )
    post_moves([move])
    refuse_kept(line.batch)
    book_uncovered(visits=visits, by=by)
    return move


@transaction.atomic
def bring_back(*, line: Line, building: Building, quantity: int, by: User) -> StockMove:
    check_quantity(quantity)
    row = _on_the_way(line, building, BEGUN)
    book_uncovered(visits=lock_uncovered(lines=[line], building=building), by=by)
    source, target = stock_in(line.batch, building=building), stock_in(line.batch)
    move = StockMove(
        batch=line.batch, kind=Kind.RETURNED, quantity=quantity, source=source, target=target, distribution=row, by=by
    )
    return post_moves([move])[0]


@transaction.atomic
def write_off_in(*, line: Line, building: Building, quantity: int, reason: str, by: User) -> StockMove:
    row = _on_the_way(line, building, BEGUN)
    book_uncovered(visits=lock_uncovered(lines=[line], building=building), by=by)
    stock = stock_in(line.batch, building=building)
    return write_off(stock=stock, quantity=quantity, reason=reason, by=by, distribution=row)


@transaction.atomic
def find_in(*, line: Line, building: Building, quantity: int, reason: str, by: User) -> StockMove:
    """More was there than the books say: told and explained, then booked on."""
    check_quantity(quantity)
    reason = require_reason(reason)
    row = _on_the_way(line, building)
    visits = lock_uncovered(lines=[line], building=building)
    target = stock_in(line.batch, building=building)
    move = StockMove(
        batch=line.batch,
        kind=Kind.ADJUSTED,
        quantity=quantity,
        target=target,
        distribution=row,
        reason=reason,
        by=by,
    )
    post_moves([move])
    book_uncovered(visits=visits, by=by)
    return move


@transaction.atomic
def close_books(*, distribution: Distribution, by: User) -> None:
    """Loaded = handed out + brought back + written off, in every building; else refused, by name."""
    row = _lock(distribution)
    if row.round.state not in BEGUN or row.round.opened_at is None:
        raise SupplyError(_("The round is not open: there is nothing to close."))
    if row.closed_at is not None:
        raise SupplyError(_("The books of this distribution are closed."))
    if row.round.is_open:
        close_round(round=row.round, by=by)
    book_uncovered(visits=lock_uncovered(lines=row.lines.all()), by=by)
    books = read_books(row)
    open_rows = [page for page in books if page.left or page.uncovered]
    if open_rows:
        names = ", ".join(dict.fromkeys(f"{page.building} ({page.line})" for page in open_rows[:3]))
        raise SupplyError(_("The books do not balance yet: %(where)s.") % {"where": names})
    Distribution.objects.filter(pk=row.pk).update(closed_at=timezone.now(), closed_by=by)


# --- Variants and the public page -----------------------------------------------------------------


@transaction.atomic
def set_diets(*, building: Building, variants: dict[int, str], by: User) -> int:
    """Household -> variant, empty for none. Those not named stay as they are."""
    homes = Household.objects.current().filter(door__building=building, pk__in=variants)
    known = dict(Diet.objects.filter(household__in=homes).values_list("household", "variant"))
    changed = 0
    for home in homes:
        variant = variants[home.pk]
        if variant == known.get(home.pk, ""):
            continue
        if variant and variant not in Variant.values:
            raise SupplyError(_("There is no such variant."))
        changed += 1
        if variant:
            Diet.objects.update_or_create(household=home, defaults={"variant": variant, "by": by, "at": timezone.now()})
        else:
            Diet.objects.filter(household=home).delete()
    return changed


def make_totals_link(*, distribution: Distribution) -> str:
    """A new secret; the one before no longer opens anything. Shown once."""
    code = secrets.token_urlsafe(24)
    Distribution.objects.filter(pk=distribution.pk).update(totals_hash=token_hash(code))
    return code


def revoke_totals_link(*, distribution: Distribution) -> None:
    Distribution.objects.filter(pk=distribution.pk).update(totals_hash="")
