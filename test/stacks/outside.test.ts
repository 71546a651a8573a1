import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { warningsOf } from "../../config/warnings.ts";
import { nftablesRuleset } from "../../firewall/nftables.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { judge } from "../../policies/gate.ts";
import { setupFiles } from "../../services/outside-setup.ts";
import { errorText } from "../support/error-text.ts";
import { byRole, type RawStack, Sandbox } from "../support/synthesized.ts";

const sandbox = new Sandbox();
let authority: string;
let leaf: string;
let ca: string;
let input: DeploymentInput;
let json: RawStack;

beforeAll(async () => {
  const made = await makeAuthority("operator");
  authority = made.certificate;
  leaf = (await makeServerPair("server", ["localhost"], made)).certificate;
  sandbox.secrets.value("hash-key");
  ca = join(sandbox.home, "operator.pem");
  writeFileSync(ca, authority);
  input = {
    ...production,
    name: sandbox.name,
    postgres: {
      outside: {
        host: ["db.example.org", "2001:db8::5"],
        tls: { ca },
        addresses: ["192.0.2.0/28", "2001:db8:7::/64"],
      },
    },
    redis: { outside: { host: "198.51.100.7", port: 6380, tls: { ca } } },
    mosquitto: {
      outside: { host: "2001:db8::7", port: 8884, tls: { ca } },
      users: [{ name: "meter", publish: ["sensor/+"] }],
    },
  };
  json = sandbox.json(input);
});
afterAll(() => sandbox.remove());

const environment = (role: string) =>
  Object.fromEntries(
    ((byRole(json)[role] as unknown as { env: readonly string[] }).env ?? []).map((entry) =>
      entry.split(/=(.*)/s),
    ),
  ) as Record<string, string>;

