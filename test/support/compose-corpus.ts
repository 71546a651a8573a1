/** A project of which Compose and the reader must say the same. */
export interface ComposeCase {
  readonly name: string;

  /** Files by path; the project is compose.yaml unless `use` names others. */
  readonly files: Readonly<Record<string, string>>;
  readonly use?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Every key of the specification, in its long form. */
export const EVERY_KEY = `
name: every
services:
  web:
    annotations: {a.b: c}
    attach: false
    blkio_config:
      weight: 300
      weight_device: [{path: /dev/sda, weight: 400}]
      device_read_bps: [{path: /dev/sda, rate: 1mb}]
      device_read_iops: [{path: /dev/sda, rate: 100}]
      device_write_bps: [{path: /dev/sda, rate: 2mb}]
      device_write_iops: [{path: /dev/sda, rate: 200}]
    build:
      additional_contexts: {other: ./other, page: "https://example.org/x.tar"}
      args: {VERSION: "1"}
      cache_from: ["example/app:cache"]
      cache_to: ["type=inline"]
      context: ./app
      dockerfile: app.Dockerfile
      entitlements: [network.host]
      extra_hosts: {builder: 10.0.0.9}
      isolation: default
      labels: {built: "yes"}
      network: host
      no_cache: true
      no_cache_filter: [test]
      platforms: [linux/amd64]
      privileged: true
      provenance: "true"
      pull: true
      sbom: "true"
      secrets: [{source: token, target: t, uid: "1", gid: "2", mode: 0400}]
      shm_size: 32m
      ssh: {default: }
      tags: ["example/app:2"]
      target: final
      ulimits: {nofile: 10}
    cap_add: [NET_RAW]
    cap_drop: [ALL]
    cgroup: host
    cgroup_parent: m-executor
    command: ["run", "--all"]
    configs: [{source: site, target: /etc/site, uid: "1", gid: "2", mode: 0440}]
    container_name: the-web
    cpu_count: 2
    cpu_percent: 50
    cpu_period: "1000"
    cpu_quota: "2000"
    cpu_rt_period: "3000"
    cpu_rt_runtime: "4000"
    cpu_shares: 512
    cpus: 0.5
    cpuset: "0-1"
    credential_spec: {file: spec.json}
    depends_on: {db: {condition: service_completed_successfully, restart: true, required: false}}
    deploy:
      endpoint_mode: vip
      labels: {deployed: "yes"}
      mode: replicated
      placement: {constraints: [node.role==manager], preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}
      replicas: 1
      resources:
        limits: {cpus: "0.5", memory: 64m, pids: 50}
        reservations:
          cpus: "0.2"
          memory: 16m
          devices: [{capabilities: [gpu], count: 1, driver: nvidia, options: {virtualization: "false"}}, {capabilities: [tpu], device_ids: ["0"], driver: other}]
          generic_resources: [{discrete_resource_spec: {kind: ssd, value: 2}}]
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 4, window: 60s}
      rollback_config: {parallelism: 1, delay: 1s, failure_action: pause, monitor: 2s, max_failure_ratio: 0.5, order: start-first}
      update_config: {parallelism: 2, delay: 3s, failure_action: rollback, monitor: 4s, max_failure_ratio: 0.2, order: stop-first}
    develop:
      watch:
        - {path: ./app, action: sync+exec, target: /app, ignore: [node_modules/], include: ["*.ts"], initial_sync: true, exec: {command: [reload], user: root, privileged: true, working_dir: /app, environment: {MODE: dev}}}
    device_cgroup_rules: ["c 1:3 mr"]
    devices: [{source: /dev/ttyUSB0, target: /dev/tty9, permissions: r}]
    dns: [10.0.0.53]
    dns_opt: [use-vc]
    dns_search: [example.org]
    domainname: example.org
    entrypoint: ["/init"]
    env_file: [{path: web.env, required: true, format: raw}]
    environment: {LEVEL: info}
    expose: ["3000"]
    external_links: ["old:legacy"]
    extra_hosts: ["gate=10.0.0.1"]
    gpus: [{capabilities: [gpu], count: 1, driver: nvidia, options: {a: b}}, {device_ids: ["1"], capabilities: [gpu]}]
    group_add: ["1000"]
    healthcheck: {test: [CMD, probe], interval: 10s, timeout: 2s, retries: 3, start_period: 4s, start_interval: 1s}
    hostname: web
    image: example/web:1
    init: true
    ipc: shareable
    isolation: default
    label_file: [web.labels]
    labels: {team: core}
    links: ["db:database"]
    logging: {driver: local, options: {max-size: 1m}}
    mac_address: 02:42:ac:11:00:03
    mem_limit: 64m
    mem_reservation: 16m
    mem_swappiness: 10
    memswap_limit: 64m
    models: {llm: {endpoint_var: URL, model_var: MODEL}}
    networks:
      back: {aliases: [w], interface_name: eth9, ipv4_address: 10.9.0.5, ipv6_address: "2001:db8::5", link_local_ips: [169.254.1.1], mac_address: 02:42:ac:11:00:04, driver_opts: {o: v}, priority: 5, gw_priority: 6}
    oom_kill_disable: true
    oom_score_adj: 100
    pid: host
    pids_limit: 50
    platform: linux/amd64
    ports: [{name: http, mode: host, host_ip: 127.0.0.1, target: 80, published: "8080", protocol: udp, app_protocol: http}]
    post_start: [{command: [warm], user: root, privileged: true, working_dir: /w, environment: {A: "1"}}]
    pre_stop: [{command: [drain], user: "1000", working_dir: /w, environment: {B: "2"}}]
    privileged: true
    profiles: [full]
    pull_policy: every_12h
    pull_refresh_after: 24h
    read_only: true
    restart: "on-failure:3"
    runtime: runc
    scale: 1
    secrets: [{source: token, target: /run/secrets/t, uid: "1", gid: "2", mode: 0400}]
    security_opt: ["no-new-privileges:true"]
    shm_size: 16m
    stdin_open: true
    stop_grace_period: 1m30s
    stop_signal: SIGTERM
    storage_opt: {size: 1G}
    sysctls: {net.core.somaxconn: "1024"}
    tmpfs: ["/run:size=1m"]
    tty: true
    ulimits: {nofile: {soft: 100, hard: 200}, nproc: 5}
    use_api_socket: true
    user: "1000:1000"
    userns_mode: host
    uts: host
    volumes:
      - {type: bind, source: ./conf, target: /conf, read_only: true, consistency: cached, bind: {propagation: rshared, create_host_path: true, recursive: enabled, selinux: z}}
      - {type: volume, source: data, target: /data, volume: {labels: {a: b}, nocopy: true, subpath: sub}}
      - {type: tmpfs, target: /tmp, tmpfs: {size: 1m, mode: 0700}}
      - {type: image, source: "example/files:1", target: /files, image: {subpath: docs}}
    volumes_from: ["db:ro"]
    working_dir: /srv
  db:
    image: example/db:1
    network_mode: none
    volumes: ["store:/store"]
  inline:
    build: {context: ./app, dockerfile_inline: "FROM scratch"}
    healthcheck: {disable: true}
    network_mode: none
  cloud:
    provider: {type: cloudy, options: {size: small, zones: [a, b]}}
networks:
  back:
    attachable: true
    driver: macvlan
    driver_opts: {com.docker.network.bridge.name: br-back}
    enable_ipv4: true
    enable_ipv6: true
    internal: true
    ipam: {driver: default, config: [{subnet: 10.9.0.0/16, gateway: 10.9.0.1, ip_range: 10.9.1.0/24, aux_addresses: {host1: 10.9.0.9}}], options: {o: v}}
    labels: {n: l}
    name: the-back
volumes:
  data: {driver: local, driver_opts: {type: nfs, o: "addr=10.0.0.8", device: ":/x"}, labels: {v: l}, name: the-data}
  store: {}
configs:
  site: {file: ./site.conf, labels: {c: l}, name: the-site, template_driver: golang}
secrets:
  token: {file: ./token, labels: {s: l}, name: the-token, driver: d, driver_opts: {o: v}, template_driver: golang}
models:
  llm: {model: ai/small, name: the-llm, context_size: 1024, runtime_flags: ["--fast"]}
`;

export const EVERY_KEY_FILES = {
  "compose.yaml": EVERY_KEY,
  "web.env": "RAW=a $b\n",
  "web.labels": "file.label=1\n",
  "site.conf": "x",
  token: "x",
  "app/app.Dockerfile": "FROM scratch\n",
};

const web = (service: string) =>
  `name: demo\nservices:\n  web:\n    image: i:1\n${service.replace(/^(?=.)/gm, "    ")}\n`;

/** One service, alone in one file. */
const one = (name: string, service: string, files: Readonly<Record<string, string>> = {}): ComposeCase => ({
  name,
  files: { "compose.yaml": web(service), ...files },
});

export const CORPUS: readonly ComposeCase[] = [
  { name: "every key, long", files: EVERY_KEY_FILES },
  one(
    "short forms",
    `
build: ./app
command: sh -c 'echo "a b"'
entrypoint: /init --flag
depends_on: [db]
dns: 1.1.1.1
dns_search: example.org
env_file: a.env
label_file: l.env
labels: ["a=1", "b", "c=x=y"]
environment: ["A=1", "B=x=y", "EMPTY="]
expose: [80, "90-91"]
extra_hosts: {one: 1.2.3.4, six: "::1"}
gpus: all
group_add: [5, mail]
healthcheck: {test: "curl -f localhost || exit 1", retries: "3"}
devices: ["/dev/a", "/dev/b:/dev/c", "/dev/d:/dev/e:r"]
sysctls: ["net.core.somaxconn=1"]
tmpfs: /run
ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}
annotations: ["a=b"]
volumes_from: [db, "container:other:ro"]
secrets: [token]
configs: [site]
cap_drop: [ALL]
networks: [back]
models: [llm]
logging: {options: {max-file: 3}}
`,
    {
      "a.env": "X=1",
      "l.env": "from.file=1",
      "compose.override.yaml": `
services: {db: {image: "db:1"}}
networks: {back: }
models: {llm: {model: m}}
secrets: {token: {file: ./t}}
configs: {site: {content: "a"}}
`,
    },
  ),
  one(
    "ports",
    `
ports:
  - 3000
  - "3001-3005"
  - "8000:8000"
  - "9090-9091:8080-8081"
  - "49100:22"
  - "127.0.0.1:8001:8001"
  - "127.0.0.1:5000-5010:5000-5010"
  - "127.0.0.1::5300"
  - "[::1]:6000:6000/udp"
  - "::1:6001:6001"
  - "6060:6060/udp"
  - "7000-7005:70"
  - {target: 90, published: 91}
  - {target: 92, published: "93-95", protocol: udp, host_ip: 10.0.0.1}
`,
  ),
  one("a range of ten thousand ports", `ports: ["10000-19999:10000-19999"]`),
  one(
    "mounts",
    `
volumes:
  - /anonymous
  - data:/data
  - "data2:/data2:ro"
  - "./rel:/rel:rw,z"
  - "../up:/up"
  - "~/home:/home/x/"
  - "/abs//x:/abs/../abs:ro,rslave"
  - ".:/here"
  - {type: bind, source: ./long, target: /long/, bind: {propagation: shared}}
  - {type: volume, source: data, target: /again, volume: {nocopy: true}}
  - {type: tmpfs, target: /tmp, tmpfs: {size: 64m, mode: 01777}}
`,
    { "compose.override.yaml": "volumes: {data: , data2: {driver: local}}" },
  ),
  {
    name: "variables: set, default, alternative, nested, dollars",
    env: { SHELL_ONLY: "s", BOTH: "shell", EMPTY: "" },
    files: {
      ".env": "FILE_ONLY=f\nBOTH=file\nNESTED=${FILE_ONLY}-x\nBRACES={a}\n",
      "compose.yaml": web(`
hostname: "\${TAG:-\${FILE_ONLY:-none}}"
environment:
  A: $SHELL_ONLY
  B: \${BOTH}
  C: "\${EMPTY:-empty} \${EMPTY-} \${MISSING-default}"
  D: "\${MISSING:-\${ALSO_MISSING:-\${FILE_ONLY}}} tail"
  E: "\${FILE_ONLY:+yes}\${MISSING:+no}\${EMPTY+set}"
  F: "$$HOME $\${HOME} a$$b"
  G: "\${NESTED}/\${BRACES}"
  H: "\${FILE_ONLY:?must}"
  I: "\${MISSING:-a:b-c}"
  J: "%{time} {{.x}}"
read_only: \${RO:-true}
cpus: \${CPUS:-0.5}
ports: ["\${PORT:-8080}:80"]
`),
    },
  },
  {
    name: ".env: quotes, escapes, comments, export, blanks, expansion",
    env: { OUTER: "from-shell" },
    files: {
      ".env": `# comment
PLAIN=a b c
  SPACED =  x  # trailing
HASH=a#b
SINGLE='$OUTER \\n #x'
DOUBLE="$OUTER \\"q\\" \\n#x"
MULTI="one
two"
export EXPORTED=yes
YAML: value
BACK=\\path\\to
EMPTY=
CHAIN=\${PLAIN}-\${OUTER}-\${NOPE:-fallback}
DOLLAR=a$$b
OUTER=ignored
`,
      "compose.yaml": web(`
environment: [PLAIN, SPACED, HASH, SINGLE, DOUBLE, MULTI, EXPORTED, YAML, BACK, EMPTY, CHAIN, DOLLAR, OUTER, NOWHERE]
`),
    },
  },
  one(
    "env_file: order, overriding, expansion, optional, raw, folder",
    `
env_file:
  - first.env
  - {path: sub/second.env, required: true}
  - {path: nowhere.env, required: false}
  - {path: raw.env, format: raw}
environment: {OWN: own, USED: "", WINS: here}
`,
    {
      "first.env": "A=1\nB=${A}2\nWINS=file\nC=${OWN}\n",
      "sub/second.env": "B=second\nD='$A'\nE=\"x\"\n",
      "raw.env": "R=a $b 'c' #d\n# comment\n  S=spaced \n",
    },
  ),
  {
    name: "a folder called .env is none",
    files: { ".env/x": "A=1", "compose.yaml": web("environment: {A: x}") },
  },
  {
    name: "anchors, merge keys, lists of them, aliases of scalars",
    files: {
      "compose.yaml": `
name: demo
x-base: &base {restart: always, environment: {A: "1", B: "1"}}
x-more: &more {init: true, restart: "no"}
x-image: &image "i:1"
services:
  a: {<<: *base, image: *image}
  b: {<<: [*more, *base], image: *image, environment: {B: "2"}}
  c:
    <<: *base
    image: *image
    environment: &env {X: y}
  d: {image: *image, environment: *env}
`,
    },
  },
  {
    name: "numbers and words of YAML",
    files: {
      "compose.yaml": web(`
environment: {OCT: 022, OCT2: 0o17, HEX: 0x1f, BIG: 12345678901234567890, UNDER: 1_000, FLOAT: 1.50, EXP: 1e3, YES: yes, ON: on, T: true, TT: True, N: null, TILDE: ~, NEG: -5, S: "0123"}
labels: {n: 1, b: false}
`),
    },
  },
  {
    name: "an override: lists and mappings, both ways",
    files: {
      "compose.yaml": web(`
environment: ["A=1", "B=1"]
labels: {a: "1"}
extra_hosts: ["h:1.1.1.1"]
sysctls: {a.b: 1}
networks: [one]
depends_on: [x]
build: .
dns: 1.1.1.1
tmpfs: /a
env_file: a.env
cap_add: [A, B]
ports: ["80:80", "81:81"]
volumes: ["./a:/x", "d:/d"]
command: [base]
entrypoint: base
healthcheck: {test: [CMD, base], interval: 5s}
logging: {driver: json-file, options: {a: "1"}}
ulimits: {nofile: 5}
deploy: {labels: ["l=1"], resources: {limits: {memory: 1m}}}
expose: ["1"]
devices: ["/dev/a:/dev/x"]
secrets: [s]
configs: [{source: c, target: /c}]
profiles: [p]
security_opt: [a]
group_add: [a]
`),
      "a.env": "F=1",
      "compose.override.yaml": `
services:
  web:
    environment: {B: "2", C: "3"}
    labels: ["b=2"]
    extra_hosts: {h2: 2.2.2.2}
    sysctls: ["c.d=2"]
    networks: {two: {aliases: [t]}}
    depends_on: {y: {condition: service_healthy}}
    build: {args: ["X=1"]}
    dns: [2.2.2.2]
    tmpfs: [/b, /a]
    env_file: [b.env]
    cap_add: [B, C]
    ports: ["80:80", {target: 90, published: 90}]
    volumes: ["./b:/x:ro"]
    command: over
    entrypoint: []
    healthcheck: {test: exit 0}
    logging: {options: {b: "2"}}
    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}
    deploy: {labels: {m: "2"}, resources: {limits: {pids: 5}}}
    expose: ["1", "2"]
    devices: ["/dev/b:/dev/x"]
    secrets: [{source: s, target: /run/secrets/s}]
    configs: [{source: c2, target: /c}]
    profiles: [q]
    security_opt: [b]
    group_add: [b]
  x: {image: x}
  y: {image: y, healthcheck: {test: exit 0}}
networks: {one: {labels: {a: "1"}, ipam: {config: [{subnet: 10.1.0.0/16}]}}, two: }
volumes: {d: }
secrets: {s: {file: s}}
configs: {c: {file: c}, c2: {file: c2}}
`,
      "b.env": "F=2\nG=3",
    },
  },
  {
    name: "another driver replaces the options of a log",
    files: {
      "compose.yaml": web("logging: {driver: json-file, options: {a: '1'}}"),
      "compose.override.yaml": "services: {web: {logging: {driver: syslog, options: {b: '2'}}}}",
    },
  },
  {
    name: "!reset and !override",
    files: {
      "compose.yaml": web(`
privileged: true
ports: ["8080:80", "1:1"]
environment: {A: "1", B: "2"}
command: [x]
volumes: ["./a:/a"]
networks: {one: {aliases: [a]}}
`),
      "compose.override.yaml": `
services:
  web:
    privileged: !reset null
    ports: !override ["127.0.0.1:8443:443"]
    environment: !override {C: "3"}
    command: !reset []
    volumes: !reset null
    networks: !override {two: }
  gone: !reset {image: x}
networks: {one: , two: }
`,
    },
  },
  {
    name: "extends: own file, other folders, chains, env files, paths",
    files: {
      "compose.yaml": `
name: demo
services:
  local: {extends: base, environment: {A: "2"}}
  base: {image: "i:1", environment: ["A=1", "B=1"], ports: ["80:80"]}
  far:
    extends: {file: sub/base.yaml, service: web}
    ports: ["127.0.0.1:8443:443"]
    volumes: ["data:/data:ro"]
    env_file: own.env
volumes: {data: }
`,
      "own.env": "OWN=1",
      "sub/base.yaml": `
services:
  web:
    extends: {file: deeper/root.yaml, service: root}
    env_file: web.env
    build: {context: app}
    volumes: ["./conf:/conf", "data:/data"]
    ports: ["127.0.0.1:8443:443"]
  unused: {image: x}
`,
      "sub/web.env": "SUB=1\nOWN=sub",
      "sub/deeper/root.yaml": `
services:
  root: {image: "root:1", label_file: l.env, volumes: ["./deep:/deep"], command: [root]}
`,
      "sub/deeper/l.env": "l=1",
    },
  },
  {
    name: "extends with !reset of what is inherited",
    files: {
      "compose.yaml": `
name: demo
services:
  base: {image: "i:1", privileged: true, ports: ["1:1"]}
  web: {extends: {service: base}, privileged: !reset false, ports: !override ["2:2"]}
`,
    },
  },
  {
    name: "include: short, long, several files, folder, variables, nested",
    files: {
      ".env": "SHARED=outer\n",
      "compose.yaml": `
name: demo
include:
  - other.yaml
  - path: [sub/a.yaml, sub/b.yaml]
    env_file: [sub/vars.env]
  - path: deep/compose.yaml
    project_directory: work
services:
  web: {image: "i:1", depends_on: [other]}
`,
      "other.yaml": 'services: {other: {image: "o:$SHARED", volumes: ["./x:/x"]}}',
      "sub/a.yaml":
        'services: {a: {image: "a:$SHARED-$MINE", volumes: ["./x:/x", "d:/d"], env_file: e.env}}\nvolumes: {d: {}}\nnetworks: {n: {}}',
      "sub/b.yaml": "services: {a: {privileged: true, networks: [n]}}",
      "sub/e.env": "E=1",
      "sub/vars.env": "MINE=mine\nSHARED=inner\n",
      "deep/compose.yaml":
        'include: [../work/inner/compose.yaml]\nservices: {deep: {image: "d:1", build: ., volumes: ["./y:/y"]}}',
      "work/.env": "W=work",
      "work/inner/compose.yaml": 'services: {inner: {image: "n:$W", volumes: ["./z:/z"]}}',
      "work/inner/.env": "W=inner",
    },
  },
  {
    name: "include, with an override of what is included",
    files: {
      "compose.yaml": 'name: demo\ninclude: [other.yaml]\nservices: {web: {image: "i:1"}}',
      "compose.override.yaml": "services: {other: {read_only: true, environment: {B: '2'}}}",
      "other.yaml": 'services: {other: {image: "o:1", environment: ["A=1"]}}',
    },
  },
  {
    name: "several documents",
    files: {
      "compose.yaml": `
name: demo
services:
  web: {image: "i:1", ports: ["1:1"], environment: {A: "1"}}
---
services:
  web: {ports: ["2:2"], environment: ["B=2"]}
  evil: {image: "e:1", privileged: true}
`,
    },
  },
  {
    name: "several files, in the order in which they are named",
    use: ["base.yaml", "sub/over.yaml"],
    files: {
      "base.yaml": web('ports: ["1:1"]\nvolumes: ["./a:/a"]'),
      "sub/over.yaml": 'services: {web: {volumes: ["./b:/b"], image: "i:2", env_file: e.env}}',
      "e.env": "E=root",
      "sub/e.env": "E=sub",
    },
  },
  {
    name: "profiles, dots in names, external and named things, the default network",
    files: {
      "compose.yaml": `
name: my.Project_1
services:
  web.app: {image: "i:1", profiles: [a, b], networks: [back.end, out], volumes: ["pg.data:/data", "ext:/ext"]}
  db-1: {image: "i:1"}
  job_2: {image: "i:1", networks: {default: {aliases: [j]}}}
  host: {image: "i:1", network_mode: host}
networks: {back.end: {internal: "true"}, out: {external: true, name: corp}, default: {driver_opts: {a: 1}}}
volumes: {pg.data: {name: "x_\${Y:-y}"}, ext: {external: true}, unused: {}}
`.replace("my.Project_1", "my-project_1"),
    },
  },
  {
    name: "inline configs, configs and secrets from variables",
    env: { SECRET: "s3cr$t" },
    files: {
      "compose.yaml": `
name: demo
services:
  web: {image: "i:1", configs: [{source: inline, target: /etc/x}, from], secrets: [s]}
configs:
  inline:
    content: |
      listen \${PORT:-80}
      path $$HOME
  from: {environment: SECRET}
secrets: {s: {environment: SECRET}}
`,
    },
  },
  {
    name: "a hundred and fifty aliases",
    files: {
      "compose.yaml": `name: demo\nx-c: &c {restart: always, labels: {a: b}}\nservices:\n${Array.from({ length: 150 }, (_, n) => `  s${n}: {<<: *c, image: "i:${n}"}`).join("\n")}\n`,
    },
  },
  {
    name: "what a service waits for without a word",
    files: {
      "compose.yaml": `
name: demo
services:
  a: {image: "i:1", links: ["b:x", c], volumes_from: [d, "container:z"], pid: "service:c", depends_on: {c: {condition: service_healthy}}}
  b: {image: "i:1", network_mode: "service:d"}
  c: {image: "i:1", ipc: shareable}
  d: {image: "i:1"}
`,
    },
  },
  one(
    "commands that are texts",
    `
command: a "b  c" d'e f'g h\\ i "" && never
entrypoint: 'sh -c "echo "x" $(date) >out"'
`,
  ),
  {
    name: "JSON",
    files: { "compose.yaml": '{"name": "demo", "services": {"web": {"image": "i:1", "ports": ["1:1"]}}}' },
  },
  {
    name: "an old version key, extension fields, nothing in a section",
    files: {
      "compose.yaml":
        'version: "3.8"\nname: demo\nx-y: 1\nservices:\n  web: {image: "i:1", x-z: {a: 1}, labels: {}, ports: []}\nvolumes: {}\n',
    },
  },
];
