"""Servers of our own on free ports, to be killed: the portal, a PostgreSQL and a Redis in temporary folders."""

import contextlib
import glob
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """gunicorn on a free port, with workers that can be killed."""

    def __init__(self, application: str = "compound.wsgi", workers: int = 3):
        self.port = free_port()
        options = ["--workers", str(workers), "--threads", "4", "--no-control-socket", "--log-level", "critical"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}", *options],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}/benchmarks"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_it_answers(self) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        sys.exit("The server does not answer.")

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split() if _lives(pid)]

    def kill_a_worker(self) -> bool:
        """The oldest, which is the likeliest to be in the middle of something."""
        pids = self.workers()
        if len(pids) < 2:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(min(pids), signal.SIGKILL)
        return True

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def _lives(pid: str) -> bool:
    """Not one that was killed already and waits to be noticed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Cluster:
    """A PostgreSQL of our own."""

    @staticmethod
    def is_possible() -> bool:
        return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb"))

    def __init__(self, folder: Path):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.folder = folder
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self.user:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.port = free_port()
        self._run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres")
        self.start()

    def _run(self, program: str, *words: str) -> None:
        command = [f"{self.bin}/{program}", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    def new_database(self, name: str) -> str:
        """Its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


class Redis:
    """A Redis of our own that keeps nothing: killed, it has forgotten everything."""

    def __init__(self):
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"
