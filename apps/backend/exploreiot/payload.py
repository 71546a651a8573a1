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


def parse_message(topic: str, payload: bytes, *, of_sites: bool = False) -> Reading:
    """An MQTT message: a bare number, or an object whose sensor must be the topic's.

    `of_sites`: the second level of the topic is the site that handed the message on.
    """
    level = topic.rpartition("/")[2]
    name = f"{topic.split('/')[1]}:{level}" if of_sites else level
    try:
        if not payload.lstrip(b" \t\r\n").startswith(b"{"):
            return Reading(capteur=name, valeur=_number.validate_json(payload))
        reading = _from_topic.validate_json(payload)
        said = reading.capteur
        reading.capteur = _name.validate_python(name)
    except ValidationError as error:
        raise BadReading(details_of(error)) from None
    if said not in (None, level):
        # A device may be allowed to publish on its own topic only; the payload must not undo that.
        message = f"must be the last level of the topic, {level!r}, got {said!r}"
        raise BadReading([{"champ": "capteur", "message": message}])
    return reading


def is_of_sites(subscribed: str) -> bool:
    """Whether all that comes by this topic filter was handed on by the brokers of sites."""
    levels = subscribed.split("/")
    return levels[:2] == ["site", "+"] and len(levels) > 2


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
