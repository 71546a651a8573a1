import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run } from "../../runners/run.ts";
import { until } from "./until.ts";

/**
 * A registry: Debian's package docker-registry.
 *
 * @param host one of this machine's addresses. By default its loopback, where engines take one without TLS
 */
export async function startRegistry(
  folder: string,
  host = "127.0.0.1",
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const address = `${host}:${await freePort(host)}`;
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
  await until("the registry", isUp);
  const stop = async () => {
    controller.abort();
    await server;
  };
  return { address, stop };
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
