import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run } from "../../runners/run.ts";
import { until } from "./until.ts";

/** A registry on this machine's loopback, which engines take without TLS: Debian's package docker-registry. */
export async function startRegistry(
  folder: string,
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "registry.yml");
  const storage = `storage: { filesystem: { rootdirectory: ${folder}/registry } }`;
  writeFileSync(config, `version: 0.1\n${storage}\nhttp: { addr: "${address}" }\n`);
  const controller = new AbortController();
  const server = run(["docker-registry", "serve", config], { signal: controller.signal }).catch(() => {});
  const isUp = () =>
    fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the registry", isUp, 10_000);
  const stop = async () => {
    controller.abort();
    await server;
  };
  return { address, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
