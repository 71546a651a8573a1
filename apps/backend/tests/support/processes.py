"""Real services as child processes on free loopback ports, in folders that go away."""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import httpx

from tests.support.forked import Forked

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str | Callable[[], str], seconds: float = 30) -> T:
    """Ask until the answer is true; exceptions of a service that is not up yet count as no.

    `what` may be a function: asked at the end, it can quote a log as it is then.
    """
    begin = time.monotonic()
    last: object = None
    while (waited := time.monotonic() - begin) < seconds:
        try:
            if answer := condition():
                return answer
            last = answer
        except (OSError, ValueError, RuntimeError, httpx.HTTPError) as error:
            last = error
        # More seldom after a while: on a busy machine the asking itself is what takes long.
        time.sleep(min(max(waited / 5, 0.02), 0.25))
    told = what if isinstance(what, str) else what()
    raise AssertionError(f"{told}: not within {seconds} s; last answer: {last!r}")


def free_port() -> int:
    """A port that nothing else of a whole test run takes before the service does.

    Outgoing connections begin at 32,768; the kit's end-to-end tests, at work at the same time, have
    ports of their own from 20,000 on.
    """
    while True:
        port = random.randrange(10_000, 20_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def is_open(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def as_user(name: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def hand_over(folder: Path, name: str) -> None:
    if os.getuid() == 0:
        shutil.chown(folder, name)


class Process:
    """One child, with its output in a file, always stopped."""

    started: ClassVar[list["Process"]] = []

    def __init__(self, argv: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        with log.open("ab") as file:
            self._watch(
                subprocess.Popen(
                    argv, stdout=file, stderr=subprocess.STDOUT, env=env, cwd=log.parent
                ),
                log,
            )

    @classmethod
    def forked(cls, words: list[str], log: Path, env: dict[str, str]) -> "Process":
        made = cls.__new__(cls)
        log.touch()
        made._watch(Forked(words, log, env), log)
        return made

    def _watch(self, process: subprocess.Popen | Forked, log: Path) -> None:
        self._process = process
        self.log = log
        Process.started.append(self)

    @property
    def code(self) -> int | None:
        return self._process.poll()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self, number: int = 15, seconds: float = 10) -> int:
        if self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return self._process.returncode
