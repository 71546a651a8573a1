"""`api`: HTTP and sockets. Any number of replicas may run."""

import uvloop
from starlette.applications import Starlette

from exploreiot import log as logs
from exploreiot.api.app import make_app
from exploreiot.api.services import make_services
from exploreiot.bus import connect_redis
from exploreiot.clients import Places
from exploreiot.health import Health, health_routes, metrics_route
from exploreiot.maintain import notice
from exploreiot.serve import background, config_for, serve
from exploreiot.settings import Settings

# Connections that are no sockets; those that the edge brings are bounded there. More where one
# client may have more.
_HTTP_CONNECTIONS = 500


def run(settings: Settings) -> None:
    logs.configure(settings.log_level)
    uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    services = make_services(settings, connect_redis(settings))
    jobs = [
        services.database.run(),
        services.disk.run(),
        services.publisher.run(),
        services.subscriber.run(),
        services.chain.run(),
    ]
    # The broker is none of its business: it has no login there.
    health = Health(
        {"database": services.database.check, "redis": services.redis.ping},
        {
            "retention": lambda: notice(services.database),
            "disk": services.disk.notice,
            "chaine": services.chain.notice,
        },
    )
    each = settings.max_connections_per_client
    places = Places(max(_HTTP_CONNECTIONS, each), each)
    main = config_for(make_app(services, health), settings, settings.listen_port, places)
    # The main port is published, and metrics never are: they have a port of their own.
    own = Starlette(routes=[*health_routes(health), metrics_route])
    async with background(*jobs):
        await serve(main, config_for(own, settings, settings.metrics_port, Places(50, 10)))
    await services.redis.aclose()
    await services.database.close()
