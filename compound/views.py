"""Pages that need everything."""

import time

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compound.middleware import BEGAN
from compound.today import read_today
from residents.lockout import remember_browser

SIGN_IN = LoginView.as_view(template_name="login.html", redirect_authenticated_user=True)


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


@login_not_required
def login(request):
    """Django's own, and the browser is remembered: strangers who guess at the account do not lock it out."""
    response = SIGN_IN(request)
    if request.method == "POST" and request.user.is_authenticated:
        remember_browser(request, response, request.user)
        request.session[BEGAN] = int(time.time())
    return response
