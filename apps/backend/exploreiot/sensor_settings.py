"""The deployment's settings of sensors: how they are shown, and when something is wrong."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from exploreiot.reading import Value

SensorState = Literal["haut", "bas", "silence", "ok"]
# In this order an overview shows them.
STATES: tuple[SensorState, ...] = ("haut", "bas", "silence", "ok")
# A sensor that misses two readings in a row is not silent yet.
_MISSED = 3

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SensorSettings(BaseModel):
    """The names are those of the site file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, Field(max_length=64)] | None = None
    unit: Annotated[str, Field(max_length=16)] | None = None
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None
    interval_seconds: Annotated[_Seconds | None, Field(alias="intervalSeconds")] = None
    low: Value | None = None
    high: Value | None = None


class Sensors:
    def __init__(self, settings: Mapping[str, SensorSettings], silent_after_seconds: int) -> None:
        self.settings = settings
        self.silent_after_seconds = silent_after_seconds

    def silent_after(self, sensor: str) -> float:
        """Seconds without a reading."""
        known = self.settings.get(sensor)
        if known is None or known.interval_seconds is None:
            return self.silent_after_seconds
        return _MISSED * known.interval_seconds

    def bounds(self, sensor: str) -> tuple[tuple[Literal["haut", "bas"], float], ...]:
        """Its limits, by what crossing them is called."""
        known = self.settings.get(sensor)
        if known is None:
            return ()
        limits = (("haut", known.high), ("bas", known.low))
        return tuple((kind, limit) for kind, limit in limits if limit is not None)

    def crossed(self, sensor: str, value: float) -> Literal["haut", "bas"] | None:
        """Which limit a value is beyond; at the limit itself it is still within."""
        for kind, limit in self.bounds(sensor):
            if value > limit if kind == "haut" else value < limit:
                return kind
        return None

    def state(self, sensor: str, value: float, age_seconds: float) -> SensorState:
        """A value beyond a limit stays the worst that is known, also when nothing follows it."""
        if crossed := self.crossed(sensor, value):
            return crossed
        return "silence" if age_seconds > self.silent_after(sensor) else "ok"
