"""Structured logs: one JSON object a line on stdout, each with the request it belongs to."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Values may hold what a client sent; a log line must not become a copy of it.
_MAX_TEXT = 500


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


def _short(value: object) -> object:
    return value[:_MAX_TEXT] if isinstance(value, str) else value


def configure(level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The server's own lines per connection would double ours and hold query strings.
    for name in ("uvicorn.error", "uvicorn.access", "websockets", "asyncio", "alembic"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # It reports each failed dial with its stack; our own line says the same in one word.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
