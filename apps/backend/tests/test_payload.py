"""The parser of payloads: for every input a reading or `BadReading`, and nothing else."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exploreiot.errors import BadReading
from exploreiot.payload import is_of_sites, parse_message, parse_readings
from exploreiot.reading import Window

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WINDOW = Window(past=timedelta(days=365), future=timedelta(hours=1))

sensors = st.from_regex(r"[A-Za-zéàç0-9_.:-]{1,64}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
times = st.datetimes(
    datetime(2025, 7, 1), datetime(2026, 6, 1), timezones=st.just(UTC)
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=10,
)


@given(sensors, numbers)
def test_reads_back_a_bare_number(sensor: str, value: float) -> None:
    reading = parse_message(f"sensor/{sensor}", json.dumps(value).encode())

    assert (reading.capteur, reading.valeur, reading.horodatage) == (sensor, value, None)


@given(sensors, numbers, times)
def test_reads_back_an_object(sensor: str, value: float, time: datetime) -> None:
    body = {"capteur": sensor, "valeur": value, "horodatage": time.isoformat()}

    row = WINDOW.place(parse_message(f"sensor/{sensor}", json.dumps(body).encode()), NOW)

    assert row == (sensor, value, time, 0)
    assert json.loads(row.to_json())["valeur"] == value


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff\xfe")
@example(b"[" * 5000)
@example(b"1" + b"0" * 400)
@example(b'{"valeur":1,"horodatage":"0001-01-01T00:00:00+23:59"}')
def test_any_bytes_end_as_a_finite_reading_or_a_refusal(payload: bytes) -> None:
    try:
        row = WINDOW.place(parse_message("sensor/temp", payload), NOW)
    except BadReading as refusal:
        str(refusal).encode()
    else:
        assert row.sensor == "temp"
        assert math.isfinite(row.value)


@given(json_values)
def test_any_json_posted_ends_as_readings_or_a_refusal(value: object) -> None:
    try:
        readings = parse_readings(json.dumps(value).encode())
    except BadReading as refusal:
        assert refusal.details
    else:
        assert all(math.isfinite(reading.valeur) for reading in readings)


@given(st.text(max_size=80))
def test_any_topic_ends_as_a_good_name_or_a_refusal(topic: str) -> None:
    try:
        name = parse_message(topic, b"1").capteur
    except BadReading:
        return
    assert 1 <= len(name) <= 64
    assert not set(name) & set("/+# \n\0")


@pytest.mark.parametrize(
    ("topic", "payload", "name"),
    [
        ("site/lyon/sensor/temp", b"1", "lyon:temp"),
        ("site/lyon/sensor/temp", b'{"valeur":1}', "lyon:temp"),
        # As the site's own sensor wrote it.
        ("site/lyon/sensor/temp", b'{"valeur":1,"capteur":"temp"}', "lyon:temp"),
        ("site/lyon/temp", b"1", "lyon:temp"),
    ],
)
def test_names_the_site_that_handed_a_reading_on(topic: str, payload: bytes, name: str) -> None:
    assert parse_message(topic, payload, of_sites=True).capteur == name
    # Only where it is told so: a deployment may call its own topics that.
    assert parse_message(topic, payload).capteur == "temp"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        # Of another sensor, and of another site: the payload must not undo what the topic says.
        ("site/lyon/sensor/temp", b'{"valeur":1,"capteur":"door"}'),
        ("site/lyon/sensor/temp", b'{"valeur":1,"capteur":"paris:temp"}'),
        ("site/lyon/sensor/temp", b'{"valeur":1,"capteur":"lyon:temp"}'),
        ("site/lyon/sensor/+", b"1"),
        ("site/" + "a" * 20 + "/sensor/" + "b" * 44, b"1"),
    ],
)
def test_refuses_what_no_site_may_hand_on(topic: str, payload: bytes) -> None:
    with pytest.raises(BadReading):
        parse_message(topic, payload, of_sites=True)


@pytest.mark.parametrize(
    ("subscribed", "of_sites"),
    [
        ("sensor/+", False),
        ("site/+", False),
        ("site/hall/+", False),
        ("plant/+/temp", False),
        ("site/+/sensor/+", True),
        ("site/+/+", True),
    ],
)
def test_takes_the_second_level_for_a_site_only_behind_that_filter(
    subscribed: str, *, of_sites: bool
) -> None:
    assert is_of_sites(subscribed) is of_sites


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (b"NaN", "corps"),
        (b"-Infinity", "corps"),
        (b"1e400", "corps"),
        (b"true", "corps"),
        (b'"23.5"', "corps"),
        (b"null", "corps"),
        (b'{"valeur":"23.5"}', "valeur"),
        (b'{"valeur":true}', "valeur"),
        (b'{"valeur":NaN}', "valeur"),
        (b"{}", "valeur"),
        (b'{"valeur":1,"capteur":7}', "capteur"),
        (b'{"valeur":1,"capteur":"other"}', "capteur"),
        (b'{"valeur":1,"horodatge":"2026-01-01T00:00:00Z"}', "horodatge"),
        (b'{"valeur":1,"horodatage":1767225600}', "horodatage"),
        (b'{"valeur":1,"horodatage":"2026-01-01"}', "horodatage"),
        (b'{"valeur":1,"horodatage":"2026-01-01T00:00:00"}', "horodatage"),
        (b'{"valeur":1,"horodatage":"2026-02-30T00:00:00Z"}', "horodatage"),
    ],
)
def test_refuses_and_names_the_field(payload: bytes, field: str) -> None:
    with pytest.raises(BadReading) as refusal:
        parse_message("sensor/temp", payload)

    assert [detail["champ"] for detail in refusal.value.details] == [field]


@pytest.mark.parametrize("time", ["2025-05-31T00:00:00Z", "2026-06-01T13:00:01Z"])
def test_refuses_times_outside_the_window(time: str) -> None:
    reading = parse_message("sensor/temp", b'{"valeur":1,"horodatage":"%s"}' % time.encode())

    with pytest.raises(BadReading, match=r"horodatage: is out of range, got .*; check the clock"):
        WINDOW.place(reading, NOW)


def test_two_equal_values_without_time_stay_two_rows() -> None:
    reading = parse_message("sensor/temp", b"1")

    assert WINDOW.place(reading, NOW) != WINDOW.place(reading, NOW)
