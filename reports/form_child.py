"""The process that opens a workbook of others: a limit of memory and time, no database, no keys.

python -m reports.form_child '{"memory": …, "cpu": …}' < told-in-one-line + file > answer-in-one-line + file
"""

import json
import resource
import sys

from django.conf import settings

TOO_HEAVY = 3


def main() -> int:
    limits = json.loads(sys.argv[1])
    for limit, most in ((resource.RLIMIT_AS, limits["memory"]), (resource.RLIMIT_CPU, limits["cpu"])):
        resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    settings.configure(USE_I18N=False)
    from reports.grid import GridError  # noqa: PLC0415 (limits and settings first)
    from residents.roster.words import RosterError  # noqa: PLC0415

    told = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        answer, made = _do(told, content)
    except (GridError, RosterError) as error:
        answer, made = {"error": error.code, "values": error.values}, b""
    except MemoryError:
        return TOO_HEAVY
    except Exception:  # whatever openpyxl stumbles over in somebody's file
        answer, made = {"error": "broken_workbook", "values": {}}, b""
    sys.stdout.buffer.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n" + made)
    return 0


def _do(told: dict, content: bytes) -> tuple[dict, bytes]:
    if told["deed"] == "grid":
        from reports.grid import read_grid  # noqa: PLC0415

        return read_grid(content), b""
    from reports.filling import fill  # noqa: PLC0415

    return {}, fill(content, told["orders"], told["mark"])


if __name__ == "__main__":
    sys.exit(main())
