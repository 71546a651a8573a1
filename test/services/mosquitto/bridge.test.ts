import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDeployment } from "../../../config/parse.ts";
import { production } from "../../../config/production.ts";
import type { DeploymentInput } from "../../../config/schema.ts";
import { App } from "../../../constructs/cdktf.ts";
import { makeAuthority, makeDevicePair } from "../../../pki/x509.ts";
import { judge } from "../../../policies/gate.ts";
import { parityOf } from "../../../render/parity/report.ts";
import { IotStack } from "../../../stacks/iot-stack.ts";
import { errorText } from "../../support/error-text.ts";
import { byRole, Sandbox } from "../../support/synthesized.ts";

const KEY = "mosquitto-bridge-key";
const sandbox = new Sandbox();
let pair: { readonly certificate: string; readonly key: string };
let authority: string;
let input: DeploymentInput;

const file = (name: string, text: string) => {
  writeFileSync(join(sandbox.home, name), text);
  return join(sandbox.home, name);
};

beforeAll(async () => {
  const made = await makeAuthority("central");
  authority = made.certificate;
  pair = await makeDevicePair("plant-1", made);
  sandbox.secrets.value("hash-key");
  sandbox.secrets.put(KEY, pair.key.trimEnd());
  input = {
    ...production,
    name: sandbox.name,
    secrets: { [KEY]: { file: "plant-1.key" } },
    mosquitto: {
      bridge: {
        ...{ host: "central.example.org", ca: file("ca.crt", authority) },
        certificate: file("plant-1.crt", pair.certificate),
        ...{ topics: ["sensor/+", "alarm/+"], receive: ["command/+"] },
      },
    },
  };
});
afterAll(() => sandbox.remove());

const uploads = (given: DeploymentInput): Readonly<Record<string, { content?: string; source?: string }>> => {
  const [job] = Object.values(byRole(sandbox.json(given))).filter(({ name }) =>
    name.endsWith("mosquitto-files"),
  );
  const all = (job as unknown as { upload: { file: string; content?: string; source?: string }[] }).upload;
  return Object.fromEntries(all.map(({ file, ...rest }) => [file.split("/").at(-1), rest]));
};

const withBridge = (change: object): DeploymentInput => ({
  ...input,
  mosquitto: { bridge: { ...input.mosquitto?.bridge, ...change } as never },
});

test("a bridge is the end of mosquitto.conf: over TLS, kept, at QoS 1, below the name in its certificate", () => {
  const { "mosquitto.conf": conf, acl } = uploads(input);

  expect(conf?.content?.split("\n").slice(conf.content.split("\n").indexOf("connection central"))).toEqual([
    ...["connection central", "address central.example.org:8883", "bridge_protocol_version mqttv311"],
    ...["try_private false", "cleansession false", "remote_clientid plant-1"],
    ...["local_clientid :bridge", "local_username :bridge"],
    ...["keepalive_interval 30", "restart_timeout 1 30"],
    ...["notifications true", "notification_topic status/plant-1"],
    "bridge_cafile /run/exploreiot/bridge-ca.crt",
    "bridge_certfile /run/exploreiot/bridge.crt",
    "bridge_keyfile /run/exploreiot/bridge.key",
    'topic sensor/+ out 1 "" site/plant-1/',
    'topic alarm/+ out 1 "" site/plant-1/',
    'topic command/+ in 1 "" site/plant-1/',
    "",
  ]);
  expect(conf?.content).toMatch(/^plugin_opt_trusted health,:bridge,/m);
  // Messages that the guard lets come back.
  expect(acl?.content).toMatch(/^user :bridge\ntopic write command\/\+\n$/m);
});

test("a deployment without one has no word of it", () => {
  const text = JSON.stringify(sandbox.json(production));
  expect(text).not.toMatch(/bridge-ca|:bridge|connection central/);
});

test("its key is a file of the deployment's own: the JSON has its path alone, and every rule of a server is kept", () => {
  const { "bridge.key": key, "bridge.crt": certificate, "bridge-ca.crt": ca } = uploads(input);

  expect(key?.content).toBeUndefined();
  expect(key?.source).toMatch(new RegExp(`/secrets/${KEY}$`));
  expect(certificate?.content).toContain(pair.certificate.trim());
  expect(ca?.content).toContain(authority.trim());
  const [, secret = "none"] = pair.key.split("\n");
  expect(sandbox.synthesize(input)).not.toContain(secret);
  expect(sandbox.synthesize(input)).not.toContain("PRIVATE KEY");
  expect(judge([{ file: join(sandbox.folder, "cdk.tf.json"), ownRules: [] }])).toEqual([]);
});

test("the JSON says where it leads, for status and the diagram", () => {
  sandbox.json(input);
  expect(sandbox.stack().bridge).toEqual({
    ...{ site: "plant-1", host: "central.example.org", port: 8883 },
    ...{ state: "status/plant-1", client: ":bridge" },
  });
});

test.each<[string, () => object, RegExp]>([
  [
    "a certificate with its key in one file, which would stand in the JSON",
    () => ({ certificate: file("both.pem", `${pair.certificate}${pair.key}`) }),
    /mosquitto\.bridge\.certificate: .*holds a private key/,
  ],
  [
    "a file that is no certificate",
    () => ({ certificate: file("none.pem", "hello") }),
    /mosquitto\.bridge\.certificate: .*holds no certificate/,
  ],
  [
    "a certificate for a CA of the centre",
    () => ({ ca: file("leaf.pem", pair.certificate) }),
    /mosquitto\.bridge\.ca: .*is no CA's/,
  ],
])("refuses %s", async (_, change, expected) => {
  expect(await errorText(() => sandbox.json(withBridge(change())))).toMatch(expected);
});

test("refuses the key of another certificate, and one whose name would be another topic", async () => {
  const made = await makeAuthority("other");
  const other = await makeDevicePair("plant-2", made);
  const wild = await makeDevicePair("+", made);

  const change = { certificate: file("other.crt", other.certificate) };
  const app = new App({ outdir: sandbox.outdir });
  expect(await errorText(() => new IotStack(app, parseDeployment(withBridge(change), "test")))).toMatch(
    /secrets\.mosquitto-bridge-key: is not the key of/,
  );
  // A verb that looks or removes has no key where there was no up, and needs none.
  expect(uploads(withBridge(change))["bridge.crt"]?.content).toContain(other.certificate.trim());
  const named = { certificate: file("wild.crt", wild.certificate) };
  expect(await errorText(() => sandbox.json(withBridge(named)))).toMatch(
    /mosquitto\.bridge\.certificate: .*is for ".*\+"; allowed: a name of letters/,
  );
});

test("is told of by the parity report: every target hands over its files", () => {
  sandbox.synthesize(input);
  const asked = `as plant-1 to central.example.org:8883 by ${["bridge-ca.crt", "bridge.crt", "bridge.key"]
    .map((name) => `/run/exploreiot/${name}`)
    .join(" ")}`;
  const kept = { verdict: "kept", services: [] };

  expect(parityOf(sandbox.stack(), sandbox.home).guarantees.find(({ id }) => id === "bridge")).toEqual({
    id: "bridge",
    title: "hands readings on to a central broker, by a certificate of its own",
    ...{ terraform: kept, compose: kept, swarm: kept, "swarm-terraform": kept },
    services: {
      mosquitto: { asked, terraform: asked, compose: asked, swarm: asked, "swarm-terraform": asked },
    },
  });
});
