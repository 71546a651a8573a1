import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { AcmeServer } from "../support/e2e-acme.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";
import { presented } from "../support/e2e-tls.ts";

const reason = missing.pebble ?? missing.compose;
const HOST = "iot.example.test";
const HTTPS = 24_543;
const MQTTS = 24_542;
const GATEWAY = "10.124.11.1";
/** Answers no connection. */
const ELSEWHERE = "127.0.0.9";

describe.skipIf(reason)(titled("a rendered folder whose certificate an ACME server issues", reason), () => {
  const acme = new AcmeServer(GATEWAY, {
    ...{ directory: 24_550, management: 24_551, dns: 24_554, dnsManagement: 24_555 },
    https: HTTPS,
  });
  const off = { enabled: false };
  const deployment = new TestDeployment({
    ...{ name: "e2e-rendered-acme", hosts: [HOST] },
    listeners: { frontend: off, mqtt: off, https: { port: HTTPS }, mqtts: { port: MQTTS } },
    networks: { edge: { ipv4: "10.124.11.0/24" }, broker: { ipv4: "10.124.12.0/24" } },
    ...acme.site,
  });
  const renewer = deployment.container("renewer");
  const files = new RenderedFolder();
  let started: Awaited<ReturnType<typeof files.shell>>;

  async function served(port: number): Promise<{ readonly serial: string; readonly issuer: string }> {
    const { serialNumber, issuer } = await presented(port, HOST);
    return { serial: serialNumber, issuer: issuer.replace(/ [0-9a-f]{6}$/, "") };
  }

  async function log(): Promise<string> {
    const { stdout, stderr } = await run(["docker", "logs", renewer]);
    return stdout + stderr;
  }

  const issuedSerial = async () => /published .*, serial ([0-9A-F]+)/.exec(await log())?.[1];

  const containers = () =>
    docker("ps", "--quiet", "--filter", `label=exploreiot.deployment=${deployment.name}`);

  beforeAll(async () => {
    await acme.start(ELSEWHERE);
    await deployment.kit("images");
    await files.render(deployment);
    started = await files.shell("./start.sh");
  });
  afterAll(async () => {
    files.remove();
    await deployment.wipe();
    await acme.remove();
  });

  test("starts with one command and serves the placeholder that the server made itself", async () => {
    expect(started.stderr.split("\n").slice(-2)).toEqual(["· exploreiot-e2e-rendered-acme is up", ""]);
    const own = await run(["cat", join(files.server, "secrets/pki/edge/edge.crt")]);
    const { serialNumber, subject } = new X509Certificate(own.stdout);

    expect(await served(HTTPS)).toEqual({ serial: serialNumber, issuer: subject });
    expect(await served(MQTTS)).toEqual(await served(HTTPS));
  });

  test("opens no port 80 for the CA, nor anything but its two listeners", async () => {
    const named = ["--filter", `label=exploreiot.deployment=${deployment.name}`];
    const ports = await docker("ps", ...named, "--format", "{{.Ports}}");

    expect(ports.match(/\S+->\S+/g)?.sort()).toEqual([
      `127.0.0.1:${MQTTS}->8883/tcp`,
      `127.0.0.1:${HTTPS}->8443/tcp`,
    ]);
  });

  test("serves what was issued once its name leads there, without a new start", async () => {
    await until("the first attempt's end", async () => (await log()).includes("no certificate for"), 90_000);
    const before = await containers();
    await acme.lead("127.0.0.1");
    const [retry] = /```sh\n(docker exec .*not-before)\n```/.exec(files.runbook())?.slice(1) ?? [];
    expect((await files.shell(retry as string)).code).toBe(0);
    const serial = await until("a certificate", issuedSerial, 90_000);
    const issued = { serial, issuer: "CN=Pebble Intermediate CA" };
    for (const port of [HTTPS, MQTTS])
      await until(`port ${port} serves it`, async () => (await served(port)).serial === serial);

    expect([await served(HTTPS), await served(MQTTS)]).toEqual([issued, issued]);
    expect(await containers()).toBe(before);
  });

  test("leads to the CA's root, and says for how long by the command of its runbook", async () => {
    const root = join(files.folder, "root.pem");
    writeFileSync(root, await acme.root());
    const to = ["s_client", "-connect", `127.0.0.1:${HTTPS}`, "-servername", HOST] as const;
    const checks = ["-CAfile", root, "-verify_hostname", HOST, "-verify_return_error"];
    const { code } = await run(["openssl", ...to, ...checks], { input: "", expected: [0, 1] });
    expect(code).toBe(0);

    const [alarm] = /```sh\n(openssl s_client .*)\n```/.exec(files.runbook())?.slice(1) ?? [];
    const { code: soon, stdout } = await files.shell(alarm as string);
    // pebble's certificates end within a day; the alarm is for 14.
    expect({ soon, stdout }).toEqual({ soon: 1, stdout: expect.stringContaining("will expire") });
  });

  test("keeps what was issued when it is started again, and replaces nothing", async () => {
    // The published pair, since listeners take up to 5 s to serve it.
    const state = async () => [
      await docker("exec", renewer, "readlink", "/certs/current"),
      await containers(),
    ];
    const before = await state();
    const { code } = await files.shell("./start.sh");

    expect(code).toBe(0);
    expect(await state()).toEqual(before);
  });
});
