"""The API application, put together from its parts."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from exploreiot.api import (
    alarms,
    devices,
    docs,
    history,
    overview,
    problems,
    readings,
    rejects,
    socket,
    state,
)
from exploreiot.api.guards import Guards
from exploreiot.api.request_log import RequestLog
from exploreiot.api.services import Services
from exploreiot.health import Health, health_routes
from exploreiot.reading import Reading


def make_app(services: Services, health: Health) -> FastAPI:
    settings = services.settings
    prefix = settings.path_prefix
    app = FastAPI(
        title="ExploreIOT",
        version="1",
        description="Readings of sensors: over MQTT, HTTP and WebSocket.",
        openapi_url=f"{prefix}/openapi.json",
        # The usual page loads scripts from a public network; ours needs none.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.include_router(readings.router, prefix=prefix)
    app.include_router(rejects.router, prefix=prefix)
    app.include_router(alarms.router, prefix=prefix)
    app.include_router(devices.router, prefix=prefix)
    app.include_router(history.router, prefix=prefix)
    app.include_router(overview.router, prefix=prefix)
    app.include_router(state.router, prefix=prefix)
    app.include_router(socket.router)
    app.include_router(docs.router, prefix=prefix)
    app.router.routes.extend(health_routes(health))
    problems.install(app)
    docs.describe(app, Reading)
    # Last added is outermost: log and host, then CORS, so that refusals carry its headers too.
    app.add_middleware(
        Guards,
        access=services.access,
        limit=services.limit,
        max_bytes=settings.max_body_bytes,
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "X-API-Key", "Authorization", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
        max_age=600,
    )
    app.add_middleware(RequestLog, access=services.access)
    return app