describe("a deployment whose stores are outside", () => {
  test("has no container, no volume and no network of them", () => {
    const roles = Object.keys(byRole(json));
    const volumes = Object.values(json.resource.docker_volume).map(({ name }) => name);

    expect(roles.filter((role) => /postgres|redis|mosquitto/.test(role))).toEqual([]);
    expect(volumes.filter((name) => /postgres|redis|mosquitto/.test(name))).toEqual([]);
  });

  test("tells its programs where they are, and to check them", () => {
    expect(environment("ingest")).toMatchObject({
      DATABASE_HOST: "db.example.org,2001:db8::5",
      DATABASE_PORT: "5432",
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/run/exploreiot/database-ca.crt",
      REDIS_HOST: "198.51.100.7",
      REDIS_PORT: "6380",
      REDIS_TLS: "true",
      REDIS_CA_CERTS: "/run/exploreiot/redis-ca.crt",
      MQTT_HOST: "2001:db8::7",
      MQTT_PORT: "8884",
      MQTT_TLS: "true",
      MQTT_CA_CERTS: "/run/exploreiot/broker-ca.crt",
    });
    // Each program is given the CAs of those that it logs in at.
    expect(Object.keys(environment("api")).filter((name) => name.includes("CA_CERTS"))).toEqual([
      "REDIS_CA_CERTS",
    ]);
    expect(Object.keys(environment("frontend")).filter((name) => /CA_CERTS|PGSSL/.test(name))).toEqual([]);
  });

  test("passes every rule of a server", () => {
    expect(judge([{ file: join(sandbox.folder, "cdk.tf.json"), ownRules: [] }])).toEqual([]);
  });

  test("says in its facts where they are, with the CA", () => {
    expect(sandbox.stack().outside).toEqual([
      { service: "mosquitto", speaks: "MQTT", host: "2001:db8::7", port: 8884, ca: authority },
      { service: "postgres", speaks: "PostgreSQL", host: "db.example.org", port: 5432, ca: authority },
      { service: "postgres", speaks: "PostgreSQL", host: "2001:db8::5", port: 5432, ca: authority },
      { service: "redis", speaks: "Redis", host: "198.51.100.7", port: 6380, ca: authority },
    ]);
    expect(sandbox.stack().database).toBeUndefined();
  });

  test("lets nothing out but to them, each by its address or the ranges of its name", () => {
    const rules = nftablesRuleset(parseDeployment(input, "test"))
      .split("\n")
      .filter((line) => line.includes("egress") && !line.includes("dport 53 "))
      .map((line) => line.trim().replace(/ counter accept.*/, ""));
    const bridges = [...new Set(rules.map((line) => line.replace(/iifname (\{[^}]*\}|"[^"]*") .*/, "$1")))];

    expect(bridges).toHaveLength(2);
    expect([...new Set(rules.map((line) => line.replace(/iifname (\{[^}]*\}|"[^"]*") /, "")))]).toEqual([
      "ip6 daddr 2001:db8::7/128 tcp dport 8884",
      "ip6 daddr 2001:db8::5/128 tcp dport 5432",
      "ip daddr 198.51.100.7/32 tcp dport 6380",
      "ip daddr 192.0.2.0/28 tcp dport 5432",
      "ip6 daddr 2001:db8:7::/64 tcp dport 5432",
    ]);
  });

  test("writes what their operators apply, without a password in it", () => {
    const files = setupFiles(parseDeployment(input, "test"), sandbox.secrets);
    const passwords = sandbox.secretNames().map((name) => sandbox.secrets.value(name));

    expect(files.map(({ name }) => name)).toEqual([
      "mosquitto-acl",
      "mosquitto-passwords",
      "postgres.sql",
      "redis-users.acl",
    ]);
    expect(passwords.length).toBeGreaterThan(5);
    for (const { content } of files)
      expect(passwords.filter((password) => content.includes(password))).toEqual([]);
    expect(files[0]?.content).toContain("user meter\ntopic write sensor/+\n");
    expect(files[1]?.content).toMatch(/^meter:\$7\$101\$/m);
    expect(files[2]?.content).toMatch(
      /^ALTER ROLE "exploreiot_api" LOGIN PASSWORD 'SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=';$/m,
    );
    expect(files[2]?.content).not.toMatch(/SUPERUSER|ALTER ROLE postgres|log_min_error_statement/);
    expect(files[3]?.content).toMatch(/^user backend-api on #[0-9a-f]{64} resetchannels ~exploreiot:\*/m);
  });

  test("says that its backups leave them out", () => {
    const saved = parseDeployment(
      { ...input, backup: { enabled: true, repository: "/srv/backups" } },
      "test",
    );

    expect(warningsOf(saved).filter((line) => line.startsWith("not saved here"))).toEqual([
      "not saved here: postgres at db.example.org, 2001:db8::5, which is outside: its operator's own backups are all there is",
      "not saved here: mosquitto at 2001:db8::7, which is outside: its operator's own backups are all there is",
    ]);
  });
});

describe("the CA of a server outside", () => {
  const refusal = (text: string) => {
    const other = new Sandbox();
    const file = join(sandbox.home, "wrong.pem");
    writeFileSync(file, text);
    return errorText(() =>
      other.json({ redis: { outside: { host: "10.0.0.7", tls: { ca: file } } } }),
    ).finally(() => other.remove());
  };

  test.each([
    ["no certificate", () => "text", "holds no certificate"],
    ["a server's own certificate", () => leaf, "the certificate of CN=server is no CA's"],
    ["a key next to it", () => `${authority}-----BEGIN PRIVATE KEY-----\n`, "holds a private key"],
    [
      "a damaged one",
      () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "cannot be read",
    ],
  ])("is refused with %s", async (_, text, reason) => {
    expect(await refusal(text())).toContain("redis.outside.tls.ca: ");
    expect(await refusal(text())).toContain(reason);
  });
});

test("clear text with a reason stands as a waiver on the containers that use it", () => {
  const other = new Sandbox();
  const clearText = { reason: "a tunnel of WireGuard leads there", expires: "2099-01-31" };
  const { resource } = other.json({
    ...production,
    redis: { outside: { host: "10.0.0.7", allow: { clearText } } },
  });
  const waived = Object.entries(resource.docker_container).flatMap(([id, block]) => {
    const { waivers } = block["//"] as { readonly waivers?: readonly object[] };
    return waivers === undefined ? [] : [[id.replace(/_[^_]*$/, ""), waivers]];
  });

  expect(waived).toEqual(
    ["Backend_api_Container", "Backend_ingest_Container"].map((id) => [
      id,
      [{ rule: "TLS-011", ...clearText }],
    ]),
  );
  // Without the waivers it would be stopped, and with one that excuses nothing as well.
  judge([{ file: join(other.folder, "cdk.tf.json"), ownRules: [] }]);
  other.remove();
});
