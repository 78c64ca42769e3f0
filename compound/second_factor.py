"""The pages of the second factor, and the door that leads to them first."""

from datetime import timedelta
from urllib.parse import quote

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as verify_session
from django_otp.util import random_hex

from residents.second_factor import (
    check_second_factor,
    enrol,
    enrolment_link,
    has_second_factor,
    make_backup_codes,
    needs_second_factor,
)

KEY = "second_factor_key"
KEY_AGE = timedelta(minutes=30)
# What somebody reaches with a password alone.
BEFORE = {"second_factor", "second_factor_enrol", "logout", "set_language", "login", "healthz", "readyz"}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Six digits, or a code on paper"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


def second_factor_first(get_response):
    """Nobody who needs a second factor reaches a page with a password alone."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if not settings.REQUIRE_TOTP or request.resolver_match.view_name in BEFORE:
            return None
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if request.user.is_verified() or not needs_second_factor(request.user):
            return None
        return redirect(_with_next("second_factor", request.get_full_path() if request.method == "GET" else ""))

    middleware.process_view = process_view
    return middleware


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request):
    """The code is asked for once a session."""
    if not has_second_factor(request.user):
        return redirect(_with_next("second_factor_enrol", _next(request)))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        device = check_second_factor(user=request.user, typed=form.cleaned_data["code"])
        if device is not None:
            _let_in(request, device)
            return redirect(_next(request) or "today")
        form.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
    context = {"form": form, "next": _next(request)}
    return render(request, "second_factor/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_enrol(request):
    """Who has one already changes it only when it has been shown: a stolen password must not be enough."""
    if has_second_factor(request.user) and not request.user.is_verified():
        return redirect(_with_next("second_factor", _next(request)))
    key = _key(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        device = enrol(user=request.user, key=key, typed=form.cleaned_data["code"])
        if device is not None:
            del request.session[KEY]
            _let_in(request, device)
            return _show_codes(request)
        form.add_error("code", _("This code is not right. Is the phone's clock right? Wait for the next code."))
    link = enrolment_link(request.user, key)
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    secret = link.partition("secret=")[2].partition("&")[0]
    grouped = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    context = {"form": form, "qr": mark_safe(qr), "secret": grouped, "next": _next(request)}
    return render(request, "second_factor/enrol.html", context, status=422 if form.errors else 200)


@require_POST
def second_factor_codes(request):
    if not request.user.is_verified():
        return redirect("second_factor")
    return _show_codes(request)


def _show_codes(request):
    messages.success(request, _("The second factor is set up."))
    context = {"codes": make_backup_codes(user=request.user), "next": _next(request)}
    response = render(request, "second_factor/codes.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


def _let_in(request, device) -> None:
    """A session that has passed both is a new one: what was seen of it before is worth nothing."""
    request.session.cycle_key()
    verify_session(request, device)


def _key(request) -> str:
    """The secret on offer, in the session until it is confirmed. It grows old, and is never taken from the form."""
    offered = request.session.get(KEY) or {}
    now = timezone.now().timestamp()
    if offered.get("until", 0) < now or not constant_time_compare(str(offered.get("user")), str(request.user.pk)):
        offered = {"key": random_hex(20), "until": now + KEY_AGE.total_seconds(), "user": request.user.pk}
        request.session[KEY] = offered
    return offered["key"]


def _next(request) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and is_ours else ""


def _with_next(name: str, target: str) -> str:
    return f"{reverse(name)}?next={quote(target)}" if target else reverse(name)
