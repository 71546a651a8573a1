"""`/alarmes`: what was wrong with sensors, and when."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from exploreiot.api.problems import documented
from exploreiot.api.readings import Limit, ServicesOf, json_answer, may_read
from exploreiot.reading import Moment, SensorName, Value

router = APIRouter(responses=documented(400, 401, 422, 429, 503))

_OPEN = {"true": True, "false": False}


class AlarmBody(BaseModel):
    id: int
    capteur: SensorName
    genre: Literal["haut", "bas", "silence"]
    valeur: Annotated[Value | None, Field(description="the first beyond the limit")]
    limite: Annotated[Value, Field(description="the limit that was crossed; seconds of silence")]
    debut: Moment
    fin: Annotated[Moment | None, Field(description="null while it goes on")]


@router.get(
    "/alarmes",
    summary="Alarms of the sensors that the site file names, newest first",
    response_model=list[AlarmBody],
    dependencies=[Depends(may_read)],
)
async def list_alarms(
    services: ServicesOf,
    limite: Limit = 100,
    actives: Annotated[
        Literal["true", "false", ""],
        Query(description="true: those that go on; false: those that ended"),
    ] = "",
) -> Response:
    alarms = await services.alarms.newest(limite, _OPEN.get(actives))
    return json_answer(orjson.dumps([alarm.body() for alarm in alarms], option=orjson.OPT_UTC_Z))
