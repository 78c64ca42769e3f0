"""The volunteers' phones: the invite, the shell, the doors it carries, the service worker.

None of these pages knows a session. What is personal (the doors) is given to a phone's token only.
"""

import hashlib
import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compound.my_doors import build_feed
from compound.phone_requests import language_of
from compound.shell import render_shell, shell_page, shell_urls, shell_version
from residents.devices import BindError, InviteGone, InviteUnknown, authenticate_device, bind_device, find_invite
from residents.models import mask_name

MAX_BIND_BYTES = 4096


@login_not_required
@require_safe
def invite(request, code):
    """Says who invites; changes nothing, so that a chat's link preview does no harm."""
    try:
        volunteer = find_invite(code).volunteer
        page = render_shell("my/invite.html", code=code, name=mask_name(volunteer.name), compound=volunteer.compound)
        response = HttpResponse(page)
    except BindError as error:
        response = HttpResponse(render_shell("my/invite_gone.html", message=str(error)), status=_status(error))
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def my(request):
    response = HttpResponse(shell_page())
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Cookie"
    return response


@login_not_required
@require_safe
def my_install(request):
    """How to put the page on the home screen. Read with signal, so no part of the kept shell."""
    response = _fresh(HttpResponse(render_shell("my/install.html")))
    response["Vary"] = "Cookie"
    return response


@login_not_required
@csrf_exempt  # no cookie is read: the invite code is the key
@require_POST
def my_bind(request):
    if request.content_type != "application/json":
        return JsonResponse({"error": "not_json"}, status=415)
    if len(request.body) > MAX_BIND_BYTES:
        return JsonResponse({"error": "too_large"}, status=413)
    words = _read_words(request.body)
    if words is None:
        return JsonResponse({"error": "bad_request"}, status=400)
    with translation.override(language_of(request)):
        try:
            device = bind_device(**words)
        except BindError as error:
            return JsonResponse(
                {"portal": "shoulou", "error": error.code, "message": str(error)}, status=_status(error)
            )
    volunteer = device.volunteer
    return JsonResponse(
        {"portal": "shoulou", "volunteer": mask_name(volunteer.name), "compound": volunteer.compound.name}
    )


@login_not_required
@require_safe
def my_doors(request):
    device = authenticate_device(request)
    if device is None:
        response = JsonResponse({"error": "unknown_device"}, status=401)
    else:
        with translation.override(language_of(request)):
            body = json.dumps(build_feed(device), ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = request.headers.get("If-None-Match", "").removeprefix("W/")  # compression makes it a weak one
        response = HttpResponse(status=304) if known == etag else HttpResponse(body, content_type="application/json")
        response["ETag"] = etag
    response["Cache-Control"] = "no-store, private"
    response["Vary"] = "Authorization"
    return response


@login_not_required
@require_safe
def service_worker(request):
    """At the root, for its reach is its folder. Kept from caches, so that a new version is seen at once."""
    script = render_to_string("my/sw.js", {"version": shell_version(), "files": json.dumps(shell_urls())})
    return _fresh(HttpResponse(script, content_type="text/javascript"))


@login_not_required
@require_safe
def manifest(request):
    icons = [
        {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("icons/phone-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("icons/phone-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    words = {
        "id": "/my/",
        "name": _("Shoulou · my doors"),
        "short_name": _("Shoulou"),
        "lang": translation.get_language(),
        "start_url": "/my/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4ef",
        "theme_color": "#b0382d",
        "icons": icons,
    }
    return _fresh(JsonResponse(words, content_type="application/manifest+json"))


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache"
    return response


def _status(error: BindError) -> int:
    return {InviteUnknown: 404, InviteGone: 410}.get(type(error), 400)


def _read_words(body: bytes) -> dict[str, str] | None:
    """The four words of the request, or None when it is not what a phone sends."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    names = {"code": "code", "device": "device_id", "token": "token", "label": "label"}
    if not isinstance(sent, dict) or not all(isinstance(sent.get(name, ""), str) for name in names):
        return None
    return {argument: sent.get(name, "") for name, argument in names.items()}
