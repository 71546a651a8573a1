import { corsOrigins } from "../addresses.ts";
import { CERTIFICATES } from "../certificates/certificates.ts";
import type { Deployment } from "../deployment.ts";
import { definitions } from "../registry.ts";
import { EDGE_PORT } from "./definition.ts";
import { type OwnLines, ownLines, refused } from "./haproxy-own.ts";
import { CLIENT, limitConnections, mostOfClient, tlsBind } from "./haproxy-parts.ts";
import { edgeConnections } from "./memory.ts";

/**
 * Seconds for a body, or for the 15 KiB of it that the buffer holds: 512 bytes a second. GPRS brings 1 to 2 kB.
 * A request that stands still holds a place of its client and none of the application meanwhile.
 */
const BODY_SECONDS = 30;

/** A tracked minute: 429 says that the whole of it may have to pass. */
export const RATE_WINDOW_SECONDS = 60;

/** Whether certificates come through TLS-ALPN-01, whose handshakes on this port belong to the renewer. */
export const isAcme = ({ tls }: Deployment) => tls.certificate.source === "acme";

export const maxConnections = ({ edge }: Deployment) => edgeConnections(edge.limits.memoryMiB);

/** Which part of the stack answers on the https listener. */
export const served = (deployment: Deployment) => ({
  api: definitions.backend.isServed(deployment.backend, false),
  page: deployment.frontend.enabled,
});

/** The frontend that ends TLS and judges every request before it is led to page or API. */
export function httpsSection(deployment: Deployment): readonly string[] {
  const tls = isAcme(deployment)
    ? `bind abns@exploreiot-https accept-proxy ssl crt ${CERTIFICATES}/current/edge.crt`
    : tlsBind(deployment, EDGE_PORT);
  const own = ownLines(deployment, isAcme(deployment));
  return [
    "frontend https",
    `    ${tls} alpn h2,http/1.1`,
    ...own.binds,
    "    no log",
    "    log stdout format raw local0 info",
    ...(isAcme(deployment) ? [] : limitConnections(deployment)),
    ...limitFloods(deployment),
    ...identity(),
    ...refusals(deployment),
    ...own.targets,
    ...(served(deployment).api ? applicationAccess(deployment, own) : socketsOfOthers(deployment, own)),
    ...forwarded(deployment),
    ...answerHeaders(deployment),
    ...routes(deployment, own),
    `    log-format '{"ts":%Ts.%ms,"id":"%ID","client":"%ci","tls":"%sslv","host":"%[var(txn.host),json(utf8s)]","method":"%HM","path":"%[var(txn.path)]","status":%ST,"backend":"%b","bytes_in":%U,"bytes_out":%B,"wait_ms":%Tr,"total_ms":%Ta,"end":"%tsc","ua":"%[var(txn.ua)]"}'`,
    `    error-log-format '{"ts":%Ts.%ms,"client":"%ci","end":"tls","error":"%[ssl_fc_err_str]"}'`,
  ];
}

/** So many times what it may ask for, and a client is not heard any more. */
const FLOOD = 10;

/**
 * Requests cost the edge as much where they are refused, or taken back before a rule is asked. Who makes far too many gets no new
 * connection until the minute has passed; those that there are end after some.
 */
