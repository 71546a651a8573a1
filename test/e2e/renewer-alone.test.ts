import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, titled, until } from "../support/e2e.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const [DIRECTORY, PLAIN, LISTEN] = [24_670, 24_671, 24_672];
const NAME = "e2e-renewer-alone";

/** The paths that a server was asked for. */
async function listening(server: Server, port: number): Promise<readonly string[]> {
  const asked: string[] = [];
  server.on("request", ({ url }) => asked.push(url));
  server.listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return asked;
}

/** The renewer next to a directory on this machine, asking itself where else the edge would be; its log. */
async function runRenewer(image: string, folder: string): Promise<() => Promise<string>> {
  const env = {
    ACME_DIRECTORY: `https://127.0.0.1:${DIRECTORY}/dir`,
    ACME_HOSTS: "iot.example.test",
    ACME_EMAIL: "ops@example.test",
    ACME_CA: "/certs/ca.pem",
    ACME_LISTEN: String(LISTEN),
    ACME_EDGE: `127.0.0.1:${LISTEN}`,
  };
  const given = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  await run(["docker", "rm", "--force", "--volumes", NAME], { expected: [0, 1] });
  await docker(
    "run",
    "--detach",
    "--init",
    "--network=host",
    "--name",
    NAME,
    "--volume",
    `${folder}:/certs:ro`,
    ...given,
    image,
  );
  onTestFinished(async () => void (await docker("rm", "--force", "--volumes", NAME)));
  return async () => {
    const { stdout, stderr } = await run(["docker", "logs", NAME]);
    return stdout + stderr;
  };
}

/** A directory whose addresses are all plain ones. */
const PLAIN_ADDRESSES = Object.fromEntries(
  ["newNonce", "newAccount", "newOrder", "revokeCert", "keyChange"].map((key) => [
    key,
    `http://127.0.0.1:${PLAIN}/${key}`,
  ]),
);

describe.skipIf(missing.docker)(titled("the renewer", missing.docker), () => {
  test("asks a CA over TLS alone, also where its directory names other addresses", async () => {
    const recipes = imageRecipes(projectRoot, ["renewer"], { source: "auto" });
    await ensureImages(recipes, { projectRoot, report: () => undefined });
    const authority = await makeAuthority("directory CA");
    const { certificate: cert, key } = await makeServerPair("directory", ["127.0.0.1"], authority);
    const folder = temporaryFolder();
    mkdirSync(join(folder, "current"));
    const files = { "ca.pem": authority.certificate, "current/edge.crt": cert, "current/edge.key": key };
    for (const [name, text] of Object.entries(files)) chmodSync(write(folder, name, text), 0o644);
    for (const path of [folder, join(folder, "current")]) chmodSync(path, 0o755);
    const overTls = await listening(
      createServer({ cert, key }, (_, answer) => answer.end(JSON.stringify(PLAIN_ADDRESSES))),
      DIRECTORY,
    );
    const inClearText = await listening(
      createPlain((_, answer) => answer.end("{}")),
      PLAIN,
    );
    const log = await runRenewer(recipes.at(-1)?.tag as string, folder);

    await until("the failure", async () => (await log()).includes("no certificate for"), 60_000);
    expect(overTls).toContain("/dir");
    expect(inClearText).toEqual([]);
    expect(await log()).toMatch(/Problem connecting to server .* http:\/\/127\.0\.0\.1:24671/);
  });
});
