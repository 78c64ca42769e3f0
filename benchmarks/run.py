"""What the portal lives by, on SQLite and, where it is installed, on a PostgreSQL of its own with durable commits.

The other benchmarks of this folder take minutes to fill their tables; each says how it is run.

python benchmarks/run.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stage import ROOT

from drills.servers import Cluster

ON_BOTH, ON_SQLITE = ("served", "rounds"), ("roster",)


def run(name: str, title: str, **environment: str) -> None:
    print(f"== {name}, {title}", flush=True)
    began = time.monotonic()
    subprocess.run([sys.executable, f"benchmarks/{name}.py"], cwd=ROOT, env=os.environ | environment, check=True)
    print(f"({time.monotonic() - began:.0f} s)\n", flush=True)


def main() -> None:
    os.environ.pop("DATABASE_URL", None)
    for name in (*ON_BOTH, *ON_SQLITE):
        run(name, "SQLite")
    if not Cluster.is_possible():
        print("PostgreSQL is not on this machine: not measured.")
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        (Path(folder) / "pg").mkdir()
        cluster = Cluster(Path(folder) / "pg")
        try:
            for name in ON_BOTH:
                run(name, "PostgreSQL", DATABASE_URL=cluster.new_database(name))
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
