import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { nftablesRuleset } from "../../firewall/nftables.ts";
import { readStack } from "../../runners/stack.ts";
import { connectionsPerSource } from "../../services/connections.ts";
import { BROKER_ALONE, SOON_UNHEALTHY } from "../support/broker-alone.ts";
import { missing, titled, until } from "../support/e2e.ts";
import { endTimeToConfirm, GuardedDeployment } from "../support/e2e-guarded.ts";
import { takeImages } from "../support/e2e-images.ts";
import { ADDRESS, Namespaces, openIn, scan } from "../support/e2e-namespaces.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const reason = missing.docker ?? missing.compose ?? missing.namespaces;
const everyPort = "1-65535";
const CONFIRM_SECONDS = 600;
const { machine, outside } = ADDRESS;

/** The whole reference application, open to the network. */
const whole: DeploymentInput = {
  name: "e2e-fw",
  bind: "lan",
  hosts: [machine.v4],
  firewall: { enabled: true },
  listeners: {
    ...{ frontend: { port: 25000 }, backend: { port: 25001 }, mqtt: { port: 1883 } },
    ...{ https: { port: 443 }, mqtts: { port: 8883 } },
  },
  networks: {
    edge: { ipv4: "10.125.1.0/24", ipv6: "fd00:25:1::/64" },
    broker: { ipv4: "10.125.2.0/24", ipv6: "fd00:25:2::/64" },
    data: { ipv4: "10.125.3.0/24" },
  },
};

const LISTENERS = ["frontend", "backend", "mqtt", "https", "mqtts"];
const limitsOf = (chain: string, listener: string) => {
  const ofBroker = listener.startsWith("mqtt") ? ["too fast from all sources"] : [];
  return ["too fast from one source", "too many from one source", ...ofBroker].map((what) => ({
    ...{ chain, rule: `${listener}, ${what}`, packets: 0, dropped: true },
  }));
};

const broker: DeploymentInput = {
  name: "e2e-fw-broker",
  listeners: { mqtt: { port: 25002 } },
  ...BROKER_ALONE,
};

