import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Programs that the kit does not run, each as it should be; the test weakens them in one point at a time. */
const folder = join(import.meta.dirname, "programs");
const FILES = ["compose.yaml", "grafana.ini", "traefik.yml", "settings.js", "mongod.conf", "rabbitmq.conf"];
const sound = new Map(FILES.map((name) => [name, readFileSync(join(folder, name), "utf8")]));

/**
 * Lines whose removal, or words whose change, weakens a program, with the rule that has to see it.
 * A text is replaced wherever it stands.
 */
const WEAKENINGS: readonly (readonly [file: string, from: string, to: string, rule: string])[] = [
  ["compose.yaml", "--max-connections=200", "--skip-grant-tables", "STO-001"],
  ["compose.yaml", "MONGO_INITDB_ROOT_USERNAME: root", "UNUSED: root", "STO-002"],
  ["mongod.conf", "authorization: enabled", "authorization: disabled", "STO-002"],
  ["compose.yaml", 'INFLUXDB_HTTP_AUTH_ENABLED: "true"', 'INFLUXDB_HTTP_AUTH_ENABLED: "false"', "STO-003"],
  ["compose.yaml", 'xpack.security.enabled: "true"', 'xpack.security.enabled: "false"', "STO-004"],
  ["compose.yaml", 'DISABLE_SECURITY_PLUGIN: "false"', 'DISABLE_SECURITY_PLUGIN: "true"', "STO-004"],
  ["rabbitmq.conf", "load_definitions = /etc/rabbitmq/definitions.json", "", "STO-005"],
  ["compose.yaml", "--enable-sasl", "-v", "STO-006"],
  ["compose.yaml", "NEO4J_AUTH_FILE: /run/secrets/graph", "NEO4J_AUTH: none", "STO-007"],
  ["compose.yaml", 'ANONYMOUS_ACCESS_ENABLED: "false"', 'ANONYMOUS_ACCESS_ENABLED: "true"', "STO-007"],
  ["grafana.ini", "enabled = false", "enabled = true", "GRF-001"],
  ["compose.yaml", "GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana", "UNUSED: x", "GRF-002"],
  ["grafana.ini", "allow_sign_up = false", "allow_sign_up = true", "GRF-003"],
  [
    "grafana.ini",
    "allow_loading_unsigned_plugins =",
    "allow_loading_unsigned_plugins = own-panel",
    "GRF-004",
  ],
  ["traefik.yml", "insecure: false", "insecure: true", "TRF-001"],
  ["compose.yaml", "routers.dashboard.middlewares: login@docker", "routers.dashboard.priority: 1", "TRF-002"],
  ["compose.yaml", "middlewares.login.basicauth.usersfile", "middlewares.login.compress.minbytes", "TRF-002"],
  ["traefik.yml", "exposedByDefault: false", "exposedByDefault: true", "TRF-003"],
  ["traefik.yml", "insecureSkipVerify: false", "insecureSkipVerify: true", "TRF-004"],
  ["traefik.yml", "trustedIPs: [192.0.2.1]", "insecure: true", "TRF-005"],
  ["settings.js", "adminAuth:", "otherAuth:", "NOD-001"],
  ["compose.yaml", "127.0.0.1:1880:1880", "1880:1880", "NOD-002"],
  ["compose.yaml", "ssh://deploy@192.0.2.10", "tcp://192.0.2.10:2375", "TLS-016"],
  ["compose.yaml", "./shared:/shared:ro", "./shared:/shared", "VOL-009"],
];

/** The findings of the rules on the programs, as `ID path evidence`. */
function said(files: ReadonlyMap<string, string>): readonly string[] {
  const project = join(temporaryFolder(), "project");
  for (const [name, text] of files) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  return loadInputs({ paths: [join(project, "compose.yaml")] }).inputs.flatMap(({ stack }) =>
    evaluate(stack, policies).flatMap(({ findings, relaxed }) =>
      [...findings, ...relaxed].map(({ policy, path, evidence }) => `${policy} ${path} ${evidence}`),
    ),
  );
}

describe("every weakening of a program that the kit does not run is seen by its rule", () => {
  const own = /^(STO|GRF|TRF|NOD|TLS-016|VOL-009)/;

  test("as they are, their rules find nothing", () => {
    expect(said(sound).filter((text) => own.test(text))).toEqual([]);
  });

  test("each of their rules has one", () => {
    const ids = policies.map(({ id }) => id).filter((id) => own.test(id));

    expect([...new Set(WEAKENINGS.map(([, , , rule]) => rule))].sort()).toEqual(ids.sort());
  });

  test.each(WEAKENINGS)("%s: %s becomes %s", (file, from, to, rule) => {
    const text = sound.get(file) ?? "";
    expect(text).toContain(from);
    const found = said(new Map([...sound, [file, text.replaceAll(from, to)]]));

    expect(found.map((one) => one.slice(0, 7)).filter((id) => own.test(id))).toEqual([rule]);
  });
});
