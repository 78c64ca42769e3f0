"""The demo's record of looks: a number asked for with a reason, a list taken away, a period made shorter."""

from __future__ import annotations

from reports.exports import log_export
from residents.models import Compound, Resident, User
from residents.retaining import set_period
from residents.retention import classes
from residents.services import reveal_phone


def show_privacy(estate: Compound, steward: User, lead: User) -> None:
    rows = Resident.objects.filter(household__door__building__compound=estate, is_contact=True).exclude(phone_index="")
    of_house = rows.filter(household__door__building__code="1").order_by("pk")
    for by, person, reason in (
        (lead, of_house[2], "两次敲门没人应，打电话问平安"),
        (steward, of_house[7], "血透日期要改，和本人确认"),
    ):
        reveal_phone(resident=person, by=by, reason=reason)
    log_export(user=steward, compound=estate, subject=f"roster of compound {estate.pk}", row_count=rows.count())
    messages = next(klass for klass in classes() if klass.code == "messages")
    set_period(compound=estate, klass=messages, days=14, by=steward)
