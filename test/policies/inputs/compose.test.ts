import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOf } from "../../../policies/inputs/compose/files.ts";
import { readCompose } from "../../../policies/inputs/compose/read.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Writes files into a folder and reads the compose file among them. */
function read(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const sources = filesOf(join(folder, "compose.yaml")).map((file) => ({ file }));
  return { folder, ...readCompose(sources, folder, {}) };
}

const services = (text: string, files: Readonly<Record<string, string>> = {}) =>
  read({ "compose.yaml": `name: demo\n${text}`, ...files });

const containerOf = (text: string, files: Readonly<Record<string, string>> = {}) => {
  const { stack } = services(text, files);
  return stack.of(["docker_container"])[0]?.block;
};

describe("a compose file is read into the shape of Terraform's JSON", () => {
  test("the long and the short syntax of ports say the same", () => {
    const short = containerOf(
      "services: {a: {image: i, ports: ['127.0.0.1:8080:80', '[::1]:81:81/udp', '9', '5-6:5-6']}}",
    );
    const long = containerOf(
      `services: {a: {image: i, ports: [{target: 80, published: "8080", host_ip: 127.0.0.1}, {target: 81, published: 81, host_ip: "::1", protocol: udp}, {target: 9}, {target: 5, published: 5}, {target: 6, published: "6"}]}}`,
    );

    expect(short?.ports).toEqual([
      { internal: 5, external: 5, protocol: "tcp" },
      { internal: 6, external: 6, protocol: "tcp" },
      { internal: 9, protocol: "tcp" },
      { internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 81, external: 81, ip: "::1", protocol: "udp" },
    ]);
    expect(long?.ports).toEqual(short?.ports);
  });

  test("mounts: volumes, bind mounts, anonymous ones, tmpfs, configs and secrets", () => {
    const { folder, stack } = services(
      `services:
  a:
    image: i
    volumes: ["data:/data:ro", "./conf:/conf", "/var/run/docker.sock:/var/run/docker.sock", "/anonymous", {type: tmpfs, target: /t, tmpfs: {size: 1m}}, {type: bind, source: ./p, target: /p, bind: {propagation: rshared}}]
    tmpfs: ["/run:size=1m"]
    configs: [{source: c, target: /etc/c}]
    secrets: [s]
volumes: {data: {}}
configs: {c: {file: ./c.txt}}
secrets: {s: {file: ./s.txt}}
`,
    );
    const block = stack.of(["docker_container"])[0]?.block;

    expect(block?.volumes).toEqual([
      { volume_name: "${docker_volume.data.name}", container_path: "/data", read_only: true },
      { host_path: join(folder, "conf"), container_path: "/conf" },
      { host_path: "/var/run/docker.sock", container_path: "/var/run/docker.sock" },
      { container_path: "/anonymous" },
      { host_path: join(folder, "p"), container_path: "/p", bind_options: { propagation: "rshared" } },
      { host_path: join(folder, "c.txt"), container_path: "/etc/c", read_only: true },
      { host_path: join(folder, "s.txt"), container_path: "/run/secrets/s", read_only: true },
    ]);
    expect(block?.tmpfs).toEqual({ "/run": "size=1m" });
    expect(block?.mounts).toEqual([
      { type: "tmpfs", target: "/t", tmpfs_options: { size_bytes: 1024 ** 2 } },
    ]);
  });

  test("variables: filled from .env, defaults, unknown ones stay unknown, dollars stay dollars", () => {
    const block = containerOf(
      'services: {a: {image: "i:${TAG:-1}", environment: {A: "$SET", B: "${UNSET}", C: "$${HOME} $$x", D: , E: "${SET:+yes}${UNSET+no}"}}}',
      { ".env": "SET=here\n" },
    );

    expect(block?.image).toBe("i:1");
    expect(block?.env).toEqual(["A=here", "B=${UNSET}", "C=$${HOME} $x", "D=${D}", "E=yes"]);
  });

  test("anchors, extends from another file, and the override file", () => {
    const { stack } = services(
      `x-common: &common {restart: always, environment: {A: "1"}}
services:
  a: {<<: *common, image: i}
  b: {extends: {service: base, file: base.yaml}, ports: ["2:2"]}
`,
      {
        "base.yaml": 'services: {base: {image: base:1, ports: ["1:1"], command: [x]}}',
        "compose.override.yaml": "services: {a: {environment: {B: '2'}}}",
      },
    );
    const [a, b] = stack.of(["docker_container"]).map(({ block }) => block);

    expect([a?.restart, a?.env]).toEqual(["always", ["A=1", "B=2"]]);
    expect([b?.image, b?.command, b?.ports]).toEqual([
      "base:1",
      ["x"],
      [
        { internal: 1, external: 1, protocol: "tcp" },
        { internal: 2, external: 2, protocol: "tcp" },
      ],
    ]);
  });

  test("limits in either place, units, health, restart, logging, capabilities, networks", () => {
    const { stack } = services(`services:
  a:
    image: i
    mem_limit: 64m
    memswap_limit: 64m
    cpus: 0.5
    pids_limit: 10
    restart: on-failure:3
    stop_grace_period: 1m30s
    cap_add: [NET_RAW]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    healthcheck: {test: exit 0, interval: 5s}
    logging: {driver: json-file, options: {max-size: 1m}}
    networks: {back: {aliases: [x]}}
  b: {image: i, deploy: {resources: {limits: {memory: 1gb, cpus: "2"}}}, healthcheck: {disable: true}, command: sh -c 'a b'}
networks: {back: {internal: true, ipam: {config: [{subnet: 10.0.0.0/24}]}}}
`);
    const [a, b] = stack.of(["docker_container"]).map(({ block }) => block);

    expect(a).toMatchObject({
      memory: 64,
      memory_swap: 64,
      cpus: "0.5",
      pids_limit: 10,
      restart: "on-failure",
      max_retry_count: 3,
      destroy_grace_seconds: 90,
      capabilities: { add: ["NET_RAW"], drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      healthcheck: { test: ["CMD-SHELL", "exit 0"], interval: "5s" },
      log_driver: "json-file",
      log_opts: { "max-size": "1m" },
      networks_advanced: [{ name: "${docker_network.back.id}", aliases: ["x"] }],
    });
    expect(b).toMatchObject({
      memory: 1024,
      cpus: "2",
      healthcheck: { test: ["NONE"] },
      command: ["sh", "-c", "a b"],
      networks_advanced: [{ name: "${docker_network.default.id}", aliases: [] }],
    });
    expect(stack.of(["docker_network"]).map(({ path, block }) => [path, block])).toEqual([
      [
        "networks.back",
        { name: "demo_back", driver: "bridge", internal: true, ipam_config: [{ subnet: "10.0.0.0/24" }] },
      ],
      ["networks.default", { name: "demo_default", driver: "bridge", internal: false }],
    ]);
  });

  test("a service whose end others wait for is a job; a built image is an image", () => {
    const { folder, stack } = services(`services:
  migrate: {build: {context: ./app, args: {TOKEN: x}}}
  api: {image: i, depends_on: {migrate: {condition: service_completed_successfully}}}
`);

    expect(
      stack.of(["docker_container"]).map(({ id, block }) => [id, block.must_run, block.restart]),
    ).toEqual([
      ["api", undefined, undefined],
      ["migrate", false, "no"],
    ]);
    expect(stack.of(["docker_image"])).toEqual([
      {
        type: "docker_image",
        id: "migrate",
        path: "services.migrate.build",
        block: {
          name: "migrate:built",
          build: { context: join(folder, "app"), dockerfile: "Dockerfile", build_args: { TOKEN: "x" } },
        },
      },
    ]);
  });

  test("files that are bind mounted are judged with it, and variables from files stand in the environment", () => {
    const { folder, stack } = services(
      'services: {a: {image: i, env_file: [a.env, {path: no.env, required: false}], volumes: ["./m.conf:/mosquitto/config/mosquitto.conf"]}}',
      { "a.env": "A=1\n", "m.conf": "listener 1883\n" },
    );

    expect(stack.of(["docker_container"])[0]?.block.env).toEqual(["A=1"]);
    expect(stack.of(["file/mosquitto.conf"])).toEqual([
      {
        type: "file/mosquitto.conf",
        id: "a//mosquitto/config/mosquitto.conf",
        path: "services.a:/mosquitto/config/mosquitto.conf",
        block: {
          file: "/mosquitto/config/mosquitto.conf",
          source: join(folder, "m.conf"),
          text: "listener 1883\n",
          container: "docker_container.a",
        },
      },
    ]);
  });
});

describe("a compose file is refused", () => {
  test.each([
    ["that is no mapping", { "compose.yaml": "- a\n" }, "compose.yaml: is no mapping"],
    [
      "that extends itself",
      { "compose.yaml": "services: {a: {extends: {service: b}}, b: {extends: {service: a}}}" },
      "services.a extends itself",
    ],
    [
      "that extends what is not there",
      { "compose.yaml": "services: {a: {extends: b}}" },
      "extends b, which is not in",
    ],
    ["with broken syntax", { "compose.yaml": "services: {a: [" }, "compose.yaml"],
  ])("%s", (_, files, message) => {
    expect(() => read(files)).toThrow(message);
  });
});
