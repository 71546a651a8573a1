import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nextSteps } from "../../cli/next-steps.ts";
import { local } from "../../config/local.ts";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { run } from "../../engines/run.ts";
import { Sandbox } from "../support/synthesized.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The lines that `up` ends with, with what differs from run to run put in words. */
function lines(input: Omit<DeploymentInput, "name">): readonly string[] {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  made.synthesize(input);
  const stack = made.stack();
  const image = stack.containers.find(({ name }) => name.endsWith("-mosquitto"))?.image ?? "";
  const steps = nextSteps(parseDeployment({ ...input, name: made.name }, "test"), stack, made.home);
  const home = relative(process.cwd(), made.home);
  return steps.map((line) =>
    line.replaceAll(made.home, "HOME").replaceAll(home, "HOME").replaceAll(image, "IMAGE"),
  );
}

const TRUST = "Browsers and devices have to trust its CA first: HOME/pki/authority/ca.crt";

test("a local stack is opened and tried in clear text, on loopback", () => {
  expect(lines(local)).toEqual([
    "",
    "Open http://localhost:3000",
    "",
    "Publish a reading and see it arrive:",
    "  docker run --rm --network host --user $(id -u) --mount type=bind,source=HOME/files/clients/sensor,target=/c,readonly -e XDG_CONFIG_HOME=/c IMAGE mosquitto_pub -t sensor/temp -m 21.5 && sleep 1 && curl -s 'http://127.0.0.1:8000/api/mesures?limite=1'",
  ]);
});

test("a stack behind TLS is opened and tried under its own name, with its CA", () => {
  expect(lines(production)).toEqual([
    "",
    "Open https://iot.example.org",
    TRUST,
    "",
    "Publish a reading and see it arrive:",
    "  docker run --rm --network host --user $(id -u) --add-host iot.example.org:127.0.0.1 --mount type=bind,source=HOME/pki/authority/ca.crt,target=/ca.crt,readonly --mount type=bind,source=HOME/files/clients/sensor,target=/c,readonly -e XDG_CONFIG_HOME=/c IMAGE mosquitto_pub -t sensor/temp -m 21.5 && sleep 1 && curl -s --cacert HOME/pki/authority/ca.crt --resolve iot.example.org:443:127.0.0.1 'https://iot.example.org/api/mesures?limite=1'",
  ]);
});

test("a stack for devices with certificates says how they get them", () => {
  expect(lines({ ...production, mosquitto: {}, tls: { mqttClients: "certificates" } })).toEqual([
    "",
    "Open https://iot.example.org",
    TRUST,
    "A device gets the certificate that lets it in by: exploreiot devices issue NAME",
  ]);
});

test("the line is one that a shell takes as it is, wherever the deployment's directory is", async () => {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  made.synthesize(production);
  const home = join(temporaryFolder(), 'sp ace, é "q" $x:y/kit');
  const deployment = parseDeployment({ ...production, name: made.name }, "test");
  const line = nextSteps(deployment, made.stack(), home).at(-1);
  // Each program says what it was given, one argument a line.
  const programs =
    "docker() { printf '%s\\n' docker \"$@\"; }; sleep() { :; }; curl() { printf '%s\\n' curl \"$@\"; }; ";
  const words = (await run(["sh", "-euc", programs + line])).stdout.split("\n");

  const field = (path: string) => `"source=${path.replaceAll('"', '""')}"`;
  expect(words.filter((word) => word.startsWith("type=bind"))).toEqual([
    `type=bind,${field(join(home, "pki/authority/ca.crt"))},target=/ca.crt,readonly`,
    `type=bind,${field(join(home, "files/clients/sensor"))},target=/c,readonly`,
  ]);
  expect(words[words.indexOf("--cacert") + 1]).toBe(join(home, "pki/authority/ca.crt"));
});

test("a listener on every IPv6 address is reached on loopback", () => {
  const both = (part: number) => ({ ipv4: `10.124.${part}.0/24`, ipv6: `fd00:124:${part}::/64` });
  const open = { bind: "::" };
  const last = lines({
    ...local,
    hosts: ["localhost"],
    listeners: { mqtt: open, backend: open },
    networks: { edge: both(1), broker: both(2) },
  }).at(-1);

  expect(last).toContain("curl -s 'http://[::1]:8000/api/mesures?limite=1'");
});
