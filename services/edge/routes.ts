import type { Deployment } from "../deployment.ts";

/** A way of the edge to a service of the user's own: requests for a host, a path, or at a port of its own. */
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

/** A way at a port of its own, for which the edge ends TLS without looking into it. */
export interface OwnPassage {
  readonly service: string;

  /** `host:port` inside the network. */
  readonly server: string;

  /** The port inside the edge's container. */
  readonly port: number;
}

/** Above every port that the edge has itself. */
const FIRST_OWN_PORT = 10_000;

type Services = Pick<Deployment, "services">;

/** The most specific last, and ports last of all: where several fit, the last one counts. */
export function ownRoutes({ services }: Services): readonly OwnRoute[] {
  const routes = served({ services })
    .flatMap(({ service, server, routes }) => routes.map((route) => ({ ...route, service, server })))
    .sort((a, b) => (a.path ?? "").length - (b.path ?? "").length);
  const ports = portsOf({ services }).flatMap(
    ({ service, server, port, listener: { protocol, upgrades } }) =>
      protocol === "http" ? [{ service, server, port, upgrades, stripPrefix: false }] : [],
  );
  return [...routes, ...ports];
}

export const ownPassages = (deployment: Services): readonly OwnPassage[] =>
  portsOf(deployment).flatMap(({ listener, ...passage }) => (listener.protocol === "tcp" ? [passage] : []));

/** The ports inside the edge's container, each for the listener of one service. */
export const ownPorts = (deployment: Services) =>
  portsOf(deployment).map(({ service, port }) => ({ listener: service, internal: port }));

function portsOf(deployment: Services) {
  return served(deployment)
    .flatMap(({ service, server, listener }) => (listener?.tls ? [{ service, server, listener }] : []))
    .map((found, index) => ({ ...found, port: FIRST_OWN_PORT + index }));
}

const served = ({ services }: Services) =>
  Object.entries(services)
    .filter(([, { enabled }]) => enabled)
    .map(([service, settings]) => ({ ...settings, service, server: `${service}:${settings.port}` }));
