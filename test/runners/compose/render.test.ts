import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { composeFile } from "../../../runners/compose/render.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const files = containerSpec("redis-files", {
  job: true,
  volumes: [{ name: "exploreiot-demo-redis-files", path: "/run/exploreiot", readOnly: false }],
  uploads: [
    { file: "/incoming/redis.conf", content: "port 6379" },
    { file: "/incoming/sub/users.acl", source: "../../../.exploreiot/demo/files/users.acl" },
  ],
  block: {
    entrypoint: ["/bin/sh", "-euc"],
    command: ["cd $HOME"],
    user: "0:0",
    read_only: false,
    network_mode: "none",
    capabilities: { drop: ["ALL"], add: ["CAP_CHOWN"] },
    restart: "no",
  },
});

const redis = containerSpec("redis", {
  networks: [{ name: "exploreiot-demo-data", aliases: ["redis"], address: "10.1.0.9" }],
  volumes: [{ name: "exploreiot-demo-redis-data", path: "/data", readOnly: false }],
  dependsOn: ["exploreiot-demo-redis-files"],
  block: {
    user: "999:999",
    group_add: ["2000"],
    env: ["A=b"],
    read_only: true,
    init: true,
    memory: 64,
    memory_swap: 64,
    cpus: "0.5",
    ulimit: [{ name: "nofile", soft: 1024, hard: 2048 }],
    capabilities: { drop: ["ALL"] },
    security_opts: ["no-new-privileges:true"],
    tmpfs: { "/tmp": "size=1m" },
    ports: [{ internal: 6379, external: 7000, ip: "127.0.0.1", protocol: "tcp" }],
    healthcheck: { test: ["CMD", "ping"], interval: "2s", timeout: "3s", retries: 5, start_period: "30s" },
    restart: "unless-stopped",
    stop_signal: "SIGTERM",
    stop_timeout: 10,
    log_driver: "json-file",
    log_opts: { "max-size": "10m", "max-file": "3" },
  },
});

const networks = [
  {
    name: "exploreiot-demo-data",
    internal: true,
    ipv6: false,
    subnets: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.1" }],
    options: { "com.docker.network.bridge.name": "xi0a1b2c-data" },
  },
];
const volumes = [{ name: "exploreiot-demo-redis-files" }, { name: "exploreiot-demo-redis-data" }];

/** The text from one top-level key of the file to the next. */
function section(text: string, key: string): string {
  return new RegExp(`^${key}:.*\\n(?: .*\\n)*`, "m").exec(text)?.[0] ?? "";
}

describe("the compose file", () => {
  const text = composeFile(stackOf([files, redis], { networks, volumes }));
  const [job, service] = section(text, "services").split(/^(?= {2}redis:)/m);

  test("runs a service with all that confines it", () => {
    expect(service?.split("\n").slice(0, 27).join("\n")).toBe(`  redis:
    container_name: exploreiot-demo-redis
    image: exploreiot/redis:1
    pull_policy: never
    user: 999:999
    group_add:
      - "2000"
    environment:
      - A=b
    read_only: true
    init: true
    mem_limit: 64m
    memswap_limit: 64m
    cpus: 0.5
    pids_limit: 16
    ulimits:
      nofile:
        soft: 1024
        hard: 2048
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    tmpfs:
      - /tmp:size=1m
    volumes:
      - exploreiot-demo-redis-data:/data:rw`);
  });

  test("connects, publishes, probes, restarts and stops it", () => {
    expect(service?.split("\n").slice(27, 54).join("\n")).toBe(`    networks:
      exploreiot-demo-data:
        aliases:
          - redis
        ipv4_address: 10.1.0.9
    ports:
      - target: 6379
        published: "7000"
        host_ip: 127.0.0.1
        protocol: tcp
        mode: host
    healthcheck:
      test:
        - CMD
        - ping
      interval: 2s
      timeout: 3s
      retries: 5
      start_period: 30s
    restart: unless-stopped
    stop_signal: SIGTERM
    stop_grace_period: 10s
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"`);
  });

  test("labels it, and starts it when its files are delivered", () => {
    expect(service?.split("\n").slice(54).join("\n")).toBe(`    labels:
      exploreiot.role: redis
      exploreiot.config-hash: hash
      exploreiot.pids-limit: "16"
    depends_on:
      redis-files:
        condition: service_completed_successfully
`);
  });

  test("gives a job no network, and none of its files, which are copied into it later", () => {
    expect(job?.split("\n").slice(5, 20).join("\n")).toBe(`    entrypoint:
      - /bin/sh
      - -euc
    command:
      - cd $$HOME
    user: "0:0"
    read_only: false
    pids_limit: 16
    cap_add:
      - CAP_CHOWN
    cap_drop:
      - ALL
    volumes:
      - exploreiot-demo-redis-files:/run/exploreiot:rw
    network_mode: none`);
    const { restart, ...rest } = parse(text).services["redis-files"];
    expect([restart, Object.keys(rest).filter((key) => /configs|secrets/.test(key))]).toEqual(["no", []]);
    expect(text).not.toMatch(/port 6379|users\.acl/);
  });

  test("leaves compose its own labels, which Terraform's containers have too", () => {
    const labels = { "exploreiot.role": "a", "com.docker.compose.config-hash": "none" };
    const { services } = parse(composeFile(stackOf([containerSpec("a", { labels })])));

    expect(services.a.labels).toEqual({ "exploreiot.role": "a" });
  });

  test("is a project of its own, with networks and volumes under the deployment's names", () => {
    expect(
      ["name", "networks", "volumes"].map((key) => section(text, key)).join(""),
    ).toBe(`name: exploreiot-demo
networks:
  exploreiot-demo-data:
    name: exploreiot-demo-data
    driver: bridge
    driver_opts:
      com.docker.network.bridge.name: xi0a1b2c-data
    internal: true
    ipam:
      config:
        - subnet: 10.1.0.0/24
          gateway: 10.1.0.1
volumes:
  exploreiot-demo-redis-files:
    name: exploreiot-demo-redis-files
  exploreiot-demo-redis-data:
    name: exploreiot-demo-redis-data
`);
  });

  test("doubles every dollar sign, since compose would fill in variables", () => {
    const command = ["$HOME ${A:-b} $$", "$"];
    const escaped = composeFile(
      stackOf([
        containerSpec("a", { block: { command, env: ["X=$Y"], healthcheck: { test: ["$Z"] } as never } }),
      ]),
    );
    const { services } = parse(escaped);

    expect([services.a.command, services.a.environment, services.a.healthcheck.test]).toEqual([
      ["$$HOME $${A:-b} $$$$", "$$"],
      ["X=$$Y"],
      ["$$Z"],
    ]);
  });

  test("waits for a service to be healthy and refuses to wait for nobody", () => {
    const api = containerSpec("api", { dependsOn: ["exploreiot-demo-redis"] });
    const { services } = parse(composeFile(stackOf([redis, files, api])));

    expect(services.api.depends_on).toEqual({ redis: { condition: "service_healthy" } });
    expect(() => composeFile(stackOf([api]))).toThrow(
      "exploreiot-demo-redis: depended on, but not in the stack",
    );
  });
});
