"""`/mesures` and `/capteurs`."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from starlette.responses import Response

from exploreiot.api.access import key_missing
from exploreiot.api.problems import documented
from exploreiot.api.services import Services, services_of
from exploreiot.payload import parse_readings
from exploreiot.reading import (
    MAX_BATCH,
    SENSOR_PATTERN,
    Moment,
    Reading,
    SensorName,
    Value,
    encode,
)

ServicesOf = Annotated[Services, Depends(services_of)]
# A form sends the fields that were left empty: `?capteur=` is no filter.
_Given = BeforeValidator(lambda value: None if value == "" else value)
_EMPTY = {"type": "string", "maxLength": 0}
_SENSOR = {"anyOf": [{"type": "string", "pattern": SENSOR_PATTERN}, _EMPTY]}
_MOMENT = {"anyOf": [{"type": "string", "format": "date-time"}, _EMPTY]}
SensorFilter = Annotated[SensorName | None, _Given, WithJsonSchema(_SENSOR)]
MomentFilter = Annotated[Moment | None, _Given, WithJsonSchema(_MOMENT)]
Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]


class StoredReading(BaseModel):
    capteur: SensorName
    valeur: Value
    horodatage: Moment


class Sensor(StoredReading):
    age_secondes: Annotated[float, Field(ge=0, description="seconds since horodatage")]


class Accepted(BaseModel):
    # The name is the contract's.
    reçu: Annotated[  # noqa: PLC2401
        int, Field(description="readings sent")
    ]
    nouveau: Annotated[int, Field(description="of these, not stored before")]


async def may_read(request: Request, services: ServicesOf) -> None:
    if not services.access.may_read(request.headers):
        raise key_missing()


async def may_write(request: Request, services: ServicesOf) -> None:
    if not services.access.may_write(request.headers):
        raise key_missing()


router = APIRouter(responses=documented(400, 401, 429, 503))


@router.get(
    "/mesures",
    summary="Readings, newest first",
    response_model=list[StoredReading],
    responses=documented(422),
    dependencies=[Depends(may_read)],
)
async def list_readings(
    services: ServicesOf,
    limite: Limit = 100,
    capteur: Annotated[SensorFilter, Query(description="of this sensor")] = None,
    depuis: Annotated[MomentFilter, Query(description="this moment or later")] = None,
    jusque: Annotated[MomentFilter, Query(description="before this moment")] = None,
) -> Response:
    rows = await services.store.newest(limite, capteur, depuis, jusque)
    return json_answer(b"[" + b",".join(row.to_json() for row in rows) + b"]")


_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [
                    {"$ref": "#/components/schemas/Reading"},
                    {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/Reading"},
                        "minItems": 1,
                        "maxItems": MAX_BATCH,
                    },
                ]
            }
        }
    },
}


@router.post(
    "/mesures",
    summary="Store one reading or a list of them, whole or not at all",
    status_code=201,
    response_model=Accepted,
    responses=documented(403, 413, 415, 422),
    dependencies=[Depends(may_write)],
    openapi_extra={"requestBody": _BODY},
)
async def add_readings(request: Request, services: ServicesOf) -> Response:
    # Parsed here and not by the framework, whose parser takes NaN and then cannot answer it.
    readings: list[Reading] = parse_readings(await request.body())
    new = await services.accept(readings, "http")
    return json_answer(orjson.dumps({"reçu": len(readings), "nouveau": new}), status=201)


@router.get(
    "/capteurs",
    summary="Known sensors by name, each with its newest value and the age of it",
    response_model=list[Sensor],
    responses=documented(422),
    dependencies=[Depends(may_read)],
)
async def list_sensors(
    services: ServicesOf,
    limite: Limit = 1000,
    apres: Annotated[str, Query(max_length=64, description="sensors after this name")] = "",
) -> Response:
    records = await services.store.sensors(limite, apres.replace("\0", ""))
    bodies = (
        encode(r["sensor"], r["value"], r["time"])[:-1] + b',"age_secondes":%.3f}' % r["age"]
        for r in records
    )
    return json_answer(b"[" + b",".join(bodies) + b"]")


def json_answer(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
