import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseDeployment } from "../../../config/parse.ts";
import { preparePki } from "../../../services/certificates/prepare.ts";
import { issueDevice, listDevices, revokeDevice } from "../../../services/mosquitto/devices.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const DAY = 86_400_000;
const site = (...users: string[]) =>
  parseDeployment(
    {
      name: "plant",
      environment: "production",
      hosts: ["iot.example.test"],
      listeners: { mqtts: {}, mqtt: {} },
      tls: { mqttClients: "certificates" },
      mosquitto: { users: users.map((name) => ({ name })) },
    },
    "test",
  );

afterEach(() => {
  vi.useRealTimers();
});

describe("a device", () => {
  test.each([
    ["backend", "that is the name of a service (backend, health)"],
    ["Health", "that is the name of a service (backend, health)"],
    ["viewer", "that is the name of a user in mosquitto.users"],
    ...["", "a/b", "a+", "#", "a b", "-a", "a\nb", "é", "x".repeat(65)].map((name) => [
      name,
      "allowed: 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or a digit",
    ]),
  ])("may not be called %j", async (name, why) => {
    const home = temporaryFolder();

    expect(await errorText(() => issueDevice(site("viewer"), home, name))).toBe(
      `device ${JSON.stringify(name)}: ${why}\n  → choose another name`,
    );
    expect(listDevices(home)).toEqual([]);
  });

  test("has one certificate, until less than a third of its life is left", async () => {
    const home = temporaryFolder();
    const { serialNumber } = new X509Certificate((await issueDevice(site(), home, "dev-1")).certificate);

    expect(await errorText(() => issueDevice(site(), home, "dev-1"))).toContain(
      `device dev-1 has a certificate already: serial ${serialNumber}, 729 days left\n`,
    );
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 500 * DAY });
    await issueDevice(site(), home, "dev-1");
    expect(listDevices(home).map(({ device, daysLeft }) => [device, daysLeft])).toEqual([
      ["dev-1", 229],
      ["dev-1", 729],
    ]);
  });

  test("that is revoked is listed so, and may be issued another", async () => {
    const home = temporaryFolder();
    await issueDevice(site(), home, "dev-1");
    await issueDevice(site(), home, "dev-2");
    const [serial] = await revokeDevice(site(), home, "dev-1");
    await issueDevice(site(), home, "dev-1");

    expect(
      listDevices(home)
        .map((one) => [one.device, one.serial === serial, one.revokedAt !== undefined].join(" "))
        .sort(),
    ).toEqual(["dev-1 false false", "dev-1 true true", "dev-2 false false"]);
  });

  test("that is not known cannot be revoked", async () => {
    const home = temporaryFolder();
    await issueDevice(site(), home, "dev-2");

    expect(await errorText(() => revokeDevice(site(), home, "dev-1"))).toBe(
      'device "dev-1" has no certificate that could be revoked; those that have: dev-2',
    );
  });

  test("keeps its name from a user who is declared later", async () => {
    const home = temporaryFolder();
    await issueDevice(site(), home, "dev-1");

    expect(await errorText(() => preparePki(site("dev-1"), home))).toBe(
      [
        'device "dev-1" has a certificate, but that is the name of a user in mosquitto.users',
        "  → rename the user, or take the name back: exploreiot devices revoke dev-1",
      ].join("\n"),
    );
    await revokeDevice(site(), home, "dev-1");
    await preparePki(site("dev-1"), home);
  });
});
