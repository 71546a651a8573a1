"""Every refusal is the same object: a stable code, a sentence, and the fields at fault."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from exploreiot.errors import BadReading, Unavailable

log = logging.getLogger(__name__)


class Detail(BaseModel):
    champ: str
    message: str


class ProblemBody(BaseModel):
    erreur: str
    message: str
    details: list[Detail] = []


class Problem(Exception):
    """Raised anywhere below the routes; answered as a `ProblemBody`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"erreur": code, "message": message, "details": details or []}
        self.headers = headers

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status, self.headers)


def as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case BadReading():
            return Problem(422, "lecture_invalide", "the reading is not valid", error.details)
        case Unavailable():
            message = f"{error.dependency} is unavailable; try again shortly"
            return Problem(503, "service_indisponible", message, headers={"Retry-After": "2"})
        case RequestValidationError():
            return Problem(422, "requete_invalide", "a parameter is not valid", _details(error))
        case HTTPException():
            headers = dict(error.headers or {})
            return Problem(error.status_code, _CODES.get(error.status_code, "refus"),
                           str(error.detail), headers=headers)  # fmt: skip
    return Problem(500, "erreur_interne", "an unexpected error; the log has it by request id")


_CODES = {404: "introuvable", 405: "methode_refusee"}


def _details(error: RequestValidationError) -> list[dict[str, str]]:
    return [
        {
            "champ": ".".join(map(str, problem["loc"][1:])) or "requete",
            "message": f"{problem['msg'].removeprefix('Value error, ')}, "
            f"got {ascii(problem.get('input'))[:60]}",
        }
        for problem in error.errors()[:10]
    ]


async def _answer(_: Request, error: Exception) -> JSONResponse:
    return as_problem(error).response()


async def _answer_nobody(_: Request, __: Exception) -> JSONResponse:
    """For the log alone."""
    return Problem(400, "corps_incomplet", "the client left within the body").response()


def install(app: FastAPI) -> None:
    for kind in (Problem, BadReading, Unavailable, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)


def documented(*statuses: int) -> dict[int | str, dict]:
    """The refusals of a route, for the OpenAPI document."""
    return {status: {"model": ProblemBody} for status in statuses}
