import { relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nextSteps } from "../../cli/next-steps.ts";
import { local } from "../../config/local.ts";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { Sandbox } from "../support/synthesized.ts";

/** The lines that `up` ends with. */
function lines(input: Omit<DeploymentInput, "name">, ...config: readonly string[]): readonly string[] {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  made.synthesize(input);
  const home = relative(process.cwd(), made.home);
  return nextSteps(parseDeployment({ ...input, name: made.name }, "test"), made.home, config).map((line) =>
    line.replaceAll(home, "HOME"),
  );
}

const TRUST = "Browsers and devices have to trust its CA first: HOME/pki/authority/ca.crt";

test("a local stack ends with its page, a reading and a look at it", () => {
  expect(lines(local)).toEqual([
    "",
    "  http://localhost:3000",
    "  npx exploreiot publish temp 21.5",
    "  npx exploreiot status",
  ]);
});

test("another configuration is named in each line, as a shell takes it", () => {
  expect(lines(local, "-c", "my site.yaml").slice(2)).toEqual([
    "  npx exploreiot publish temp 21.5 -c 'my site.yaml'",
    "  npx exploreiot status -c 'my site.yaml'",
  ]);
});

test("a stack behind TLS says which CA browsers have to trust", () => {
  expect(lines(production)).toEqual([
    "",
    TRUST,
    "  https://iot.example.org",
    "  npx exploreiot publish temp 21.5",
    "  npx exploreiot status",
  ]);
});

test("a stack for devices with certificates says how they get them, and nobody else publishes there", () => {
  expect(lines({ ...production, mosquitto: { users: [] }, tls: { mqttClients: "certificates" } })).toEqual([
    "",
    TRUST,
    "A device gets the certificate that lets it in by: exploreiot devices issue NAME",
    "  https://iot.example.org",
    "  npx exploreiot status",
  ]);
});

test("the topic is one that somebody may publish", () => {
  const users = [{ name: "pump", publish: ["plant/+/pressure"], subscribe: [] }];

  expect(lines({ ...local, mosquitto: { users } })[2]).toBe(
    "  npx exploreiot publish plant/temp/pressure 21.5",
  );
});