function limitFloods(deployment: Deployment): readonly string[] {
  const limit = deployment.http.rateLimitPerMinute;
  // With a layer in front, who it is is known once that has said so.
  const when = isAcme(deployment) ? "session" : "connection";
  return limit === 0
    ? []
    : [
        `    tcp-request ${when} reject if { ${CLIENT},table_http_req_rate(floods) gt ${FLOOD * limit} }`,
        `    tcp-request ${when} track-sc2 ${CLIENT} table floods`,
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

function refusals(deployment: Deployment): readonly string[] {
  const { names: served, http } = deployment;
  const names = served.map((host) => quoted(host.includes(":") ? `[${host}]` : host));
  const limit = http.rateLimitPerMinute;
  const rate = [
    `    http-request return status 429 hdr Retry-After ${RATE_WINDOW_SECONDS} content-type text/plain string "too many requests" if { sc1_gpc0_rate ge ${limit} }`,
    // Only what is let through counts: who keeps asking is served again as soon as the minute has passed.
    "    http-request sc-inc-gpc0(1)",
  ];
  return [
    `    http-request return status 421 content-type text/plain string "unknown host" unless { var(txn.host) -m str ${names.join(" ")} }`,
    `    http-request track-sc1 ${CLIENT} table requests`,
    // One connection of HTTP/2 brings a hundred, each of which may wait for a client that reads slowly.
    `    http-request return status 429 hdr Retry-After 10 content-type text/plain string "too many requests at once" if { sc1_conn_cur gt ${mostOfClient(deployment)} }`,
    ...(limit === 0 ? [] : rate),
    "    http-request return status 405 if { method TRACE CONNECT }",
    // Every body has a declared length, and arrives or fills the buffer in time.
    "    acl has_length req.hdr(content-length) -m found",
    "    acl may_upload method POST PUT PATCH DELETE",
    `    http-request return status 413 if { req.hdr_val(content-length) gt ${http.maxBodyBytes} }`,
    "    http-request return status 411 if { req.hdr(transfer-encoding) -m found }",
    `    http-request wait-for-body time ${BODY_SECONDS}s if may_upload`,
    "    http-request return status 411 if !has_length { req.body_len gt 0 }",
  ];
}

/** Where the API is: below its prefix, or everywhere if there is no page next to it. */
function applicationPaths({ backend }: Deployment): readonly string[] {
  const { pathPrefix } = backend;
  if (pathPrefix === "") return ["    acl is_api path_beg /"];
  return [`    acl is_api path ${pathPrefix}`, `    acl is_api path_beg ${pathPrefix}/`];
}

/** Which pages may use the API and the socket. Origin is judged on the upgrade: no path gets round it. */
const applicationAccess = (deployment: Deployment, own: OwnLines): readonly string[] => [
  ...applicationPaths(deployment),
  ...deployment.backend.upgrades.flatMap((path) => [
    `    acl is_ws path ${path}`,
    `    acl is_ws path_beg ${path}/`,
  ]),
  ...originFacts(deployment),
  "    acl preflight req.hdr(access-control-request-method) -m found",
  ...upgradeRules(own),
  `    http-request set-var(txn.cors) req.hdr(origin) if is_api origin_ok${own.notOwn}`,
  `    http-request return status 204 hdr Access-Control-Allow-Methods "GET, POST, PUT, PATCH, DELETE" hdr Access-Control-Allow-Headers "Authorization, Content-Type, X-API-Key" hdr Access-Control-Max-Age 600 if is_api METH_OPTIONS preflight origin_ok${own.notOwn}`,
  refused("origin", `is_api METH_OPTIONS preflight${own.notOwn}`),
];

/** Where there is no API, only services of the user's own have sockets; often nobody has. */
const socketsOfOthers = (deployment: Deployment, own: OwnLines): readonly string[] =>
  own.notTheirSocket === ""
    ? [refused("upgrade", "{ req.hdr(upgrade) -m found }")]
    : ["    acl is_ws always_false", ...originFacts(deployment), ...upgradeRules(own)];

/** A program is no page: it sends no Origin, or an API key, which a page cannot give a handshake. */
const originFacts = (deployment: Deployment): readonly string[] => [
  "    acl upgrade req.hdr(upgrade) -m found",
  ...inLines(corsOrigins(deployment).map(quoted)).map(
    (origins) => `    acl origin_ok req.hdr(origin) -m str -i ${origins}`,
  ),
  "    acl program req.hdr(x-api-key) -m found",
  "    acl program req.hdr_cnt(origin) eq 0",
];

const upgradeRules = ({ notTheirSocket, notTheirOrigin, refusals }: OwnLines): readonly string[] => [
  refused("upgrade", `upgrade !is_ws${notTheirSocket}`),
  refused("origin", `upgrade !origin_ok${notTheirOrigin} !program`),
  ...refusals,
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
  !deployment.listeners.frontend.enabled && !deployment.listeners.backend.enabled;

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

function routes(deployment: Deployment, { uses }: OwnLines): readonly string[] {
  const { api, page } = served(deployment);
  const answered = [...(api ? ["is_api", "is_ws"] : []), ...(uses.length === 0 ? [] : ["own"])];
  const unless = answered.length === 0 ? "" : ` unless ${answered.join(" or ")}`;
  return [
    ...uses,
    ...(api ? ["    use_backend api if is_api or is_ws"] : []),
    page ? "    default_backend page" : `    http-request return status 404${unless}`,
  ];
}

/** HAProxy reads 64 words of a line. Lines of one ACL are alternatives. */
function inLines(words: readonly string[]): readonly string[] {
  const starts = Array.from({ length: Math.ceil(words.length / 40) }, (_, index) => index * 40);
  return starts.map((start) => words.slice(start, start + 40).join(" "));
}

/** One word to HAProxy. Names and origins have no quotes in them: core/formats.ts. */
const quoted = (text: string) => `'${text}'`;
