import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";
import { writeFolder } from "../../render/folder.ts";
import { render } from "../../render/render.ts";
import { threeRoles } from "../support/example.ts";
import { Sandbox } from "../support/synthesized.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** A rendered folder as it is before it is copied to its server: no secret is made yet. */
async function renderedFolder(input: Omit<DeploymentInput, "name">): Promise<string> {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input);
  const folder = join(temporaryFolder(), "out");
  writeFolder(folder, await render(sandbox.stack(), sandbox.home));
  return folder;
}

/** The rules that each file of a folder breaks, and how many rules looked at something in it. */
const judged = (folder: string) =>
  loadInputs({ paths: [folder] }).inputs.map(({ file, stack }) => {
    const reports = evaluate(stack, policies);
    return {
      file: file.slice(folder.length),
      findings: reports.flatMap(({ policy, findings }) =>
        findings.map(({ path, evidence }) => `${policy.id} ${path}: ${evidence}`),
      ),
      awaited: reports
        .flatMap(({ policy, notEnforceable }) =>
          notEnforceable.map(({ reason }) => (/start\.sh makes it/.test(reason) ? policy.id : "")),
        )
        .filter((id) => id !== "")
        .sort(),
      examined: reports.filter(({ examined }) => examined > 0).length > 100,
    };
  });

/** With what is looked at in the JSON's facts: ports that no rule knows by their number, and waivers. */
const allowed = { reason: "no registry gives a digest here", expires: "2099-12-31" };
const withServices = {
  ...production,
  services: {
    store: {
      ...{ image: "registry.example/store:1.2", allow: { tag: allowed, root: allowed, origin: allowed } },
      ...{ user: "0:0" as const, port: 9000, health: { path: "/" }, database: "own" as const },
      secrets: { PASSWORD: { value: "{postgres.password}" } },
      listener: { port: 9443, tls: true },
    },
  },
};

describe("a rendered folder passes the kit's own check before start.sh ran:", () => {
  const stores = ["MQT-014", "RDS-001", "RDS-004", "RDS-010", "RDS-011"];
  const certificate = ["TLS-005", "TLS-006"];

  test.each<[string, Omit<DeploymentInput, "name">, readonly string[]]>([
    ["the local deployment", local, stores],
    ["the production deployment", production, [...stores, ...certificate]],
    ["the example with three roles", threeRoles(), stores],
    ["services of one's own", withServices, [...stores, ...certificate]],
  ])("%s", async (_, input, awaited) => {
    const stack = { findings: [], awaited: [...awaited].sort(), examined: true };
    const found = judged(await renderedFolder(input));

    expect(found.filter(({ file }) => file !== "")).toEqual([
      { file: "/compose.yaml", ...stack },
      { file: "/terraform/cdk.tf.json", ...stack },
    ]);
    // The folder itself stands for what no stack delivers: the rules of the packet filter.
    expect(found.filter(({ file }) => file === "").flatMap(({ findings }) => findings)).toEqual([]);
  });

  test("but not with a hash that tells the secret, a label that may be empty, or a file that nobody makes", async () => {
    const folder = await renderedFolder(local);
    const path = join(folder, "terraform/cdk.tf.json");
    const text = readFileSync(path, "utf8")
      .replaceAll(/\$\{substr\((sha256\([^}]*)\), 0, 12\)\}/g, (_, hash) => `\${${hash}}`)
      .replaceAll(/"value": "[0-9a-f]{12}-(\$\{[^}]*\})"/g, (_, hash) => `"value": "${hash}"`);
    write(folder, "terraform/cdk.tf.json", text);
    write(
      folder,
      "deployment.sh",
      readFileSync(join(folder, "deployment.sh"), "utf8").replaceAll("users.acl", "x"),
    );
    const [compose, terraform] = judged(folder);
    const rules = (found: typeof compose) => [...new Set(found?.findings.map((line) => line.split(" ")[0]))];

    expect(rules(compose)).toEqual(["RDS-001", "RDS-004", "RDS-011"]);
    expect(rules(terraform)).toEqual(["PRV-005", "PRV-012", "RDS-001", "RDS-004", "RDS-011", "SEC-015"]);
  });
});
