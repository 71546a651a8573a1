"""`/apercu` and `/reglages`: all sensors at a glance, and how the deployment wants them shown."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from exploreiot.api.history import Since, invalid
from exploreiot.api.problems import documented
from exploreiot.api.readings import Sensor, ServicesOf, json_answer, may_read
from exploreiot.history import Bucket
from exploreiot.sensor_settings import STATES, SensorState

MOST_SENSORS = 1000
_DEFAULT_SPAN = timedelta(hours=1)

router = APIRouter(responses=documented(400, 401, 429))


class SensorOverview(Sensor):
    etat: SensorState
    points: Annotated[
        list[float | None], Field(description="means, oldest first; null where nothing came")
    ]


class SensorSettingsBody(BaseModel):
    nom: str | None
    unite: str | None
    decimales: int | None
    intervalle_secondes: float | None
    bas: float | None
    haut: float | None


class DeploymentSettings(BaseModel):
    capteurs: Annotated[
        dict[str, SensorSettingsBody], Field(description="those that the site file names")
    ]
    silence_secondes: Annotated[
        int, Field(description="silent after that; one with an interval after three of them")
    ]


@router.get(
    "/apercu",
    summary=f"All sensors, at most {MOST_SENSORS}, by state, each with a few means",
    response_model=list[SensorOverview],
    responses=documented(422, 503),
    dependencies=[Depends(may_read)],
)
async def overview(
    services: ServicesOf,
    depuis: Annotated[Since, Query(description="default: an hour ago")] = None,
    points: Annotated[int, Query(ge=1, le=60, description="means of each sensor")] = 24,
) -> Response:
    now = datetime.now(UTC)
    since = depuis or now - _DEFAULT_SPAN
    if since >= now:
        raise invalid("depuis", f"must be before now, got {since.isoformat()}")
    async with services.history.overview():
        known = await services.store.sensors(MOST_SENSORS)
        width = max((now - since) / points, timedelta(microseconds=1))
        found = await services.history.buckets(
            [record["sensor"] for record in known], since, now, width, origin=since
        )
        rows = [
            {
                "capteur": sensor,
                "valeur": value,
                "horodatage": time,
                "age_secondes": round(age, 3),
                "etat": services.sensors.state(sensor, value, age),
                "points": _points(found.get(sensor, []), since, width, points),
            }
            for sensor, value, time, age in known
        ]
    rows.sort(key=lambda row: (STATES.index(row["etat"]), row["capteur"]))
    return json_answer(orjson.dumps(rows, option=orjson.OPT_UTC_Z))


def _points(
    buckets: list[Bucket], since: datetime, width: timedelta, number: int
) -> list[float | None]:
    means: list[float | None] = [None] * number
    for bucket in buckets:
        # The width is rounded to microseconds, so that a few of them may be left at the end.
        means[min((bucket.start - since) // width, number - 1)] = bucket.mean
    return means


@router.get(
    "/reglages",
    summary="Settings of sensors in the site file: label, unit, decimals, interval, limits",
    response_model=DeploymentSettings,
    dependencies=[Depends(may_read)],
)
async def deployment_settings(services: ServicesOf) -> Response:
    body = {
        "capteurs": {
            name: {
                "nom": known.label,
                "unite": known.unit,
                "decimales": known.decimals,
                "intervalle_secondes": known.interval_seconds,
                "bas": known.low,
                "haut": known.high,
            }
            for name, known in services.sensors.settings.items()
        },
        "silence_secondes": services.sensors.silent_after_seconds,
    }
    return json_answer(orjson.dumps(body))
