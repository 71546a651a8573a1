"""The deployment's rules on how long readings are kept, and in which form."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from exploreiot.partitions import Tier

# The class of all sensors that no other class names. No class of the site file is called so.
DEFAULT = ""

Days = Annotated[int, Field(ge=1, le=36500)]


class SensorClass(BaseModel):
    """The names are those of the site file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Names, or patterns in which `*` stands for any characters.
    sensors: tuple[str, ...]
    raw_days: Annotated[Days, Field(alias="rawDays")]


class RetentionSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: dict[str, SensorClass] = {}
    hourly_days: Annotated[Days, Field(alias="hourlyDays")] = 1825
    daily_days: Annotated[Days, Field(alias="dailyDays")] = 3650
    # Which is the rule when the disk gets tight; see `disk.py`.
    when_full: Annotated[Literal["refuse", "aggregateOldest"], Field(alias="whenFull")] = "refuse"


class Rules:
    """How long readings are kept: of each class as they are, then of all as sums."""

    def __init__(self, default: timedelta, settings: RetentionSettings) -> None:
        self.classes: Mapping[str, timedelta] = {
            DEFAULT: default,
            **{name: timedelta(days=one.raw_days) for name, one in settings.classes.items()},
        }
        self.sums: Mapping[Tier, timedelta] = {
            Tier.MONTHS: timedelta(days=settings.hourly_days),
            Tier.YEARS: timedelta(days=settings.daily_days),
        }
        self.may_aggregate_early = settings.when_full == "aggregateOldest"
        self._settings = settings

    @property
    def membership(self) -> dict[str, list[str]]:
        """Which class has which sensors: one that got others begins as a new one."""
        return {name: list(one.sensors) for name, one in self._settings.classes.items()}

    def class_of(self, sensor: str) -> str:
        """A class that names it goes before one with a pattern; of those the first one counts."""
        if (name := self._by_name.get(sensor)) is not None:
            return name
        return next(
            (name for name, pattern in self._patterns if pattern.fullmatch(sensor)), DEFAULT
        )

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {
            sensor: name
            for name, one in reversed(self._settings.classes.items())
            for sensor in one.sensors
            if "*" not in sensor
        }

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (name, re.compile(".*".join(map(re.escape, re.split(r"\*+", sensor)))))
            for name, one in self._settings.classes.items()
            for sensor in one.sensors
            if "*" in sensor
        ]
