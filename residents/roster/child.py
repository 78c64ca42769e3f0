"""The process that reads a workbook: it has a limit of memory and time, no database and no keys.

python -m residents.roster.child '{"memory": …, "cpu": …, "ending": ".xlsx", "ROSTER_MAX_BYTES": …, …}' < file > tables
"""

import json
import resource
import sys

from django.conf import settings

TOO_HEAVY = 3


def main() -> int:
    told = json.loads(sys.argv[1])
    for limit, most in ((resource.RLIMIT_AS, told.pop("memory")), (resource.RLIMIT_CPU, told.pop("cpu"))):
        resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ending = told.pop("ending")
    settings.configure(USE_I18N=False, **told)
    from residents.roster.reading import read_roster  # noqa: PLC0415 (limits and settings first)
    from residents.roster.words import RosterError  # noqa: PLC0415

    try:
        book = read_roster(sys.stdin.buffer.read(), ending)
    except RosterError as error:
        _write({"error": error.code, "values": error.values})
        return 0
    except MemoryError:
        return TOO_HEAVY
    _write({"findings": book.findings})
    for sheet in book.sheets:
        merged = [[*below, *top] for below, top in sheet.merged_down.items()]
        _write([sheet.name, len(sheet.rows), sheet.rows.last_filled, merged])
        sys.stdout.buffer.writelines(line + b"\n" for line in sheet.rows.lines)
    return 0


def _write(told) -> None:
    sys.stdout.buffer.write(json.dumps(told, separators=(",", ":")).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
