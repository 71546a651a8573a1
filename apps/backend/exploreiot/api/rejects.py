"""`/rejets`: what devices sent that held no reading, and why it was not stored."""

from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from exploreiot.api.problems import documented
from exploreiot.api.readings import Limit, ServicesOf, json_answer, may_read, may_write

router = APIRouter(responses=documented(400, 401, 422, 429, 503))


class RejectedMessage(BaseModel):
    recu: datetime
    sujet: Annotated[str, Field(description="the topic, at most 200 characters")]
    raison: str
    debut: Annotated[str, Field(description="the first 256 bytes; what is no UTF-8 is replaced")]


class RejectsState(BaseModel):
    gardes: Annotated[int, Field(ge=0, description="messages kept, at most 10,000")]
    dernier: Annotated[datetime | None, Field(description="when the newest of them came")]


@router.get(
    "/rejets",
    summary="Messages that held no reading, newest first, with the reason; needs the API key",
    response_model=list[RejectedMessage],
    # A message that a device sent by mistake may hold anything, a password too.
    dependencies=[Depends(may_write)],
)
async def list_rejects(services: ServicesOf, limite: Limit = 100) -> Response:
    rows = [
        {
            "recu": record["received"].astimezone(UTC),
            "sujet": record["topic"],
            "raison": record["reason"],
            "debut": record["payload_start"].decode(errors="replace"),
        }
        for record in await services.rejects.newest(limite)
    ]
    return json_answer(orjson.dumps(rows, option=orjson.OPT_UTC_Z))


@router.get(
    "/rejets/etat",
    summary="How many rejected messages are kept, and when the newest came",
    response_model=RejectsState,
    dependencies=[Depends(may_read)],
)
async def rejects_state(services: ServicesOf) -> Response:
    kept, last = await services.rejects.summary()
    return json_answer(orjson.dumps({"gardes": kept, "dernier": last}, option=orjson.OPT_UTC_Z))
