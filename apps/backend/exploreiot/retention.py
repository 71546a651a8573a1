"""Which readings and sums may go: old ones, and never because of a clock alone.

A horizon is the earliest of three times, less what is kept: the clock of this process, that of
PostgreSQL, and the newest stored reading. All three can be wrong at once, as when the machine's
own clock is ahead and a reading was stored meanwhile. So the horizons of the last sound run are on
record, and one run may move each by `LONGEST_STEP` only: beyond that nothing goes until
somebody has looked (`python -m exploreiot retention --allow`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from exploreiot.partitions import Tier, end_of
from exploreiot.reading import Window
from exploreiot.retention_rules import DEFAULT, Rules

# Runs are an hour apart; a machine that was off for a few days needs nobody's word either.
LONGEST_STEP = timedelta(days=7)
MOST_PARTITIONS = 2
CLOCKS_APART = timedelta(minutes=5)
_ALLOW = "if it is right, run `python -m exploreiot retention --allow` in a container of `ingest`"
_UNITS = {Tier.WEEKS: "weeks of readings", Tier.MONTHS: "months of hourly sums",
          Tier.YEARS: "years of daily sums"}  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """The view of one run; `newest` is missing in a database that is new.

    `last`: by rule, its horizon in the last sound run. `weeks`: with the classes that have readings
    in them."""

    here: datetime
    database: datetime
    newest: datetime | None
    last: Mapping[str, datetime]
    weeks: Mapping[date, frozenset[str]]
    sums: Mapping[Tier, Sequence[date]] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """A partition, and of a week of readings the classes that leave it."""

    tier: Tier
    start: date
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """`horizons`: by rule, up to where it may go, if anything is stored. `due`: weeks come first,
    so that what they add to a month is there when it goes. `held`: why nothing goes."""

    horizons: Mapping[str, datetime] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    held: str | None = None


def judge(sight: Sight, window: Window, rules: Rules, allowed: bool = False) -> Verdict:
    """`allowed`: somebody has looked, so neither step nor number counts. No word helps against
    clocks that disagree: one of them is wrong, and nobody knows yet which."""
    apart = abs(sight.here - sight.database)
    if apart > CLOCKS_APART:
        return Verdict(held=f"the clocks of this process ({_text(sight.here)}) and of PostgreSQL "
                       f"({_text(sight.database)}) are {apart} apart; allowed: {CLOCKS_APART}; "
                       "set them right")  # fmt: skip
    if sight.newest is None:
        return Verdict()
    now = min(sight.here, sight.database)
    latest = min(now, sight.newest)
    kept = {**rules.classes, **rules.sums}
    horizons = {rule: latest - time for rule, time in kept.items()}
    due = (*_weeks_due(sight, horizons), *_sums_due(sight, horizons))
    held = None if allowed else _future(sight, now, window) or _too_much(sight, horizons, due)
    return Verdict(horizons, due, held)


def _weeks_due(sight: Sight, horizons: Mapping[str, datetime]) -> Iterator[Due]:
    for week, classes in sorted(sight.weeks.items()):
        going = frozenset(name for name in classes if end_of(week) <= horizons[name])
        # A week without readings goes with the class of most sensors.
        if going or (not classes and end_of(week) <= horizons[DEFAULT]):
            yield Due(Tier.WEEKS, week, going)


def _sums_due(sight: Sight, horizons: Mapping[str, datetime]) -> Iterator[Due]:
    for tier, starts in sight.sums.items():
        yield from (Due(tier, start) for start in starts if end_of(start, tier) <= horizons[tier])


def _future(sight: Sight, now: datetime, window: Window) -> str | None:
    if sight.newest - now <= window.future + CLOCKS_APART:
        return None
    return (
        f"the newest reading is of {_text(sight.newest)} and the clock says {_text(now)}: "
        "either the clock is behind, or it was ahead when that reading was stored; set it "
        "right, or delete the readings that lie in the future"
    )


def _too_much(sight: Sight, horizons: Mapping[str, datetime], due: Sequence[Due]) -> str | None:
    for rule, horizon in horizons.items():
        last, of = sight.last.get(rule), _words(rule)
        if last is not None and horizon - last > LONGEST_STEP:
            days = (horizon - last).days
            return (
                f"the horizon{of} would move by {days} days at once, from {_text(last)} to "
                f"{_text(horizon)}; allowed: {LONGEST_STEP.days} days; "
                f"check the clock, and {_ALLOW}"
            )
        tier = rule if isinstance(rule, Tier) else Tier.WEEKS
        going = [one for one in due if one.tier is tier and _concerns(rule, one, last)]
        most = 0 if last is None else MOST_PARTITIONS
        if len(going) > most:
            return (
                f"{len(going)} {_UNITS[tier]}{of} would go at once, up to {_text(horizon)}; "
                f"allowed: {most}{' at the first run' if most == 0 else ''}; "
                f"check the clock, and {_ALLOW}"
            )
    return None


def _concerns(rule: str, due: Due, last: datetime | None) -> bool:
    """Whether it counts for what may go at once. Readings that a class sent late go without a word:
    their week was before the horizon of a sound run already."""
    if isinstance(rule, Tier):
        return True
    if rule == DEFAULT:
        return DEFAULT in due.classes or not due.classes
    return rule in due.classes and (last is None or end_of(due.start) > last)


def _words(rule: str) -> str:
    return "" if rule == DEFAULT or isinstance(rule, Tier) else f" of class {rule}"


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
