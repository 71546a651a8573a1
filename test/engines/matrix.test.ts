import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { UserError } from "../../core/errors.ts";
import { isInstalled } from "../../core/programs.ts";
import type { RunnerName } from "../../runners/record.ts";
import { missing, titled } from "../support/e2e.ts";
import { GuardedDeployment } from "../support/e2e-guarded.ts";
import { imagesOf, takeImages } from "../support/e2e-images.ts";
import { ADDRESS, Namespaces, openIn, scan } from "../support/e2e-namespaces.ts";
import { commitMissing, OlderKit, ON_BOOKWORM } from "../support/e2e-older-kit.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { type ENGINES, type EngineResult, keepResult, type TRIALS } from "../support/engine-results.ts";
import { debianRoot, type EngineRoot, mobyRoot } from "../support/engine-root.ts";
import { rootlessMissing } from "../support/rootless.ts";

interface Row {
  readonly name: (typeof ENGINES)[number];

  /** @default - the engine that this machine has */
  readonly root?: () => Promise<EngineRoot | "rootless">;

  /** Whether an ordinary user runs it. @default - root does */
  readonly isRootless?: true;

  /** The settings in its daemon.json. */
  readonly settings: object;
}

const ROWS: readonly Row[] = [
  { name: "20.10", settings: {} },
  { name: "20.10, rootless", root: rootless, isRootless: true, settings: {} },
  { name: "26", root: () => debianRoot("trixie"), settings: {} },
  {
    name: "26, rootless",
    root: async () => ({ ...(await debianRoot("trixie")), isRootless: true }),
    isRootless: true,
    settings: {},
  },
  { name: "28", root: () => debianRoot("sid"), settings: {} },
  {
    name: "28, containerd store",
    root: () => debianRoot("sid"),
    settings: { features: { "containerd-snapshotter": true } },
  },
  { name: "29", root: mobyRoot, settings: {} },
  { name: "29, nftables", root: mobyRoot, settings: { "firewall-backend": "nftables" } },
];

/** @throws UserError if none can be started */
async function rootless(): Promise<"rootless"> {
  const absent = rootlessMissing();
  if (absent !== undefined) throw new UserError(absent);
  return "rootless";
}

const LOCAL: DeploymentInput = {
  name: "e2e-engines",
  listeners: { frontend: { port: 25600 }, backend: { port: 25601 }, mqtt: { port: 25602 } },
};
const off = { enabled: false };
/** The images of a broker alone are made from packages within a minute or two. */
const BROKER: DeploymentInput = {
  ...{ name: "e2e-broker-engines", frontend: off, backend: off, redis: off, postgres: off },
};
/** Made by the older kit, on PostgreSQL 15. */
const OLDER: DeploymentInput = {
  name: "e2e-older-engines",
  listeners: { backend: { port: 25603 }, mqtt: { port: 25604 } },
  frontend: off,
};
const PRODUCTION: DeploymentInput = {
  name: "e2e-engines-tls",
  environment: "production",
  bind: "lan",
  hosts: [ADDRESS.machine.v4],
  listeners: { https: {}, mqtts: {} },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
};

/** Programs that send a reading to a backend, and print the one that it has. */
const SEND = (port: number) => [
  ...[process.execPath, "-e"],
  `fetch("http://127.0.0.1:${port}/api/mesures", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ capteur: "temp", valeur: 21.5 }) }).then(async (answer) => { if (!answer.ok) throw new Error(await answer.text()); })`,
];
const STORED = (port: number) => [
  ...[process.execPath, "-e"],
  `fetch("http://127.0.0.1:${port}/api/mesures").then(async (answer) => { const all = await answer.json(); console.log(all[0].capteur, all[0].valeur); })`,
];

/** A rootless engine cannot filter what its machine takes in. */
const UNGUARDABLE = `error: the firewall cannot work with a rootless engine: it has a network of its own, and no say in the machine's
  → use an engine that runs as root
  → or set firewall.enabled: false in the configuration, and filter in front of it
`;
const PRIVILEGED = `error: port 0.0.0.0:443 cannot be opened by a rootless engine
  → as root: sysctl net.ipv4.ip_unprivileged_port_start=443, and the same line in /etc/sysctl.d to keep it
  → or: setcap cap_net_bind_service=ep "$(command -v rootlesskit)", then start the engine again
  → or choose ports from 1024 on under listeners in the configuration
`;

