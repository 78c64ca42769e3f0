"""Texts to paste into the house's group: what is still missing. Never a name, never a room."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.listing import listed
from sharing.models import Drive, Offer, Part, Wish


def missing_text(drive: Drive, parts: Iterable[Part]) -> str:
    lines = [_("【%(title)s】 for %(whom)s") % {"title": drive.title, "whom": drive.goes_to}]
    words = _("%(part)s %(missing)s %(unit)s")
    lacking = [
        words % {"part": part.name, "missing": part.missing, "unit": part.unit} for part in parts if part.missing
    ]
    if lacking:
        lines.append(_("Still missing: %(parts)s") % {"parts": listed(lacking)})
        until = date_format(timezone.localtime(drive.pledge_until), "n-j H:i")
        lines.append(_("Promise it on your household's page by %(until)s.") % {"until": until})
    else:
        lines.append(_("Everything is promised. Thank you!"))
    collected = date_format(timezone.localtime(drive.collect_at), "n-j H:i")
    lines.append(
        _("From %(time)s on put it here: %(where)s. Somebody fetches it; nobody has to meet.")
        % {"time": collected, "where": drive.where}
    )
    return "\n".join(lines)


def corner_text(offers: Iterable[Offer], wishes: Iterable[Wish]) -> str:
    lines = [_("Share corner today")]
    offered = [f"{row.what} {row.left} {row.unit}" for row in offers if row.left]
    asked = [f"{row.what} {row.missing} {row.unit}" for row in wishes]
    if offered:
        lines.append(_("To be had: %(things)s") % {"things": listed(offered)})
    if asked:
        lines.append(_("Asked for: %(things)s") % {"things": listed(asked)})
    lines.append(_("Reserve or answer on your household's page; rooms are shown only there."))
    return "\n".join(lines)
