"""Pages that need everything."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compound.today import read_today


@require_safe
def today(request):
    day = read_today(request.user)
    context = {
        "day": day,
        "now": timezone.now(),
        "unread_count": day.unread_count,
        "can_keep": bool(request.user.access.steward),
    }
    return render(request, "today.html", context)
