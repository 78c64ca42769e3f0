"""A group buy of Jiamu's: Zhao (lead of building 1) leads it, Chen (steward) stands behind; Hexin is next door."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from buying.models import GroupOrder, Item, OrderLine
from buying.ordering import set_lines
from buying.orders import add_item, create_order, open_order, report_order

HOUR = timedelta(hours=1)


class Buy:
    def __init__(self, world, *, compound=None, lead=None, is_open=True, thing=None, **facts):
        self.world = world
        self.lead = lead or world.zhao
        facts = {"title": "鸡蛋", "closes_at": timezone.now() + 3 * HOUR} | facts
        self.order = create_order(compound=compound or world.jiamu, lead=self.lead, by=self.lead, **facts)
        thing = {"name": "鸡蛋", "unit": "盘", "price": Decimal("45.00")} | (thing or {})
        self.eggs = add_item(order=self.order, **thing)
        if is_open:
            self.open()

    def open(self):
        if self.order.reported_at is None:
            report_order(order=self.order, by=self.lead)
        open_order(order=self.order, by=self.lead)
        return self.fresh()

    def fresh(self) -> GroupOrder:
        self.order = GroupOrder.objects.select_related("compound", "lead").get(pk=self.order.pk)
        return self.order

    def add(self, name, **facts) -> Item:
        return add_item(order=self.order, **{"name": name, "unit": "份", "price": Decimal("10.00")} | facts)

    def wants(self, household, quantity=1, item=None, **facts):
        facts = {"how": "lead", "by": self.lead} | facts
        return set_lines(order=self.order, household=household, wanted={(item or self.eggs).pk: quantity}, **facts)

    def stands(self, household, item=None) -> int:
        line = OrderLine.objects.filter(item=item or self.eggs, household=household).first()
        return line.quantity if line else 0

    def ordered(self, item=None) -> int:
        return Item.objects.get(pk=(item or self.eggs).pk).ordered

    def at(self, state):
        """As if the steps before had been taken."""
        GroupOrder.objects.filter(pk=self.order.pk).update(state=state)
        return self.fresh()
