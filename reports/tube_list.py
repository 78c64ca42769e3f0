"""The list of a round's tubes, as it goes along with the rack: codes and numbers, nobody's name."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.exports import ROW_CAP
from rounds.models import Round
from testing_rounds.models import Tube


def tube_table(round: Round) -> tuple[list[str], list[list[str]]]:
    header = [
        _("Code"),
        _("Places"),
        _("People in it"),
        _("People, as written on the label"),
        _("State"),
        _("First used"),
        _("By"),
        _("Result"),
        _("Known since"),
    ]
    tubes = Tube.objects.filter(test_round__round=round).select_related("opened_by").order_by("created_at", "pk")
    return header, [_row(tube) for tube in tubes[:ROW_CAP]]


def _row(tube: Tube) -> list[str]:
    return [
        tube.code,
        str(tube.size),
        str(tube.filled_count),
        "" if tube.told_count is None else str(tube.told_count),
        str(tube.get_state_display()),
        timezone.localtime(tube.created_at).strftime("%Y-%m-%d %H:%M"),
        str(tube.opened_by),
        str(tube.get_result_display()),
        timezone.localtime(tube.result_at).strftime("%Y-%m-%d %H:%M") if tube.result_at else "",
    ]
