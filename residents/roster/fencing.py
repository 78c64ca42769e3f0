"""Workbooks are read behind a fence: a bomb nobody has thought of ends the child, and the steward gets a sentence."""

import json
import os
import subprocess
import sys

from django.conf import settings

from residents.roster.packed import Packed
from residents.roster.reading import OLE2, Book, Sheet, read_roster
from residents.roster.words import RosterError

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 60
PATIENCE = 90  # seconds by the clock: below the lease, on a machine that has other work
PASSED_ON = (
    "PATH",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
)  # and no key, no address of a database


def read_fenced(content: bytes, file_name: str) -> Book:
    """As `read_roster`. Text cannot grow, so it is read here; a workbook by a process with limits."""
    if len(content) > settings.ROSTER_MAX_BYTES or not content.startswith((b"PK", OLE2)):
        return read_roster(content, file_name)
    told = {
        "memory": MEMORY,
        "cpu": CPU_SECONDS,
        "ending": file_name.lower()[-5:],
        "ROSTER_MAX_BYTES": settings.ROSTER_MAX_BYTES,
        "ROSTER_MAX_ROWS": settings.ROSTER_MAX_ROWS,
    }
    try:
        done = subprocess.run(  # noqa: S603 (our own module, the file on its standard input)
            [sys.executable, "-m", "residents.roster.child", json.dumps(told)],
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # What the child printed may quote the file; it is not kept.
        raise RosterError("too_heavy") from error
    return _book(done.stdout.splitlines())


def _book(lines: list[bytes]) -> Book:
    """A line about the file; then of each sheet a line about it, and its rows as the child has packed them."""
    told = json.loads(lines[0])
    if "error" in told:
        raise RosterError(told["error"], **told["values"])
    book = Book([], told["findings"], tabular=True)
    at = 1
    while at < len(lines):
        name, count, last_filled, merged = json.loads(lines[at])
        below = {(row, column): (top, left) for row, column, top, left in merged}
        book.sheets.append(Sheet(name, Packed(lines[at + 1 : at + 1 + count], last_filled), below))
        at += 1 + count
    return book
