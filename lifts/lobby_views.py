"""The lobby's screen: which room is riding and which is next. No names, no needs, nobody who did not come.

It hangs where neighbours read it and its link may be passed on, so it tells what whoever stands in the lobby sees
anyway: the room in each lift and the next three. Of a lift kept for close contacts it tells only that it is in use.
"""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lifts.caller_views import CALL_DOWNS, answer_poll
from lifts.models import CallDown
from lifts.queue import pulse, read_queue, with_pulse
from lifts.riding import LiftError
from lifts.services import make_lobby_link, revoke_lobby_link
from residents.access import get_kept, get_visible
from residents.devices import token_hash

NEXT_SHOWN = 3


def _context(row: CallDown) -> dict:
    queue = read_queue(row)
    shared = [turn for turn in queue.to_call if not turn.is_contact]
    return {
        "call_down": row,
        "queue": queue,
        "coming": shared[:NEXT_SHOWN],
        "left": len(shared),
        "batches": queue.batches[:3],
        "is_over": row.ended_at is not None or not row.plan.round.is_open,
    }


@require_safe
def lobby(request, pk):
    row = get_visible(with_pulse(CallDown.objects.all()), request.user, pk=pk)
    live = reverse("lifts:lobby_live", args=[pk])
    return render(request, "lifts/lobby.html", _context(row) | {"live": live, "etag": _etag(row)})


@require_safe
def lobby_live(request, pk):
    row = get_visible(with_pulse(CallDown.objects.all()), request.user, pk=pk)
    return answer_poll(request, _etag(row), lambda: render(request, "lifts/_lobby.html", _context(row)))


def _etag(row: CallDown) -> str:
    return f'"{pulse(row, get_language())}"'


def _by_code(code: str):
    """The whole secret decides: nobody counts through the call-downs of a town."""
    return with_pulse(CallDown.objects.filter(lobby_hash=token_hash(code))).first()


def _quiet(response):
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def lobby_public(request, code):
    row = _by_code(code)
    if row is None:
        return _quiet(render(request, "lifts/lobby_gone.html", status=404))
    live = reverse("lifts:lobby_public_live", args=[code])
    response = render(request, "lifts/lobby.html", _context(row) | {"live": live, "etag": _etag(row)})
    response["Cache-Control"] = "no-store, private"
    return _quiet(response)


@login_not_required
@require_safe
def lobby_public_live(request, code):
    row = _by_code(code)
    if row is None:
        return _quiet(render(request, "lifts/lobby_gone.html", status=404))
    return _quiet(answer_poll(request, _etag(row), lambda: render(request, "lifts/_lobby.html", _context(row))))


@require_POST
def lobby_link(request, pk):
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    try:
        code = make_lobby_link(call_down=row)
    except LiftError as error:
        messages.error(request, str(error))
        return redirect(row)
    link = settings.PUBLIC_URL + reverse("lifts:lobby_public", args=[code])
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    response = render(request, "lifts/lobby_link.html", {"call_down": row, "link": link, "qr": mark_safe(qr)})
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
def lobby_revoke(request, pk):
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    revoke_lobby_link(call_down=row)
    messages.success(request, _("The lobby's link no longer opens anything."))
    return redirect(row)
