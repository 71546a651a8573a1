import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login } from "../support/e2e-broker.ts";
import { secretsIn } from "../support/e2e-canary.ts";
import { inspectAll } from "../support/inspected.ts";

const runners = [
  { runner: "terraform", reason: missing.terraform },
  { runner: "compose", reason: missing.compose },
] as const;
const PORT = 26_502;

/** What `exploreiot certificates` says. */
interface Report {
  readonly code: number;
  readonly listeners: readonly {
    readonly listener: string;
    readonly certificate: { readonly serial: string; readonly issuer: string; readonly names: string[] };
    readonly asPublished: boolean;
    readonly problems: readonly string[];
  }[];
}

async function served(deployment: TestDeployment): Promise<Report> {
  const { code, stdout } = await deployment.kit("certificates", "--json");
  return { code, listeners: JSON.parse(stdout).listeners };
}

/** 0 when Terraform finds nothing to change, 2 when it does. */
async function planned({ stack }: TestDeployment): Promise<number> {
  const argv = ["plan", "-input=false", "-detailed-exitcode"];
  return (await run([terraformBinary(), `-chdir=${stack}`, ...argv], { expected: [0, 1, 2] })).code;
}

describe.each(runners)("$runner", ({ runner, reason }) => {
  describe.skipIf(reason)(titled("the internal certificate", reason), () => {
    const deployment = new TestDeployment({
      name: "e2e-pki",
      hosts: ["localhost"],
      listeners: { mqtt: { port: 26_501 }, mqtts: { port: PORT } },
      networks: { broker: { ipv4: "10.26.2.0/24" } },
      tls: { mqttClients: "certificates" },
      mosquitto: { users: [{ name: "viewer", subscribe: ["sensor/+"] }] },
      ...BROKER_ALONE,
    });
    const broker = deployment.container("mosquitto");
    const job = deployment.container("certificates-files");
    const pki = (...path: readonly string[]) => readFileSync(join(deployment.home, "pki", ...path), "utf8");
    const ids = async () =>
      Object.fromEntries((await inspectAll([broker, job])).map(({ Name, Id }) => [Name.slice(1), Id]));
    const inVolume = async () =>
      (await docker("exec", broker, "find", "/certs", "-printf", "%M %U:%G %P %l\n")).split("\n");
    const devices = async (verb: "issue" | "revoke", name: string) => {
      const { code, stderr } = await kit(["devices", verb, name, "--config", deployment.site]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    };
    const handed = (name: string) => join("devices", "handed-out", name);
    const device = (name: string) => ({
      tls: {
        ca: pki("authority", "ca.crt"),
        servername: "localhost",
        cert: pki(handed(name), `${name}.crt`),
        key: pki(handed(name), `${name}.key`),
      },
    });

    beforeAll(async () => {
      await deployment.clear();
      await deployment.up(runner);
    });
    afterAll(() => deployment.wipe());

    test("is in the volume for its readers alone, with the devices' CA and without any CA's key", async () => {
      const [pair] = (await docker("exec", broker, "readlink", "/certs/current")).split("\n");

      const found = (await inVolume()).map((line) => line.trim().replaceAll(pair as string, "PAIR"));
      expect(found.toSorted()).toEqual([
        "-rw-r----- 2000:2000 PAIR/edge.crt",
        "-rw-r----- 2000:2000 PAIR/edge.key",
        "-rw-r----- 2000:2000 devices/ca.crt",
        "-rw-r----- 2000:2000 devices/crl.pem",
        "drwxr-s--- 2000:2000",
        "drwxr-s--- 2000:2000 PAIR",
        "drwxr-s--- 2000:2000 devices",
        "lrwxrwxrwx 2000:2000 current PAIR",
      ]);
    });

    test("is what the listener serves, and a second up has nothing to do", async () => {
      expect(await deployment.up(runner)).toMatchObject({ changed: false });
      if (runner === "terraform") expect(await planned(deployment)).toBe(0);
      const { serialNumber } = new X509Certificate(pki("current", "edge.crt"));
      expect(await served(deployment)).toEqual({
        code: 0,
        listeners: [
          {
            listener: "mqtts",
            address: `127.0.0.1:${PORT}`,
            certificate: {
              serial: serialNumber,
              issuer: "ExploreIOT e2e-pki CA",
              names: ["localhost"],
              validUntil: expect.any(String),
              daysLeft: 396,
            },
            asPublished: true,
            problems: [],
          },
        ],
      });
    });

    test("is replaced under an open session by its job alone, and served without a restart", async () => {
      await devices("issue", "sensor-1");
      const session = await connect(PORT, device("sensor-1"));
      const [before, pair] = [await ids(), await docker("exec", broker, "readlink", "/certs/current")];
      deployment.configure({ hosts: ["localhost", "127.0.0.1"] });

      expect(await deployment.up(runner)).toMatchObject({ changed: true });
      const after = await ids();
      expect({ broker: after[broker] === before[broker], job: after[job] === before[job] }).toEqual({
        broker: true,
        job: false,
      });
      const report = await until("the new certificate", async () => {
        const report = await served(deployment);
        return report.code === 0 && report;
      });
      expect(report.listeners[0]?.certificate.names).toEqual(["localhost", "127.0.0.1"]);
      expect(await inVolume()).toContain(`-rw-r----- 2000:2000 ${pair}/edge.key `);
      expect(session.connected).toBe(true);
      await session.endAsync();
    });

    test("is told apart when it is not the one that was published", async () => {
      deployment.configure({ hosts: ["localhost"] });
      // As `cdktf synth` does: it makes the pair, and delivers nothing.
      await run([process.execPath, join(projectRoot, "bin/synth.js")], {
        env: { EXPLOREIOT_CONFIG: deployment.site },
      });
      const { serialNumber } = new X509Certificate(pki("current", "edge.crt"));
      const { code, listeners } = await served(deployment);

      expect({ code, problems: listeners[0]?.problems }).toEqual({
        code: 1,
        problems: [
          `not what was published (serial ${serialNumber}): run exploreiot up; services take it over within 5 s`,
        ],
      });
    });

    test("of a device is refused once it is revoked and the list delivered; others are let in", async () => {
      await devices("issue", "sensor-2");
      expect(await login(PORT, device("sensor-1"))).toBe("accepted");
      await devices("revoke", "sensor-1");
      const before = await ids();
      await deployment.up(runner);

      expect((await ids())[broker]).toBe(before[broker]);
      expect(await docker("exec", broker, "cat", "/certs/devices/crl.pem")).toBe(
        pki("devices", "crl.pem").trim(),
      );
      await until("the refusal", async () => (await login(PORT, device("sensor-1"))) !== "accepted");
      expect(await login(PORT, device("sensor-2"))).toBe("accepted");
    });

    test("leaves no private key anywhere but where it belongs", async () => {
      const keys = [...deployment.secrets().keys()].filter((name) => name.endsWith(".key"));
      expect(keys.length).toBeGreaterThanOrEqual(5);
      expect(await secretsIn(deployment, runner)).toEqual([]);
    });
  });
});
