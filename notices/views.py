"""The inbox of whoever is signed in, and for stewards what is on its way and what went wrong."""

from functools import wraps

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from notices.models import Message
from notices.services import NoticeError, retry_dead, retry_message
from residents.models import Compound

PAGE = 30
OUTBOX_ROWS = 100


def steward_required(view):
    """The outbox belongs to stewards: others with a role may not (403), for anybody else it is not there (404)."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.user.access.steward:
            if request.user.access.compounds:
                raise PermissionDenied
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def _page_number(request) -> int:
    word = request.GET.get("page", "1")
    if not (word.isascii() and word.isdigit() and len(word) <= 6 and int(word) > 0):
        raise Http404
    return int(word)


@require_safe
def inbox(request):
    number = _page_number(request)
    start = (number - 1) * PAGE
    # One row more than shown tells whether there are older ones: no count of a table that only grows.
    notices = list(Message.objects.inbox_of(request.user).order_by("-sent_at", "-pk")[start : start + PAGE + 1])
    if number > 1 and not notices:
        raise Http404
    context = {
        "notices": notices[:PAGE],
        "has_unread": any(notice.read_at is None for notice in notices),
        "newer": number - 1,
        "older": number + 1 if len(notices) > PAGE else 0,
        "is_steward": bool(request.user.access.steward),
    }
    return render(request, "notices/inbox.html", context)


@require_POST
def read(request, pk):
    """Reading follows the message to what it is about."""
    notice = get_object_or_404(Message.objects.inbox_of(request.user), pk=pk)
    Message.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    is_local = notice.link.startswith("/") and url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    return redirect(notice.link if is_local else "notices:inbox")


@require_POST
def read_all(request):
    Message.objects.inbox_of(request.user).unread().update(read_at=timezone.now())
    return redirect("notices:inbox")


@require_safe
@steward_required
def outbox(request):
    kept = Message.objects.kept_by(request.user)
    counts = dict(kept.order_by().values_list("state").annotate(n=Count("pk")))
    chosen = request.GET.get("state", "")
    if chosen and chosen not in Message.State.values:
        raise Http404
    shown = kept.filter(state=chosen) if chosen else kept.exclude(state=Message.State.SENT)
    # What waits is wanted in the order it goes out, what has gone the other way round.
    shown = shown.order_by(*(["-sent_at", "-pk"] if chosen == Message.State.SENT else ["due_at", "pk"]))
    notices = shown.select_related("user", "webhook", "compound").defer("body", "webhook__url", "webhook__secret")
    context = {
        "states": [(state, state.label, counts.get(state, 0)) for state in Message.State],
        "chosen": chosen,
        "notices": notices[:OUTBOX_ROWS],
        "most": OUTBOX_ROWS,
        "retryable": [Message.State.FAILED, Message.State.DEAD],
        "dead_count": counts.get(Message.State.DEAD, 0),
        "compounds": Compound.objects.kept_by(request.user).order_by("name"),
    }
    return render(request, "notices/outbox.html", context)


@require_POST
@steward_required
def retry_all(request):
    count = retry_dead(by=request.user)
    said = ngettext(
        "%(count)s message will be tried again within a minute.",
        "%(count)s messages will be tried again within a minute.",
        count,
    )
    flash.success(request, said % {"count": count} if count else _("No message was given up."))
    return redirect("notices:outbox")


@require_POST
@steward_required
def retry(request, pk):
    notice = get_object_or_404(Message.objects.kept_by(request.user), pk=pk)
    try:
        retry_message(message=notice)
        flash.success(request, _("The message will be tried again within a minute."))
    except NoticeError as error:
        flash.warning(request, str(error))
    return redirect("notices:outbox")
