"""A reading: what a client may send, and the row that is stored."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import getrandbits
from typing import Annotated, NamedTuple

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from exploreiot.errors import BadReading

SENSOR_PATTERN = r"^[A-Za-zÀ-ÖØ-öø-ÿ0-9_.:-]{1,64}$"
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
MAX_BATCH = 1000


def _moment(value: object) -> object:
    # Without this, numbers and dates without a zone would be guessed at.
    if not isinstance(value, str) or _RFC3339.fullmatch(value) is None:
        raise ValueError("must be a date and time with a zone, such as 2026-01-01T00:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999") from None


SensorName = Annotated[str, Field(pattern=SENSOR_PATTERN, strict=True, examples=["temp"])]
Value = Annotated[float, Field(strict=True, allow_inf_nan=False, examples=[23.5])]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00Z"]}),
]


class Reading(BaseModel):
    """A reading from a client. An unknown field is refused: it may be a misspelt `horodatage`."""

    model_config = ConfigDict(extra="forbid")

    capteur: SensorName
    valeur: Value
    horodatage: Moment | None = None


class TopicReading(Reading):
    """Over MQTT the topic already names the sensor."""

    capteur: SensorName | None = None


class Row(NamedTuple):
    """A row as it is stored. `nonce` is 0 when the reading carried its own time: then a second
    delivery is the same row. Otherwise it is random, so that two equal values stay two."""

    sensor: str
    value: float
    time: datetime
    nonce: int

    def to_json(self) -> bytes:
        return encode(self.sensor, self.value, self.time)


@dataclass(frozen=True)
class Window:
    """The times a reading may carry: older would fall in a dropped partition."""

    past: timedelta
    future: timedelta

    def place(self, reading: Reading, now: datetime, path: str = "") -> Row:
        if reading.horodatage is None:
            return Row(reading.capteur, reading.valeur, now, getrandbits(62) + 1)
        if reason := self._outside(reading.horodatage, now):
            raise BadReading([{"champ": f"{path}horodatage", "message": reason}])
        return Row(reading.capteur, reading.valeur, reading.horodatage, 0)

    def _outside(self, time: datetime, now: datetime) -> str | None:
        earliest, latest = now - self.past, now + self.future
        if earliest <= time <= latest:
            return None
        return (
            f"is out of range, got {time.isoformat()}; "
            f"allowed: {earliest.isoformat()} to {latest.isoformat()}; check the clock"
        )


def encode(sensor: str, value: float, time: datetime) -> bytes:
    return orjson.dumps(
        {"capteur": sensor, "valeur": value, "horodatage": time}, option=orjson.OPT_UTC_Z
    )
