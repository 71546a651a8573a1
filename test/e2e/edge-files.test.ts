import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import type { Pair } from "../../pki/pair.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { ask, shown } from "../support/e2e-tls.ts";

const runner = missing.terraform === undefined ? "terraform" : "compose";
const HOST = "localhost";
const HTTPS = 24_643;
const MQTTS = 24_642;
const off = { enabled: false };
const authority = await makeAuthority("a company's CA");
const ca = authority.certificate;
const https = { host: HOST, port: HTTPS, ca };

/** Tells what it was asked for, and by which id. */
const ECHO =
  "require('http').createServer((asked, answer) => answer.end(JSON.stringify([asked.url, asked.headers['x-request-id']]))).listen(8000)";

const deployment = new TestDeployment({
  name: "e2e-pem",
  hosts: [HOST],
  listeners: {
    ...{ frontend: off, backend: off, mqtt: off },
    ...{ https: { port: HTTPS }, mqtts: { port: MQTTS } },
  },
  networks: { edge: { ipv4: "10.124.21.0/24" }, broker: { ipv4: "10.124.22.0/24" } },
  http: { stripPrefix: true },
  backend: {
    image: imageRecipes(projectRoot, ["node"], { source: "auto" }).at(-1)?.tag,
    environment: { TRUSTED_PROXIES: "{edge.address}" },
    roles: [{ name: "api", command: ["node", "-e", ECHO], publish: true }],
  },
  ...{ frontend: off, postgres: off, redis: off },
});

describe.skipIf(missing[runner])(
  titled("an edge with a certificate of the user's own", missing[runner]),
  () => {
    const folder = join(deployment.site, "..", "pem");
    let first: Pair;

    function bring(pair: Pair): void {
      writeFileSync(join(folder, "site.crt"), pair.certificate + ca);
      writeFileSync(join(folder, "site.key"), pair.key);
    }
    const serialOf = ({ certificate }: Pair) => new X509Certificate(certificate).serialNumber;
    const served = async () =>
      Promise.all([HTTPS, MQTTS].map(async (port) => (await shown({ ...https, port })).serialNumber));
    const containers = () =>
      docker("ps", "--quiet", "--filter", `label=exploreiot.deployment=${deployment.name}`);

    beforeAll(async () => {
      mkdirSync(folder);
      const files = { certificate: join(folder, "site.crt"), key: join(folder, "site.key") };
      deployment.configure({ tls: { certificate: { source: "files", ...files } } });
      first = await makeServerPair("site", [HOST], authority);
      bring(first);
      await deployment.kit("images");
      await deployment.up(runner);
    });
    afterAll(() => deployment.wipe());

    test("shows it on both listeners", async () => {
      expect(await served()).toEqual([serialOf(first), serialOf(first)]);
    });

    test("leads to a backend that knows no prefix, with the id that the client is answered", async () => {
      const paths = ["/api", "/api/", "/api/mesures?limite=1", "/api/a/api/b"];
      const answers = await Promise.all(paths.map((path) => ask(https, path)));
      const told = answers.map(({ body }) => JSON.parse(body) as [string, string]);

      expect(told.map(([path]) => path)).toEqual(["/", "/", "/mesures?limite=1", "/a/api/b"]);
      expect(told.map(([, id]) => id)).toEqual(answers.map(({ headers }) => headers["x-request-id"]));
      expect((await ask(https, "/elsewhere")).status).toBe(404);
    });

    test("stays with it when the next one has the key of another, and says what is wrong", async () => {
      const before = await containers();
      bring({ ...(await makeServerPair("site", [HOST], authority)), key: first.key });
      const { code, stderr } = await deployment.kit("up", "--runner", runner);

      expect(code).toBe(1);
      expect(stderr).toContain("tls.certificate.key: ");
      expect(await served()).toEqual([serialOf(first), serialOf(first)]);
      expect(await containers()).toBe(before);
    });

    test("shows a new one without a new container", async () => {
      const before = await containers();
      const next = await makeServerPair("site", [HOST], authority);
      bring(next);
      await deployment.up(runner);

      await until("the new certificate", async () =>
        (await served()).every((serial) => serial === serialOf(next)),
      );
      expect(await containers()).toBe(before);
    });
  },
);
