import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../../config/parse.ts";
import type { DeploymentInput } from "../../../config/schema.ts";
import { haproxyConfig } from "../../../services/edge/haproxy-config.ts";

const SITE: DeploymentInput = {
  name: "site",
  environment: "production",
  hosts: ["iot.example.org"],
  http: { rateLimitPerMinute: 300, corsOrigins: ["https://partner.example"] },
};
const OWN = { image: "registry.example/app:1" };
const render = (change: Partial<DeploymentInput> = {}) =>
  haproxyConfig(parseDeployment({ ...SITE, ...change }, "test"));

/** Lines that a change of the deployment takes away (`-`) and adds (`+`), in the order of the file. */
function difference(change: Partial<DeploymentInput>): readonly string[] {
  const [before, after] = [render().split("\n"), render(change).split("\n")];
  const apart = (sign: string, lines: readonly string[], others: readonly string[]) =>
    lines.filter((line) => !others.includes(line)).map((line) => `${sign} ${line.trim()}`);
  return [...apart("-", before, after), ...apart("+", after, before)];
}

test("haproxy.cfg ends TLS, believes nothing a client says of itself, and bounds what it may ask for", () => {
  expect(render()).toBe(`global
    log stderr format raw local0 notice
    maxconn 1024
    nbthread 1
    hard-stop-after 24h
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers
    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
    ssl-load-extra-files key
    ssl-load-extra-del-ext
    tune.sndbuf.client 65536
    tune.http.maxhdr 64
    tune.h2.max-concurrent-streams 100
    tune.h2.fe.max-total-streams 1000
    tune.h2.fe.glitches-threshold 1000

defaults
    mode http
    log global
    option dontlognull
    option http-restrict-req-hdr-names delete
    option idle-close-on-response
    http-reuse aggressive
    timeout connect 5s
    timeout client 10s
    timeout server 60s
    timeout queue 10s
    timeout http-request 5s
    timeout http-keep-alive 30s
    timeout client-fin 5s
    timeout server-fin 5s
    timeout tunnel 1h
    default-server init-addr last,libc,none resolvers dns resolve-prefer ipv4

resolvers dns
    parse-resolv-conf
    hold valid 2s

backend connections
    stick-table type ipv6 size 100k expire 1m store conn_cur

backend requests
    stick-table type ipv6 size 100k expire 120s store conn_cur,gpc0,gpc0_rate(60s)

backend floods
    stick-table type ipv6 size 100k expire 120s store http_req_rate(60s)

frontend https
    bind :8443 ssl crt /certs/current/edge.crt alpn h2,http/1.1
    no log
    log stdout format raw local0 info
    tcp-request connection track-sc0 src,ipmask(32,64) table connections
    tcp-request connection reject if { sc0_conn_cur gt 100 }
    tcp-request connection reject if { src,ipmask(32,64),table_http_req_rate(floods) gt 3000 }
    tcp-request connection track-sc2 src,ipmask(32,64) table floods
    unique-id-format %[uuid()]
    http-request set-log-level silent if { src 127.0.0.0/8 }
    http-request del-header X-Forwarded -m beg
    http-request del-header Forwarded
    http-request del-header X-Real-IP
    http-request del-header Proxy
    http-request set-header X-Request-ID %[unique-id]
    http-request set-var(txn.host) req.hdr(host),host_only,lower
    http-request set-var(txn.path) path,json(utf8s)
    http-request set-var(txn.ua) req.fhdr(user-agent),json(utf8s)
    http-request return status 421 content-type text/plain string "unknown host" unless { var(txn.host) -m str 'iot.example.org' }
    http-request track-sc1 src,ipmask(32,64) table requests
    http-request return status 429 hdr Retry-After 10 content-type text/plain string "too many requests at once" if { sc1_conn_cur gt 100 }
    http-request return status 429 hdr Retry-After 60 content-type text/plain string "too many requests" if { sc1_gpc0_rate ge 300 }
    http-request sc-inc-gpc0(1)
    http-request return status 405 if { method TRACE CONNECT }
    acl has_length req.hdr(content-length) -m found
    acl may_upload method POST PUT PATCH DELETE
    http-request return status 413 if { req.hdr_val(content-length) gt 1048576 }
    http-request return status 411 if { req.hdr(transfer-encoding) -m found }
    http-request wait-for-body time 30s if may_upload
    http-request return status 411 if !has_length { req.body_len gt 0 }
    acl is_api path /api
    acl is_api path_beg /api/
    acl is_ws path /ws
    acl is_ws path_beg /ws/
    acl upgrade req.hdr(upgrade) -m found
    acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'
    acl program req.hdr(x-api-key) -m found
    acl program req.hdr_cnt(origin) eq 0
    acl preflight req.hdr(access-control-request-method) -m found
    http-request return status 403 content-type text/plain string "upgrade refused" if upgrade !is_ws
    http-request return status 403 content-type text/plain string "origin refused" if upgrade !origin_ok !program
    http-request set-var(txn.cors) req.hdr(origin) if is_api origin_ok
    http-request return status 204 hdr Access-Control-Allow-Methods "GET, POST, PUT, PATCH, DELETE" hdr Access-Control-Allow-Headers "Authorization, Content-Type, X-API-Key" hdr Access-Control-Max-Age 600 if is_api METH_OPTIONS preflight origin_ok
    http-request return status 403 content-type text/plain string "origin refused" if is_api METH_OPTIONS preflight
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto https
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    http-request set-header X-Forwarded-Port 443
    http-after-response del-header Access-Control-Allow-Origin
    http-after-response set-header Access-Control-Allow-Origin %[var(txn.cors)] if { var(txn.cors) -m found }
    http-after-response add-header Vary Origin
    http-after-response set-header Strict-Transport-Security "max-age=63072000"
    http-after-response set-header X-Content-Type-Options nosniff
    http-after-response set-header X-Frame-Options DENY unless { res.hdr(x-frame-options) -m found }
    http-after-response set-header Referrer-Policy strict-origin-when-cross-origin unless { res.hdr(referrer-policy) -m found }
    http-after-response set-header X-Request-ID %[unique-id]
    http-after-response del-header Server
    http-after-response del-header X-Powered-By
    use_backend api if is_api or is_ws
    default_backend page
    log-format '{"ts":%Ts.%ms,"id":"%ID","client":"%ci","tls":"%sslv","host":"%[var(txn.host),json(utf8s)]","method":"%HM","path":"%[var(txn.path)]","status":%ST,"backend":"%b","bytes_in":%U,"bytes_out":%B,"wait_ms":%Tr,"total_ms":%Ta,"end":"%tsc","ua":"%[var(txn.ua)]"}'
    error-log-format '{"ts":%Ts.%ms,"client":"%ci","end":"tls","error":"%[ssl_fc_err_str]"}'

backend api
    server backend backend:8000 check inter 2s fall 3 rise 1

backend page
    server frontend frontend:3000 check inter 2s fall 3 rise 1

backend self
    option httpchk
    http-check send meth GET uri / ver HTTP/1.1 hdr Host edge.invalid
    http-check expect status 421
    server tls 127.0.0.1:8443 check check-ssl verify none inter 1s fall 1 rise 1

frontend inside
    bind :8404
    no log
    monitor-uri /healthz
    monitor fail if { nbsrv(self) lt 1 }
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404
`);
});

