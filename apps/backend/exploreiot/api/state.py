"""`/chaine`: whether readings get through, and where they do not."""

from datetime import datetime
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from exploreiot.api.chain import State
from exploreiot.api.problems import documented
from exploreiot.api.readings import ServicesOf, json_answer, may_read

router = APIRouter(responses=documented(400, 401, 429))


class HopState(BaseModel):
    nom: Literal["courtier", "ingestion", "base", "redis", "api", "socket"]
    etat: State
    raison: Annotated[str | None, Field(description="why, or what is said of other replicas")]
    depuis: Annotated[datetime, Field(description="in this state, as far as this replica saw")]
    dernier: Annotated[datetime | None, Field(description="the last message that passed here")]


class ChainState(BaseModel):
    complete: Annotated[bool, Field(description="whether every one of them is ok")]
    maillons: Annotated[list[HopState], Field(description="in the order in which data flows")]


@router.get(
    "/chaine",
    summary="The state of each hop that a reading passes, from the broker to the sockets",
    response_model=ChainState,
    dependencies=[Depends(may_read)],
)
async def chain_state(services: ServicesOf) -> Response:
    return json_answer(orjson.dumps(await services.chain.body(), option=orjson.OPT_UTC_Z))
