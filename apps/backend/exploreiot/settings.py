"""Settings from the environment: the one reader of variables and secret files."""

from datetime import timedelta
from typing import Annotated, Literal

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from exploreiot.errors import UserError
from exploreiot.reading import SensorName, Window
from exploreiot.retention_rules import RetentionSettings
from exploreiot.secret_files import read_environment
from exploreiot.sensor_settings import Sensors, SensorSettings

Port = Annotated[int, Field(ge=1, le=65535)]


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _prefix(value: str) -> str:
    if value != "" and (not value.startswith("/") or value.endswith("/")):
        raise ValueError('must be empty or start with "/" and not end with it, such as "/api"')
    return value


def _from_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"must be JSON: {error}") from None


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Prefix = Annotated[str, AfterValidator(_prefix)]
SensorMap = Annotated[dict[SensorName, SensorSettings], NoDecode, BeforeValidator(_from_json)]


class Settings(BaseSettings):
    """Every value is also read from the file named by `NAME_FILE`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="forbid")

    # Several are those of a cluster, of which one takes writes.
    database_host: Names = ()
    database_port: Port = 5432
    database_name: str = ""
    database_user: str = ""
    database_password: SecretStr = SecretStr("")
    # For `migrate`: who else gets rights, and which. None: everything runs as the owner.
    database_api_users: Names = ()
    database_ingest_users: Names = ()
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5

    redis_host: str = ""
    redis_port: Port = 6379
    redis_user: str = ""
    redis_password: SecretStr = SecretStr("")
    # The certificate and its name are always checked; without a file by the system's CAs.
    redis_tls: bool = False
    redis_ca_certs: str = ""

    mqtt_host: str = ""
    mqtt_port: Port = 1883
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    # As of Redis.
    mqtt_tls: bool = False
    mqtt_ca_certs: str = ""
    mqtt_topic: str = "sensor/+"
    mqtt_status_topic: str = "status/backend"
    mqtt_client_id: str = "exploreiot-ingest"
    mqtt_shared_group: Annotated[str, Field(pattern="^[^/+#]*$")] = ""
    # Unacknowledged messages the broker may send; also what bounds the memory of `ingest`.
    mqtt_receive_maximum: Annotated[int, Field(ge=1, le=65535)] = 2000
    mqtt_session_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24 * 7

    allowed_hosts: Names = ("localhost", "127.0.0.1", "::1")
    cors_origins: Names = ()
    # Addresses or networks whose X-Forwarded-For is believed.
    trusted_proxies: Names = ()
    rate_limit_per_minute: Annotated[int, Field(ge=0)] = 600
    max_connections_per_client: Annotated[int, Field(ge=1)] = 100
    max_body_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = 256 * 1024
    max_sockets: Annotated[int, Field(ge=0)] = 500
    max_sockets_per_client: Annotated[int, Field(ge=1)] = 100

    api_key: SecretStr = SecretStr("")
    # Accepted as well, so that clients can be given another key one by one.
    api_key_former: SecretStr = SecretStr("")
    open_writes: bool = False
    read_requires_key: bool = False

    path_prefix: Prefix = "/api"
    listen_host: str = "0.0.0.0"
    listen_port: Port = 8000
    # `api` keeps its metrics off the published port. `ingest` serves them on LISTEN_PORT.
    metrics_port: Port = 9100

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 365
    # Of which sensors readings are kept for another time, and the sums of all of them, as JSON.
    retention: Annotated[RetentionSettings, NoDecode, BeforeValidator(_from_json)] = (
        RetentionSettings()
    )
    max_future_seconds: Annotated[int, Field(ge=0, le=604800)] = 3600
    # The deployment's settings of its sensors, by name, as JSON.
    sensors: SensorMap = {}
    # Of sensors that name no interval.
    silent_after_seconds: Annotated[int, Field(ge=1, le=604800)] = 60
    # Where each alarm is sent, and what proves there who sends it.
    alarm_webhook_url: Annotated[str, Field(pattern="^(https?://.+)?$")] = ""
    alarm_webhook_secret: SecretStr = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def window_of(settings: Settings) -> Window:
    return Window(
        past=timedelta(days=settings.retention_days),
        future=timedelta(seconds=settings.max_future_seconds),
    )


def sensors_of(settings: Settings) -> Sensors:
    return Sensors(settings.sensors, settings.silent_after_seconds)


SECRETS = frozenset(
    {
        "database_password",
        "redis_password",
        "mqtt_password",
        "api_key",
        "api_key_former",
        "alarm_webhook_secret",
    }
)
_DATABASE = ("database_host", "database_name", "database_user", "database_password")
_REQUIRED = {
    "migrate": _DATABASE,
    "api": (*_DATABASE, "redis_host"),
    "ingest": (*_DATABASE, "redis_host", "mqtt_host"),
    "retention": _DATABASE,
}


def load_settings(role: str) -> Settings:
    """All problems at once, one line each."""
    try:
        settings = Settings(**read_environment(Settings.model_fields))
    except ValidationError as error:
        raise UserError("\n".join(map(_problem, error.errors()))) from None
    problems = _missing(settings, role)
    if role == "api":
        problems += _access_problems(settings)
    if problems:
        raise UserError("\n".join(problems))
    return settings


def _problem(error: dict) -> str:
    name = str(error["loc"][0])
    value = "[redacted]" if name in SECRETS else repr(error["input"])
    message = error["msg"].removeprefix("Value error, ")
    return f"{name.upper()}: {message[0].lower()}{message[1:]}, got {value}; correct the variable"


def _missing(settings: Settings, role: str) -> list[str]:
    return [
        f"{name.upper()}: is not set; {role} needs it: set {name.upper()} or {name.upper()}_FILE"
        for name in _REQUIRED[role]
        if not _plain(getattr(settings, name))
    ]


def _plain(value: str | SecretStr | tuple[str, ...]) -> str | tuple[str, ...]:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _access_problems(settings: Settings) -> list[str]:
    key = settings.api_key.get_secret_value()
    problems = []
    if key == "" and not settings.open_writes:
        problems.append(
            "API_KEY: is not set, and OPEN_WRITES is not true; "
            "set API_KEY, or OPEN_WRITES=true to let anybody write"
        )
    if key == "" and settings.read_requires_key:
        problems.append("READ_REQUIRES_KEY: is true, but API_KEY is not set; set API_KEY")
    return problems
