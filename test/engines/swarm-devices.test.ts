import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { kit, missing, titled, until } from "../support/e2e.ts";
import { SmallSwarm } from "../support/e2e-swarm.ts";

const reason = missing.docker ?? missing.namespaces;
const off = { enabled: false };
const MQTTS = 25_992;
const MINUTES = 300_000;

/** A file of its own, because an engine that is in a swarm can be nobody else's. */
describe.skipIf(reason)(
  titled("devices with certificates on Docker Swarm", reason),
  { timeout: MINUTES },
  () => {
    const swarm = new SmallSwarm("e2e-certified", MQTTS, {
      mosquitto: { devices: { publish: ["sensor/%u"] } },
      listeners: { backend: off, mqtt: off, mqtts: { port: MQTTS } },
      tls: { mqttClients: "certificates" },
    });
    const { deployment, engine, stack } = swarm;

    async function verb(...words: readonly [string, ...string[]]): Promise<string> {
      const { code, stdout, stderr } = await kit([...words, "-c", deployment.site], {
        env: { DOCKER_HOST: engine.host },
      });
      if (code !== 0) throw new Error(stderr);
      return stdout;
    }

    /** Whether the broker acknowledges a reading of that device. */
    async function publish(device: string, value: number): Promise<boolean> {
      const pki = join(deployment.home, "pki");
      const handed = join(pki, "devices/handed-out", device);
      const files = [
        join(handed, `${device}.crt`),
        join(handed, `${device}.key`),
        join(pki, "authority/ca.crt"),
      ];
      const [cert, key, ca] = files.map((file) => readFileSync(file, "utf8"));
      const { stdout } = await swarm.inNetwork(
        `const { connectAsync } = require("${projectRoot}/node_modules/mqtt");
       const tls = JSON.parse(require("fs").readFileSync(0, "utf8"));
       connectAsync("mqtts://127.0.0.1:${MQTTS}", { ...tls, servername: "localhost", clientId: "${device}", reconnectPeriod: 0 })
         .then(async (client) => { await client.publishAsync("sensor/${device}", "${value}", { qos: 1 }); await client.endAsync(); console.log("acknowledged"); })
         .catch((error) => console.log(error.message));`,
        JSON.stringify({ cert, key, ca }),
      );
      return stdout.trim() === "acknowledged";
    }

    const objects = async () => (await engine.output("secret", "ls", "--format", "{{.Name}}")).split("\n");

    beforeAll(async () => {
      await swarm.open();
      await swarm.join();
      await verb("up", "--target", "swarm");
    }, MINUTES);

    afterAll(() => swarm.close(), MINUTES);

    test("lets in a device that is given a certificate, and replaces nothing for it", async () => {
      const before = await swarm.ids();
      for (const name of ["pump-1", "pump-2"]) await verb("devices", "issue", name);

      expect(await publish("pump-1", 1)).toBe(true);
      expect(await verb("up")).toContain("nothing to do");
      expect(await swarm.ids()).toEqual(before);
    });

    test("refuses a device that was revoked once up has given the broker the list, and no other", async () => {
      const [before, names] = [await swarm.ids(), await objects()];
      const told = await verb("devices", "revoke", "pump-1");
      expect(told.split("\n").slice(1, 3)).toEqual([
        `A running broker learns of it by: exploreiot up -c ${deployment.site} (replaces what has the revocation list: the broker, and the edge where there is one; each is away for some seconds).`,
        "From then on it refuses the device, whose connection has ended with the broker's task.",
      ]);
      expect(await publish("pump-1", 2)).toBe(true);
      await verb("up");

      const after = await swarm.ids();
      expect(SmallSwarm.SERVICES.filter((role) => before[role] !== after[role])).toEqual(["mosquitto"]);
      expect([await publish("pump-1", 3), await publish("pump-2", 4)]).toEqual([false, true]);
      await until("every reading", async () => (await swarm.readings()).length === 3);
      expect(await swarm.readings()).toEqual([1, 2, 4]);
      const now = await objects();
      expect(now.length).toBe(names.length);
      expect(await verb("up")).toContain("nothing to do");
    });

    test("says what takes the place of the kit's packet filter", async () => {
      const { code, stderr } = await kit(["firewall", "status", "-c", deployment.site], {
        env: { DOCKER_HOST: engine.host },
      });
      expect({ code, said: stderr.trimEnd().split("\n") }).toEqual({
        code: 1,
        said: [
          `error: ${deployment.name} is on the swarm of this engine, and this verb works on the containers of one engine`,
          `  → the kit's packet filter is not on a swarm; the rules for Swarm's own ports are told on each node: nft list table inet ${stack.replaceAll("-", "_")}_swarm`,
          `  → they are in .exploreiot/${deployment.name}/swarm/firewall, and RUNBOOK.md next to it says how a node gets them`,
        ],
      });
    });
  },
);
