"""Readings are dropped when they are old, and never because a clock says so alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exploreiot.partitions import Tier
from exploreiot.reading import Window
from exploreiot.retention import Due, Sight, Verdict, judge
from exploreiot.retention_rules import DEFAULT, RetentionSettings, Rules
from tests.support.clients import publish
from tests.support.processes import wait_for
from tests.support.roles import Role, run_to_end
from tests.support.services import Mosquitto, Postgres

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = Window(past=365 * DAY, future=timedelta(hours=1))
WEEKS = tuple(date(2025, 5, 26) + n * 7 * DAY for n in range(54))


RULES = Rules(YEAR.past, RetentionSettings())
OLDEST = NOW - 365 * DAY - timedelta(hours=1)


def sight(last: datetime | None = OLDEST, weeks=WEEKS, **changes: object) -> Sight:
    """Of a deployment without classes: all that is stored is of the default one."""
    usual = {"here": NOW, "database": NOW, "newest": NOW - timedelta(minutes=1)}
    return Sight(
        **(usual | changes),
        last={} if last is None else {DEFAULT: last},
        weeks=dict.fromkeys(weeks, frozenset({DEFAULT})),
    )


def weeks_of(verdict: Verdict) -> tuple[date, ...]:
    assert all(due.tier is Tier.WEEKS for due in verdict.due)
    return tuple(due.start for due in verdict.due)


@pytest.mark.parametrize(
    ("seen", "horizon", "due"),
    [
        (sight(), NOW - 365 * DAY - timedelta(minutes=1), WEEKS[:1]),
        # A device may be ahead by as much as is accepted: the clocks bound what it can move.
        (sight(newest=NOW + timedelta(hours=1)), NOW - 365 * DAY, WEEKS[:1]),
        (sight(database=NOW - timedelta(minutes=4)), NOW - 365 * DAY - timedelta(minutes=4), "one"),
        # Silence keeps: what is old in days is still the newest there is.
        (sight(newest=NOW - 60 * DAY), NOW - 425 * DAY, ()),
        # A longer retention moves the horizon back, and nothing is due.
        (sight(last=NOW - 100 * DAY, weeks=WEEKS[1:]), NOW - 365 * DAY - timedelta(minutes=1), ()),
        # A first run without old weeks is how a new database begins.
        (sight(last=None, weeks=WEEKS[1:]), NOW - 365 * DAY - timedelta(minutes=1), ()),
        (sight(newest=None), None, ()),
    ],
)
def test_what_a_sound_run_drops(seen: Sight, horizon: datetime | None, due) -> None:
    expected = WEEKS[:1] if due == "one" else due
    verdict = judge(seen, YEAR, RULES)

    assert (verdict.horizons.get(DEFAULT), weeks_of(verdict)) == (horizon, expected)
    assert verdict.held is None


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (sight(here=NOW + 380 * DAY), "are 380 days, 0:00:00 apart; allowed: 0:05:00"),
        (sight(database=NOW - timedelta(minutes=6)), "are 0:06:00 apart; allowed: 0:05:00"),
        (
            sight(here=NOW + 380 * DAY, database=NOW + 380 * DAY, newest=NOW + 380 * DAY),
            "the horizon would move by 380 days at once",
        ),
        (
            sight(here=NOW + 8 * DAY, database=NOW + 8 * DAY, newest=NOW + 8 * DAY),
            "the horizon would move by 8 days at once",
        ),
        # The same for a retention that is shorter all at once: nobody said that it was meant.
        (sight(last=NOW - 700 * DAY), "the horizon would move by 334 days at once"),
        (sight(newest=NOW + 2 * timedelta(hours=1)), "the newest reading is of 2026-06-03T14:00"),
        (sight(here=NOW - 9 * DAY, database=NOW - 9 * DAY), "the newest reading is of 2026-06-03"),
        (sight(last=None), "1 weeks of readings would go at once"),
        (
            sight(weeks=(*WEEKS, date(2024, 1, 1), date(2024, 1, 8))),
            "3 weeks of readings would go at once, up to 2025-06-03T11:59:00+00:00; allowed: 2",
        ),
    ],
)
def test_what_is_held(seen: Sight, reason: str) -> None:
    assert reason in (judge(seen, YEAR, RULES).held or "")


FAST = {"fast": {"sensors": ["vib-*"], "rawDays": 14}}
CLASSED = Rules(YEAR.past, RetentionSettings(classes=FAST))
BOTH = frozenset({DEFAULT, "fast"})
MONTHS = tuple(date(2021, month, 1) for month in range(1, 6))


def classed(last: timedelta | None, weeks: dict, sums: dict | None = None) -> Verdict:
    """`last`: how long ago, from its own horizon, the last sound run of the class was."""
    horizons = {
        DEFAULT: OLDEST,
        Tier.MONTHS: NOW - 1825 * DAY - DAY,
        Tier.YEARS: NOW - 3650 * DAY - DAY,
    }
    known = {} if last is None else {"fast": NOW - 14 * DAY - last}
    seen = Sight(NOW, NOW, NOW, horizons | known, weeks, sums or {})
    return judge(seen, YEAR, CLASSED)


def test_a_class_leaves_its_weeks_by_itself() -> None:
    weeks = {date(2026, 5, 11): BOTH, date(2026, 5, 18): BOTH, date(2026, 5, 4): frozenset()}
    verdict = classed(timedelta(hours=1), weeks)

    assert (verdict.due, verdict.held) == (
        (Due(Tier.WEEKS, date(2026, 5, 11), frozenset({"fast"})),),
        None,
    )


def test_what_a_class_sends_late_goes_without_a_word() -> None:
    late = {date(2026, 1, 5) + n * 7 * DAY: BOTH for n in range(10)}

    assert (classed(timedelta(hours=1), late).held, len(classed(DAY, late).due)) == (None, 10)


@pytest.mark.parametrize(
    ("last", "weeks", "sums", "reason"),
    [
        (8 * DAY, {}, {}, "the horizon of class fast would move by 8 days at once"),
        (None, {date(2026, 5, 11): BOTH}, {}, "1 weeks of readings of class fast would go at once"),
        (DAY, {}, {Tier.MONTHS: MONTHS}, "5 months of hourly sums would go at once"),
        (DAY, {}, {Tier.YEARS: MONTHS[:1]}, None),
    ],
)
def test_each_rule_has_the_same_guards(last, weeks, sums, reason: str | None) -> None:
    held = classed(last, weeks, sums).held

    assert held is None if reason is None else reason in held


def test_somebodys_word_helps_against_anything_but_clocks_that_disagree() -> None:
    jump = sight(here=NOW + 380 * DAY, database=NOW + 380 * DAY, newest=NOW + 380 * DAY)
    assert judge(jump, YEAR, RULES, allowed=True).held is None
    assert judge(sight(here=NOW + 380 * DAY), YEAR, RULES, allowed=True).held is not None


def clock(days: int) -> dict[str, str]:
    """The environment of a process whose clock is off; what it measures by does not jump."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{days:+d}d", "DONT_FAKE_MONOTONIC": "1"}


