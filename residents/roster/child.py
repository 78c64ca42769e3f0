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
        answer: dict = {"error": error.code, "values": error.values}
    except MemoryError:
        return TOO_HEAVY
    else:
        answer = {"sheets": [_plain(sheet) for sheet in book.sheets], "findings": book.findings}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))
    return 0


def _plain(sheet) -> list:
    cells = [
        [number, [cell if isinstance(cell, str) else [cell.kind, cell.text] for cell in row]]
        for number, row in sheet.rows
    ]
    return [sheet.name, cells, [[*below, *top] for below, top in sheet.merged_down.items()]]


if __name__ == "__main__":
    sys.exit(main())
