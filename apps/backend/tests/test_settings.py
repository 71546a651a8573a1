"""Settings: from variables, from files, and refused in words."""

from pathlib import Path

import pytest

from exploreiot.errors import UserError
from exploreiot.settings import load_settings
from tests.support.roles import run_to_end

MINIMUM = {
    "DATABASE_HOST": "db",
    "DATABASE_NAME": "iot",
    "DATABASE_USER": "app",
    "DATABASE_PASSWORD": "s3cret",
    "REDIS_HOST": "redis",
    "API_KEY": "k3y",
}


@pytest.fixture(autouse=True)
def minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MINIMUM.items():
        monkeypatch.setenv(name, value)


def problems(role: str = "api") -> list[str]:
    with pytest.raises(UserError) as refusal:
        load_settings(role)
    return str(refusal.value).splitlines()


def test_defaults_are_closed() -> None:
    settings = load_settings("api")

    assert settings.open_writes is False
    assert settings.cors_origins == ()
    assert settings.allowed_hosts == ("localhost", "127.0.0.1", "::1")
    assert (settings.mqtt_topic, settings.path_prefix) == ("sensor/+", "/api")


def test_a_secret_is_not_in_the_text_of_the_settings() -> None:
    assert "s3cret" not in repr(load_settings("api"))


def test_reads_values_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"DATABASE_PASSWORD": "from a file", "MQTT_PORT": "1999"}.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))

    settings = load_settings("api")

    assert settings.database_password.get_secret_value() == "from a file"
    assert settings.mqtt_port == 1999


def test_refuses_a_variable_beside_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY_FILE", "/nowhere")

    assert problems() == ["API_KEY: API_KEY and API_KEY_FILE are both set; set one"]


def test_refuses_an_unreadable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_KEY")
    monkeypatch.setenv("API_KEY_FILE", "/nowhere")

    (problem,) = problems()

    assert problem.startswith("API_KEY_FILE: cannot read '/nowhere': No such file or directory; ")


def test_names_all_that_is_missing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_NAME", "API_KEY"):
        monkeypatch.delenv(name)

    assert problems() == [
        "DATABASE_NAME: is not set; api needs it: set DATABASE_NAME or DATABASE_NAME_FILE",
        "API_KEY: is not set, and OPEN_WRITES is not true; "
        "set API_KEY, or OPEN_WRITES=true to let anybody write",
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "MQTT_PORT",
            "70000",
            "MQTT_PORT: input should be less than or equal to 65535, got ",
        ),
        ("PATH_PREFIX", "api/", 'PATH_PREFIX: must be empty or start with "/" and not end with it'),
        ("RETENTION_DAYS", "soon", "RETENTION_DAYS: input should be a valid integer"),
        ("OPEN_WRITES", "perhaps", "OPEN_WRITES: input should be a valid boolean"),
    ],
)
def test_refuses_a_bad_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)

    (problem,) = problems()

    assert problem.startswith(expected)


def test_migrate_needs_the_database_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_HOST", "API_KEY"):
        monkeypatch.delenv(name)

    assert load_settings("migrate").database_host == ("db",)


def test_the_command_ends_with_one_line_and_exit_1(tmp_path: Path) -> None:
    both = MINIMUM | {"API_KEY_FILE": "/nowhere"}

    role = run_to_end("api", both, tmp_path)

    assert role.stop() == 1
    assert role.process.output == (
        "exploreiot: API_KEY: API_KEY and API_KEY_FILE are both set; set one\n"
    )


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    role = run_to_end("serve", MINIMUM, tmp_path)

    assert role.stop() == 1
    assert (
        "unknown command 'serve'; allowed: api, ingest, migrate, retention, retention --allow"
        in role.process.output
    )
