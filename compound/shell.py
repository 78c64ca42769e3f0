"""The phone's shell: one page, its styles and its script, kept on the phone so that it opens without signal.

The page is rendered without the request, so nothing of a person or a session can be in it; it differs only by
language. Its version is a hash of all its files: whatever changes, the phones see a new shell.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from residents.models import Resident
from rounds.board import LETTERS
from rounds.models import HeldMark, Outcome
from supplies.models import Handover

# Pages link to them; nobody imports them.
ENTRIES = {"app.js", "install.js", "invite.js", "needs.js", "proxy.js", "shifts.js"}
LINKED = re.compile(r'(?:href|src)="([^"#?]+)"')


def render_shell(template: str = "my/doors.html", **context) -> str:
    """A page of the phone in the active language."""
    return render_to_string(
        template,
        {
            "outcomes": Outcome.choices,
            "letters": LETTERS.items(),
            "reasons": HeldMark.Reason.choices,
            "handovers": Handover.choices,
            "bands": [(value, label) for value, label in Resident.AgeBand.choices if value],
            "languages": settings.LANGUAGES,
            **context,
        },
    )


def page_with_signal(template: str) -> HttpResponse:
    """Read with signal, so no part of the kept shell; nothing personal is in it."""
    response = HttpResponse(render_shell(template))
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Cookie"
    return response


def shell_page() -> str:
    return render_shell(version=shell_version())


def shell_urls() -> list[str]:
    """Every address the page needs: what it links to, and the modules its script imports."""
    page = render_shell(version="")
    linked = [url for url in LINKED.findall(page) if url.startswith(settings.STATIC_URL) and not url.endswith(".png")]
    wanted = [reverse("my"), reverse("manifest"), *linked, *map(_module_url, _modules())]
    return list(dict.fromkeys(wanted))


def shell_version() -> str:
    """Worked out once a process; while developing, each time, so that a changed file is seen."""
    return _count_version() if settings.DEBUG else _version_of_this_process()


@cache
def _version_of_this_process() -> str:
    return _count_version()


def _count_version() -> str:
    digest = hashlib.sha256()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            digest.update(render_shell(version="").encode())
    digest.update(render_to_string("my/sw.js", {"version": "", "files": []}).encode())
    for url in shell_urls():
        # A name with a hash in it is not found, and need not be: it changes with its content, and so does the page.
        path = finders.find(url.removeprefix(settings.STATIC_URL)) if url.startswith(settings.STATIC_URL) else None
        digest.update(Path(path).read_bytes() if path else url.encode())
    return digest.hexdigest()[:12]


def _modules() -> list[str]:
    folder = Path(str(finders.find("js/phone/app.js"))).parent
    return sorted(f"js/phone/{path.name}" for path in folder.glob("*.js") if path.name not in ENTRIES)


def _module_url(name: str) -> str:
    """Modules import each other by their plain names, unless the storage rewrites imports as well."""
    if getattr(staticfiles_storage, "support_js_module_import_aggregation", False):
        return static(name)
    return settings.STATIC_URL + name
