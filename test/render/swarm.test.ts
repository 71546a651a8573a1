import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { renderSwarm } from "../../render/render.ts";
import { errorText } from "../support/error-text.ts";
import { Sandbox } from "../support/synthesized.ts";

type Input = Omit<DeploymentInput, "name">;

/** Both have what a swarm cannot keep by default: ports of the loopback alone, and the kit's packet filter. */
const OPEN: Input = { ...local, bind: "lan", hosts: ["localhost"] };
const SERVER: Input = { ...production, firewall: { enabled: false } };

interface Service {
  readonly deploy: {
    readonly placement?: object;
    readonly update_config: { readonly order: string; readonly failure_action: string };
    readonly restart_policy: { readonly condition: string };
    readonly labels: object;
  };
  readonly entrypoint?: readonly string[] | string;
  readonly command?: readonly string[] | string;
  readonly environment?: readonly string[];
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
}

interface Stack {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, object>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly configs: Readonly<Record<string, { readonly name: string }>>;
  readonly secrets: Readonly<Record<string, { readonly name: string; readonly file: string }>>;
}

function synthesized(input: Input): Sandbox {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input);
  return sandbox;
}

/** What a person reads of a deployment that a swarm cannot keep. */
async function refusal(input: Input): Promise<readonly string[]> {
  const sandbox = synthesized(input);
  const text = await errorText(() => renderSwarm(sandbox.stack(), sandbox.home));
  return text.replaceAll(sandbox.name, "NAME").split("\n");
}

function rendered(input: Input): Readonly<Record<string, string>> {
  const sandbox = synthesized(input);
  return Object.fromEntries(
    Object.entries(renderSwarm(sandbox.stack(), sandbox.home)).map(([path, text]) => [
      path.replaceAll(sandbox.name, "NAME"),
      text.replaceAll(sandbox.name, "NAME"),
    ]),
  );
}

const stackOf = (input: Input): Stack => parse(rendered(input)["stack.yaml"] ?? "");

