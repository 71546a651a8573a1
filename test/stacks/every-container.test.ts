import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import { byRole, containersOf, custom, labelOf, type RawStack, Sandbox } from "../support/synthesized.ts";

const reference = [
  ...["api", "api-files", "frontend", "ingest", "ingest-files", "migrate", "migrate-files"],
  "mosquitto",
  ...["mosquitto-files", "postgres", "postgres-files", "probe-files", "redis", "redis-files"],
];
const guarded = ["certificates-files", "edge", "edge-files", "firewall", "firewall-files"];
const others = [
  ...["api", "api-files", "beat", "beat-files", "frontend", "migrate", "migrate-files", "mosquitto"],
  ...["mosquitto-files", "worker-files", "probe-files"],
  ...[
    "postgres",
    "postgres-files",
    "backend-uploads-data-files",
    "frontend-cache-data-files",
    "redis",
    "redis-files",
    "worker-1",
    "worker-2",
    ...guarded,
  ],
];

const byAcme = {
  ...custom,
  tls: { certificate: { source: "acme", email: "ops@example.org" } },
} satisfies typeof custom;

describe.each([
  { which: "local", input: local, environment: "local", expected: reference },
  { which: "production", input: production, environment: "production", expected: [...reference, ...guarded] },
  { which: "an own application", input: custom, environment: "production", expected: others },
  {
    which: "one with ACME",
    input: byAcme,
    environment: "production",
    expected: [...others, "renewer"],
  },
])("every container of $which", ({ input, environment, expected }) => {
  const sandbox = new Sandbox();
  let json: RawStack;
  beforeAll(() => {
    json = sandbox.json(input);
  });
  afterAll(() => sandbox.remove());

  const isDelivery = (role: string) => role.endsWith("-files");
  /** Makes the rules of the machine, for which the kernel wants root and CAP_NET_ADMIN in its network namespace. */
  const isFirewall = (role: string) => role === "firewall";
  const isJob = (role: string) => isDelivery(role) || role === "migrate";

  /** The containers whose role matches, as `pick` sees them, by role; and the same answer for each of those roles. */
  function compare(matches: (role: string) => boolean, pick: (container: never) => unknown, answer: unknown) {
    const roles = expected.filter(matches);
    const found = Object.entries(byRole(json)).filter(([role]) => matches(role));
    expect(roles.length).toBeGreaterThan(0);
    expect(Object.fromEntries(found.map(([role, container]) => [role, pick(container as never)]))).toEqual(
      Object.fromEntries(roles.map((role) => [role, answer])),
    );
  }

  test("is one of these, under a name of its own", () => {
    const containers = containersOf(json);

    expect(Object.keys(byRole(json)).sort()).toEqual(expected.toSorted());
    expect(containers.map(({ name }) => name)).toEqual(
      containers.map((container) => `exploreiot-${sandbox.name}-${labelOf(container, "role")}`),
    );
  });

  test("gains no privileges, has an init, a log that is rotated and a number of open files", () => {
    compare(
      () => true,
      ({ init, security_opts, log_driver, log_opts, ulimit }: Record<string, unknown>) => ({
        init,
        ulimit,
        security_opts,
        log_driver,
        log_opts,
      }),
      {
        init: true,
        ulimit: [{ name: "nofile", soft: 16_384, hard: 16_384 }],
        security_opts: ["no-new-privileges:true"],
        log_driver: "json-file",
        log_opts: { "max-size": "10m", "max-file": "3" },
      },
    );
  });

  test("runs as a fixed user without capabilities on a read-only root", () => {
    compare(
      (role) => !isDelivery(role) && !isFirewall(role),
      ({ user, read_only, capabilities }: Record<string, unknown>) => ({
        user: /^[1-9]\d*:[1-9]\d*$/.test(String(user)),
        read_only,
        capabilities,
      }),
      { user: true, read_only: true, capabilities: { drop: ["ALL"] } },
    );
  });

  test("is alone in the network of the machine, with the one capability that it needs, where it is the firewall", () => {
    const inside = Object.entries(byRole(json)).filter(([, container]) => container.network_mode === "host");

    expect(inside.map(([role]) => role)).toEqual(expected.filter(isFirewall));
    for (const [, { user, read_only, ports, networks_advanced, capabilities }] of inside) {
      expect({ user, read_only, ports, networks_advanced, capabilities }).toEqual({
        ...{ user: "0:0", read_only: true, ports: undefined, networks_advanced: [] },
        capabilities: { drop: ["ALL"], add: ["CAP_NET_ADMIN"] },
      });
    }
  });

  test("is off every network and keeps three capabilities where it delivers files as root", () => {
    compare(
      isDelivery,
      ({ user, read_only, network_mode, networks_advanced, capabilities }: Record<string, unknown>) => ({
        user,
        read_only,
        network_mode,
        networks_advanced,
        capabilities,
      }),
      {
        user: "0:0",
        read_only: false,
        network_mode: "none",
        networks_advanced: undefined,
        capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
      },
    );
  });

  test("has a memory bound without swap, a share of CPU and a pids limit", () => {
    compare(
      () => true,
      (container) => {
        const { memory, memory_swap, cpus } = container as Record<string, unknown>;
        return {
          memory: Number(memory) >= 6 && memory === memory_swap,
          cpus: /^\d+\.\d+$/.test(String(cpus)),
          pids: Number(labelOf(container, "pids-limit")) >= 8,
        };
      },
      { memory: true, cpus: true, pids: true },
    );
  });

  test("says whose it is and what it was made from", () => {
    compare(
      () => true,
      (container) => ({
        deployment: labelOf(container, "deployment"),
        env: labelOf(container, "env"),
        hash: /^[0-9a-f]{12}$/.test(labelOf(container, "config-hash") ?? ""),
      }),
      { deployment: sandbox.name, env: environment, hash: true },
    );
  });

  test("is waited for until it is healthy, restarted, and given time to end where it serves", () => {
    const [timing, waitTimeout] =
      environment === "local" ? [{ interval: "2s", retries: 5 }, 65] : [{ interval: "10s", retries: 3 }, 87];
    compare(
      (role) => !isJob(role),
      (container) => {
        const { healthcheck, wait, wait_timeout, restart, stop_timeout, destroy_grace_seconds } =
          container as Record<string, unknown>;
        const { test: probe, ...timing } = healthcheck as { test: string[] };
        return {
          ...{ timing, wait, wait_timeout, restart },
          probe: probe[0] === "CMD" && probe[2] === "steady" && probe.length > 6,
          grace: Number(stop_timeout) >= 10 && stop_timeout === destroy_grace_seconds,
        };
      },
      {
        timing: { ...timing, timeout: "5m5s", start_period: "30s" },
        ...{ wait: true, wait_timeout: waitTimeout, restart: "unless-stopped", probe: true, grace: true },
      },
    );
    expect(byRole(json).postgres).toMatchObject({ destroy_grace_seconds: 60, stop_signal: "SIGINT" });
  });

  test("is read to its end, and fails the apply where it fails, where it runs once", () => {
    compare(
      isJob,
      (container) => {
        const { must_run, attach, logs, restart, wait, lifecycle, destroy_grace_seconds } =
          container as never;
        const [postcondition] = (lifecycle as { postcondition: { condition: string }[] }).postcondition;
        const grace = Number(destroy_grace_seconds) >= 1;
        return { must_run, attach, logs, restart, wait, condition: postcondition?.condition, grace };
      },
      {
        ...{ must_run: false, attach: true, logs: true, restart: "no", wait: undefined },
        ...{ condition: "${self.exit_code == 0}", grace: true },
      },
    );
  });

  test("uses nothing that the provider gets wrong", () => {
    const forbidden = [
      ...["rm", "publish_all_ports", "cpu_shares", "cpu_period", "cpu_quota", "privileged", "devices"],
      ...["mounts", "host", "pid_mode", "ipc_mode", "userns_mode", "sysctls", "platform"],
    ];
    compare(
      () => true,
      (container) => forbidden.filter((attribute) => attribute in (container as object)),
      [],
    );
    expect(json.terraform).toMatchObject({
      required_providers: { docker: { source: "kreuzwerker/docker", version: "~> 4.5" } },
      backend: { local: { path: "../../../terraform.tfstate" } },
    });
  });

  test("names its image by the id of an image that is kept", () => {
    const images = Object.values(json.resource.docker_image);

    compare(
      () => true,
      ({ image }: { image: string }) => /^\$\{docker_image\.\w+\.image_id\}$/.test(image),
      true,
    );
    expect(images.map(({ keep_locally }) => keep_locally)).toEqual(images.map(() => true));
  });
});
