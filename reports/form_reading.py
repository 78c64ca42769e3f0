"""Excel forms are opened behind a fence, as rosters are: a bomb ends the child, and the steward gets a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from residents.roster.fencing import CPU_SECONDS, MEMORY, PASSED_ON, PATIENCE
from residents.roster.opendocument import is_open_document
from residents.roster.reading import ENCRYPTED, OLE2
from residents.roster.words import FILE

MOST_BYTES = 2 * 1024 * 1024

# Sentences of our own; the others are the roster's.
WORDS = {
    "empty": _("The file is empty."),
    "too_big": _("The file is larger than %(limit)s MB. A form to be filled is small: remove pictures."),
    "too_heavy": _("The workbook needs more time or memory than a form may. Keep only the sheets to be filled."),
    "too_much_text": _("The workbook holds more text than a form can. Keep only the sheets to be filled."),
    "macros": _("The workbook holds macros or embedded programs and was not opened. Save it as .xlsx without them."),
    "old": _("This is the old .xls format. Open it in Excel and save it as .xlsx."),
    "open_document": _("This is an OpenDocument sheet (.ods). Open it and save it as .xlsx."),
    "not_xlsx": _("This is no Excel workbook. Upload the form as .xlsx."),
    "no_sheet": _("The workbook shows no sheet."),
}


class FormError(ValueError):
    """A sentence for the person who brought the file or arranged it."""


def _refuse(code: str, **values: Any) -> FormError:
    return FormError((WORDS.get(code) or FILE.get(code) or FILE["broken_workbook"]) % values)


def read_form(content: bytes) -> dict[str, Any]:
    """Its sheets as reports/grid.py tells them. Raises FormError, whatever the bytes."""
    if not content:
        raise _refuse("empty")
    if len(content) > MOST_BYTES:
        raise _refuse("too_big", limit=MOST_BYTES >> 20)
    if content.startswith(OLE2):
        raise _refuse("password" if ENCRYPTED in content else "old")
    if not content.startswith(b"PK"):
        raise _refuse("not_xlsx")
    if is_open_document(content):
        raise _refuse("open_document")
    answer, _made = _ask({"deed": "grid"}, content)
    return answer


def fill_form(content: bytes, orders: list[dict[str, Any]], mark: str) -> bytes:
    _answer, made = _ask({"deed": "fill", "orders": orders, "mark": mark}, content)
    return made


def _ask(told: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(  # noqa: S603 (our own module, the file on its standard input)
            [sys.executable, "-m", "reports.form_child", json.dumps({"memory": MEMORY, "cpu": CPU_SECONDS})],
            input=json.dumps(told).encode() + b"\n" + content,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise _refuse("too_heavy") from error  # what the child printed may quote the file; it is not kept
    line, _newline, made = done.stdout.partition(b"\n")
    answer = json.loads(line)
    if "error" in answer:
        raise _refuse(answer["error"], **answer["values"])
    return answer, made
