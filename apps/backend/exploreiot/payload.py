"""From the bytes a client sent to readings; anything that is wrong ends as `BadReading`."""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from exploreiot.errors import BadReading
from exploreiot.reading import MAX_BATCH, Reading, SensorName, TopicReading, Value

_one = TypeAdapter(Reading)
_many = TypeAdapter(Annotated[list[Reading], Field(min_length=1, max_length=MAX_BATCH)])
_from_topic = TypeAdapter(TopicReading)
_number = TypeAdapter(Value)
_name = TypeAdapter(SensorName)


def parse_readings(body: bytes) -> list[Reading]:
    """The body of a POST: one reading or a list."""
    many = body.lstrip(b" \t\r\n").startswith(b"[")
    try:
        return _many.validate_json(body) if many else [_one.validate_json(body)]
    except ValidationError as error:
        raise BadReading(details_of(error)) from None


def parse_message(topic: str, payload: bytes) -> Reading:
    """An MQTT message: a bare number, or an object whose sensor must be the topic's."""
    level = topic.rpartition("/")[2]
    try:
        if not payload.lstrip(b" \t\r\n").startswith(b"{"):
            return Reading(capteur=level, valeur=_number.validate_json(payload))
        reading = _from_topic.validate_json(payload)
        if reading.capteur is None:
            reading.capteur = _name.validate_python(level)
    except ValidationError as error:
        raise BadReading(details_of(error)) from None
    if reading.capteur != level:
        # A device may be allowed to publish on its own topic only; the payload must not undo that.
        message = f"must be the last level of the topic, {level!r}, got {reading.capteur!r}"
        raise BadReading([{"champ": "capteur", "message": message}])
    return reading


def details_of(error: ValidationError) -> list[dict[str, str]]:
    """At most ten problems, and of what was sent only a short piece."""
    problems = error.errors(include_url=False, include_context=False)[:10]
    return [{"champ": _path(p["loc"]), "message": _message(p)} for p in problems]


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "corps"


def _message(problem: dict) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] in {"missing", "json_invalid"}:
        return message
    # Lone surrogates are legal in a Python string and in no answer.
    got = ascii(problem["input"])[:60]
    return f"{message}, got {got}"
