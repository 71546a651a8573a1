import type { Deployment } from "../deployment.ts";
import { limitConnections, SERVER_CHECK, tlsBind } from "./haproxy-parts.ts";
import { type OwnPassage, type OwnRoute, ownPassages, ownRoutes } from "./routes.ts";

/** The lines of haproxy.cfg for services of the user's own. There are none where no service is behind the edge. */
export interface OwnLines {
  /** Ports of their own, next to that of the https listener. */
  readonly binds: readonly string[];

  /** Finds out which service a request is for. */
  readonly targets: readonly string[];

  /** Behind the conditions of what is for the kit's applications alone. */
  readonly notOwn: string;

  /** Behind the condition that refuses upgrades elsewhere, and behind the one that refuses foreign origins. */
  readonly notTheirSocket: string;
  readonly notTheirOrigin: string;

  /** Refusals of the requests that those two conditions leave open. */
  readonly refusals: readonly string[];

  readonly uses: readonly string[];

  /** Sections of their own. */
  readonly backends: readonly (readonly string[])[];
}

const NONE: OwnLines = {
  ...{ binds: [], targets: [], refusals: [], uses: [], backends: [] },
  ...{ notOwn: "", notTheirSocket: "", notTheirOrigin: "" },
};

export function ownLines(deployment: Deployment, isAcme: boolean): OwnLines {
  const routes = ownRoutes(deployment);
  if (routes.length === 0) return NONE;
  const sockets = routes.some(({ upgrades }) => upgrades.length > 0);
  return {
    binds: bindsOf(routes, deployment, isAcme),
    targets: targetsOf(routes, sockets),
    notOwn: " !own",
    notTheirSocket: sockets ? " !own_socket" : "",
    notTheirOrigin: sockets ? " !same_origin" : "",
    refusals: sockets
      ? [
          refused("upgrade", "upgrade own !own_upgrade"),
          refused("upgrade", "upgrade !own own_socket !is_ws"),
          // A page of the deployment opens no socket of a service that is kept apart from it.
          refused("origin", "upgrade apart !same_origin !program"),
        ]
      : [],
    uses: ["    use_backend own-%[var(txn.to)] if own"],
    backends: [...new Set(routes.map(({ service }) => service))].map((service) =>
      backend(routes.filter((route) => route.service === service)),
    ),
  };
}

/** Sections of their own, for what is no HTTP: TLS ends here, and who is at the other end is the service's to find out. */
export const passageSections = (deployment: Deployment): readonly (readonly string[])[] =>
  ownPassages(deployment).map((passage) => [...passageIn(deployment, passage), "", ...passageOut(passage)]);

const passageIn = (deployment: Deployment, { service, port }: OwnPassage): readonly string[] => [
  `frontend passage-${service}`,
  "    mode tcp",
  `    ${tlsBind(deployment, port)}`,
  "    log stdout format raw local0 info",
  // As long as a WebSocket may stand still.
  "    timeout client 1h",
  ...limitConnections(deployment),
  `    default_backend passage-${service}`,
  `    log-format '{"ts":%Ts.%ms,"client":"%ci","tls":"%sslv","backend":"%b","bytes_in":%U,"bytes_out":%B,"total_ms":%Tt,"end":"%ts"}'`,
  `    error-log-format '{"ts":%Ts.%ms,"client":"%ci","end":"tls","error":"%[ssl_fc_err_str]"}'`,
];

const passageOut = ({ service, server }: OwnPassage): readonly string[] => [
  `backend passage-${service}`,
  "    mode tcp",
  "    timeout server 1h",
  `    server ${service} ${server} ${SERVER_CHECK}`,
];

export const refused = (reason: string, condition: string): string =>
  `    http-request return status 403 content-type text/plain string "${reason} refused" if ${condition}`;

