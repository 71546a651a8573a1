import { CIPHERS, CIPHERSUITES } from "../../constructs/tls-ciphers.ts";
import type { Deployment } from "../deployment.ts";
import { EDGE_METRICS_PORT, EDGE_PORT, RENEWER_PORT } from "./definition.ts";
import { httpsSection, isAcme, maxConnections, RATE_WINDOW_SECONDS, served } from "./haproxy-https.ts";
import { ownLines, passageSections } from "./haproxy-own.ts";
import { bindAddress, limitConnections, SERVER_CHECK } from "./haproxy-parts.ts";

/**
 * haproxy.cfg (3.0): ends TLS for page, API and socket. Nothing that a client says about itself is
 * believed, and what is too large, too slow or too much is refused here.
 */
export function haproxyConfig(deployment: Deployment): string {
  const sections: readonly (readonly string[])[] = [
    globalSection(deployment),
    defaultsSection(),
    trackingSections(deployment),
    ...(isAcme(deployment) ? [clientHelloSections(deployment)] : []),
    httpsSection(deployment),
    upstreamSections(deployment),
    ...ownLines(deployment, isAcme(deployment)).backends,
    ...passageSections(deployment),
    insideSections(),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** The most that HAProxy takes in one group of threads, which is what it makes unless it is told otherwise (2.6, 3.0). */
const MAX_THREADS = 64;

/**
 * Requests of one connection of HTTP/2, which then makes another: 3.0 has no other bound on requests that are taken back at once. At
 * around 1,000 no client perceives it, says the manual (3.0, tune.h2.fe.max-total-streams).
 */
const MOST_REQUESTS_OF_CONNECTION = 1_000;

/**
 * Frames of one connection that are allowed and make no sense, such as a header in pieces of nothing. A client whose uploads are
 * refused sends some as well: "hundreds or thousands" (tune.h2.fe.glitches-threshold).
 */
const MOST_GLITCHES_OF_CONNECTION = 1_000;

/**
 * Bytes that the kernel keeps for a client that does not read, and doubles: by itself up to 4 MB for each, which no limit of the container
 * counts on every machine. 128 KiB are 1 MB a second over a line with a delay of 0.1 s.
 */
const SEND_BUFFER_BYTES = 64 * 1024;

const globalSection = (deployment: Deployment) => [
  "global",
  "    log stderr format raw local0 notice",
  `    maxconn ${maxConnections(deployment)}`,
  `    nbthread ${Math.min(MAX_THREADS, Math.max(1, Math.round(deployment.edge.limits.cpus)))}`,
  "    hard-stop-after 24h",
  "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers",
  `    ssl-default-bind-ciphers ${CIPHERS}`,
  `    ssl-default-bind-ciphersuites ${CIPHERSUITES}`,
  "    ssl-load-extra-files key",
  "    ssl-load-extra-del-ext",
  `    tune.sndbuf.client ${SEND_BUFFER_BYTES}`,
  "    tune.http.maxhdr 64",
  "    tune.h2.max-concurrent-streams 100",
  `    tune.h2.fe.max-total-streams ${MOST_REQUESTS_OF_CONNECTION}`,
  `    tune.h2.fe.glitches-threshold ${MOST_GLITCHES_OF_CONNECTION}`,
];

const defaultsSection = () => [
  "defaults",
  "    mode http",
  "    log global",
  "    option dontlognull",
  "    option http-restrict-req-hdr-names delete",
  // A reload closes a connection behind an answer, never while its next request may be on the way.
  "    option idle-close-on-response",
  "    http-reuse aggressive",
  "    timeout connect 5s",
  // Also bounds a TLS handshake, and how long a body may stand still.
  "    timeout client 10s",
  "    timeout server 60s",
  "    timeout queue 10s",
  "    timeout http-request 5s",
  "    timeout http-keep-alive 30s",
  "    timeout client-fin 5s",
  "    timeout server-fin 5s",
  "    timeout tunnel 1h",
  // The edge is known to the applications by its IPv4 address.
  "    default-server init-addr last,libc,none resolvers dns resolve-prefer ipv4",
  "",
  "resolvers dns",
  "    parse-resolv-conf",
  "    hold valid 2s",
];

/** Of a request that is tracked, `conn_cur` counts for how many there is no end yet. */
const trackingSections = ({ http }: Deployment) => {
  const rate = http.rateLimitPerMinute === 0 ? "" : `,gpc0,gpc0_rate(${RATE_WINDOW_SECONDS}s)`;
  return [
    "backend connections",
    "    stick-table type ipv6 size 100k expire 1m store conn_cur",
    "",
    "backend requests",
    `    stick-table type ipv6 size 100k expire ${2 * RATE_WINDOW_SECONDS}s store conn_cur${rate}`,
    ...(http.rateLimitPerMinute === 0
      ? []
      : [
          "",
          "backend floods",
          `    stick-table type ipv6 size 100k expire ${2 * RATE_WINDOW_SECONDS}s store http_req_rate(${RATE_WINDOW_SECONDS}s)`,
        ]),
  ];
};

/** Reads only the ClientHello: one `bind` cannot pass one ALPN through and terminate the others. */
const clientHelloSections = (deployment: Deployment) => [
  "frontend client_hello",
  "    mode tcp",
  `    bind ${bindAddress(deployment, EDGE_PORT)}`,
  "    no log",
  "    timeout client 1h",
  ...limitConnections(deployment),
  "    tcp-request inspect-delay 5s",
  "    tcp-request content accept if { req.ssl_hello_type 1 }",
  "    tcp-request content reject",
  "    use_backend acme if { req.ssl_alpn acme-tls/1 }",
  "    default_backend terminate",
  "",
  "backend acme",
  "    mode tcp",
  `    server renewer renewer:${RENEWER_PORT}`,
  "",
  "backend terminate",
  "    mode tcp",
  "    timeout server 1h",
  "    server https abns@exploreiot-https send-proxy-v2",
];

function upstreamSections(deployment: Deployment): readonly string[] {
  const { api, page } = served(deployment);
  const { backend, frontend, http } = deployment;
  const strip = `    http-request replace-path ^${backend.pathPrefix}(?:/(.*))?$ /\\1`;
  const upstream = (name: string, host: string, port: number) =>
    `    server ${name} ${host}:${port} ${SERVER_CHECK}`;
  return [
    ...(api
      ? ["backend api", ...(http.stripPrefix ? [strip] : []), upstream("backend", "backend", backend.port)]
      : []),
    ...(api && page ? [""] : []),
    ...(page ? ["backend page", upstream("frontend", "frontend", frontend.port)] : []),
  ];
}

/**
 * Listeners that only the container's own networks reach. The edge is well while it can open a TLS connection to itself and
 * is answered: a name that nobody has is refused by the edge alone, so the applications have no part in it.
 */
const insideSections = () => [
  "backend self",
  "    option httpchk",
  "    http-check send meth GET uri / ver HTTP/1.1 hdr Host edge.invalid",
  "    http-check expect status 421",
  `    server tls 127.0.0.1:${EDGE_PORT} check check-ssl verify none inter 1s fall 1 rise 1`,
  "",
  "frontend inside",
  `    bind :${EDGE_METRICS_PORT}`,
  "    no log",
  "    monitor-uri /healthz",
  "    monitor fail if { nbsrv(self) lt 1 }",
  "    http-request use-service prometheus-exporter if { path /metrics }",
  "    http-request return status 404",
];