class Plant:
    """A database of its own with sixty days of readings, and `ingest` on clocks of choice."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        folder.chmod(0o755)
        self.folder = folder
        self.postgres = Postgres(folder / "postgres")
        own = {"MQTT_CLIENT_ID": "retention", "MQTT_TOPIC": "retention/+"}
        self.env = env | self.postgres.database_with_tables("own") | own
        now = datetime.now(UTC)
        self.postgres.make_weeks("own", now - 60 * DAY, now)
        self.sql(
            f"INSERT INTO readings SELECT 'old', n, '{now}'::timestamptz - n * interval '105 min' "
            "FROM generate_series(1, 819) n"
        )

    def sql(self, query: str) -> str:
        return self.postgres.sql(query, "own")

    def readings(self) -> int:
        return int(self.sql("SELECT count(*) FROM readings"))

    def at(self, days: int) -> None:
        """Start PostgreSQL again under another clock."""
        self.postgres.stop()
        self.postgres.start(clock(days) if days else None)

    def ingest(self, days: int = 0) -> Role:
        return Role("ingest", self.env | (clock(days) if days else {}), self.folder).wait_ready()

    def by_hand(self, *words: str, days: int = 0) -> Role:
        return run_to_end(
            "retention", self.env | (clock(days) if days else {}), self.folder, *words
        )


@pytest.fixture
def plant(tmp_path_factory, env: dict[str, str]) -> Iterator[Plant]:
    plant = Plant(tmp_path_factory.mktemp("plant"), env)
    yield plant
    plant.postgres.stop()


def notice(role: Role) -> str:
    return wait_for(lambda: role.ready()["notices"].get("retention"), "it says so")


def recorded(plant: Plant) -> str:
    return wait_for(
        lambda: (
            (held := plant.sql("SELECT coalesce(held, 'sound') FROM retention")) != "done" and held
        ),
        "a run",
    )


def test_a_clock_that_is_380_days_ahead_deletes_nothing(plant: Plant, mosquitto: Mosquitto) -> None:
    role = plant.ingest()
    assert recorded(plant) == "sound"
    role.stop()

    # All clocks are ahead, and a reading is stored under them: three sources, all wrong.
    plant.at(380)
    role = plant.ingest(380)
    publish(mosquitto, "retention/new", "1")
    wait_for(lambda: plant.readings() == 820, "stored")
    role.stop()
    role = plant.ingest(380)

    assert "the horizon would move by 380 days at once" in notice(role)
    assert role.metric("exploreiot_retention_held") == 1
    assert "no readings are dropped" in role.process.output
    refused = plant.by_hand(days=380)
    assert (refused.stop(), plant.readings()) == (1, 820)
    role.stop()

    # The clocks are right again, one wrong reading is left: still nothing goes, and it is named.
    plant.at(0)
    role = plant.ingest()
    wait_for(lambda: "the newest reading is of" in notice(role), "the next run")
    plant.sql("DELETE FROM readings WHERE time > now() + interval '1 day'")
    role.stop()
    role = plant.ingest()
    wait_for(lambda: role.ready()["notices"] == {}, "sound again")
    assert plant.readings() == 819
    role.stop()


def test_one_clock_that_is_ahead_is_seen_by_the_other(plant: Plant) -> None:
    role = plant.ingest(380)

    assert "are 380 days" in notice(role)
    assert plant.readings() == 819
    role.stop()


def test_a_clock_that_is_behind_makes_and_drops_no_weeks(plant: Plant) -> None:
    weeks = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'readings'::regclass"
    plant.ingest().stop()
    before = plant.sql(weeks)
    plant.at(-380)
    role = plant.ingest(-380)

    assert "either the clock is behind" in notice(role)
    assert (plant.readings(), plant.sql(weeks)) == (819, before)
    role.stop()


def test_by_hand_more_may_go(plant: Plant) -> None:
    plant.env["RETENTION_DAYS"] = "30"
    role = plant.ingest()
    assert "weeks of readings would go at once" in notice(role)
    role.stop()

    shown = plant.by_hand()
    assert (shown.stop(), plant.readings()) == (1, 819)
    assert "due: week of " in shown.process.output
    done = plant.by_hand("--allow")

    assert done.stop() == 0, done.process.output
    assert "gone: week of " in done.process.output
    left = plant.sql("SELECT count(*) FROM readings WHERE time < now() - interval '38 days'")
    assert (left, plant.readings() > 400, recorded(plant)) == ("0", True, "sound")
