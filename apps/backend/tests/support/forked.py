"""The commands as forks of one process that has read all modules, which takes longer than most
tests. One that is forked has its own environment and log, as one that is started."""

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

_MODULES = ["api.main", "ingest.main", "maintain", "migrate"]
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__, *(f"exploreiot.{name}" for name in _MODULES)])


def _run(words: list[str], log: str, env: dict[str, str]) -> None:
    from exploreiot.__main__ import main

    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(Path(log).parent)
    os.environ.clear()
    os.environ.update(env)
    sys.exit(main(words))


class Forked:
    """As much of `subprocess.Popen` as is used of it."""

    def __init__(self, words: list[str], log: Path, env: dict[str, str]) -> None:
        self._process = _CONTEXT.Process(target=_run, args=(words, str(log), env))
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)

    def wait(self, timeout: float | None = None) -> None:
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired("forked", timeout)
