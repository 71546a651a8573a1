import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { AcmeServer } from "../support/e2e-acme.ts";
import { connect } from "../support/e2e-broker.ts";
import { presented } from "../support/e2e-tls.ts";

const runner = missing.terraform === undefined ? "terraform" : "compose";
const reason = missing.pebble ?? (runner === "compose" ? missing.compose : undefined);
const HOST = "iot.example.test";
const HTTPS = 26_543;
const MQTTS = 26_542;
/** Outside the pools from which the engine gives subnets to others. */
const GATEWAY = "10.26.11.1";
const HERE = "127.0.0.1";
/** Answers no connection. */
const ELSEWHERE = "127.0.0.9";

describe.skipIf(reason)(titled("the certificate of an ACME server", reason), () => {
  const server = new AcmeServer(GATEWAY, {
    ...{ directory: 26_550, management: 26_551, dns: 26_554, dnsManagement: 26_555 },
    https: HTTPS,
  });
  const off = { enabled: false };
  const deployment = new TestDeployment({
    name: "e2e-acme",
    hosts: [HOST],
    listeners: { frontend: off, mqtt: off, https: { port: HTTPS }, mqtts: { port: MQTTS } },
    networks: { edge: { ipv4: "10.26.11.0/24" }, broker: { ipv4: "10.26.12.0/24" } },
    ...server.site,
    mosquitto: { users: [{ name: "viewer", subscribe: ["sensor/+"] }] },
  });
  const renewer = deployment.container("renewer");

  const log = async () => {
    const { stdout, stderr } = await run(["docker", "logs", renewer]);
    return stdout + stderr;
  };

  /** The certificate that every listener serves, and the problems with it. */
  async function served() {
    const { code, stdout } = await deployment.kit("certificates", "--json");
    const { listeners } = JSON.parse(stdout) as {
      listeners: { certificate: { serial: string; issuer: string }; problems: string[] }[];
    };
    return {
      code,
      serials: [...new Set(listeners.map(({ certificate }) => certificate.serial))],
      issuers: [
        ...new Set(listeners.map(({ certificate }) => certificate.issuer.replace(/ [0-9a-f]+$/, ""))),
      ],
      problems: [...new Set(listeners.flatMap(({ problems }) => problems))],
    };
  }

  /** Ends the wait for the next attempt by a command, and waits until that attempt has said how it went. */
  async function tryNow(outcome: string, ...command: readonly string[]): Promise<void> {
    const count = async () => (await log()).split(outcome).length;
    const before = await count();
    await docker("exec", renewer, ...(command.length > 0 ? command : ["rm", "/acme/not-before"]));
    await until(outcome, async () => (await count()) > before, 90_000);
  }

  /** What is served once both listeners have left a certificate behind. */
  async function taken(serial: string) {
    const shown = () => Promise.all([HTTPS, MQTTS].map((port) => presented(port, HOST)));
    await until("the new certificate", async () =>
      (await shown()).every(({ serialNumber }) => serialNumber !== serial),
    );
    return served();
  }

  beforeAll(async () => {
    await server.start(ELSEWHERE);
    await deployment.clear();
    await deployment.up(runner);
  });
  afterAll(async () => {
    await deployment.wipe();
    await server.remove();
  });

  test("is not there while the name leads elsewhere: that is said, the placeholder serves, an hour passes", async () => {
    await until("the failure", async () => (await log()).includes("no certificate for"), 90_000);
    const [next] = (await docker("exec", renewer, "cat", "/acme/not-before")).split(" ");

    expect(await log()).toMatch(
      /ERROR: Challenge is invalid! .*\n(.*\n)*.* 127\.0\.0\.9:26543 .*\n(.*\n)*renewer: no certificate for iot\.example\.test from https:\/\/10\.26\.11\.1:26550\/dir; the lines above say why/,
    );
    expect(Number(next) - Date.now() / 1000).toBeGreaterThan(3500);
    expect(await served()).toMatchObject({
      code: 1,
      issuers: ["ExploreIOT e2e-acme placeholder"],
      problems: ["of this deployment's own making: none was issued by ACME yet, see the renewer's log"],
    });
  });

  test("is served on both listeners after the first issue", async () => {
    const placeholder = await served();
    await server.lead(HERE);
    await tryNow("renewer: published");

    expect(await taken(placeholder.serials[0] as string)).toMatchObject({
      code: 0,
      serials: [expect.any(String)],
      issuers: ["Pebble Intermediate CA"],
      problems: [],
    });
  });

  test("is renewed under an open session", async () => {
    const [before] = (await served()).serials;
    const password = deployment.secret("mqtt-viewer-password");
    const tls = { ca: await server.root(), servername: HOST };
    const session = await connect(MQTTS, { username: "viewer", password, tls });
    await tryNow("renewer: published");
    const { code, serials } = await taken(before as string);

    expect({ code, serials }).toEqual({ code: 0, serials: [expect.any(String)] });

    expect(session.connected).toBe(true);
    await session.endAsync();
  });

  test("is not put off to a time that a clock which was ahead has left", async () => {
    const [before] = (await served()).serials;
    const inMonth =
      'read -r _ wanted </acme/not-before; echo "$(($(date +%s) + 2592000)) $wanted" >/acme/not-before';
    await tryNow("renewer: published", "sh", "-c", inMonth);

    expect(await taken(before as string)).toMatchObject({ code: 0, problems: [] });
  });

  test("is refused by the renewer with the key of another", async () => {
    const [before] = (await served()).serials;
    const publish = [
      "set -- $(find /certs -name edge.key | grep -v $(readlink /certs/current))",
      `publish.sh /certs/current/edge.crt "$1" ${HOST}`,
    ].join("; ");
    const { code, stderr } = await run(["docker", "exec", renewer, "sh", "-c", publish], {
      expected: [0, 1],
    });

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "renewer: not published: the key is not the certificate's\n",
    });
    expect((await served()).serials).toEqual([before]);
  });

  test("stays when the server is down, and no key is in a log", async () => {
    const before = await served();
    await server.stop();
    await tryNow("renewer: no certificate for");

    expect(await served()).toEqual(before);
    expect(await log()).toMatch(
      /Problem connecting to server \(get for https:\/\/10\.26\.11\.1:26550\/dir; curl returned with 7\)/,
    );
    const keys = await docker(
      "exec",
      renewer,
      "sh",
      "-c",
      "find /acme /certs -name '*key*' -type f -exec sed -s -n 2p {} +",
    );
    const lines = keys.split("\n").filter((line) => line.length > 20);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    const logged = await log();
    expect(lines.filter((line) => logged.includes(line))).toEqual([]);
  });
});
