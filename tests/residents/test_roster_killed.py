"""kill -9 at every statement of reading and of applying: see tests/rosters/killed.py."""

import os
import re
import subprocess
import sys
from pathlib import Path

DRILL = Path(__file__).resolve().parents[1] / "rosters" / "killed.py"


def test_worker_killed_at_any_statement_leaves_all_or_nothing(tmp_path):
    surroundings = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'drill.sqlite3'}",
        "DEMO": "1",
        "VAR_DIR": str(tmp_path),
    }
    drill = subprocess.run(
        [sys.executable, DRILL], env=surroundings, capture_output=True, text=True, timeout=300, check=False
    )
    assert drill.returncode == 0, drill.stderr[-2000:]
    read, applied, lines, doors = map(int, re.findall("[0-9]+", drill.stdout))
    assert read >= 8
    assert applied >= 15
    assert lines == doors > 50
