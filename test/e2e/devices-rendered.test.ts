import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login } from "../support/e2e-broker.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

const PORT = 24_143;
const AUTHORITY = "pki/devices/authority/ca.crt";
const REVOKED = "pki/devices/crl.pem";

const deployment = new TestDeployment({
  ...{ name: "e2e-rendered-dev", hosts: ["localhost"] },
  listeners: { mqtt: { enabled: false }, mqtts: { port: PORT } },
  networks: { broker: { ipv4: "10.124.31.0/24" } },
  tls: { mqttClients: "certificates" },
  ...BROKER_ALONE,
});
const broker = deployment.container("mosquitto");

describe.skipIf(missing.compose)(titled("a rendered folder for devices", missing.compose), () => {
  const files = new RenderedFolder();
  const onServer = (path: string) => join(files.server, "secrets", path);

  /** As the runbook asks: a file of the machine that rendered the folder, to the same place on the server. */
  function bring(path: string): void {
    mkdirSync(dirname(onServer(path)), { recursive: true });
    copyFileSync(join(deployment.home, path), onServer(path));
  }

  const devices = (verb: "issue" | "revoke", name: string) =>
    kit(["devices", verb, name, "--config", deployment.site]);

  function device(name: string) {
    const handed = join(deployment.home, "pki/devices/handed-out", name, name);
    const [cert, key] = [readFileSync(`${handed}.crt`, "utf8"), readFileSync(`${handed}.key`, "utf8")];
    const ca = readFileSync(onServer("pki/authority/ca.crt"), "utf8");
    return { tls: { ca, servername: "localhost", cert, key } };
  }

  beforeAll(async () => {
    await deployment.kit("images");
    await files.render(deployment);
    for (const name of ["pump-1", "pump-2", "pump-3"]) await devices("issue", name);
  });
  afterAll(async () => {
    await files.shell("docker compose down --volumes");
    files.remove();
    await deployment.wipe();
  });

  test("does not start before the devices' CA was brought", async () => {
    const { code, stderr } = await files.shell("./start.sh");

    expect({ code, stderr: stderr.split("\n").slice(-3) }).toEqual({
      code: 1,
      stderr: [
        `error: secrets/${AUTHORITY} is not here`,
        "  → bring it, mode 0400; RUNBOOK.md says what it is",
        "",
      ],
    });
    expect(files.runbook()).toContain(`\`secrets/${AUTHORITY}\`, \`secrets/${REVOKED}\``);
  });

  test("lets devices in that trust the server's own CA, and says by its runbook for how long it is good", async () => {
    for (const path of [AUTHORITY, REVOKED]) bring(path);
    const { code, stderr } = await files.shell("./start.sh");
    const [alarm] = /```sh\n(openssl s_client .*)\n```/.exec(files.runbook())?.slice(1) ?? [];

    expect(code, stderr).toBe(0);
    expect(await login(PORT, device("pump-1"))).toBe("accepted");
    expect(await files.shell(alarm as string)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /CN = ExploreIOT e2e-rendered-dev CA\n.*\nCertificate will not expire\n$/,
      ),
    });
  });

  test("serves a certificate of the new CA when its own was removed, from the same container", async () => {
    const before = await docker("inspect", "--format", "{{.Id}}", broker);
    const old = device("pump-2");
    const { code, stderr } = await files.shell("rm -r secrets/pki/authority\n./start.sh");

    expect(code, stderr).toBe(0);
    await until("the new CA's", async () => (await login(PORT, device("pump-2"))) === "accepted");
    expect(await login(PORT, old)).not.toBe("accepted");
    expect(await docker("inspect", "--format", "{{.Id}}", broker)).toBe(before);
  });

  test("refuses a device once the new list was brought, and ends its connection by the runbook's command", async () => {
    const session = await connect(PORT, device("pump-1"));
    const ended = new Promise<void>((resolve) => session.once("close", () => resolve()));
    const before = await docker("inspect", "--format", "{{.Id}}", broker);
    for (const name of ["pump-1", "pump-3"]) await devices("revoke", name);
    bring(REVOKED);
    const { code, stderr } = await files.shell("./start.sh");

    expect(code, stderr).toBe(0);
    // Not pump-1: a second connection of a device ends its first.
    await until("the refusal", async () => (await login(PORT, device("pump-3"))) !== "accepted");
    expect([await login(PORT, device("pump-2")), session.connected]).toEqual(["accepted", true]);
    expect(await docker("inspect", "--format", "{{.Id}}", broker)).toBe(before);
    const [end] = /```sh\n(docker restart .*)\n```/.exec(files.runbook())?.slice(1) ?? [];
    expect((await files.shell(end as string)).code).toBe(0);
    await ended;
  });
});
