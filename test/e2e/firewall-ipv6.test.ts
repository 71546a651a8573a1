import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { readStack } from "../../runners/stack.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { missing, titled, until } from "../support/e2e.ts";
import { GuardedDeployment } from "../support/e2e-guarded.ts";
import { takeImages } from "../support/e2e-images.ts";
import { ADDRESS, Namespaces, openIn, scan } from "../support/e2e-namespaces.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const reason = missing.docker ?? missing.compose ?? missing.namespaces;
const { v4, v6 } = ADDRESS.machine;
const off = { enabled: false };

/** Ports that the neighbour tries besides those of the machine's own range. */
const PORTS = "1-1024,1883,3000,5432,6379,8000,8883,24000-24999";

/** The broker on every IPv6 address of the machine, and on no IPv4 one. */
const site: DeploymentInput = {
  name: "e2e-fw6",
  hosts: [v4],
  firewall: { enabled: true },
  listeners: { frontend: off, backend: off, mqtt: { port: 24_002, bind: "::" } },
  networks: { broker: { ipv4: "10.125.12.0/24", ipv6: "fd00:25:12::/64" } },
  ...BROKER_ALONE,
};

/** Engine 20.10 forwards IPv6 as an experiment only. */
const forwarding = (on: boolean) => ({ experimental: true, ip6tables: on });

describe.skipIf(reason !== undefined)(titled("the firewall of a listener on IPv6", reason), () => {
  const namespaces = new Namespaces();
  const engine = new PrivateEngine(namespaces);
  const deployment = new GuardedDeployment(site, namespaces, engine);
  let images: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    await namespaces.open();
    await engine.start(forwarding(true));
    images = await takeImages(engine, site, ["base", "mosquitto", "firewall"]);
  });
  afterAll(async () => {
    await deployment.wipe();
    await engine.remove();
    await namespaces.close();
  });

  /** It is meant to be open here. */
  const OPEN =
    "port 24002 (mqtt) can be reached from other machines in clear text, passwords included: environment: production opens ports with TLS instead";
  const warnings = async () => JSON.parse((await deployment.kit("status", "--json")).stdout).warnings;
  const rules = async () => {
    const { counters } = JSON.parse((await deployment.firewall("status", "--json")).stdout);
    return Object.fromEntries(
      (counters as { chain: string; rule: string; packets: number }[]).map(({ chain, rule, packets }) => [
        `${chain}: ${rule}`,
        packets > 0,
      ]),
    );
  };

  /** The broker's refusal of a connection without a password, to the neighbour. */
  async function answered(): Promise<string> {
    const connection = await namespaces.hold(v6, 24_002);
    return connection.send("100c00044d5154540402003c0000");
  }

  /** The same machine after its engine was set up again, with the containers that were there but for the stray. */
  async function anotherEngine(settings: object): Promise<void> {
    await engine.docker("rm", "--force", "fw6-stray");
    await engine.stop();
    await namespaces.in(namespaces.machine, ["nft", "flush", "ruleset"]);
    await engine.start(settings);
    await until("the broker is back", async () => (await deployment.kit("status")).code === 0, 60_000);
  }

  /** A listener that somebody publishes by mistake next to the broker; waits until it is there. */
  async function stray(...options: readonly string[]): Promise<void> {
    const perl = `use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 5432, Listen => 5, V6Only => 0) or die; while (my $c = $s->accept) { print $c "stray"; close $c }`;
    const run = ["run", "--detach", "--name", "fw6-stray", "--network", deployment.container("broker")];
    const { code, stderr } = await engine.docker(
      ...run,
      ...options,
      images.base as string,
      "perl",
      "-e",
      perl,
    );
    if (code !== 0) throw new Error(stderr);
    const ask = ["exec", "fw6-stray", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5432"];
    await until("the stray listens", async () => (await engine.docker(...ask)).code === 0);
  }

  describe("on an engine that forwards IPv6", () => {
    beforeAll(async () => {
      await deployment.up("compose");
      // A new address is used once the kernel has looked for another one like it, for a second or two (RFC 4862, 5.4).
      await until("the broker answers over IPv6", () => answered().then(Boolean, () => false));
    });

    test("opens its port on IPv6 alone, to the broker itself", async () => {
      expect(openIn(await scan(namespaces, v6, PORTS))).toEqual([24_002]);
      expect(openIn(await scan(namespaces, v4, PORTS))).toEqual([]);
      expect(await answered()).toBe("20020005");
      expect(await rules()).toMatchObject({ "forward: mqtt": true });
    });

    test("keeps shut what is published by mistake, and what is routed to", async () => {
      await stray("--publish", "[::]:24010:5432", "--publish", "0.0.0.0:24010:5432");
      const { containers } = readStack(deployment.stack);
      const broker = containers.find(({ labels }) => labels["exploreiot.role"] === "mosquitto")
        ?.name as string;
      const format = `{{(index .NetworkSettings.Networks "${deployment.container("broker")}").GlobalIPv6Address}}`;
      const routed = (await engine.docker("inspect", "--format", format, broker)).stdout.trim();

      expect(await scan(namespaces, v6, "24002,24010")).toEqual({ 24002: "open", 24010: "filtered" });
      expect(await scan(namespaces, v4, "24002,24010")).toEqual({ 24002: "closed", 24010: "filtered" });
      expect(await scan(namespaces, routed, "1883")).toEqual({ 1883: "filtered" });
      expect(await warnings()).toEqual([OPEN]);
    });
  });

  describe("on an engine whose proxy answers IPv6 clients", () => {
    beforeAll(async () => {
      await anotherEngine(forwarding(false));
      await stray("--publish", "[::]:24010:5432");
    });

    test("says that a port published by mistake passes, which it does", async () => {
      expect(await scan(namespaces, v6, "24002,24010")).toEqual({ 24002: "open", 24010: "open" });
      expect(await warnings()).toEqual([
        OPEN,
        expect.stringMatching(
          /^firewall: .* passes these rules, .*"ip6tables" is off and "userland-proxy" on/,
        ),
        expect.stringMatching(/^mosquitto on \[::\]:24002: IPv6 clients come through the engine's proxy/),
      ]);
      expect((await deployment.kit("status")).stdout).toContain("\nwarning: firewall: ");
      expect((await deployment.kit("preflight")).stderr).toContain("passes these rules");
    });

    test("shuts it in scope host, which the warning names", async () => {
      deployment.configure({
        firewall: { enabled: true, scope: "host", interfaces: ["wan0"], ssh: off },
      });
      await deployment.up("compose");

      expect(openIn(await scan(namespaces, v6, PORTS))).toEqual([24_002]);
      expect(openIn(await scan(namespaces, v4, PORTS))).toEqual([]);
      expect(await answered()).toBe("20020005");
      expect(await rules()).toMatchObject({ "input: mqtt": true, "input: undeclared, input": true });
      expect(await warnings()).toEqual([OPEN, expect.stringMatching(/^mosquitto on /)]);
    });
  });

  test("is refused on an engine where nothing would answer behind the port", async () => {
    await anotherEngine({ ...forwarding(false), "userland-proxy": false });
    const { code, stderr } = await deployment.kit("preflight");

    expect({ code, stderr: stderr.split("\n").at(0) }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: mosquitto on \[::\]:24002: nobody would answer there/),
    });
  });
});
