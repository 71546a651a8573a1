"""`/appareils`: which devices are online."""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from exploreiot.api.problems import documented
from exploreiot.api.readings import ServicesOf, json_answer, may_read

router = APIRouter(responses=documented(400, 401, 429, 503))


class DeviceState(BaseModel):
    appareil: Annotated[str, Field(description="the last level of its topic below status/")]
    en_ligne: Annotated[bool, Field(description="by its own word, or by its last will")]
    depuis: datetime


@router.get(
    "/appareils",
    summary="Devices by name, and whether they are online",
    response_model=list[DeviceState],
    dependencies=[Depends(may_read)],
)
async def list_devices(services: ServicesOf) -> Response:
    rows = [
        {"appareil": name, "en_ligne": is_online, "depuis": since}
        for name, is_online, since in await services.devices.all()
    ]
    return json_answer(orjson.dumps(rows, option=orjson.OPT_UTC_Z))
