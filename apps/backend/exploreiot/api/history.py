"""`/series` and `/mesures.csv`: long spans, put together by the database or sent as they are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from exploreiot.api.problems import Problem, documented
from exploreiot.api.readings import (
    MomentFilter,
    SensorFilter,
    ServicesOf,
    json_answer,
    may_read,
)
from exploreiot.history import EARLIEST, LATEST, Bucket, Span
from exploreiot.reading import Moment, Row, SensorName, Value

MOST_BUCKETS = 2000
MOST_ROWS = 1_000_000
_DEFAULT_SPAN = timedelta(hours=1)

router = APIRouter(responses=documented(400, 401, 422, 429, 503))

Since = Annotated[MomentFilter, Query(description="this moment or later")]
Until = Annotated[MomentFilter, Query(description="before this moment; default: now")]


class Piece(BaseModel):
    debut: Moment
    min: Value
    moyenne: Value
    max: Value
    nombre: Annotated[int, Field(ge=1)]
    resolution: Annotated[
        Literal[3600, 86400] | None,
        Field(description="seconds: of older readings sums are left, and this one has such in it"),
    ] = None


class SensorSeries(BaseModel):
    capteur: SensorName
    tranches: Annotated[list[Piece], Field(description="oldest first; a gap is a missing one")]


class Series(BaseModel):
    pas: Annotated[int, Field(description="width of a bucket in seconds")]
    series: list[SensorSeries]


@router.get(
    "/series",
    summary="Least, mean and greatest value per bucket, for up to four sensors",
    response_model=Series,
    dependencies=[Depends(may_read)],
)
async def series(
    services: ServicesOf,
    capteur: Annotated[list[SensorName], Query(min_length=1, max_length=4)],
    depuis: Annotated[Since, Query(description="default: an hour before jusque")] = None,
    jusque: Until = None,
    pas: Annotated[int, Query(ge=1, le=86400, description="seconds of a bucket")] = 60,
) -> Response:
    until = jusque or datetime.now(UTC)
    since = depuis or _before(until, _DEFAULT_SPAN)
    _check_number(since, until, pas)
    sensors = list(dict.fromkeys(capteur))
    found = await services.history.buckets(sensors, since, until, timedelta(seconds=pas))
    body = {
        "pas": pas,
        "series": [
            {
                "capteur": sensor,
                "tranches": [_piece(bucket) for bucket in found.get(sensor, [])],
            }
            for sensor in sensors
        ],
    }
    return json_answer(orjson.dumps(body, option=orjson.OPT_UTC_Z))


def _piece(bucket: Bucket) -> dict:
    piece = {
        "debut": bucket.start,
        "min": bucket.low,
        "moyenne": bucket.mean,
        "max": bucket.high,
        "nombre": bucket.number,
    }
    return piece | {"resolution": bucket.resolution} if bucket.resolution else piece


def _before(moment: datetime, span: timedelta) -> datetime:
    return moment - span if moment - EARLIEST > span else EARLIEST


def _check_number(since: datetime, until: datetime, width: int) -> None:
    buckets = (until - since).total_seconds() / width
    if buckets > MOST_BUCKETS:
        least = -int(-(until - since).total_seconds() // MOST_BUCKETS)
        message = f"{buckets:.0f} buckets; allowed: {MOST_BUCKETS}; set pas to {least} or more"
        raise invalid("pas", message)


def invalid(field: str, message: str) -> Problem:
    details = [{"champ": field, "message": message}]
    return Problem(422, "requete_invalide", "a parameter is not valid", details)


class Csv(StreamingResponse):
    media_type = "text/csv"


@router.get(
    "/mesures.csv",
    summary=f"Readings as a table, oldest first, at most {MOST_ROWS:,}; without sums",
    # Named here and not as the class of answers: refusals would be documented as tables, too.
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    dependencies=[Depends(may_read)],
)
async def table(
    services: ServicesOf,
    capteur: Annotated[SensorFilter, Query(description="of this sensor")] = None,
    depuis: Since = None,
    jusque: Annotated[MomentFilter, Query(description="before this moment")] = None,
) -> Response:
    span = Span(capteur, depuis or EARLIEST, jusque or LATEST)
    if await services.history.count(span, MOST_ROWS) > MOST_ROWS:
        message = f"more than {MOST_ROWS:,} readings; ask for a shorter time, or one sensor"
        raise invalid("depuis", message)
    disposition = {"Content-Disposition": 'attachment; filename="mesures.csv"'}
    return Csv(_lines(services.history.pages(span)), headers=disposition)


async def _lines(pages: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    """No field needs quotes: a name holds neither commas nor quotes, and none of `=`, `+`, `@`, `(`
    and `|`, without which a spreadsheet runs nothing."""
    yield b"capteur,valeur,horodatage\n"
    left = MOST_ROWS
    async for page in pages:
        yield "".join(map(_line, page[:left])).encode()
        left -= len(page)
        if left <= 0:
            return


def _line(row: Row) -> str:
    return f"{row.sensor},{row.value!r},{row.time.isoformat().removesuffix('+00:00')}Z\n"
