"""`/ws`: every new reading to every socket, and readings from those that may write.

With `?chaine=1` also the state of the chain, when it changes and every ten seconds."""

import logging

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from exploreiot.api.access import key_missing
from exploreiot.api.guards import client_of
from exploreiot.api.problems import Problem, as_problem
from exploreiot.api.services import Services, services_of
from exploreiot.clients import asked_by
from exploreiot.errors import BadReading, Unavailable
from exploreiot.payload import parse_readings
from exploreiot.reading import Reading
from exploreiot.ws_protocol import EXTENSION, text_frame

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 4096

router = APIRouter()


@router.websocket("/ws")
async def socket(connection: WebSocket) -> None:
    services, client = services_of(connection), client_of(connection.scope)
    # A client that does not ask gets readings alone, as before there was anything else.
    watches = connection.query_params.get("chaine") == "1"
    try:
        await _admit(connection, services, client)
        pushed = connection.scope["extensions"][EXTENSION]
        # Counted before the answer: many handshakes at once must not all find the last place.
        services.hub.add(pushed, client, watches)
    except Problem as problem:
        return await connection.send_denial_response(problem.response())
    try:
        await connection.accept()
        if watches:
            pushed.push(text_frame(await services.chain.message()))
        await _converse(connection, services, client)
    except WebSocketDisconnect:
        pass
    finally:
        services.hub.remove(pushed, client)


async def _admit(connection: WebSocket, services: Services, client: str) -> None:
    services.access.check_host(connection.headers)
    # A socket can write, so its origin is checked like that of a POST. A page cannot give a
    # handshake the header of the key: who does is a program, also when it sends an origin.
    if not services.access.has_key(connection.headers):
        services.access.check_origin("POST", connection.headers)
    if not services.access.may_read(connection.headers):
        raise key_missing()
    await services.limit.check(client)


async def _converse(connection: WebSocket, services: Services, client: str) -> None:
    while True:
        message = await connection.receive()
        if message["type"] == "websocket.disconnect":
            return
        answer = await _answer(connection, services, client, message)
        await connection.send_text(orjson.dumps(answer).decode())


async def _answer(connection: WebSocket, services: Services, client: str, message: dict) -> dict:
    """Bad input is answered, never a reason to hang up."""
    try:
        if not services.access.may_write(connection.headers):
            raise key_missing()
        await services.limit.check(client)
        with asked_by(client):
            await services.accept([_reading_in(message)], "ws")
    except (Problem, BadReading, Unavailable) as error:
        return as_problem(error).body
    except Exception as error:
        log.exception("message on a socket failed")
        return as_problem(error).body
    return {"reçu": True}


def _reading_in(message: dict) -> Reading:
    text = message.get("text")
    if text is None:
        raise Problem(422, "lecture_invalide", "binary messages are not accepted; send JSON text")
    body = text.encode()
    if len(body) > MAX_MESSAGE_BYTES:
        reason = f"a message of {len(body)} bytes; allowed: {MAX_MESSAGE_BYTES}"
        raise Problem(413, "message_trop_grand", reason)
    readings = parse_readings(body)
    if body.lstrip().startswith(b"["):
        raise Problem(422, "lecture_invalide", "a list is not accepted here; send one reading")
    return readings[0]
