"""`/sync/photos/<id>/`: where phones leave pictures of handovers, apart from the marks and after them.

A picture never holds up a mark: the phone sends it once the mark has its receipt, under the key the mark was made with.
The body is the image itself; `X-Mark` names its mark. Every answer is JSON with our name and the photo's id in it.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from compound.phone_requests import language_of
from compound.sync import RETRY_AFTER, Refusal, find_depositor
from rounds.receiving import read_uuid
from supplies.photos import NoMarkYet, PhotoError, keep_photo

MAX_BODY = 3 * 1024 * 1024  # phones make them small before they send them
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})


@csrf_exempt  # no cookie is read: the phone's token is the key
@login_not_required
@require_POST
def sync_photo(request: HttpRequest, pk: UUID) -> JsonResponse:
    try:
        device = find_depositor(request)
        content = _read_image(request)
        mark = read_uuid(request.headers.get("X-Mark"))
        if mark is None:
            raise Refusal("wrong_shape", 400)
        with translation.override(language_of(request)):
            keep_photo(id=pk, mark_id=mark, content=content, by=device.volunteer.user, device=device)
    except Refusal as refusal:
        return refusal.as_response()
    except PhotoError as error:
        status = 409 if isinstance(error, NoMarkYet) else 413 if error.code == "too_large" else 422
        return JsonResponse({"portal": "shoulou", "error": error.code, "message": str(error)}, status=status)
    except (DatabaseError, OSError):  # locked, restarting, or the disk is full: the phone keeps it
        response = JsonResponse({"portal": "shoulou", "error": "try_again"}, status=503)
        response["Retry-After"] = RETRY_AFTER
        return response
    return JsonResponse({"portal": "shoulou", "photo": str(pk), "result": "stored"})


def _read_image(request: HttpRequest) -> bytes:
    if request.content_type not in IMAGES:
        raise Refusal("not_an_image", 415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise Refusal("too_large", 413)
    content = request.read(MAX_BODY + 1)
    if len(content) > MAX_BODY:
        raise Refusal("too_large", 413)
    return content
