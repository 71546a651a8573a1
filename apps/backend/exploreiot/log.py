"""Structured logs: one JSON object a line on stdout, each with the request it belongs to."""

import asyncio
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import orjson

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Values may hold what a client sent; a log line must not become a copy of it.
_MAX_TEXT = 500
_BATCH_SECONDS = 0.1


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage()[:_MAX_TEXT],
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        line.update(
            (key, _short(value)) for key, value in vars(record).items() if key not in _STANDARD
        )
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


class BatchHandler(logging.StreamHandler):
    """Writes the lines of 100 ms at once: each write of a container wakes two processes of the
    engine, and at a line a request they would cost half of what the request itself does. A line
    that is at least a warning, or comes when no event loop runs, goes out at once, behind the
    lines that wait."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._waiting: list[str] = []
        self._is_due = False

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._waiting.append(self.format(record) + self.terminator)
            if record.levelno >= logging.WARNING or not self._will_be_due():
                self.flush()
        except Exception:
            self.handleError(record)

    def _will_be_due(self) -> bool:
        """Whether the running loop has a timer, by now."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if not self._is_due:
            self._is_due = True
            loop.call_later(_BATCH_SECONDS, self._due)
        return True

    def _due(self) -> None:
        self._is_due = False
        self.flush()

    def flush(self) -> None:
        """Also called when the process ends (`logging.shutdown`)."""
        with self.lock:
            lines, self._waiting = self._waiting, []
            if lines:
                self.stream.write("".join(lines))
            super().flush()


def _short(value: object) -> object:
    return value[:_MAX_TEXT] if isinstance(value, str) else value


def configure(level: str) -> None:
    handler = BatchHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The server's own lines per connection would double ours and hold query strings; those of the
    # HTTP client hold the address of the webhook, which may be as good as a key.
    quiet = ("uvicorn.error", "uvicorn.access", "websockets", "asyncio", "alembic", "httpx")
    for name in quiet:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # It reports each failed dial with its stack; our own line says the same in one word.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
