/** A weakening of a file that a container is given. */
export interface FileWeakening {
  readonly what: string;
  readonly content: string;
}

interface FileKind {
  readonly file: RegExp;

  /**
   * Lines whose removal weakens nothing, one entry for each reason.
   */
  readonly harmless: readonly RegExp[];

  /** The text that is found, and the text in its place; each match is a mutant of its own. */
  readonly weaker: readonly (readonly [RegExp, string])[];
}

/** An accept that is gone closes; ports are not left out, since what is published must be open. */
const NFTABLES: FileKind = {
  file: /\.nft$/,
  harmless: [
    /^ct state established,related accept$/,
    /^iifname "xi[^"]*" oifname "xi[^"]*" accept$/,
    /^iifname "lo" accept$/,
    // For programs on the machine already: it keeps the engine's proxy alive, and nobody out.
    /^iifname "lo" ct state new/,
    // Without these nft does not take the file.
    /^(typeof (tcp dport|ip saddr)|flags dynamic|size \d+|timeout )/,
    // Neighbour discovery, for a chain that would refuse it, is FWL-005's.
    /^iifname "xi[^"]*" meta l4proto/,
  ],
  weaker: [
    [/^#!.*$/gm, "$&\nflush ruleset"],
    [/ct status dnat /g, ""],
    [/proto-dst 443/g, "proto-dst { 443, 5432 }"],
    [/^ +(oifname "xi[^"]*") ct status dnat/gm, "$1 tcp dport 5432 accept\n$&"],
    [/^ +(oifname "xi[^"]*") ct status dnat/gm, "$1 accept\n$&"],
    [/^ +(iifname "xi[^"]*") oifname "xi[^"]*" accept$/gm, "$1 accept"],
    [/^ +iifname "xi[^"]*" oifname "xi[^"]*" accept$/gm, "accept"],
    [/^( +iifname "xi[^"]*") meta l4proto .* accept$/gm, "$1 accept"],
    [/counter reject/g, "counter accept"],
    [/hook input/g, "hook output"],
    [/established,related accept/g, "established,related,new accept"],
    [/counter drop(?! comment "loopback, too many)/g, "counter accept"],
    [/ saddr ct count over \d+/g, " saddr limit rate over 100/second"],
    [/ limit rate over [^}]*/g, " ct count over 100 "],
    [/hook forward/g, "hook output"],
    [/iifname != "lo" ip daddr/g, 'iifname "lo" ip daddr'],
    [/policy drop/g, "policy accept"],
  ],
};

const MOSQUITTO: FileKind = {
  file: /(^|\/)mosquitto\.conf$/,
  harmless: [
    // When messages are written, not whether: 30 minutes is the default, and 0 is a mutant below.
    /^autosave_interval /,
    // The guard wants each of its options, and Mosquitto no option without its plugin: it does not start.
    /^plugin(_opt_\w+)? /,
    // OpenSSL has no weak suite for TLS 1.3 unless one is named, which is a mutant below.
    /^ciphers_tls1\.3 /,
  ],
  weaker: [
    [/^allow_anonymous false$/gm, "allow_anonymous true"],
    [/^allow_anonymous .*$/gm, ""],
    [/^listener \d+$/gm, "$&\nlistener_allow_anonymous true"],
    [/^(max_connections) .*$/gm, "$1 -1"],
    [/^(max_packet_size|max_queued_\w+|max_inflight_\w+|max_keepalive|autosave_interval) .*$/gm, "$1 0"],
    [/^persistence true$/gm, "persistence false"],
    [/^(use_username_as_clientid) true$/gm, "$1 false"],
    [/^(tls_version) .*$/gm, "$1 tlsv1.1"],
    [/^(ciphers) .*$/gm, "$1 ALL"],
    [/^(ciphers_tls1\.3) /gm, "$1 TLS_AES_128_CCM_8_SHA256:"],
    [/^log_dest .*$/gm, "log_dest none"],
    [/^log_type notice$/gm, "log_type all"],
  ],
};

const MOSQUITTO_ACL: FileKind = {
  file: /(^|\/)acl$/,
  // A right that is taken away is no weakening. A user whose line is gone leaves its rights to the one before.
  harmless: [/^(topic|pattern) /],
  weaker: [
    [/^user .*$/gm, "$&\ntopic readwrite #"],
    [/^user (?!health).*$/gm, "$&\ntopic read $SYS/#"],
    [/^user health$/gm, "topic readwrite sensor/+\n$&"],
    [/^user health$/gm, "pattern readwrite #\n$&"],
  ],
};

const POSTGRESQL: FileKind = {
  file: /(^|\/)postgresql\.conf$/,
  harmless: [
    // Memory, WAL and workers: how fast, not who.
    /^(shared_buffers|effective_cache_size|(maintenance_)?work_mem|autovacuum_max_workers|max_parallel_\w+) /,
    /^((min|max)_wal_size|checkpoint_timeout|wal_compression|jit) /,
    // Where it listens, by its default or where nobody looks.
    /^(port|unix_socket_directories) /,
    // Defaults spelled out; their opposites are mutants below.
    /^(log_destination|log_statement) /,
    /^(log_connections|log_disconnections) = off$/,
    // The kernel's own interval and count follow once `tcp_keepalives_idle` says when.
    /^tcp_keepalives_(interval|count) /,
    /^timezone /,
  ],
  weaker: [
    [/^(password_encryption) = .*$/gm, "$1 = 'md5'"],
    [/^(ssl) = on$/gm, "$1 = off"],
    [/^(log_statement) = .*$/gm, "$1 = 'all'"],
    [/^(statement_timeout|idle_in_transaction_session_timeout) = .*$/gm, "$1 = 0"],
    [/^(client_connection_check_interval|tcp_keepalives_idle) = .*$/gm, "$1 = 0"],
  ],
};

const PG_HBA: FileKind = {
  file: /(^|\/)pg_hba\.conf$/,
  // Nobody comes in by a line that is gone.
  harmless: [/^(local|host\w*) /],
  weaker: [
    [/scram-sha-256/g, "md5"],
    [/scram-sha-256/g, "password"],
    [/scram-sha-256/g, "trust"],
    [/peer/g, "trust"],
    [/^host .*$/gm, "$&\nhost all all all trust"],
    [/^host .*$/gm, "$&\nlocal all all trust"],
  ],
};

const SQL: FileKind = {
  file: /\.sql$/,
  harmless: [
    // Without the role or its database nobody gets in, nor with a role that lacks its password or its rights.
    /^\\set /,
    /^CREATE /,
    /^ALTER ROLE "?\w+"? (LOGIN |PASSWORD )/,
    /^GRANT /,
    // psql ends at half a condition, and at a variable that nothing has set; the server then does not start.
    /^\\(if|endif)\b/,
    /^SELECT .* AS wanted \\gset$/,
    // The rest stands in another database's rights: the statements name roles, which all databases share.
    /^\\connect /,
    // Takes back what an earlier configuration may have given; a file alone cannot tell.
    /^REVOKE "\w+" FROM /,
    /^ALTER ROLE "\w+" RESET role;$/,
  ],
  weaker: [
    [/NOSUPERUSER|LOGIN/g, "SUPERUSER LOGIN"],
    [/PASSWORD :'\w+'/g, "PASSWORD 'hunter2'"],
  ],
};

const REDIS: FileKind = {
  file: /(^|\/)redis\.conf$/,
  harmless: [
    // Defaults of Redis 7 spelled out; their opposites are mutants below.
    /^(bind|port|daemonize|logfile) /,
    /^enable-(protected-configs|debug-command|module-command) no$/,
    // 32 MB at once or 8 MB for a minute, if nothing is said.
    /^client-output-buffer-limit pubsub /,
    // In which form the same data is kept.
    /^aof-use-rdb-preamble /,
    // Where the image mounts its volume, and its working directory.
    /^dir /,
  ],
  weaker: [
    [/^(protected-mode) yes$/gm, "$1 no"],
    [/^(appendonly) yes$/gm, "$1 no"],
    [/^(enable-[\w-]+) no$/gm, "$1 yes"],
    [/^(maxmemory|maxmemory-clients|maxclients|tcp-keepalive) .*$/gm, "$1 0"],
    [/^(client-output-buffer-limit \w+) .*$/gm, "$1 0 0 0"],
  ],
};

const HAPROXY: FileKind = {
  file: /(^|\/)haproxy\.cfg$/,
  harmless: [
    // Logs: their format, their noise and the ids that tie them to answers. That there is one is judged.
    /^(log (stderr|global)|no log|error-log-format|option dontlognull|unique-id-format)/,
    /^http-request set-(log-level|var\(txn\.(path|ua)\)) /,
    /^http-\S+ set-header X-Request-ID /,
    // How it runs, and how it finds its servers and keeps connections to them.
    /^(nbthread|hard-stop-after|option idle-close-on-response|http-reuse|default-server|parse-resolv-conf|hold) /,
    /^(option idle-close-on-response|parse-resolv-conf|resolvers dns)$/,
    // The key is not found, and HAProxy does not start.
    /^ssl-load-extra-/,
    // Bounds of HAProxy 2.6 spelled out or made tighter, and OpenSSL's suites for TLS 1.3; mutants below lift them.
    /^(tune\.http\.maxhdr|tune\.h2\.max-concurrent-streams|ssl-default-bind-ciphersuites) /,
    // How much of one connection HAProxy works off and the kernel keeps, which has no number that is right for everybody: test/e2e/edge.test.ts.
    /^tune\.(h2\.fe\.(max-total-streams|glitches-threshold)|sndbuf\.client) /,
    // Who asks for ten times what it may is refused each of these requests as well.
    /^tcp-request (connection|session) (track-sc2 \S+ table floods|reject if .*\(floods\))/,
    /^stick-table .* store http_req_rate\(60s\)$/,
    // A shorter one takes their place: that of connect, http-request, client and server.
    /^timeout (queue|http-keep-alive|tunnel) /,
    // Without its head a section does not start: what stands in it is not allowed in the one before.
    /^(frontend|backend) \w+$/,
    // Reachable by nobody, or without servers.
    /^(bind|server|use_backend|default_backend) /,
    // HAProxy refuses ACLs that nobody defines; of two with one name, the other lets fewer paths to the API.
    /^acl /,
    // Pages of other origins get no leave, which is what browsers ask for; preflights without it fail as well.
    /^http-request set-var\(txn\.cors\) /,
    /^http-request return status (204|403) .* METH_OPTIONS preflight/,
    /^http-after-response set-header Access-Control-Allow-Origin /,
    // The server behind does not learn under which name and port it was called.
    /^http-request set-header X-Forwarded-(Host|Port) /,
    // The probe's question; without an answer it fails.
    /^(option httpchk|http-check|monitor-uri|monitor fail)/,
    // Metrics that are gone, or the error of a listener that leads nowhere.
    /^http-request (use-service prometheus-exporter .*|return status 404)$/,
  ],
  weaker: [
    [/^( +timeout [\w-]+) .*$/gm, "$1 0"],
    [/^( +maxconn) .*$/gm, "$1 0"],
    [/ no-tls-tickets/g, ""],
    [/ssl-min-ver TLSv1\.2/g, "ssl-min-ver TLSv1.0"],
    [/ssl-default-bind-ciphers /g, "$&NULL-SHA256:"],
    [/ssl-default-bind-ciphersuites /g, "$&TLS_AES_128_CCM_8_SHA256:"],
    [/(tune\.http\.maxhdr|tune\.h2\.max-concurrent-streams) \d+/g, "$1 32767"],
    [/http-restrict-req-hdr-names delete/g, "http-restrict-req-hdr-names preserve"],
    [/^( +bind :8443) ssl .*$/gm, "$1"],
    [/^ +bind :8443 .*$/gm, "$&\n    bind :8080"],
    [/ if \{ sc0_conn_cur gt 100 \}/g, " if { sc1_conn_cur gt 100 }"],
    [/store conn_cur/g, "store conn_rate(10s)"],
    [/,gpc0_rate\(60s\)/g, ""],
    [/sc1_gpc0_rate ge/g, "sc2_gpc0_rate ge"],
    [/sc-inc-gpc0\(1\)/g, "sc-inc-gpc0(2)"],
    [/-m str 'iot\.example\.org'/g, "-m found"],
    [/wait-for-body time 5s/g, "wait-for-body time 1h"],
    [/acl origin_ok .*/g, "acl origin_ok always_true"],
    [/acl is_ws path \/ws/g, "acl is_ws always_true"],
    [/(del-header X-Forwarded) -m beg/g, "$1"],
    [/(set-header X-Forwarded-For) .*/g, "$1 %[req.hdr(x-real-ip)]"],
    [/(Access-Control-Allow-Origin) %\[.*/g, "$1 *"],
    [/max-age=\d+/g, "max-age=0"],
    [/X-Content-Type-Options nosniff/g, "X-Content-Type-Options none"],
    [/X-Frame-Options DENY/g, "X-Frame-Options ALLOWALL"],
    [/Referrer-Policy strict-origin-when-cross-origin/g, "Referrer-Policy unsafe-url"],
    [/"path":"%\[var\(txn\.path\)\]"/g, '"path":"%HU"'],
    [/"path":"%\[var\(txn\.path\)\]"/g, '"request":"%{+Q}r"'],
    [/set-var\(txn\.path\) path,/g, "set-var(txn.path) url,"],
    [/^ +use_backend .*$/gm, "    http-request use-service prometheus-exporter if { path /metrics }\n$&"],
    [/^ +use_backend .*$/gm, "    stats enable\n$&"],
    [/^global$/gm, "$&\n    stats socket ipv4@0.0.0.0:9999 level admin"],
  ],
};

const KINDS: readonly FileKind[] = [
  NFTABLES,
  MOSQUITTO,
  MOSQUITTO_ACL,
  POSTGRESQL,
  PG_HBA,
  SQL,
  REDIS,
  HAPROXY,
];

/** Every line of a file removed in turn, but for what is harmless, and each weaker text in its place. */
export function weakenedFiles(name: string, content: string): readonly FileWeakening[] {
  const kind = KINDS.find(({ file }) => file.test(name));
  return kind === undefined ? [] : [...withoutLines(kind, name, content), ...replaced(kind, name, content)];
}

function withoutLines({ harmless }: FileKind, name: string, content: string): readonly FileWeakening[] {
  const lines = content.split("\n");
  return lines.flatMap((line, at) => {
    const text = line.trim();
    if (/^(#|$|\}|\{)/.test(text) || harmless.some((pattern) => pattern.test(text))) return [];
    return [
      { what: `${name}: without "${text}"`, content: lines.filter((_, other) => other !== at).join("\n") },
    ];
  });
}

function replaced({ weaker }: FileKind, name: string, content: string): readonly FileWeakening[] {
  return weaker.flatMap(([pattern, instead]) =>
    [...content.matchAll(pattern)].map((match) => {
      const text = match[0].replace(new RegExp(pattern.source, pattern.flags.replace("g", "")), instead);
      return {
        what: `${name}: "${text.trim()}" for "${match[0].trim()}"`,
        content: content.slice(0, match.index) + text + content.slice(match.index + match[0].length),
      };
    }),
  );
}
