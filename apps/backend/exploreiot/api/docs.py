"""The OpenAPI document, and a page of it that needs neither scripts nor another server."""

from html import escape

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
code { background: #eee; padding: 0 .2rem } h2 code { background: none }
td, th { text-align: left; vertical-align: top; padding: .1rem 1rem .1rem 0 }
"""


def describe(app: FastAPI, body: type[BaseModel]) -> None:
    """The body of a POST is parsed by hand, so its schema is added by hand."""

    def openapi() -> dict:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description,
                routes=app.routes,
            )  # fmt: skip
            schema["components"]["schemas"][body.__name__] = body.model_json_schema()
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi


@router.get("/docs")
async def page(request: Request) -> Response:
    document = request.app.openapi()
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    title = escape(document["info"]["title"])
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="docs.css"><h1>{title}</h1>'
        f"<p>{escape(document['info']['description'])} The same for machines: "
        '<a href="openapi.json">openapi.json</a>. '
        "New readings are pushed on the WebSocket <code>/ws</code>.</p>" + operations
    )


@router.get("/docs.css")
async def style() -> Response:
    return Response(_STYLE, media_type="text/css")


def _operation(method: str, path: str, operation: dict) -> str:
    parameters = "".join(map(_parameter, operation.get("parameters", [])))
    answers = ", ".join(f"<code>{escape(status)}</code>" for status in operation["responses"])
    table = f"<table><tr><th>parameter<th>meaning<th>allowed{parameters}</table>"
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation['summary'])}</p>"
        f"{table if parameters else ''}<p>Answers: {answers}</p>"
    )


def _parameter(parameter: dict) -> str:
    schema = parameter["schema"]
    allowed = ", ".join(f"{key} {value}" for key, value in schema.items() if key != "title")
    cells = (f"<code>{escape(parameter['name'])}</code>", escape(parameter.get("description", "")))
    return f"<tr><td>{cells[0]}<td>{cells[1]}<td>{escape(allowed)}"
