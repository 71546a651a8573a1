"""The HTTP contract, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.clients import WITH_KEY, readings, values
from tests.support.roles import Role

JSON = WITH_KEY | {"Content-Type": "application/json"}


def post(api: Role, body: object) -> object:
    return api.http.post("/api/mesures", json=body, headers=WITH_KEY)


def test_stores_one_reading_and_lists_it(api: Role, sensor: str) -> None:
    time = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
    sent = {"capteur": sensor, "valeur": 23.5, "horodatage": time.isoformat()}

    answer = post(api, sent)

    assert (answer.status_code, answer.json()) == (201, {"reçu": 1, "nouveau": 1})
    expected = {"capteur": sensor, "valeur": 23.5, "horodatage": f"{time:%Y-%m-%dT%H:%M:%S}Z"}
    assert readings(api, sensor) == [expected]


def test_a_list_is_stored_whole_or_not_at_all(api: Role, sensor: str) -> None:
    good, bad = {"capteur": sensor, "valeur": 1}, {"capteur": sensor, "valeur": "x"}
    old = {"capteur": sensor, "valeur": 2, "horodatage": "2001-01-01T00:00:00Z"}

    assert post(api, [good, good]).json() == {"reçu": 2, "nouveau": 2}
    assert post(api, [good, bad]).json()["details"][0]["champ"] == "1.valeur"
    assert post(api, [good, old]).json()["details"][0]["champ"] == "1.horodatage"
    assert values(api, sensor) == [1, 1]


def test_a_reading_with_its_own_time_is_stored_once(api: Role, sensor: str) -> None:
    now = datetime.now(UTC).isoformat()
    reading = {"capteur": sensor, "valeur": 4, "horodatage": now}

    assert post(api, [reading, reading]).json() == {"reçu": 2, "nouveau": 1}
    assert post(api, reading).json() == {"reçu": 1, "nouveau": 0}
    # Another value at the same moment is another reading.
    assert post(api, reading | {"valeur": 5}).json() == {"reçu": 1, "nouveau": 1}
    assert values(api, sensor) == [4, 5]


def test_filters_newest_first(api: Role, sensor: str) -> None:
    start = datetime.now(UTC) - timedelta(days=30)
    moments = [start + timedelta(days=day) for day in range(10)]
    post(api, [
        {"capteur": sensor, "valeur": day, "horodatage": moment.isoformat()}
        for day, moment in enumerate(moments)
    ])  # fmt: skip

    def listed(**filters: str) -> list[float]:
        return [reading["valeur"] for reading in readings(api, sensor, **filters)]

    assert listed() == list(range(9, -1, -1))
    assert listed(limite="2") == [9, 8]
    assert listed(depuis=moments[3].isoformat(), jusque=moments[5].isoformat()) == [4, 3]


def test_sensors_have_their_newest_value_and_its_age(api: Role, sensor: str) -> None:
    now = datetime.now(UTC)
    for minutes, value in ((10, 1), (5, 2), (7, 3)):
        time = (now - timedelta(minutes=minutes)).isoformat()
        post(api, {"capteur": sensor, "valeur": value, "horodatage": time})

    answer = api.http.get("/api/capteurs", params={"apres": sensor[:-1], "limite": 1000}).json()

    (mine,) = [known for known in answer if known["capteur"] == sensor]
    assert mine["valeur"] == 2
    assert 300 <= mine["age_secondes"] < 330
    assert set(mine) == {"capteur", "valeur", "horodatage", "age_secondes"}


def test_an_empty_filter_is_no_filter(api: Role) -> None:
    query = {"capteur": "", "depuis": "", "jusque": ""}

    assert api.http.get("/api/mesures", params=query).status_code == 200


def test_an_unknown_sensor_has_no_readings(api: Role) -> None:
    assert readings(api, "never-seen") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[[]]",
        b"\xff\xfe",
        b'{"capteur":"a"}',
        b'{"capteur":"a","valeur":"1"}',
        b'{"capteur":"a","valeur":true}',
        b'{"capteur":"a","valeur":NaN}',
        b'{"capteur":"a","valeur":Infinity}',
        b'{"capteur":"a","valeur":1e999}',
        b'{"capteur":"","valeur":1}',
        b'{"capteur":"a/b","valeur":1}',
        b'{"capteur":"a\\u0000","valeur":1}',
        b'{"capteur":"a\\ud800","valeur":1}',
        b'{"capteur":"a","valeur":1,"extra":1}',
        b'{"capteur":"a","valeur":1,"horodatage":"9999-12-31T23:59:59-23:59"}',
        b'{"capteur":"a","valeur":1,"horodatage":"0001-01-01T00:00:00+23:59"}',
        b"[" + b",".join([b'{"capteur":"a","valeur":1}'] * 1001) + b"]",
    ],
)
def test_a_bad_body_is_answered_422(api: Role, body: bytes) -> None:
    answer = api.http.post("/api/mesures", content=body, headers=JSON)

    assert answer.status_code == 422, answer.text
    assert answer.json()["erreur"] == "lecture_invalide"
    assert answer.json()["details"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limite=0", "limite"),
        ("limite=1001", "limite"),
        ("limite=x", "limite"),
        ("depuis=1767225600", "depuis"),
        ("jusque=2026-01-01", "jusque"),
        ("depuis=0001-01-01T00:00:00%2B23:59", "depuis"),
        ("capteur=a%00b", "capteur"),
        ("capteur=%FF", "capteur"),
    ],
)
def test_a_bad_parameter_is_answered_422(api: Role, query: str, field: str) -> None:
    answer = api.http.get(f"/api/mesures?{query}")

    assert answer.status_code == 422
    assert [detail["champ"] for detail in answer.json()["details"]] == [field]


def test_a_large_body_is_answered_413(api: Role) -> None:
    large = b" " * (256 * 1024 + 1)

    declared = api.http.post("/api/mesures", content=large, headers=JSON)
    chunked = api.http.post("/api/mesures", content=iter([large[:200_000]] * 2), headers=JSON)

    assert (declared.status_code, chunked.status_code) == (413, 413)
    assert declared.json()["erreur"] == "corps_trop_grand"


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "x"])
def test_another_content_type_is_answered_415(api: Role, kind: str) -> None:
    headers = WITH_KEY | {"Content-Type": kind}

    assert api.http.post("/api/mesures", content=b"1", headers=headers).status_code == 415


def test_unknown_paths_and_methods(api: Role) -> None:
    assert api.http.get("/api/rien").json()["erreur"] == "introuvable"
    assert api.http.delete("/api/mesures").status_code == 405
    assert api.http.get("/metrics").status_code == 404


def test_answers_carry_an_id_and_safe_headers(api: Role) -> None:
    headers = api.http.get("/api/mesures", headers={"X-Request-ID": "my-request-1"}).headers

    assert headers["x-request-id"] == "my-request-1"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    assert (
        len(api.http.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"]) == 32
    )


def test_the_documentation_page_needs_no_other_server(api: Role) -> None:
    page = api.http.get("/api/docs").text

    assert "GET /api/mesures" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert set(api.http.get("/api/openapi.json").json()["paths"]) == {
        "/api/mesures",
        "/api/mesures.csv",
        "/api/series",
        "/api/apercu",
        "/api/capteurs",
        "/api/reglages",
        "/api/appareils",
        "/api/alarmes",
        "/api/chaine",
        "/api/rejets",
        "/api/rejets/etat",
    }
