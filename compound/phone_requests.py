"""What every address of the phones needs: its language, its key, a small JSON body; and answers that are ours."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import translation

from residents.devices import authenticate_device
from residents.models import Device

MAX_BYTES = 4096


class PhoneRefusal(Exception):
    """Why a phone's request is not done: a word for the phone, a sentence for the person, and the status."""

    def __init__(self, error: str, status: int, message: str = "", **more):
        super().__init__(error)
        self.status = status
        self.words = {"portal": "shoulou", "error": error, "message": message, **more}

    def as_response(self) -> JsonResponse:
        return JsonResponse(self.words, status=self.status)


def language_of(request: HttpRequest) -> str:
    """Phones send no cookies; a page in another language than Chinese says so in the address."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language()


def find_phone(request: HttpRequest) -> Device:
    """The phone that asks, or a refusal with 401. One statement."""
    device = authenticate_device(request)
    if device is None:
        raise PhoneRefusal("unknown_device", 401)
    return device


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object. Raises PhoneRefusal, whatever the bytes are."""
    if request.content_type != "application/json":
        raise PhoneRefusal("not_json", 415)
    if len(request.body) > MAX_BYTES:
        raise PhoneRefusal("too_large", 413)
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise PhoneRefusal("bad_request", 400) from error
    if not isinstance(sent, dict):
        raise PhoneRefusal("bad_request", 400)
    return sent
