"""The commands under test, as the container runs them."""

import os
import sys
from pathlib import Path
from typing import ClassVar

import httpx

from tests.support.processes import Process, free_port, wait_for
from tests.support.services import USERS

SOURCE = Path(__file__).parents[2]
KEY = "a-key-for-tests"


def logins(command: str) -> dict[str, str]:
    """Who the role is at the stores."""
    # By hand, in a container of `ingest`.
    user = USERS.get("ingest" if command == "retention" else command)
    return {} if user is None else {"DATABASE_USER": user, "REDIS_USER": user}


class Role:
    """`python -m exploreiot <command>` with nothing in its environment but what is given."""

    _started: ClassVar[set[str]] = set()

    def __init__(self, command: str, env: dict[str, str], folder: Path, *words: str) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            # Compiled once, and not into the folders that the image is made from.
            "PYTHONPYCACHEPREFIX": str(Path(sys.prefix) / "bytecode"),
            "LISTEN_HOST": "127.0.0.1",
            "LISTEN_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            **env,
            **logins(command),
        }
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / f"{command}-{self.port}.log"
        # Of each command the first is started as the container does it, and those with a library
        # that has to be there before Python is.
        if command in Role._started and "LD_PRELOAD" not in env:
            self.process = Process.forked([command, *words], log, self.env)
        else:
            Role._started.add(command)
            argv = [sys.executable, "-m", "exploreiot", command, *words]
            self.process = Process(argv, log, self.env)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        self._own_port = self.port if command == "ingest" else self.metrics_port

    def ready(self) -> dict:
        return self.http.get("/readyz").json()

    def wait_ready(self) -> "Role":
        wait_for(
            lambda: self.ready()["ready"],
            lambda: f"ready (exit code {self.process.code}); log: {self.process.output[-2000:]}",
        )
        return self

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        text = httpx.get(f"http://127.0.0.1:{self._own_port}/metrics", timeout=5).text
        lines = [line for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    @property
    def most_memory(self) -> int:
        """MiB that it has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def stop(self) -> int:
        self.http.close()
        return self.process.stop()


def run_to_end(command: str, env: dict[str, str], folder: Path, *words: str) -> Role:
    """For commands that end: `migrate`, and starts that are refused."""
    role = Role(command, env, folder, *words)
    wait_for(lambda: role.process.code is not None, f"{command} ends", seconds=60)
    return role
