"""One JSON object a line, found by request, and never a secret."""

import asyncio
import json
import logging
import weakref

from exploreiot.log import BatchHandler
from tests.support.processes import wait_for
from tests.support.roles import Role


def test_logs_are_json_without_secrets(
    api: Role, ingest: Role, env: dict[str, str], sensor: str
) -> None:
    api.http.get("/api/mesures", headers={"X-Request-ID": f"find-{sensor}"})
    wait_for(lambda: f"find-{sensor}" in api.process.output, "logged")

    output = api.process.output + ingest.process.output
    lines = [json.loads(line) for line in output.splitlines()]

    (mine,) = [line for line in lines if line.get("request_id") == f"find-{sensor}"]
    assert (mine["path"], mine["status"], mine["method"]) == ("/api/mesures", 200, "GET")
    for secret in ("DATABASE_PASSWORD", "REDIS_PASSWORD", "MQTT_PASSWORD", "API_KEY"):
        assert env[secret] not in output


class Writes(list[str]):
    """A stream that keeps each write apart."""

    def __init__(self) -> None:
        self.happened = asyncio.Event()

    def write(self, text: str) -> None:
        self.append(text)
        self.happened.set()

    def flush(self) -> None:
        pass


def test_lines_go_out_together_but_a_warning_and_what_is_before_it_at_once() -> None:
    writes = Writes()
    log = logging.Logger("test")
    log.addHandler(BatchHandler(writes))

    async def work() -> None:
        log.info("one")
        log.info("two")
        assert writes == []
        log.warning("three")
        assert writes == ["one\ntwo\nthree\n"]
        log.info("four")
        log.info("five")
        writes.happened.clear()
        await asyncio.wait_for(writes.happened.wait(), 30)

    asyncio.run(work())
    log.info("no loop")
    assert writes == ["one\ntwo\nthree\n", "four\nfive\n", "no loop\n"]


def test_what_waits_goes_out_at_the_end() -> None:
    writes = Writes()
    handler = BatchHandler(writes)

    async def work() -> None:
        handler.emit(logging.makeLogRecord({"msg": "last", "levelno": logging.INFO}))

    asyncio.run(work())
    assert writes == []
    logging.shutdown([weakref.ref(handler)])
    assert writes == ["last\n"]
