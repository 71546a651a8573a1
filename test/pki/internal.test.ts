import { X509Certificate } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { daysLeft, namesIn } from "../../pki/certificate.ts";
import { currentPair, pkiFolder } from "../../pki/folder.ts";
import { preparePki } from "../../services/certificates/prepare.ts";
import type { Deployment } from "../../services/deployment.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DAY = 86_400_000;
const site = (hosts: string[], rest: object = {}): Deployment =>
  parseDeployment({ name: "plant", environment: "production", hosts, ...rest }, "test");
const acme = { certificate: { source: "acme", email: "ops@example.test" } };

/** Prepares, and says which certificate is to be served now. */
async function prepared(home: string, deployment: Deployment): Promise<X509Certificate> {
  await preparePki(deployment, home);
  return new X509Certificate(currentPair(home)?.pair.certificate ?? "");
}

/** Moves this process's clock, and nothing else. */
const inDays = (days: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * DAY });

afterEach(() => {
  vi.useRealTimers();
});

describe("the internal certificate", () => {
  test("is made once, with everything readable by its owner alone", async () => {
    const home = temporaryFolder();
    const first = await prepared(home, site(["iot.example.test", "::1"]));
    const again = await prepared(home, site(["iot.example.test", "::1"]));
    const entries = readdirSync(pkiFolder(home), { recursive: true, withFileTypes: true });
    const modes = entries
      .filter((entry) => !entry.isSymbolicLink())
      .map(
        (entry) =>
          `${entry.isFile() ? "file" : "folder"} ${(statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8)}`,
      );

    expect(again.serialNumber).toBe(first.serialNumber);
    expect(namesIn(first)).toEqual(["iot.example.test", "0:0:0:0:0:0:0:1"]);
    expect([...new Set(modes)].sort()).toEqual(["file 400", "folder 700"]);
  });

  test("is made again by the same CA for other names", async () => {
    const home = temporaryFolder();
    const first = await prepared(home, site(["a.example.test"]));
    const second = await prepared(home, site(["a.example.test", "b.example.test"]));

    expect(namesIn(second)).toEqual(["a.example.test", "b.example.test"]);
    expect([second.issuer, second.serialNumber === first.serialNumber]).toEqual([first.issuer, false]);
  });

  test.each([
    { days: 264, renewed: false, left: 132 },
    { days: 265, renewed: true, left: 396 },
  ])("with 397 days is renewed after $days days: $renewed", async ({ days, renewed, left }) => {
    const home = temporaryFolder();
    const first = await prepared(home, site(["a.example.test"]));
    inDays(days);
    const second = await prepared(home, site(["a.example.test"]));

    expect(second.serialNumber !== first.serialNumber).toBe(renewed);
    expect(daysLeft(second)).toBe(left);
  });

  test("is not made for a deployment without TLS", async () => {
    const home = temporaryFolder();
    await preparePki(site(["a.example.test"], { environment: "local" }), home);

    expect(readdirSync(home)).toEqual([]);
  });
});

test("the placeholder before the first issue is signed by itself, and kept", async () => {
  const home = temporaryFolder();
  const first = await prepared(home, site(["a.example.test"], { tls: acme }));
  const again = await prepared(home, site(["a.example.test"], { tls: acme }));

  expect(first.verify(first.publicKey)).toBe(true);
  expect(again.serialNumber).toBe(first.serialNumber);
  expect(readdirSync(pkiFolder(home)).sort()).toEqual(["current", "pairs"]);
});
