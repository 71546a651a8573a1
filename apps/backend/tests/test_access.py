"""Host, origin, key and rate."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from tests.conftest import StartRole
from tests.support.clients import WITH_KEY, ask, receive, ws
from tests.support.processes import wait_for
from tests.support.roles import Role
from tests.support.services import Redis

READING = {"capteur": "access", "valeur": 1}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[::2]:80"])
def test_refuses_a_host_that_is_not_listed(api: Role, host: str) -> None:
    answer = api.http.get("/api/mesures", headers={"Host": host})

    assert answer.status_code == 400
    assert answer.json()["erreur"] == "hote_refuse"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_accepts_a_listed_host_with_any_port(api: Role, host: str) -> None:
    assert api.http.get("/api/mesures", headers={"Host": host}).status_code == 200


def test_probes_may_name_any_host(api: Role) -> None:
    assert api.http.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_a_star_allows_any_host(start: StartRole) -> None:
    role = start("api", ALLOWED_HOSTS="*").wait_ready()

    assert role.http.get("/api/mesures", headers={"Host": "any.example"}).status_code == 200


def test_cors_names_listed_origins_only(api: Role) -> None:
    def allowed(origin: str) -> str | None:
        answer = api.http.get("/api/mesures", headers={"Origin": origin})
        assert answer.status_code == 200
        return answer.headers.get("access-control-allow-origin")

    assert allowed("https://page.example") == "https://page.example"
    assert allowed("https://evil.example") is None


def test_preflight(api: Role) -> None:
    headers = {"Access-Control-Request-Method": "POST"}

    good = api.http.options("/api/mesures", headers=headers | {"Origin": "https://page.example"})
    bad = api.http.options("/api/mesures", headers=headers | {"Origin": "https://evil.example"})

    assert (good.status_code, bad.status_code) == (200, 400)


def test_a_page_of_a_listed_origin_may_ask_for_the_key_and_send_it(api: Role) -> None:
    origin = {"Origin": "https://page.example"}
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-api-key",
    }

    preflight = api.http.options("/api/mesures", headers=origin | asked)
    without, under = (
        api.http.post("/api/mesures", json=READING, headers=origin | key) for key in ({}, WITH_KEY)
    )

    assert [a.status_code for a in (preflight, without, under)] == [200, 401, 201]
    # Without this the page would not even see that a key is needed.
    allowed = [a.headers["access-control-allow-origin"] for a in (preflight, without, under)]
    assert allowed == ["https://page.example"] * 3


def test_refuses_writing_from_an_unlisted_origin(api: Role) -> None:
    def post(origin: str) -> int:
        headers = WITH_KEY | {"Origin": origin}
        return api.http.post("/api/mesures", json=READING, headers=headers).status_code

    assert post("https://evil.example") == 403
    assert post("null") == 403
    assert post("https://page.example") == 201
    assert post(f"http://127.0.0.1:{api.port}") == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"X-API-Key": "é"}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer a-key-for-tests"}, 201),
        (WITH_KEY, 201),
    ],
)
def test_writing_needs_the_key(api: Role, headers: dict[str, str], status: int) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}

    assert api.http.post("/api/mesures", json=READING, headers=encoded).status_code == status


def test_a_socket_without_key_may_read_but_not_write(api: Role, sensor: str) -> None:
    with ws(api, key=None) as reader, ws(api) as writer:
        refusal = ask(reader, json.dumps(READING))
        ask(writer, json.dumps({"capteur": sensor, "valeur": 1}))

        assert refusal["erreur"] == "cle_requise"
        assert receive(reader, lambda got: got.get("capteur") == sensor)["valeur"] == 1


def test_reading_can_need_the_key(start: StartRole) -> None:
    role = start("api", READ_REQUIRES_KEY="true").wait_ready()

    assert role.http.get("/api/mesures").status_code == 401
    assert role.http.get("/api/capteurs").status_code == 401
    assert role.http.get("/api/mesures", headers=WITH_KEY).status_code == 200
    with pytest.raises(InvalidStatus) as refusal:
        ws(role, key=None)
    assert refusal.value.response.status_code == 401


def test_open_writing_has_to_be_asked_for(start: StartRole) -> None:
    role = start("api", API_KEY="", OPEN_WRITES="true").wait_ready()

    assert role.http.post("/api/mesures", json=READING).status_code == 201


def test_over_the_limit_is_answered_429_on_every_replica(start: StartRole, tmp_path) -> None:
    # Of its own: in that of all tests this address may be over the limit already.
    mine = {"RATE_LIMIT_PER_MINUTE": "20", **Redis(tmp_path / "redis").env}
    replicas = [start("api", **mine).wait_ready() for _ in range(2)]

    answers = [replicas[n % 2].http.get("/api/mesures") for n in range(50)]

    # Twenty in all, not twenty each; a few more if the minute turned between two of them.
    assert 20 <= sum(answer.status_code == 200 for answer in answers) <= 30
    refusal = answers[-1]
    assert refusal.status_code == 429
    assert refusal.json()["erreur"] == "trop_de_requetes"
    assert 1 <= int(refusal.headers["retry-after"]) <= 120
    assert replicas[0].http.get("/healthz").status_code == 200


def test_messages_on_a_socket_are_limited_too(start: StartRole) -> None:
    # Other clients of this address share the count, so the limit is above what they used.
    role = start("api", RATE_LIMIT_PER_MINUTE="60").wait_ready()
    with ws(role) as socket:
        answer = wait_for(
            lambda: (got := ask(socket, json.dumps(READING))).get("erreur") and got, "refusal"
        )

        assert answer["erreur"] == "trop_de_requetes"


def test_forwarded_addresses_are_believed_from_trusted_proxies_only(start: StartRole) -> None:
    settings = {"RATE_LIMIT_PER_MINUTE": "5", "TRUSTED_PROXIES": "127.0.0.0/8"}
    role = start("api", **settings).wait_ready()

    def status(client: str) -> int:
        return role.http.get("/api/mesures", headers={"X-Forwarded-For": client}).status_code

    assert 429 in [status("203.0.113.7") for _ in range(15)]
    assert status("203.0.113.8") == 200


def test_a_former_key_lets_in_as_well_and_an_empty_one_nobody(start: StartRole) -> None:
    both = start("api", API_KEY="key-of-today", API_KEY_FORMER="key-of-before").wait_ready()
    alone = start("api", API_KEY="key-of-today", API_KEY_FORMER="").wait_ready()

    def answers(role: Role) -> list[int]:
        keys = ("key-of-today", "key-of-before", "key-of-tomorrow", "")
        asked = ({"X-API-Key": key} for key in keys)
        return [
            role.http.post("/api/mesures", json=READING, headers=key).status_code for key in asked
        ]

    assert answers(both) == [201, 201, 401, 401]
    assert answers(alone) == [201, 401, 401, 401]