describe.skipIf(reason !== undefined)(titled("the firewall", reason), () => {
  const namespaces = new Namespaces();
  const engine = new PrivateEngine(namespaces);
  let images: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    await namespaces.open();
    await engine.start();
    images = await takeImages(engine, whole, [
      ...["base", "edge", "firewall", "mosquitto", "postgres", "redis", "backend", "frontend"],
    ]);
    namespaces.listen(namespaces.machine, 25100, "a service of the machine");
    for (const port of [25200, 25201]) namespaces.listen(namespaces.outside, port, "the neighbour");
  });
  afterAll(async () => {
    await engine.remove();
    await namespaces.close();
  });

  const inMachine = (...argv: readonly string[]) => namespaces.in(namespaces.machine, argv);
  const tables = async () =>
    (await inMachine("nft", "list", "tables")).stdout
      .split("\n")
      .filter((line) => line.includes("exploreiot"));
  /** Every port that is open to the neighbour. One family after the other: two scans at once lose packets, and wait. */
  const openPorts = async () => {
    const v4 = await scan(namespaces, machine.v4, everyPort);
    const v6 = await scan(namespaces, machine.v6, everyPort);
    return { v4: openIn(v4), v6: openIn(v6) };
  };

  /** A database that somebody publishes by mistake; waits until it listens. */
  async function stray(name: string, ...options: readonly string[]): Promise<void> {
    const run = ["run", "--detach", "--name", name, ...options, images.redis as string];
    const { code, stderr } = await engine.docker(
      ...run,
      "valkey-server",
      "--port",
      "5432",
      "--protected-mode",
      "no",
    );
    if (code !== 0) throw new Error(stderr);
    const ping = ["exec", name, "valkey-cli", "-p", "5432", "ping"];
    await until(`${name} listens`, async () => (await engine.docker(...ping)).stdout.trim() === "PONG");
  }

  /** The bytes that a program in a container gets from a port at once. */
  async function askFrom(network: string, host: string, port: number, request = ""): Promise<string> {
    const script = `exec 3<>/dev/tcp/${host}/${port}; printf '${request}' >&3; read -r -t 5 -u 3 line; printf %s "$line"`;
    const run = [
      "run",
      "--rm",
      "--network",
      network,
      images.base as string,
      "timeout",
      "5",
      "bash",
      "-c",
      script,
    ];
    return (await engine.docker(...run)).stdout.trim();
  }

  /** Those of `ADDRESS PORT` that take a connection from a container within five seconds. */
  async function reachedFrom(network: string, targets: readonly string[]): Promise<readonly string[]> {
    const script =
      'for to; do set -- $to; timeout 5 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null && echo "$to" & done; wait';
    const run = ["run", "--rm", "--network", network, images.base as string, "bash", "-c", script, "reach"];
    return (await engine.docker(...run, ...targets)).stdout.split("\n").filter(Boolean).sort();
  }

  describe("of a deployment on loopback", () => {
    const local = new GuardedDeployment({ ...broker, name: "e2e-fw-local" }, namespaces, engine);
    afterAll(() => local.forget());

    test("is off, and nothing of it is open to others", async () => {
      await local.up("compose");

      expect(await openPorts()).toEqual({ v4: [25100], v6: [25100] });
      expect(await tables()).toEqual([]);
    });
  });

  describe("for containers, with the whole stack", () => {
    const site = new GuardedDeployment(whole, namespaces, engine);
    const edge = site.container("edge");
    const declared = [443, 1883, 8883, 25000, 25001];

    beforeAll(async () => {
      await site.up("compose");
    });
    afterAll(() => site.forget());

    const brokerAt = async (family: "IPAddress" | "GlobalIPv6Address") => {
      const format = `{{(index .NetworkSettings.Networks "${site.container("broker")}").${family}}}`;
      return (await engine.docker("inspect", "--format", format, site.container("mosquitto"))).stdout.trim();
    };
    const load = (text: string) => namespaces.in(namespaces.machine, ["nft", "--file", "-"], text);
    const rules = () => {
      const files = readStack(site.stack).containers.find(
        ({ name }) => name === site.container("firewall-files"),
      );
      const [upload] = files?.uploads ?? [];
      return upload !== undefined && "content" in upload ? upload.content : "";
    };
    const http = "GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n";

    test("opens the declared ports, and leaves the machine's own service alone", async () => {
      expect(await openPorts()).toEqual({ v4: [...declared, 25100], v6: [25100] });
    });

    test("keeps a database that is published by mistake shut, and other people's containers open", async () => {
      await stray("fw-late", "--network", edge, "--publish", "0.0.0.0:25010:5432", "--publish", "25011:5432");
      await stray("fw-foreign", "--publish", "25013:5432");

      expect(await scan(namespaces, machine.v4, "25010,25011,25013")).toEqual({
        ...{ 25010: "filtered", 25011: "closed", 25013: "open" },
      });
      expect(await scan(namespaces, machine.v6, "25010,25011,25013")).toEqual({
        ...{ 25010: "closed", 25011: "closed", 25013: "open" },
      });
    });

    test("lets nobody route to a container, with either family", async () => {
      const [v4, v6] = [await brokerAt("IPAddress"), await brokerAt("GlobalIPv6Address")];

      expect(await scan(namespaces, v4, "1883")).toEqual({ 1883: "filtered" });
      expect(await scan(namespaces, v6, "1883")).toEqual({ 1883: "filtered" });
    });

    test("keeps containers from the machine, through each gateway, from each other's networks and from neighbours", async () => {
      const [gateways, elsewhere] = [
        ["10.125.1.1", "10.125.2.1", "10.125.3.1", "fd00:25:1::1", "fd00:25:2::1", machine.v4, machine.v6],
        [outside.v4, outside.v6],
      ];
      const broker = await brokerAt("IPAddress");
      const closed = [
        ...gateways.map((gateway) => `${gateway} 25100`),
        // The machine's own address of a published port leads back in.
        ...[`${machine.v4} 25001`, ...elsewhere.map((address) => `${address} 25200`)],
      ];
      const reached = ["edge", "broker", "data"].map((network) => {
        const across = network === "broker" ? [] : [`${broker} 1883`];
        return reachedFrom(site.container(network), [...closed, ...across]);
      });
      expect(await Promise.all(reached)).toEqual([[], [], []]);
      expect(await reachedFrom("bridge", [`${machine.v4} 25100`, `${outside.v4} 25200`])).toHaveLength(2);
    });

    test("stands in nobody's way: on the same network, in from other containers, on the machine itself", async () => {
      expect(await askFrom(edge, "backend", 8000, http)).toBe("HTTP/1.1 200 OK");
      expect(await askFrom("bridge", machine.v4, 25001, http)).toBe("HTTP/1.1 200 OK");
      const { stdout } = await inMachine(
        "bash",
        "-c",
        `exec 3<>/dev/tcp/127.0.0.1/25001; printf '${http}' >&3; head -n 1 <&3`,
      );
      expect(stdout.trim()).toBe("HTTP/1.1 200 OK");
    });

    test("is put back at once when somebody deletes it, counts from then on, and holds open connections", async () => {
      const connection = await namespaces.hold(machine.v4, 1883);
      await inMachine("nft", "delete", "table", "inet", "exploreiot_e2e-fw");
      await until("the table is back", async () => (await tables()).length === 1);
      for (const port of declared) await namespaces.reach(machine.v4, port);
      await scan(namespaces, machine.v4, "25010");
      const { stdout } = await site.firewall("status", "--json");

      // MQTT CONNECT without a password, and the broker's refusal.
      expect(await connection.send("100c00044d5154540402003c0000")).toBe("20020005");
      expect(JSON.parse(stdout)).toMatchObject({
        deployment: "e2e-fw",
        state: "applied",
        counters: [
          { chain: "prerouting", rule: "loopback from outside", packets: 0, dropped: true },
          { chain: "input", rule: "loopback, too many for the engine's proxy", packets: 0, dropped: true },
          { rule: "undeclared, containers to the machine", dropped: true },
          ...LISTENERS.flatMap((name) => limitsOf("input", name)),
          { chain: "forward", rule: "undeclared, from containers", dropped: true },
          ...LISTENERS.flatMap((name) => [
            ...limitsOf("forward", name),
            { chain: "forward", rule: name, packets: 1, dropped: false },
          ]),
          { chain: "forward", rule: "undeclared, forward", packets: expect.any(Number), dropped: true },
        ],
      });
      expect(JSON.parse(stdout).counters.at(-1).packets).toBeGreaterThan(0);
    });

    test("is put back next to rules of a newer nft, which an older one cannot read", async () => {
      const nft = (...commands: readonly string[]) =>
        engine.output("exec", site.container("firewall"), "nft", commands.join("; "));
      await nft(
        "add table inet newer",
        "add set inet newer some { type ipv4_addr; flags interval; }",
        "add chain inet newer judge",
        "add rule inet newer judge ct state vmap { established : accept, invalid : drop }",
      );
      await nft("delete table inet exploreiot_e2e-fw");
      await until("the table is back", async () =>
        (await nft("list tables")).includes("table inet exploreiot_e2e-fw"),
      );
      const { stdout } = await site.firewall("status", "--json");
      await nft("delete table inet newer");

      expect(JSON.parse(stdout)).toMatchObject({ state: "applied" });
    });

    test.each([
      ["one source", 1],
      ["fifty sources", 50],
    ])(
      "lets the broker outlive 20,000 silent connections of %s, while others come through",
      async (_, count) => {
        const most = count * connectionsPerSource(parseDeployment(whole, "test"), { name: "mqtts" });
        const sources = await namespaces.sources(count);
        const [host, port, seconds] = [machine.v4, 8883, 9];
        const attack = namespaces.attack({
          host,
          port,
          connections: 20_000,
          sources,
          kind: "silent",
          seconds,
        });
        for (let second = 0; second < seconds; second += 3) {
          const other = await namespaces.hold(host, 1883);
          expect(await other.send("100c00044d5154540402003c0000")).toBe("20020005");
        }
        const { opened } = await attack;
        const format = "{{.RestartCount}} {{.State.OOMKilled}} {{.State.Health.Status}}";
        const state = await engine.output("inspect", "--format", format, site.container("mosquitto"));

        const { counters } = JSON.parse((await site.firewall("status", "--json")).stdout);
        const isPaced = counters.some(
          ({ rule, packets }: { rule: string; packets: number }) =>
            rule === "mqtts, too fast from all sources" && packets > 0,
        );

        expect({ state, isBounded: opened <= most, isPressed: opened > most / 4, isPaced }).toEqual({
          ...{ state: "0 false healthy", isBounded: true, isPressed: true, isPaced: count > 1 },
        });
      },
    );

    test("holds while the engine restarts, and after it", async () => {
      await engine.docker("rm", "--force", "fw-foreign");
      await engine.stop();
      expect(await tables()).toEqual(["table inet exploreiot_e2e-fw"]);
      await engine.start();
      await engine.docker("start", "fw-late");
      await until("the stack is well", async () => (await site.kit("status")).code === 0, 60_000);

      expect(await scan(namespaces, machine.v4, "443,1883,8883,25000,25001,25010,25100")).toEqual({
        ...{
          443: "open",
          1883: "open",
          8883: "open",
          25000: "open",
          25001: "open",
          25010: "filtered",
          25100: "open",
        },
      });
    });

    describe("proves each of its rules: without it the scan differs", () => {
      /** How the neighbour sees what the rules decide about. */
      const seen = async () => {
        const [v4, v6] = [await brokerAt("IPAddress"), await brokerAt("GlobalIPv6Address")];
        const [declared, mistaken, routed, routed6, loopback, out] = await Promise.all([
          scan(namespaces, machine.v4, "25001"),
          scan(namespaces, machine.v4, "25010"),
          scan(namespaces, v4, "1883"),
          scan(namespaces, v6, "1883"),
          namespaces.loopbackLeaks(25001),
          reachedFrom(edge, [`${machine.v4} 25100`, `${outside.v4} 25200`]),
        ]);
        return { declared, mistaken, routed, routed6, loopback, out };
      };
      const asRendered = {
        declared: { 25001: "open" },
        mistaken: { 25010: "filtered" },
        routed: { 1883: "filtered" },
        routed6: { 1883: "filtered" },
        loopback: false,
        out: [] as readonly string[],
      };

      // Else it would put its own rules back at once.
      beforeAll(() => engine.docker("pause", site.container("firewall")));
      afterAll(() => engine.docker("unpause", site.container("firewall")));

      test("as rendered", async () => {
        expect((await load(rules())).code).toBe(0);
        expect(await seen()).toEqual(asRendered);
      });

      test.each<[string, (text: string) => string, object]>([
        [
          "the port that was asked for, not the container's",
          (text) => text.replaceAll(/ct original proto-dst (\d+)/g, "tcp dport $1"),
          { declared: { 25001: "filtered" } },
        ],
        [
          "published ports only",
          (text) => text.replaceAll("ct status dnat ", ""),
          { routed: { 1883: "open" } },
        ],
        [
          "a drop at the end",
          (text) => text.replace(/.*undeclared, forward.*\n/, ""),
          { mistaken: { 25010: "open" }, routed: { 1883: "open" }, routed6: { 1883: "open" } },
        ],
        [
          "both families",
          (text) => text.replaceAll("inet exploreiot", "ip exploreiot").replaceAll("meta nfproto ipv4 ", ""),
          { routed6: { 1883: "open" } },
        ],
        [
          "no way to the machine",
          (text) => text.replace(/.*undeclared, containers to the machine.*\n/, ""),
          { out: [`${machine.v4} 25100`] },
        ],
        [
          "no way to neighbours",
          (text) => text.replace(/.*undeclared, from containers.*\n/, ""),
          { out: [`${outside.v4} 25200`] },
        ],
        [
          "no loopback from outside",
          (text) => text.replace(/.*loopback from outside.*\n/, ""),
          { loopback: true },
        ],
      ])("%s", async (_, mutate, difference) => {
        const mutant = mutate(rules());
        expect(mutant).not.toBe(rules());
        await load("delete table inet exploreiot_e2e-fw");
        expect((await load(mutant)).stderr).toBe("");

        expect(await seen()).toEqual({ ...asRendered, ...difference });

        await load(`${mutant.includes("table ip ") ? "delete table ip exploreiot_e2e-fw\n" : ""}${rules()}`);
      });
    });

    test("touches nobody else's rules, as flushing the ruleset would", async () => {
      const nat = async () => (await inMachine("nft", "list", "chain", "ip", "nat", "DOCKER")).code;
      await load(rules());
      expect(await nat()).toBe(0);
      await load(rules().replace(/^delete table .*$/m, "flush ruleset"));
      expect(await nat()).toBe(1);

      await engine.stop();
      await engine.start();
    });

    test("follows a change of the deployment: in production TLS alone is open, unasked", async () => {
      const egress = [
        { to: [`${outside.v4}/32`, `${outside.v6}/128`], port: 25200 },
        { to: [`${machine.v4}/32`], port: 25100 },
      ];
      site.configure({ environment: "production", listeners: {}, firewall: { egress } });
      await site.up("compose");

      expect(await openPorts()).toEqual({ v4: [443, 8883, 25100], v6: [25100] });
    });

    test("opens the way out that is declared with it, and no other", async () => {
      const targets = [`${outside.v4} 25200`, `${outside.v6} 25200`, `${outside.v4} 25201`];
      const own = [`${machine.v4} 25100`, `${machine.v6} 25100`, "10.125.1.1 25100"];

      const networks = [edge, site.container("data")];
      expect(
        await Promise.all(networks.map((network) => reachedFrom(network, [...targets, ...own]))),
      ).toEqual([[`${machine.v4} 25100`, `${outside.v4} 25200`, `${outside.v6} 25200`].sort(), []]);
    });

    test("goes with the deployment", async () => {
      await engine.docker("rm", "--force", "fw-late");
      expect((await site.kit("down")).code).toBe(0);

      expect(await tables()).toEqual([]);
    });
  });

  describe("for the whole machine", () => {
    const site = new GuardedDeployment(
      {
        ...{ ...broker, name: "e2e-fw-host", hosts: [machine.v4] },
        listeners: { mqtt: { port: 25002, bind: "lan" }, mqtts: { enabled: false } },
        firewall: {
          ...{ enabled: true, scope: "host", interfaces: ["wan0"], confirmSeconds: CONFIRM_SECONDS },
          ssh: { port: 25122, from: ["198.51.100.0/24"] },
          open: [{ port: 25101 }, { port: 25102, from: ["203.0.113.0/24"] }],
        },
        health: SOON_UNHEALTHY,
      },
      namespaces,
      engine,
    );
    const deployedBy = missing.terraform === undefined ? "terraform" : "compose";
    const status = async () => JSON.parse((await site.firewall("status", "--json")).stdout);
    const state = async () => (await status()).state as string;

    beforeAll(async () => {
      for (const port of [25122, 25101, 25102]) namespaces.listen(namespaces.machine, port, `port ${port}`);
      await stray("fw-foreign", "--publish", "25013:5432");
    });
    afterAll(async () => {
      await engine.docker("rm", "--force", "fw-foreign");
      await site.forget();
    });

    test("refuses an interface that is not there, before anything is made", async () => {
      site.configure({ firewall: { ...site.config.firewall, interfaces: ["eth9"] } });
      const { code, stderr } = await site.kit("up", "--runner", deployedBy);
      site.configure({ firewall: { ...site.config.firewall, interfaces: ["wan0"] } });

      expect(code).toBe(1);
      expect(stderr).toContain('error: firewall.interfaces: got "eth9"; allowed: ');
      expect(
        (
          await engine.docker(
            "ps",
            "--all",
            "--quiet",
            "--filter",
            `label=exploreiot.deployment=${site.name}`,
          )
        ).stdout,
      ).toBe("");
    });

    test("is taken back when nobody confirms it in time", async () => {
      await site.up(deployedBy);
      const { state: first, secondsLeft } = await status();
      expect([first, secondsLeft > 0, secondsLeft <= CONFIRM_SECONDS]).toEqual(["unconfirmed", true, true]);
      expect(openIn(await scan(namespaces, machine.v4, "25000-25199"))).toEqual([25002, 25101, 25122]);
      await endTimeToConfirm(engine, site.container("firewall"));
      await until("it is taken back", async () => (await state()) === "reverted", 60_000);

      expect(await tables()).toEqual([]);
      expect((await site.firewall("status")).code).toBe(2);
      expect((await site.firewall("confirm")).stderr).toContain("too late: the rules were taken back");
    });

    test("is kept once a login that came in since confirms it, also over a restart", async () => {
      await until("its end is noticed", async () => (await site.kit("status")).stdout.includes("unhealthy"));
      await site.up(deployedBy);
      expect((await site.firewall("confirm")).stderr).toContain("no login has come in");
      expect(await namespaces.ask(namespaces.outside, machine.v4, 25122)).toBe("port 25122");
      expect((await site.firewall("confirm")).stdout).toBe(`${site.name}: confirmed\n`);
      await engine.docker("restart", site.container("firewall"));

      expect(await state()).toBe("applied");
    });

    test("opens what is declared, to whom it is declared, and nothing of anybody else's", async () => {
      expect(await openPorts()).toEqual({ v4: [25002, 25101, 25122], v6: [25101] });
      expect(await namespaces.ask(namespaces.machine, "127.0.0.1", 25102)).toBe("port 25102");
      expect(await askFrom("bridge", outside.v4, 25200)).toBe("the neighbour");
      expect(await askFrom("bridge", machine.v4, 25100)).toBe("");
      expect(await namespaces.reach(machine.v4, 25002)).toBe(true);
    });

    test("takes the confirmed rules back into force when newer ones are not confirmed", async () => {
      site.configure({ firewall: { ...site.config.firewall, open: [] } });
      await site.up(deployedBy);
      expect(await scan(namespaces, machine.v4, "25101,25122")).toEqual({ 25101: "filtered", 25122: "open" });
      await endTimeToConfirm(engine, site.container("firewall"));
      await until("they are taken back", async () => (await state()) === "reverted", 60_000);

      expect(await scan(namespaces, machine.v4, "25101,25102")).toEqual({ 25101: "open", 25102: "filtered" });
    });

    test("goes with the deployment", async () => {
      await site.remove();

      expect(await tables()).toEqual([]);
    });
  });

  describe("whose nft dies", () => {
    const name = "fw-dying";
    const folder = mkdtempSync("/var/tmp/exploreiot-nft-");
    const rules = nftablesRuleset(parseDeployment({ ...broker, name: "e2e-fw-dying" }, "test"));
    const dies = join(folder, "bin/dies");
    const firewall = (command: string) => engine.docker("exec", name, "firewall", command);
    const says = async (line: string) => (await firewall("status")).stdout.split("\n").includes(line);
    const table = ["/usr/sbin/nft", "list", "table", "inet", "exploreiot_e2e-fw-dying"];
    const isThere = async () => (await engine.docker("exec", name, ...table)).stdout.includes("undeclared");

    beforeAll(async () => {
      mkdirSync(join(folder, "bin"));
      mkdirSync(join(folder, "rules"));
      writeFileSync(join(folder, "rules/firewall.nft"), rules);
      const script = `#!/bin/sh\n[ ! -e /usr/local/sbin/dies ] || kill -SEGV $$\nexec /usr/sbin/nft "$@"\n`;
      writeFileSync(join(folder, "bin/nft"), script, { mode: 0o755 });
      await engine.output(
        ...["run", "--detach", "--name", name, "--network", "host", "--user", "0:0", "--read-only"],
        ...["--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--tmpfs", "/run/firewall"],
        ...["--volume", `${folder}/bin:/usr/local/sbin:ro`, "--volume", `${folder}/rules:/run/exploreiot:ro`],
        ...["--env", "FIREWALL_TABLE=exploreiot_e2e-fw-dying", "--env", "FIREWALL_BRIDGES="],
        ...["--env", "FIREWALL_CONFIRM_SECONDS=0", "--restart", "always", images.firewall as string],
      );
      await until("the rules are applied", () => says("state=applied"));
    });
    afterAll(async () => {
      await engine.docker("rm", "--force", name);
      rmSync(folder, { recursive: true });
    });

    test("keeps the rules that are there, says so, and applies them again when it can", async () => {
      writeFileSync(dies, "");
      await until("it notices", () => says("state=failing"));
      const { code, stdout } = await firewall("check");

      expect({ code, stdout, isThere: await isThere() }).toEqual({
        code: 1,
        stdout:
          "the rules cannot be applied: nft crashed (exit 139), as it does on rules that a newer nft wrote\n",
        isThere: true,
      });
      await engine.output(
        "exec",
        name,
        "/usr/sbin/nft",
        "delete",
        "table",
        "inet",
        "exploreiot_e2e-fw-dying",
      );
      expect(await isThere()).toBe(false);
      rmSync(dies);
      await until("they are back", () => says("state=applied"));

      expect(await isThere()).toBe(true);
      expect(await engine.output("inspect", "--format", "{{.RestartCount}}", name)).toBe("0");
    });

    test("takes no rules away when it is started meanwhile", async () => {
      writeFileSync(dies, "");
      await engine.output("restart", name);
      await until("it notices", () => says("state=failing"));

      expect(await isThere()).toBe(true);
      rmSync(dies);
      await until("they are applied", () => says("state=applied"));
    });

    test("leaves the rules in the kernel when its container is killed and removed", async () => {
      await engine.output("rm", "--force", name);
      const { code, stdout } = await inMachine("nft", "list", "table", "inet", "exploreiot_e2e-fw-dying");

      expect({ code, closes: stdout.includes("undeclared") }).toEqual({ code: 0, closes: true });
      await inMachine("nft", "delete", "table", "inet", "exploreiot_e2e-fw-dying");
    });
  });

  describe("on an engine that makes no rules", () => {
    const site = new GuardedDeployment(
      { ...broker, name: "e2e-fw-none", firewall: { enabled: true } },
      namespaces,
      engine,
    );

    test("is refused, with what to do", async () => {
      await engine.stop();
      await inMachine("nft", "flush", "ruleset");
      await engine.start({ iptables: false });
      const { code, stderr } = await site.kit("up", "--runner", "compose");

      expect({ code, stderr: stderr.split("\n").slice(-3) }).toEqual({
        code: 1,
        stderr: [
          "error: the engine makes no packet filter rules in this network namespace: published ports are served by a process, which rules for containers do not see",
          '  → remove "iptables": false from the engine\'s daemon.json, or use firewall.scope: host; for an engine in a virtual machine, filter outside of it',
          "",
        ],
      });
      await site.forget();
    });
  });
});
