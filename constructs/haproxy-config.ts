import type { Deployment } from "../config/parse.ts";
import { corsOrigins, HOST, PORT } from "../config/references.ts";
import { allowList, isBackendPublished } from "../firewall/allow-list.ts";
import { CERTIFICATES } from "./certificates.ts";

/** Connections that one address may have open. */
const CONNECTIONS_PER_CLIENT = 100;

/** A tracked minute: 429 says that the whole of it may have to pass. */
const RATE_WINDOW_SECONDS = 60;

/** The listener's own certificate, with the key beside it. */
const CERTIFICATE = `${CERTIFICATES}/current/edge.crt`;

/** Strong ciphers with forward secrecy only, for TLS 1.2 and for TLS 1.3. */
export const CIPHERS = [
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
].join(":");
export const CIPHERSUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/** Whether certificates come through TLS-ALPN-01, whose handshakes on this port belong to the renewer. */
const isAcme = ({ tls }: Deployment) => tls.certificate.source === "acme";

/**
 * haproxy.cfg (2.6 and later): ends TLS for page, API and socket. Nothing that a client says about itself is
 * believed, and what is too large, too slow or too much is refused here.
 */
export function haproxyConfig(deployment: Deployment): string {
  const sections = [
    globalSection(deployment),
    defaultsSection(),
    trackingSections(deployment),
    ...(isAcme(deployment) ? [clientHelloSections(deployment)] : []),
    httpsSection(deployment),
    upstreamSections(deployment),
    insideSections(),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** About 100 KiB a connection at worst, and two workers for as long as a reload leaves sockets open. */
const maxConnections = ({ edge }: Deployment) => Math.max(100, edge.limits.memoryMiB * 8);

const globalSection = (deployment: Deployment) => [
  "global",
  "    log stderr format raw local0 notice",
  `    maxconn ${maxConnections(deployment)}`,
  `    nbthread ${Math.max(1, Math.round(deployment.edge.limits.cpus))}`,
  "    hard-stop-after 24h",
  "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers",
  `    ssl-default-bind-ciphers ${CIPHERS}`,
  `    ssl-default-bind-ciphersuites ${CIPHERSUITES}`,
  "    ssl-load-extra-files key",
  "    ssl-load-extra-del-ext",
  "    tune.http.maxhdr 64",
  "    tune.h2.max-concurrent-streams 100",
];

const defaultsSection = () => [
  "defaults",
  "    mode http",
  "    log global",
  "    option dontlognull",
  "    option http-restrict-req-hdr-names delete",
  "    http-reuse aggressive",
  "    timeout connect 5s",
  // Also bounds a TLS handshake, and how long the rest of a large body may stand still.
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

const trackingSections = ({ http }: Deployment) => [
  "backend connections",
  "    stick-table type ipv6 size 100k expire 1m store conn_cur",
  ...(http.rateLimitPerMinute === 0
    ? []
    : [
        "",
        "backend requests",
        `    stick-table type ipv6 size 100k expire ${2 * RATE_WINDOW_SECONDS}s store gpc0,gpc0_rate(${RATE_WINDOW_SECONDS}s)`,
      ]),
];

/** An own address for both families where the network has both; else IPv6 may be missing altogether. */
const bindAddress = ({ networks }: Deployment) =>
  networks.edge.ipv6 === undefined ? `:${PORT.edge}` : `:::${PORT.edge} v4v6`;

const limitConnections = [
  "    tcp-request connection track-sc0 src table connections",
  `    tcp-request connection reject if { sc0_conn_cur gt ${CONNECTIONS_PER_CLIENT} }`,
];

/** Reads only the ClientHello: one `bind` cannot pass one ALPN through and terminate the others. */
const clientHelloSections = (deployment: Deployment) => [
  "frontend client_hello",
  "    mode tcp",
  `    bind ${bindAddress(deployment)}`,
  "    no log",
  "    timeout client 1h",
  ...limitConnections,
  "    tcp-request inspect-delay 5s",
  "    tcp-request content accept if { req.ssl_hello_type 1 }",
  "    tcp-request content reject",
  "    use_backend acme if { req.ssl_alpn acme-tls/1 }",
  "    default_backend terminate",
  "",
  "backend acme",
  "    mode tcp",
  `    server renewer ${HOST.renewer}:${PORT.renewer}`,
  "",
  "backend terminate",
  "    mode tcp",
  "    timeout server 1h",
  "    server https abns@exploreiot-https send-proxy-v2",
];

/** Which part of the stack answers on the https listener. */
const served = (deployment: Deployment) => ({
  api: isBackendPublished(deployment),
  page: deployment.frontend.enabled,
});

function httpsSection(deployment: Deployment): readonly string[] {
  const bind = isAcme(deployment) ? "abns@exploreiot-https accept-proxy" : bindAddress(deployment);
  return [
    "frontend https",
    `    bind ${bind} ssl crt ${CERTIFICATE} alpn h2,http/1.1`,
    "    no log",
    "    log stdout format raw local0 info",
    ...(isAcme(deployment) ? [] : limitConnections),
    ...identity(),
    ...refusals(deployment),
    ...(served(deployment).api ? applicationAccess(deployment) : []),
    ...forwarded(deployment),
    ...answerHeaders(deployment),
    ...routes(deployment),
    `    log-format '{"ts":%Ts.%ms,"id":"%ID","client":"%ci","tls":"%sslv","host":"%[var(txn.host),json(utf8s)]","method":"%HM","path":"%[var(txn.path)]","status":%ST,"backend":"%b","bytes_in":%U,"bytes_out":%B,"wait_ms":%Tr,"total_ms":%Ta,"end":"%tsc","ua":"%[var(txn.ua)]"}'`,
    `    error-log-format '{"ts":%Ts.%ms,"client":"%ci","end":"tls","error":"%[ssl_fc_err_str]"}'`,
  ];
}

/** Whom a request comes from and what it wants; its own claims about that are dropped. */
const identity = () => [
  "    unique-id-format %[uuid()]",
  // The edge's own check, and nobody else, comes from inside the container.
  "    http-request set-log-level silent if { src 127.0.0.0/8 }",
  "    http-request del-header X-Forwarded -m beg",
  "    http-request del-header Forwarded",
  "    http-request del-header X-Real-IP",
  "    http-request del-header Proxy",
  "    http-request set-header X-Request-ID %[unique-id]",
  "    http-request set-var(txn.host) req.hdr(host),host_only,lower",
  "    http-request set-var(txn.path) path,json(utf8s)",
  "    http-request set-var(txn.ua) req.fhdr(user-agent),json(utf8s)",
];

function refusals({ hosts, http }: Deployment): readonly string[] {
  const names = hosts.map((host) => quoted(host.includes(":") ? `[${host}]` : host.toLowerCase()));
  const limit = http.rateLimitPerMinute;
  const rate = [
    "    http-request track-sc1 src,ipmask(32,64) table requests",
    `    http-request return status 429 hdr Retry-After ${RATE_WINDOW_SECONDS} content-type text/plain string "too many requests" if { sc1_gpc0_rate ge ${limit} }`,
    // Only what is let through counts: who keeps asking is served again as soon as the minute has passed.
    "    http-request sc-inc-gpc0(1)",
  ];
  return [
    `    http-request return status 421 content-type text/plain string "unknown host" unless { var(txn.host) -m str ${names.join(" ")} }`,
    ...(limit === 0 ? [] : rate),
    "    http-request return status 405 if { method TRACE CONNECT }",
    // Every body has a declared length, and arrives or fills the buffer in 5 s.
    "    acl has_length req.hdr(content-length) -m found",
    "    acl may_upload method POST PUT PATCH DELETE",
    `    http-request return status 413 if { req.hdr_val(content-length) gt ${http.maxBodyBytes} }`,
    "    http-request return status 411 if { req.hdr(transfer-encoding) -m found }",
    "    http-request wait-for-body time 5s if may_upload",
    "    http-request return status 411 if !has_length { req.body_len gt 0 }",
  ];
}

/** Where the API is: below its prefix, or everywhere if there is no page beside it. */
function applicationPaths({ backend }: Deployment): readonly string[] {
  const { pathPrefix } = backend;
  if (pathPrefix === "") return ["    acl is_api path_beg /"];
  return [`    acl is_api path ${pathPrefix}`, `    acl is_api path_beg ${pathPrefix}/`];
}

/** Which pages may use the API and the socket. Origin is judged on the upgrade: no path gets round it. */
const applicationAccess = (deployment: Deployment) => [
  ...applicationPaths(deployment),
  "    acl is_ws path /ws",
  "    acl is_ws path_beg /ws/",
  "    acl upgrade req.hdr(upgrade) -m found",
  `    acl origin_ok req.hdr(origin) -m str -i ${corsOrigins(deployment).map(quoted).join(" ")}`,
  "    acl preflight req.hdr(access-control-request-method) -m found",
  `    http-request return status 403 content-type text/plain string "upgrade refused" if upgrade !is_ws`,
  `    http-request return status 403 content-type text/plain string "origin refused" if upgrade !origin_ok`,
  "    http-request set-var(txn.cors) req.hdr(origin) if is_api origin_ok",
  `    http-request return status 204 hdr Access-Control-Allow-Methods "GET, POST, PUT, PATCH, DELETE" hdr Access-Control-Allow-Headers "Authorization, Content-Type, X-API-Key" hdr Access-Control-Max-Age 600 if is_api METH_OPTIONS preflight origin_ok`,
  `    http-request return status 403 content-type text/plain string "origin refused" if is_api METH_OPTIONS preflight`,
];

const forwarded = ({ listeners }: Deployment) => [
  "    http-request set-header X-Forwarded-For %[src]",
  "    http-request set-header X-Forwarded-Proto https",
  "    http-request set-header X-Forwarded-Host %[req.hdr(host)]",
  `    http-request set-header X-Forwarded-Port ${listeners.https.port}`,
];

/**
 * Not told to browsers while the page or the API is also there in clear text: they would keep the port, and turn
 * `http://host:3000` into `https://host:3000`, where nobody speaks TLS.
 */
const isTlsOnly = (deployment: Deployment) =>
  !allowList(deployment).some(({ listener }) => listener === "frontend" || listener === "backend");

/** `http-after-response` also covers the answers that are made here, such as 421 and 429. */
const answerHeaders = (deployment: Deployment) => [
  "    http-after-response del-header Access-Control-Allow-Origin",
  "    http-after-response set-header Access-Control-Allow-Origin %[var(txn.cors)] if { var(txn.cors) -m found }",
  "    http-after-response add-header Vary Origin",
  ...(isTlsOnly(deployment)
    ? [`    http-after-response set-header Strict-Transport-Security "max-age=63072000"`]
    : []),
  "    http-after-response set-header X-Content-Type-Options nosniff",
  "    http-after-response set-header X-Frame-Options DENY unless { res.hdr(x-frame-options) -m found }",
  "    http-after-response set-header Referrer-Policy strict-origin-when-cross-origin unless { res.hdr(referrer-policy) -m found }",
  "    http-after-response set-header X-Request-ID %[unique-id]",
  "    http-after-response del-header Server",
  "    http-after-response del-header X-Powered-By",
];

function routes(deployment: Deployment): readonly string[] {
  const { api, page } = served(deployment);
  return [
    ...(api ? ["    use_backend api if is_api or is_ws"] : []),
    page ? "    default_backend page" : "    http-request return status 404 unless is_api or is_ws",
  ];
}

function upstreamSections(deployment: Deployment): readonly string[] {
  const { api, page } = served(deployment);
  const { backend, frontend, http } = deployment;
  const strip = `    http-request replace-path ^${backend.pathPrefix}(?:/(.*))?$ /\\1`;
  const upstream = (name: string, host: string, port: number) =>
    `    server ${name} ${host}:${port} check inter 2s fall 3 rise 1`;
  return [
    ...(api
      ? ["backend api", ...(http.stripPrefix ? [strip] : []), upstream("backend", HOST.backend, backend.port)]
      : []),
    ...(api && page ? [""] : []),
    ...(page ? ["backend page", upstream("frontend", HOST.frontend, frontend.port)] : []),
  ];
}

/**
 * What only the container's own networks reach. The edge is well while it can open a TLS connection to itself and
 * is answered: a name that nobody has is refused by the edge alone, so the applications have no part in it.
 */
const insideSections = () => [
  "backend self",
  "    option httpchk",
  "    http-check send meth GET uri / ver HTTP/1.1 hdr Host edge.invalid",
  "    http-check expect status 421",
  `    server tls 127.0.0.1:${PORT.edge} check check-ssl verify none inter 1s fall 1 rise 1`,
  "",
  "frontend inside",
  `    bind :${PORT.edgeMetrics}`,
  "    no log",
  "    monitor-uri /healthz",
  "    monitor fail if { nbsrv(self) lt 1 }",
  "    http-request use-service prometheus-exporter if { path /metrics }",
  "    http-request return status 404",
];

/** One word to HAProxy, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