/** Connections there are counted here: the packet filter may not be there, and the section before an ACME edge has one port. */
function bindsOf(routes: readonly OwnRoute[], deployment: Deployment, isAcme: boolean): readonly string[] {
  const ports = routes.flatMap(({ port }) => port ?? []);
  if (ports.length === 0) return [];
  return [
    ...ports.map((port) => `    ${tlsBind(deployment, port)} alpn h2,http/1.1`),
    ...(isAcme ? limitConnections(deployment, "session", `{ dst_port ${ports.join(" ")} }`) : []),
  ];
}

/**
 * A host or a port of its own leads to one service and to nothing else, so it is apart from the deployment's page:
 * browsers keep what they store for each by itself.
 */
function targetsOf(routes: readonly OwnRoute[], sockets: boolean): readonly string[] {
  const hosts = [...new Set(routes.flatMap(({ host }) => host ?? []))];
  const ports = routes.flatMap(({ port }) => port ?? []);
  return [
    ...(hosts.length === 0 ? [] : [`    acl apart var(txn.host) -m str ${hosts.map(quoted).join(" ")}`]),
    ...(ports.length === 0 ? [] : [`    acl apart dst_port ${ports.join(" ")}`]),
    // No port is 0: there is such a condition where nothing is apart, too.
    ...(hosts.length + ports.length === 0 ? ["    acl apart dst_port 0"] : []),
    ...routes.flatMap((route, index) => target(route, `route_${index}`)),
    "    acl own var(txn.to) -m found",
    "    http-request return status 404 if apart !own",
    ...(sockets ? socketFacts(routes) : []),
  ];
}

function target({ service, host, path, port, upgrades }: OwnRoute, id: string): readonly string[] {
  const place = host === undefined ? (port === undefined ? "!apart" : `${id}_port`) : `${id}_host`;
  const conditions = path === undefined ? place : `${place} ${id}_path`;
  return [
    ...(host === undefined ? [] : [`    acl ${id}_host var(txn.host) -m str ${quoted(host)}`]),
    ...(port === undefined ? [] : [`    acl ${id}_port dst_port ${port}`]),
    ...(path === undefined ? [] : below(`${id}_path`, path)),
    `    http-request set-var(txn.to) str(${service}) if ${conditions}`,
    // Where a route that is more specific lets no socket through, one that is less so has no say.
    `    http-request unset-var(txn.upgrade) if ${conditions}`,
    ...upgrades.flatMap((upgrade) => below(`${id}_socket`, upgrade)),
    ...(upgrades.length === 0
      ? []
      : [`    http-request set-var(txn.upgrade) bool(true) if ${conditions} ${id}_socket`]),
  ];
}

/** HAProxy tells apart letter case and escapes, and so do the services behind it. */
const below = (acl: string, path: string) => [
  `    acl ${acl} path ${path}`,
  `    acl ${acl} path_beg ${path}/`,
];

/** An origin is the same if it is `https://` and the Host header, which names the port unless it is 443 (RFC 6454). */
const socketFacts = (routes: readonly OwnRoute[]): readonly string[] => [
  ...[...new Set(routes.flatMap(({ upgrades }) => upgrades))].flatMap((path) => below("own_socket", path)),
  "    acl own_upgrade var(txn.upgrade) -m found",
  "    http-request set-var(txn.authority) req.hdr(host),lower",
  "    http-request set-var(txn.here) str(https://),concat(,txn.authority)",
  "    acl same_origin req.hdr(origin),lower,strcmp(txn.here) eq 0",
];

const backend = (routes: readonly OwnRoute[]): readonly string[] => [
  `backend own-${routes[0]?.service}`,
  ...routes.flatMap(strip),
  `    server ${routes[0]?.service} ${routes[0]?.server} ${SERVER_CHECK}`,
];

function strip({ path, host, stripPrefix }: OwnRoute): readonly string[] {
  if (!stripPrefix || path === undefined) return [];
  const where = host === undefined ? "" : ` if { var(txn.host) -m str ${quoted(host)} }`;
  return [`    http-request replace-path ^${path.replaceAll(".", "\\.")}(?:/(.*))?$ /\\1${where}`];
}

/** One word to HAProxy. Names have no quotes in them: site/listeners.ts. */
const quoted = (text: string) => `'${text}'`;
