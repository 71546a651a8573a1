import type { Deployment } from "../deployment.ts";

/** What the edge leads to a service of the user's own: requests for a host, a path, or at a port of its own. */
export interface OwnRoute {
  readonly service: string;

  /** `host:port` inside the network. */
  readonly server: string;

  /** A name of its own. @default - the deployment's hosts */
  readonly host?: string | undefined;

  /** A path and all below it. @default - every path */
  readonly path?: string | undefined;

  /** The port inside the edge's container that a listener of its own leads to. @default - that of the https listener */
  readonly port?: number;

  readonly stripPrefix: boolean;

  /** Paths, and those below, at which a connection may become a WebSocket. */
  readonly upgrades: readonly string[];
}

/** Above every port that the edge has itself. */
const FIRST_OWN_PORT = 10_000;

/** The most specific last, and ports last of all: where several fit, the last one counts. */
export function ownRoutes({ services }: Pick<Deployment, "services">): readonly OwnRoute[] {
  const on = Object.entries(services)
    .filter(([, { enabled }]) => enabled)
    .map(([service, settings]) => ({ ...settings, service, server: `${service}:${settings.port}` }));
  const routes = on
    .flatMap(({ service, server, routes }) => routes.map((route) => ({ ...route, service, server })))
    .sort((a, b) => (a.path ?? "").length - (b.path ?? "").length);
  const ports = on.flatMap(({ service, server, listener }) =>
    listener?.tls ? [{ service, server, upgrades: listener.upgrades, stripPrefix: false }] : [],
  );
  return [...routes, ...ports.map((route, index) => ({ ...route, port: FIRST_OWN_PORT + index }))];
}