const reason = missing.docker ?? missing.compose ?? missing.namespaces;
const noOlderKit = await commitMissing(ON_BOOKWORM);
/** A way out of a machine's namespace, for what fetches packages. */
const noWayOut = isInstalled("slirp4netns") ? undefined : "slirp4netns is not installed";

describe.skipIf(reason !== undefined).each(ROWS)(
  titled("engine $name", reason),
  ({ name, root, isRootless = false, settings }) => {
    const namespaces = new Namespaces();
    const trials: Partial<Record<(typeof TRIALS)[number], string>> = {};
    let engine: PrivateEngine;
    let found: string | undefined;

    beforeAll(async () => {
      const place = await root?.().catch((error: unknown) => {
        if (error instanceof UserError) trials["local, compose"] = `not run: ${error.message}`;
        throw error;
      });
      await namespaces.open();
      // An engine with the nftables backend leaves this to its administrator.
      await namespaces.in(namespaces.machine, ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
      engine = new PrivateEngine(namespaces, place);
      await engine.start(settings);
      const facts = "{{.ServerVersion}}, {{.Driver}}";
      const api = await engine.output("version", "--format", "{{.Server.APIVersion}}");
      found = `${await engine.output("info", "--format", facts)}, API ${api}`;
    }, 7_200_000);

    afterAll(async () => {
      const day = new Date().toISOString().slice(0, 10);
      keepResult({ name, ...(found === undefined ? {} : { found }), day, trials } satisfies EngineResult);
      await engine?.remove();
      await namespaces.close();
    });

    /** Writes down how a trial went, when its test has ended. */
    const trial = (what: (typeof TRIALS)[number], passed = "passed") =>
      onTestFinished(({ task }) => {
        trials[what] = task.result?.state === "pass" ? passed : "failed";
      });

    /** Runs a program on the machine of the engine and returns what it prints. */
    async function onMachine(...argv: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await namespaces.in(namespaces.machine, argv);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    }

    test.skipIf(noWayOut !== undefined)(
      titled("makes images from packages, and finds them again", noWayOut),
      async () => {
        trial("images");
        const broker = new GuardedDeployment(BROKER, namespaces, engine);
        onTestFinished(() => broker.forget());
        const made = await namespaces.withWayOut(() => broker.kit("images", "--json"));
        const again = await broker.kit("images", "--json");
        const images = (stdout: string) =>
          (JSON.parse(stdout) as { readonly tag: string; readonly action: string }[]).map(
            ({ tag, action }) => `${/\/(.*):/.exec(tag)?.[1]} ${action}`,
          );

        expect([made.code, again.code], made.stderr + again.stderr).toEqual([0, 0]);
        // The base is made outside of the engine where mmdebstrap is at hand, and loaded.
        expect(images(made.stdout)).toEqual([
          ...[expect.stringMatching(/^base (loaded|built)$/), "mosquitto built", "probe built"],
        ]);
        expect(images(again.stdout)).toEqual(["base present", "mosquitto present", "probe present"]);
      },
      900_000,
    );

    describe("deployments", () => {
      beforeAll(
        () =>
          takeImages(engine, PRODUCTION, [
            ...["base", "edge", "firewall", "mosquitto", "postgres", "redis", "backend", "frontend"],
          ]),
        600_000,
      );

      describe.each<{ runner: RunnerName; what: (typeof TRIALS)[number]; absent: string | undefined }>([
        { runner: "compose", what: "local, compose", absent: missing.compose },
        { runner: "terraform", what: "local, Terraform", absent: missing.terraform },
      ])("local by $runner", ({ runner, what, absent }) => {
        const site = () => new GuardedDeployment(LOCAL, namespaces, engine);

        test.skipIf(absent !== undefined)(
          titled("comes up, stores a reading, and is taken down", absent),
          async () => {
            trial(what);
            const local = site();
            onTestFinished(() => local.forget());
            await local.up(runner);
            await onMachine(...SEND(25601));

            expect(await onMachine(...STORED(25601))).toBe("temp 21.5");
            expect((await local.kit("status", "--no-usage")).code).toBe(0);
            expect((await local.kit("down", "--delete-data", "--yes")).code).toBe(0);
            expect(await engine.output("ps", "--all", "--quiet")).toBe("");
          },
        );
      });

      test.skipIf(noOlderKit !== undefined)(
        titled("carries over a deployment of the older kit, with PostgreSQL 15", noOlderKit),
        async () => {
          trial("upgrade");
          const now = new GuardedDeployment(OLDER, namespaces, engine);
          const older = new OlderKit();
          onTestFinished(async () => {
            await now.forget();
            older.remove();
          });
          await older.checkOut(ON_BOOKWORM);
          await engine.load(await imagesOf((args) => older.kit(...args), now.site));
          const made = await older.kitAt(
            { DOCKER_HOST: engine.host },
            ["nsenter", `--net=/run/netns/${namespaces.machine}`, "--"],
            ...["up", "--config", now.site, "--engine", "compose"],
          );
          expect(made.code, made.stderr).toBe(0);
          await onMachine(...SEND(25603));
          const refused = await now.kit("up", "--runner", "compose");
          const carried = await now.kit("upgrade", "--json");

          expect([refused.code, carried.code], carried.stderr).toEqual([1, 0]);
          expect(JSON.parse(carried.stdout).carried).toMatchObject([
            { service: "postgres", from: { version: 15 }, to: { version: 17 } },
          ]);
          expect(await onMachine(...STORED(25603))).toBe("temp 21.5");
          expect((await now.kit("status", "--no-usage")).code).toBe(0);
        },
        600_000,
      );

      describe("production", () => {
        const site = () => new GuardedDeployment(PRODUCTION, namespaces, engine);
        let production: GuardedDeployment;

        test.runIf(isRootless)(
          "is refused with a port that is root's, and with its packet filter",
          async () => {
            const open = site();
            open.configure({ firewall: { enabled: false } });
            const closed = await open.kit("preflight");
            await onMachine("sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=443");
            const unguarded = await site().kit("preflight");

            expect([closed.stderr, unguarded.stderr]).toEqual([PRIVILEGED, UNGUARDABLE]);
            expect([closed.code, unguarded.code]).toEqual([1, 1]);
          },
        );

        test.runIf(isRootless)("comes up with TLS, without the packet filter", async () => {
          trial("production", "passed, without packet filter");
          production = site();
          production.configure({ firewall: { enabled: false } });
          const { code, stdout, stderr } = await production.kit("up", "--runner", "compose", "--json");

          expect(code, stderr).toBe(0);
          expect((JSON.parse(stdout) as { readonly warnings: readonly string[] }).warnings).toContainEqual(
            expect.stringMatching(
              /^limits of memory, memory with swap, CPU, processes have no effect on this engine/,
            ),
          );
          expect((await production.kit("status", "--no-usage")).code).toBe(0);
        });

        test.skipIf(isRootless)("comes up with TLS and its packet filter", async () => {
          trial("production");
          production = site();
          await production.up("compose");

          expect(JSON.parse((await production.firewall("status", "--json")).stdout)).toMatchObject({
            state: "applied",
          });
          expect((await production.kit("status", "--no-usage")).code).toBe(0);
        });

        test("is not touched by a second up", async () => {
          trial("no-op");

          expect(await production.up("compose")).toMatchObject({ changed: false });
        });

        test("shows a neighbour its two ports, of all there are", async () => {
          trial("scan");

          expect(openIn(await scan(namespaces, ADDRESS.machine.v4, "1-65535"))).toEqual([443, 8883]);
        });

        test("sees that a container is gone, and puts it back", async () => {
          trial("drift");
          await engine.output("rm", "--force", production.container("redis"));

          expect((await production.kit("status", "--no-usage")).code).toBe(2);
          expect(await production.up("compose")).toMatchObject({ changed: true });
          expect((await production.kit("status", "--no-usage")).code).toBe(0);
        });

        afterAll(() => production?.forget());
      });
    });
  },
);
