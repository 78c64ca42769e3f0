"""Jiamu's store with bags in it, and words for what the tests ask of a distribution."""

from datetime import timedelta

from django.utils import timezone

from compound.following import follow_marks
from compound.opening import open_any_round
from rounds.marks import mark_at_desk
from rounds.models import Visit
from supplies.ledger import count_again, create_item, record_arrival, stock_in
from supplies.models import Distribution, Entitlement, Stock
from supplies.services import add_line, create_distribution, plan_shortage


class Store:
    def __init__(self, world, bag=None):
        self.world = world
        self.bag = bag or create_item(compound=world.jiamu, name="蔬菜包", unit="袋")

    def arrive(self, quantity, item=None, **facts):
        """Counted by Chen, then by Zhao."""
        facts = {"arrived_on": timezone.localdate()} | facts
        batch = record_arrival(item=item or self.bag, quantity=quantity, by=self.world.chen, **facts)
        count_again(batch=batch, quantity=quantity, by=self.world.zhao)
        return batch

    def prepare(self, batch, *, amount=1, buildings=None, **line):
        now = timezone.now()
        distribution = create_distribution(
            compound=self.world.jiamu,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=3),
            buildings=buildings or [self.world.building1, self.world.building2],
        )
        add_line(distribution=distribution, batch=batch, amount=amount, **line)
        return distribution

    def open(self, distribution, rule="", **plan):
        if rule:
            plan_shortage(distribution=distribution, rule=rule, by=self.world.chen, **plan)
        distribution.refresh_from_db()
        open_any_round(round=distribution.round, by=self.world.chen)
        return distribution

    def row_of(self, mark) -> Distribution:
        return mark.visit.round.distribution

    def visit(self, distribution, household) -> Visit:
        return Visit.objects.get(round=distribution.round, household=household)

    def tell(self, distribution, household, outcome="done", by=None, undoes=None, **details):
        return mark_at_desk(
            visit=self.visit(distribution, household),
            by=by or self.world.chen,
            outcome=outcome,
            details=details,
            undoes=undoes,
            follow=follow_marks,
        )

    def owed(self, distribution, household) -> Entitlement:
        return Entitlement.objects.get(visit__household=household, line__distribution=distribution)

    def there(self, batch, **place) -> int:
        return stock_in(batch, **place).quantity


def books_agree() -> bool:
    """Every balance is the sum of its movements."""
    for stock in Stock.objects.all():
        came = sum(move.quantity for move in stock.moves_in.all())
        went = sum(move.quantity for move in stock.moves_out.all())
        if stock.quantity != came - went:
            return False
    return True
