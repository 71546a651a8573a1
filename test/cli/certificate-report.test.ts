import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { judgeListeners } from "../../cli/certificate-report.ts";
import { parseDeployment } from "../../config/parse.ts";
import type { Pair } from "../../pki/pair.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";

const DAY = 86_400_000;
const off = { enabled: false };
let pair: Pair;
let server: Server;

beforeAll(async () => {
  pair = await makeServerPair("site", ["localhost"], await makeAuthority("CA"));
  server = createServer({ cert: pair.certificate, key: pair.key }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());
afterEach(() => {
  vi.useRealTimers();
});

/** The faults of the certificate that the listener serves. */
async function problems(published: string, port = (server.address() as AddressInfo).port) {
  const listeners = { frontend: off, backend: off, mqtt: off, https: { port } };
  const deployment = parseDeployment({ name: "site", listeners }, "test");
  const [report] = await judgeListeners(deployment, new X509Certificate(published));
  return report?.problems;
}

describe("the alarm of a certificate", () => {
  test("is silent while what is served was published and lasts", async () => {
    expect(await problems(pair.certificate)).toEqual([]);
  });

  test("is the days that are left of what is served", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 384 * DAY });

    expect(await problems(pair.certificate)).toEqual(["12 days left"]);
  });

  test("is raised when something else is served than was published", async () => {
    const other = await makeServerPair("site", ["localhost"], await makeAuthority("CA"));
    const { serialNumber } = new X509Certificate(other.certificate);

    expect(await problems(other.certificate)).toEqual([
      `not what was published (serial ${serialNumber}): run exploreiot up; services take it over within 5 s`,
    ]);
  });

  test("is raised while ACME has issued nothing, whether a placeholder is served or what the own CA made before", async () => {
    const tls = { certificate: { source: "acme", email: "ops@example.org" } } as const;
    const hosts = ["iot.example.org"];
    const made = [await makeServerPair("site placeholder", hosts)];
    made.push(await makeServerPair("site", hosts, await makeAuthority("ExploreIOT site CA")));
    const found = made.map(async ({ certificate, key }) => {
      const own = createServer({ cert: certificate, key }).listen(0, "127.0.0.1");
      await once(own, "listening");
      const listeners = { https: { port: (own.address() as AddressInfo).port } };
      const deployment = parseDeployment({ name: "site", hosts, listeners, tls }, "test");
      const [report] = await judgeListeners(deployment, new X509Certificate(certificate));
      own.close();
      return report?.problems;
    });

    const problem = "of this deployment's own making: none was issued by ACME yet, see the renewer's log";
    expect(await Promise.all(found)).toEqual([[problem], [problem]]);
  });

  test("is raised when nobody answers", async () => {
    expect(await problems(pair.certificate, 1)).toEqual([
      expect.stringMatching(/^not reached: .*ECONNREFUSED/),
    ]);
  });
});
