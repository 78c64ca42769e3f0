"""A list that has been ordered by four households of Jiamu, and comes: eggs by the tray, pork by weight."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from buying.arrivals import Counted, record_arrival
from buying.delivering import open_delivery, plan_delivery
from buying.models import Parcel
from buying.sharing_plans import plan_sharing, share_out
from rounds.models import Visit
from tests.buying.buys import Buy


class Came(Buy):
    """Lin 3 trays and 1.5 kg, the elder 1, the tenants 2, Far 2 and 1 kg: eight trays, 2.5 kg."""

    def __init__(self, world, **facts):
        super().__init__(world, title="鸡蛋和肉", **facts)
        self.pork = self.add("五花肉", unit="kg", measure="weight", price=Decimal("39.90"))
        for home, eggs, pork in (
            (world.lin_home, 3, 1500),
            (world.elder_home, 1, 0),
            (world.tenant_home, 2, 0),
            (world.far_home, 2, 1000),
        ):
            self.wants(home, eggs)
            if pork:
                self.wants(home, pork, self.pork)
        self.at("ordered")

    def comes(self, eggs=8, pork=2500, *more, **facts):
        counted = [Counted(self.eggs, eggs), Counted(self.pork, pork), *more]
        arrival = record_arrival(order=self.order, counted=counted, by=self.lead, **facts)
        self.fresh()
        return arrival

    def shared(self, rule="first", numbers=None, reason=""):
        plan = plan_sharing(self.fresh(), rule, numbers)
        rows = share_out(order=self.order, rule=rule, tag=plan.tag, by=self.lead, reason=reason, numbers=numbers)
        self.fresh()
        return rows

    def planned(self):
        noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return plan_delivery(order=self.order, starts_at=noon, ends_at=noon + timedelta(hours=3), by=self.lead)

    def on_the_way(self):
        """An open round with everything that was shared out."""
        row = self.planned()
        open_delivery(delivery=row, by=self.lead)
        self.fresh()
        return row

    def gets(self, item=None) -> dict[str, int]:
        """Room -> what it was given of a thing."""
        found: dict[str, int] = {}
        for parcel in Parcel.objects.filter(line__item=item or self.eggs).select_related("line__household__door"):
            room = parcel.line.household.door.room
            found[room] = found.get(room, 0) + parcel.quantity
        return found

    def visit(self, home) -> Visit:
        return Visit.objects.get(household=home, round__delivery__order=self.order)
