import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const site = (change: object) => ({
  name: "site",
  environment: "production",
  hosts: ["iot.example.org"],
  tls: { certificate: { source: "acme", email: "ops@example.org" } },
  ...change,
});
const off = { enabled: false };
const NAMES =
  "allowed: domain names only with tls.certificate.source acme: a CA proves no address and no local name; fix: remove it, or set tls.certificate.source to internal or files";
const SHUT =
  "allowed: open, with a frontend or a published backend behind it: with source acme the CA connects there; fix: open the listener and turn one of them on, or set tls.certificate.source to internal or files";

describe("a certificate by ACME", () => {
  test.each([
    ["an address", { hosts: ["192.0.2.7"] }, `hosts: got "192.0.2.7"; ${NAMES}`],
    ["a local name", { hosts: ["localhost"] }, `hosts: got "localhost"; ${NAMES}`],
    [
      "a listener that is shut",
      { listeners: { https: off, mqtts: {} } },
      `listeners.https: got {"enabled":false,"port":443}; ${SHUT}`,
    ],
    [
      "nothing behind the listener",
      { backend: off, frontend: off },
      `listeners.https: got {"enabled":false,"port":443}; ${SHUT}`,
    ],
    [
      "a directory without TLS",
      {
        tls: {
          certificate: { source: "acme", email: "ops@example.org", directory: "http://ca.example/dir" },
        },
      },
      'tls.certificate.directory: got "http://ca.example/dir"; allowed: the URL of an ACME directory, which begins with https:; fix: change it',
    ],
  ])("is refused for %s", async (_, change, problem) => {
    expect(await errorText(() => parseDeployment(site(change), "site.yaml"))).toBe(
      `site.yaml: 1 problem\n  ${problem}`,
    );
  });

  test("is accepted for domain names with the listener open, and asked for by no other deployment", () => {
    const { certificate } = parseDeployment(site({}), "site.yaml").tls;

    expect(certificate).toEqual({
      source: "acme",
      directory: "https://acme-v02.api.letsencrypt.org/directory",
      email: "ops@example.org",
    });
    expect(parseDeployment({ name: "site" }, "site.yaml").tls.certificate).toEqual({ source: "internal" });
  });
});
