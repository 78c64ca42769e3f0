"""The habits every answer shares."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.urls import resolve, reverse
from django.utils import translation

from compound.limits import refuse_too_often

BEGAN = "began"  # of a session: when somebody logged in
ADMIN_AT = "admin_at"  # when the administration was last used


def chinese_unless_chosen(get_response):
    """Chinese is the first language of the portal whatever the browser says; the choice in the header wins."""

    def middleware(request):
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return get_response(request)

    return middleware


def marks_go_straight_in(get_response):
    """`/sync/` knows a phone by its key alone: no session, no page, no form. What those need is skipped.

    That is most of what a request costs here. Its number and line in the log, the security headers, compression and
    its limit stay: they stand before this, or are asked for here.
    """
    road = reverse("sync")
    match = resolve(road)

    def middleware(request):
        if request.path_info != road:
            return get_response(request)
        request.resolver_match = match
        translation.activate(chosen_language(request))
        response = refuse_too_often(request) or match.func(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def chosen_language(request) -> str:
    """What LocaleMiddleware would find: Chinese, unless somebody has chosen on this machine."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE


def personal_pages_are_not_stored(get_response):
    """Pages of a signed-in person stay out of every cache; views may say otherwise for what holds no person."""

    def middleware(request):
        response = get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def sessions_end(get_response):
    """Twelve hours after the login, however busy; and the administration asks again after half an hour unused."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        now, session = int(time.time()), request.session
        began = session.get(BEGAN, now)
        is_over = now - began > settings.SESSION_LIFETIME.total_seconds()
        if request.resolver_match.namespace == "admin" and request.resolver_match.url_name not in {"login", "logout"}:
            used_at = session.get(ADMIN_AT, began)
            is_over = is_over or now - used_at > settings.ADMIN_IDLE.total_seconds()
            if ADMIN_AT not in session or now - used_at > 60:  # a write a minute at most
                session[ADMIN_AT] = now
        if not is_over or request.resolver_match.view_name == "logout":
            return None
        logout(request)
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")

    middleware.process_view = process_view
    return middleware
