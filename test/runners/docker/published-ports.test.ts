import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeAuthority } from "../../../pki/x509.ts";
import type { ContainerState, Observation } from "../../../runners/docker/observe.ts";
import { closedPorts, tryPorts } from "../../../runners/docker/published-ports.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const NAME = "exploreiot-demo-api";

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

async function shutPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A container that publishes one port; its network's bridge is an interface of this machine, or not. */
function published(external: number, { tls = false, ip = "127.0.0.1", here = true, running = true } = {}) {
  const ports = [{ internal: 80, external, ip, protocol: "tcp" }];
  const seen: Observation = {
    images: new Map(),
    containers: new Map([
      [
        NAME,
        {
          State: { Running: running, Restarting: false },
          NetworkSettings: { Networks: { edge: { NetworkID: "0123456789abcdef" } } },
        } as unknown as ContainerState,
      ],
    ]),
  };
  const network = {
    ...{ name: "edge", internal: false, ipv6: false, subnets: [] },
    options: here ? { "com.docker.network.bridge.name": "lo" } : {},
  };
  const listeners = [{ listener: "https", address: ip, port: external, protocol: "tcp", tls }] as const;
  return [
    stackOf([containerSpec("api", { block: { ports } })], { networks: [network], listeners }),
    seen,
  ] as const;
}

const whatOf = async (...args: Parameters<typeof published>) =>
  (await tryPorts(...published(...args))).map(({ what }) => what);

describe("a published port", () => {
  test("is well when a connection stays open", async () => {
    expect(await whatOf(await portOf(createServer()))).toEqual([]);
    expect(await whatOf(await portOf(createServer()), { ip: "0.0.0.0" })).toEqual([]);
  });

  test("that nobody listens on is named, and closed", async () => {
    const port = await shutPort();
    const what = `port 127.0.0.1:${port} refuses connections`;

    expect(await tryPorts(...published(port))).toEqual([
      { container: NAME, what, known: true, closed: true },
    ]);
    expect(await closedPorts(...published(port))).toEqual([
      { kind: "container", name: NAME, differences: [`is well, but its ${what}`], changes: [] },
    ]);
  });

  test("that is only accepted by something in between is named, and not closed", async () => {
    const port = await portOf(createServer((socket) => socket.end()));

    expect(await whatOf(port)).toEqual([`port 127.0.0.1:${port} closes connections at once`]);
    expect(await closedPorts(...published(port))).toEqual([]);
  });

  test("is not judged where this may not be the machine of the engine", async () => {
    const port = await shutPort();
    const what = `port 127.0.0.1:${port} refuses connections, but this may not be its machine`;

    expect(await tryPorts(...published(port, { here: false }))).toEqual([
      { container: NAME, what, known: false, closed: true },
    ]);
    expect(await closedPorts(...published(port, { here: false }))).toEqual([]);
  });

  test("of a container that does not run is not tried: that is said already", async () => {
    expect(await whatOf(await shutPort(), { running: false })).toEqual([]);
  });

  test("of a listener with TLS has to end a handshake", async () => {
    const { key, certificate: cert } = await makeAuthority("test CA");
    const plain = await portOf(createServer((socket) => socket.write("no TLS\n")));

    expect(await whatOf(await portOf(createTlsServer({ key, cert })), { tls: true })).toEqual([]);
    expect(await whatOf(plain, { tls: true })).toEqual([
      `port 127.0.0.1:${plain} fails the TLS handshake (ERR_SSL_WRONG_VERSION_NUMBER)`,
    ]);
  });
});
