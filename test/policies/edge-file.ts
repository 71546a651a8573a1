import { type Change, changedText, judgesChangesOf } from "./fixture-judging.ts";

/** A haproxy.cfg that is right: TLS ends at "https", which all users' requests pass. */
export const EDGE = `global
    maxconn 4000
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256

defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 60s
    timeout http-request 5s

backend counters
    stick-table type ipv6 size 100k expire 2m store http_req_rate(10s),conn_cur

listen arrivals
    mode tcp
    bind :443
    tcp-request connection track-sc0 src table counters
    tcp-request connection reject if { sc0_conn_cur gt 100 }
    # On to where TLS ends, over a socket of this
    # process and with the client's address before it.
    server https abns@https send-proxy-v2

frontend https
    bind abns@https accept-proxy ssl crt /certs/edge.pem alpn h2,http/1.1
    http-request set-var(txn.host) req.hdr(host),host_only,lower
    http-request track-sc1 src table counters
    http-request return status 421 unless { var(txn.host) -m str iot.example.org }
    http-request return status 429 hdr Retry-After 10 if { sc1_http_req_rate gt 100 } or { sc1_conn_cur gt 100 }
    acl has_length req.hdr(content-length) -m found
    http-request return status 413 if { req.hdr_val(content-length) gt 1048576 }
    http-request return status 411 if { req.hdr(transfer-encoding) -m found }
    acl cors_ok req.hdr(origin) -m str -i https://app.example.org
    http-request set-var(txn.cors) req.hdr(origin) if cors_ok
    http-after-response del-header Access-Control-Allow-Origin
    http-after-response set-header Access-Control-Allow-Origin %[var(txn.cors)] if { var(txn.cors) -m found }
    http-after-response set-header Access-Control-Allow-Credentials true if { var(txn.cors) -m found }
    http-after-response set-header Strict-Transport-Security "max-age=63072000"
    http-after-response set-header X-Content-Type-Options nosniff
    http-after-response set-header X-Frame-Options DENY
    http-after-response set-header Referrer-Policy strict-origin-when-cross-origin
    http-after-response del-header Server
    http-after-response del-header X-Powered-By
    http-after-response add-header Vary Origin
    option http-restrict-req-hdr-names delete
    # Connections are limited where they arrive: to
    # tcp-request connection all clients here are one.
    http-request del-header X-Forwarded -m beg
    http-request del-header Forwarded
    http-request del-header X-Real-IP
    http-request del-header Proxy
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto https
    http-request return status 405 if { method TRACE CONNECT }
    acl may_upload method POST PUT PATCH DELETE
    http-request wait-for-body time 5s if may_upload
    http-request return status 411 if !has_length { req.body_len gt 0 }
    acl upgrade req.hdr(upgrade) -m found
    acl is_ws path /ws
    acl is_ws path_beg /ws/
    http-request return status 403 if upgrade !is_ws
    http-request return status 403 if upgrade !cors_ok
    log stdout format raw local0
    http-request set-var(txn.path) path
    log-format "%ci %HM %[var(txn.path)] %ST"
    use_backend api if { path_beg /api/ }
    default_backend web

backend api
    server backend backend:8000

backend web
    server frontend frontend:3000

frontend metrics
    bind :8404
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404
`;

export const changed = (changes: Change): string => changedText(EDGE, changes);

/** Tests of a policy on a haproxy.cfg: EDGE is right, and so is each change of `also`. */
export const judgesEdges = judgesChangesOf({
  type: "file/haproxy.cfg",
  name: "an edge that is right",
  text: EDGE,
});