describe("haproxy.cfg follows the deployment:", () => {
  test.each<[string, Partial<DeploymentInput>, readonly string[]]>([
    [
      "no HSTS while the page is also there in clear text",
      { listeners: { frontend: {} } },
      [
        "- acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'",
        '- http-after-response set-header Strict-Transport-Security "max-age=63072000"',
        "+ acl origin_ok req.hdr(origin) -m str -i 'http://iot.example.org:3000' 'https://iot.example.org' 'https://partner.example'",
      ],
    ],
    [
      "no HSTS while the API is also there in clear text",
      { listeners: { backend: {} } },
      ['- http-after-response set-header Strict-Transport-Security "max-age=63072000"'],
    ],
    ["the broker's clear text is none of its business", { listeners: { mqtt: {} } }, []],
    [
      "another port, which is part of the origin",
      { listeners: { https: { port: 8443 } } },
      [
        "- acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'",
        "- http-request set-header X-Forwarded-Port 443",
        "+ acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org:8443' 'https://partner.example'",
        "+ http-request set-header X-Forwarded-Port 8443",
      ],
    ],
    [
      "no count of requests where there is no limit",
      { http: { rateLimitPerMinute: 0, corsOrigins: ["https://partner.example"] } },
      [
        "- stick-table type ipv6 size 100k expire 120s store conn_cur,gpc0,gpc0_rate(60s)",
        "- backend floods",
        "- stick-table type ipv6 size 100k expire 120s store http_req_rate(60s)",
        "- tcp-request connection reject if { src,ipmask(32,64),table_http_req_rate(floods) gt 3000 }",
        "- tcp-request connection track-sc2 src,ipmask(32,64) table floods",
        '- http-request return status 429 hdr Retry-After 60 content-type text/plain string "too many requests" if { sc1_gpc0_rate ge 300 }',
        "- http-request sc-inc-gpc0(1)",
        "+ stick-table type ipv6 size 100k expire 120s store conn_cur",
      ],
    ],
    [
      "an IPv6 address among its hosts",
      { hosts: ["iot.example.org", "fd00::1"] },
      [
        "- http-request return status 421 content-type text/plain string \"unknown host\" unless { var(txn.host) -m str 'iot.example.org' }",
        "- acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'",
        "+ http-request return status 421 content-type text/plain string \"unknown host\" unless { var(txn.host) -m str 'iot.example.org' '[fd00::1]' }",
        "+ acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://[fd00::1]' 'https://partner.example'",
      ],
    ],
    [
      "a larger body",
      { http: { ...SITE.http, maxBodyBytes: 5000 } },
      [
        "- http-request return status 413 if { req.hdr_val(content-length) gt 1048576 }",
        "+ http-request return status 413 if { req.hdr_val(content-length) gt 5000 }",
      ],
    ],
    [
      "a backend that answers at the root",
      { backend: OWN, http: { ...SITE.http, stripPrefix: true } },
      ["+ http-request replace-path ^/api(?:/(.*))?$ /\\1"],
    ],
    [
      "an API at the root, without a page",
      { backend: { ...OWN, pathPrefix: "" }, frontend: { enabled: false } },
      [
        "- acl is_api path /api",
        "- acl is_api path_beg /api/",
        "- default_backend page",
        "- backend page",
        "- server frontend frontend:3000 check inter 2s fall 3 rise 1",
        "+ acl is_api path_beg /",
        "+ http-request return status 404 unless is_api or is_ws",
      ],
    ],
    [
      "a page alone",
      { backend: { enabled: false }, frontend: OWN },
      [
        "- acl is_api path /api",
        "- acl is_api path_beg /api/",
        "- acl is_ws path /ws",
        "- acl is_ws path_beg /ws/",
        "- acl upgrade req.hdr(upgrade) -m found",
        "- acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'",
        "- acl program req.hdr(x-api-key) -m found",
        "- acl program req.hdr_cnt(origin) eq 0",
        "- acl preflight req.hdr(access-control-request-method) -m found",
        '- http-request return status 403 content-type text/plain string "upgrade refused" if upgrade !is_ws',
        '- http-request return status 403 content-type text/plain string "origin refused" if upgrade !origin_ok !program',
        "- http-request set-var(txn.cors) req.hdr(origin) if is_api origin_ok",
        '- http-request return status 204 hdr Access-Control-Allow-Methods "GET, POST, PUT, PATCH, DELETE" hdr Access-Control-Allow-Headers "Authorization, Content-Type, X-API-Key" hdr Access-Control-Max-Age 600 if is_api METH_OPTIONS preflight origin_ok',
        '- http-request return status 403 content-type text/plain string "origin refused" if is_api METH_OPTIONS preflight',
        "- use_backend api if is_api or is_ws",
        "- backend api",
        "- server backend backend:8000 check inter 2s fall 3 rise 1",
        '+ http-request return status 403 content-type text/plain string "upgrade refused" if { req.hdr(upgrade) -m found }',
      ],
    ],
    [
      "both families where the network has both",
      { networks: { edge: { ipv4: "10.1.1.0/24", ipv6: "fd00:1::/64" } } },
      [
        "- bind :8443 ssl crt /certs/current/edge.crt alpn h2,http/1.1",
        "+ bind :::8443 v4v6 ssl crt /certs/current/edge.crt alpn h2,http/1.1",
      ],
    ],
    [
      "threads and connections that fit its limits",
      { edge: { limits: { memoryMiB: 256, cpus: 2 } } },
      ["- maxconn 1024", "- nbthread 1", "+ maxconn 2048", "+ nbthread 2"],
    ],
    [
      "no more threads than it takes, and no more connections than files may be open",
      { edge: { limits: { memoryMiB: 1_048_576, cpus: 512 } } },
      ["- maxconn 1024", "- nbthread 1", "+ maxconn 8000", "+ nbthread 64"],
    ],
    [
      "more origins than a line has words",
      { http: { ...SITE.http, corsOrigins: Array.from({ length: 45 }, (_, n) => `http://a${n}`) } },
      [
        "- acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' 'https://partner.example'",
        `+ acl origin_ok req.hdr(origin) -m str -i 'https://iot.example.org' ${Array.from({ length: 39 }, (_, n) => `'http://a${n}'`).join(" ")}`,
        `+ acl origin_ok req.hdr(origin) -m str -i ${Array.from({ length: 6 }, (_, n) => `'http://a${n + 39}'`).join(" ")}`,
      ],
    ],
  ])("%s", (_, change, lines) => {
    expect(difference(change)).toEqual(lines);
  });

  test("with ACME, TLS-ALPN-01 handshakes go to the renewer and all others to the second layer", () => {
    const acme = { tls: { certificate: { source: "acme" as const, email: "ops@example.org" } } };

    expect(difference(acme)).toEqual([
      "- bind :8443 ssl crt /certs/current/edge.crt alpn h2,http/1.1",
      "- tcp-request connection reject if { src,ipmask(32,64),table_http_req_rate(floods) gt 3000 }",
      "- tcp-request connection track-sc2 src,ipmask(32,64) table floods",
      "+ frontend client_hello",
      "+ mode tcp",
      "+ bind :8443",
      "+ timeout client 1h",
      "+ tcp-request inspect-delay 5s",
      "+ tcp-request content accept if { req.ssl_hello_type 1 }",
      "+ tcp-request content reject",
      "+ use_backend acme if { req.ssl_alpn acme-tls/1 }",
      "+ default_backend terminate",
      "+ backend acme",
      "+ mode tcp",
      "+ server renewer renewer:8402",
      "+ backend terminate",
      "+ mode tcp",
      "+ timeout server 1h",
      "+ server https abns@exploreiot-https send-proxy-v2",
      "+ bind abns@exploreiot-https accept-proxy ssl crt /certs/current/edge.crt alpn h2,http/1.1",
      "+ tcp-request session reject if { src,ipmask(32,64),table_http_req_rate(floods) gt 3000 }",
      "+ tcp-request session track-sc2 src,ipmask(32,64) table floods",
    ]);
  });
});

test("a service of the user's own that speaks no HTTP gets what comes inside TLS, from as many connections as others", () => {
  const wire = {
    ...OWN,
    port: 7000,
    health: { process: "app" },
    listener: { port: 9443, tls: true, protocol: "tcp" },
    allow: { origin: { reason: "its maker signs it", expires: "2099-12-31" } },
  } as const;

  expect(difference({ services: { wire } })).toEqual([
    "+ frontend passage-wire",
    "+ mode tcp",
    "+ bind :10000 ssl crt /certs/current/edge.crt",
    "+ timeout client 1h",
    "+ default_backend passage-wire",
    `+ log-format '{"ts":%Ts.%ms,"client":"%ci","tls":"%sslv","backend":"%b","bytes_in":%U,"bytes_out":%B,"total_ms":%Tt,"end":"%ts"}'`,
    "+ backend passage-wire",
    "+ mode tcp",
    "+ timeout server 1h",
    "+ server wire wire:7000 check inter 2s fall 3 rise 1",
  ]);
});
