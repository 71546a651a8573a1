"""One JSON object a line, found by request, and never a secret."""

import json

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