describe("a deployment for Docker Swarm", () => {
  test("has the same files on two machines with other secrets, and no secret in them", () => {
    const [one, two] = [rendered(SERVER), rendered(SERVER)];

    expect(Object.keys(one).filter((path) => !path.startsWith("config/"))).toEqual([
      "stack.yaml",
      "deployment.sh",
      "start.sh",
      "RUNBOOK.md",
      "firewall/exploreiot-NAME-swarm.nft",
      "firewall/exploreiot-NAME-swarm.service",
    ]);
    // Names of objects have a hash of the deployment's name, which is the sandbox's, and so have subnets.
    const stable = (text = "") =>
      text
        .replace(/-[0-9a-f]{8}-/g, "-HASH-")
        .replace(/10\.2\d\d\.\d+\.\d+/g, "ADDRESS")
        .replace(/(-|exploreiot\.spec: )[0-9a-f]{12}\b/g, "$1HASH");
    expect(stable(two["stack.yaml"])).toBe(stable(one["stack.yaml"]));
    expect(stable(two["deployment.sh"])).toBe(stable(one["deployment.sh"]));
  });

  test.each<[string, Input, object]>([
    [
      "encrypts its overlays and gives each service one address",
      SERVER,
      { encrypted: ["true"], modes: ["vip"] },
    ],
    [
      "does neither where the site file says that the kernels cannot",
      { ...SERVER, swarm: { encrypted: false, endpointMode: "dnsrr" } },
      { encrypted: [undefined], modes: ["dnsrr"] },
    ],
  ])("%s", (_, input, expected) => {
    const { networks, services } = stackOf(input) as unknown as {
      readonly networks: Readonly<Record<string, { readonly driver_opts?: { readonly encrypted: string } }>>;
      readonly services: Readonly<Record<string, { readonly deploy: { readonly endpoint_mode: string } }>>;
    };

    expect({
      encrypted: [...new Set(Object.values(networks).map(({ driver_opts }) => driver_opts?.encrypted))],
      modes: [...new Set(Object.values(services).map(({ deploy }) => deploy.endpoint_mode))],
    }).toEqual(expected);
  });

  test("keeps what has data or a port on one node, and starts a new task first where two may run", () => {
    const { services } = stackOf(SERVER);
    const placed = Object.entries(services).map(([role, { deploy }]) => [
      role,
      deploy.placement === undefined ? "anywhere" : JSON.stringify(deploy.placement),
      deploy.update_config.order,
      deploy.update_config.failure_action,
      deploy.restart_policy.condition,
    ]);
    const pinned = '{"constraints":["node.labels.exploreiot.NAME.data == true"]}';

    expect(placed.toSorted()).toEqual([
      ["api", "anywhere", "start-first", "rollback", "any"],
      // Clients know the address of its node.
      ["edge", pinned, "stop-first", "rollback", "any"],
      ["frontend", "anywhere", "start-first", "rollback", "any"],
      // Two of one name would end each other's session at the broker.
      ["ingest", "anywhere", "stop-first", "rollback", "any"],
      ["migrate", "anywhere", "stop-first", "continue", "on-failure"],
      ["mosquitto", pinned, "stop-first", "rollback", "any"],
      ["postgres", pinned, "stop-first", "rollback", "any"],
      ["redis", pinned, "stop-first", "rollback", "any"],
    ]);
  });

  test("starts what has data behind a lock on it, in front of what the image starts", () => {
    const files = rendered(SERVER);
    const { services } = parse(files["stack.yaml"] ?? "") as Stack;
    const started = ["mosquitto", "postgres", "redis", "api"].map((role) => {
      const { entrypoint, command } = services[role] ?? {};
      return [role, typeof entrypoint === "string" ? entrypoint : entrypoint?.slice(0, 5), command];
    });
    const lock = ["/run/exploreiot-probe/probe", "alone"];

    expect(started).toEqual([
      ["mosquitto", [...lock, "/mosquitto/data", "/bin/sh", "/run/exploreiot/watch-then-run.sh"], undefined],
      [
        "postgres",
        [...lock, "/var/lib/postgresql/data", "/bin/sh", "/run/exploreiot/entrypoint.sh"],
        ["postgres", "-c", "config_file=/run/exploreiot/postgresql.conf"],
      ],
      [
        "redis",
        '"/run/exploreiot-probe/probe" "alone" "/data" ${ENTRYPOINT_OF_REDIS?run ./start.sh}',
        ["valkey-server", "/run/exploreiot/redis.conf"],
      ],
      ["api", undefined, ["python", "-m", "exploreiot", "api"]],
    ]);
    expect(files["deployment.sh"]).toMatch(
      /\n {2}program ENTRYPOINT_OF_REDIS exploreiot\/redis:[0-9a-f]{16} Entrypoint\n {2}:\n/,
    );
  });

  test("can be cut at the line of every stage, and is whole above it", () => {
    const text = rendered(SERVER)["stack.yaml"] ?? "";
    const above = [2, 3, 4].map((stage) =>
      Object.keys((parse(text.split(`  # stage ${stage}\n`)[0] ?? "") as Stack).services).toSorted(),
    );

    expect(above).toEqual([
      ["frontend", "mosquitto", "postgres", "redis"],
      ["frontend", "migrate", "mosquitto", "postgres", "redis"],
      ["api", "frontend", "ingest", "migrate", "mosquitto", "postgres", "redis"],
    ]);
  });

  test("names a config by its text, and a secret by what the server makes of it", () => {
    const [before, after] = [OPEN, { ...OPEN, redis: { limits: { memoryMiB: 128 } } }].map(stackOf) as [
      Stack,
      Stack,
    ];
    const versions = ({ configs }: Stack) =>
      Object.fromEntries(Object.entries(configs).map(([key, { name }]) => [key, name.slice(-12)]));
    const [old, now] = [versions(before), versions(after)];
    // The sandboxes have other names, and so have the configs that hold them.
    const changed = Object.keys(now).filter((key) => old[key] !== now[key]);

    expect(changed).toEqual(["redis-redis-files-redis-conf"]);
    expect(Object.values(before.secrets).map(({ name }) => name.slice(name.indexOf("${")))).toEqual(
      expect.arrayContaining(["${REDIS_FILES:?run ./start.sh}", "${API_FILES:?run ./start.sh}"]),
    );
    for (const { name } of [...Object.values(before.secrets), ...Object.values(before.configs)])
      expect(name.replace(/\$\{.*\}/, "0123456789ab")).toMatch(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9]$/,
      );
  });

  test("leaves alone what only looks like a part of the server's, and keeps a dollar sign one", () => {
    const backend = { image: "registry.example/app:1", environment: { HINT: "<NAME> $${HOME}" } };

    const services = Object.values(stackOf({ ...OPEN, backend }).services);
    expect(services.flatMap(({ environment = [] }) => environment)).toContain("HINT=<NAME> $${HOME}");
  });

  test("gives certificates at the places where its services look for them", () => {
    const { services, volumes } = stackOf(SERVER);

    expect(services.edge?.secrets?.map(({ target }) => target)).toEqual([
      "/certs/current/edge.crt",
      "/certs/current/edge.key",
    ]);
    expect(Object.keys(volumes).toSorted()).toEqual(["mosquitto-data", "postgres-17-data", "redis-data"]);
  });

  test("encrypts overlays and believes all of the edge's network, by default", () => {
    const { networks, services } = stackOf({ ...SERVER, networks: { edge: { ipv4: "10.1.2.0/29" } } });

    expect(networks).toEqual({
      broker: { driver: "overlay", driver_opts: { encrypted: "true" } },
      data: { driver: "overlay", driver_opts: { encrypted: "true" }, internal: true },
      edge: {
        driver: "overlay",
        driver_opts: { encrypted: "true" },
        ipam: { config: [{ subnet: "10.1.2.0/29" }] },
      },
    });
    expect(services.api?.environment).toContain(
      "TRUSTED_PROXIES=10.1.2.1,10.1.2.2,10.1.2.3,10.1.2.4,10.1.2.5,10.1.2.6",
    );
  });

  test("takes images of the kit from the user's registry, and leaves the user's own as they are", () => {
    const image = `registry.example/page@sha256:${"0".repeat(64)}`;
    const { services } = stackOf({
      ...OPEN,
      swarm: { registry: "registry.example:5000/iot" },
      frontend: { image },
    }) as unknown as {
      readonly services: Readonly<Record<string, { readonly image: string }>>;
    };

    expect(services.frontend?.image).toBe(image);
    expect(services.redis?.image).toMatch(/^registry\.example:5000\/iot\/exploreiot\/redis:[0-9a-f]{16}$/);
  });

  test.each<[string, Input, readonly string[]]>([
    [
      "ports of the loopback alone",
      local,
      [
        ["api", 8000],
        ["frontend", 3000],
        ["mosquitto", 1883],
      ].map(
        ([role, port]) =>
          `${role}: port ${port} would be open on every address of its node, not on 127.0.0.1 alone; set bind: lan, or shut the listener`,
      ),
    ],
    [
      "a packet filter of one engine",
      production,
      [
        "firewall: a service of a swarm has no network of its node; set firewall.enabled: false, and close the nodes by rules of your own (docs/swarm.md)",
      ],
    ],
    [
      "certificates that a service renews",
      {
        ...SERVER,
        tls: { certificate: { source: "acme", email: "a@example.org" } },
      } as Input,
      [
        "renewer: it renews certificates by ACME in files that other services read, and files of a swarm are secrets, which nothing changes; set tls.certificate.source to internal or files",
      ],
    ],
    [
      "a network of which too many would be believed",
      { ...SERVER, networks: { edge: { ipv4: "10.1.0.0/16" } } },
      [
        "exploreiot-NAME-edge: applications would have to believe every address of 10.1.0.0/16; write a subnet of at most 256 addresses",
      ],
    ],
  ])("is refused for %s", async (_, input, problems) => {
    expect(await refusal(input)).toEqual([
      "NAME cannot be a stack of Docker Swarm as it is",
      ...problems.map((problem) => `  → ${problem}`),
    ]);
  });

  test("shuts the ports of Swarm to all but its nodes", () => {
    const rules = rendered({ ...SERVER, swarm: { nodes: ["192.0.2.11", "2001:db8::12"] } })[
      "firewall/exploreiot-NAME-swarm.nft"
    ];

    expect(rules?.split("\n").slice(8, -3)).toEqual([
      '\t\tiifname "lo" accept',
      "\t\tip saddr { 192.0.2.11 } accept",
      "\t\tip6 saddr { 2001:db8::12 } accept",
      '\t\ttcp dport { 2377, 7946 } counter drop comment "swarm"',
      '\t\tudp dport { 7946, 4789 } counter drop comment "swarm"',
      '\t\tmeta l4proto esp counter drop comment "encrypted overlays"',
    ]);
  });
});
