"""Requests made up from the OpenAPI document: each gets an answer that the document allows."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.clients import WITH_KEY
from tests.support.roles import Role

OPERATIONS = [
    ("/api/mesures", "GET"),
    ("/api/mesures", "POST"),
    ("/api/capteurs", "GET"),
    ("/api/rejets", "GET"),
    ("/api/series", "GET"),
    ("/api/apercu", "GET"),
    ("/api/alarmes", "GET"),
    ("/api/mesures.csv", "GET"),
]
BOUNDED = {"/api/series", "/api/apercu"}
# There is nothing to make up.
WITHOUT_PARAMETERS = [
    ("/api/rejets/etat", "GET"),
    ("/api/chaine", "GET"),
    ("/api/reglages", "GET"),
    ("/api/appareils", "GET"),
]


@pytest.fixture(scope="module")
def api(env: dict[str, str], tmp_path_factory) -> Iterator[Role]:
    """Of its own: what others send it is in its log as well."""
    role = Role("api", env, tmp_path_factory.mktemp("openapi"))
    yield role.wait_ready()
    role.stop()


@pytest.fixture(scope="module")
def document(api: Role) -> schemathesis.schemas.BaseSchema:
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{api.port}/api/openapi.json")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_documented(document, path: str, method: str, mode: GenerationMode) -> None:
    calls = 0
    # Which times a reading may carry moves with the clock, and how long a span may be depends on
    # the width of its buckets: no document can say it.
    excluded = [positive_data_acceptance] if method == "POST" or path in BOUNDED else []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        nonlocal calls
        calls += 1
        case.call_and_validate(headers=WITH_KEY, excluded_checks=excluded)

    ask()
    assert calls >= 30


def test_no_operation_is_left_out(document) -> None:
    found = [result.ok() for result in document.get_all_operations()]

    assert sorted((one.path, one.method.upper()) for one in found) == sorted(
        OPERATIONS + WITHOUT_PARAMETERS
    )


def test_the_service_lives_after_that(api: Role) -> None:
    assert api.ready()["ready"]
    assert "Traceback" not in api.process.output
