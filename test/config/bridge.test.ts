import { expect, test } from "vitest";
import { loadDeployment } from "../../config/load.ts";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { forwardedFromContainers } from "../../firewall/egress.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const bridge = { host: "central.example.org", ca: "ca.crt", certificate: "lyon.crt" };
const secrets = { "mosquitto-bridge-key": { file: "lyon.key" } };
const parsed = (change: object, more: Partial<DeploymentInput> = {}) =>
  parseDeployment(
    { name: "lyon", mosquitto: { bridge: { ...bridge, ...change } }, secrets, ...more },
    "test",
  );

test("a bridge gets a way through the packet filter, from its network to that port", () => {
  const production: Partial<DeploymentInput> = {
    ...{ firewall: { enabled: true }, environment: "production", hosts: ["a.example.org"] },
  };
  const rules = (change: object) =>
    forwardedFromContainers(parsed(change, production)).filter((rule) => rule.includes("dport 8883"));

  expect(rules({ host: "192.0.2.7" })).toEqual([
    expect.stringMatching(
      /^iifname \{ "xi[0-9a-f]{6}-broker" \} ip daddr 192\.0\.2\.7\/32 tcp dport 8883 counter accept/,
    ),
  ]);
  expect(rules({ addresses: ["192.0.2.0/28"] })).toEqual([
    expect.stringMatching(/-broker" \} ip daddr 192\.0\.2\.0\/28 tcp dport 8883 counter accept/),
  ]);
});

test("a bridge without a source for its key is refused: one that was made here would open nothing", async () => {
  expect(await errorText(() => parsed({}, { secrets: {} }))).toMatch(
    /secrets\.mosquitto-bridge-key: got nothing; allowed: where the private key of mosquitto\.bridge\.certificate comes from/,
  );
  // A key without a bridge is of no use, and a broker that is off has no bridge.
  expect(
    await errorText(() => parsed({}, { secrets: {}, mosquitto: { enabled: false, bridge } })),
  ).not.toMatch(/mosquitto-bridge-key/);
});

test.each([
  ["a line break in its host", { host: "a\nremote_password x" }, /mosquitto\.bridge\.host/],
  ["an IPv6 address", { host: "2001:db8::7" }, /mosquitto\.bridge\.host.*IPv4/],
  ["the container itself as its centre", { host: "127.0.0.1" }, /mosquitto\.bridge\.host.*container itself/],
  ["a line break in a topic", { topics: ["sensor/+\nbridge_insecure true"] }, /mosquitto\.bridge\.topics\.0/],
  ["a space in a topic", { topics: ["sensor/a both 0"] }, /mosquitto\.bridge\.topics\.0.*without spaces/],
  ["quotes for a topic", { receive: ['""'] }, /mosquitto\.bridge\.receive\.0.*without spaces and quotes/],
  ["the broker's own topics", { topics: ["$SYS/#"] }, /mosquitto\.bridge\.topics\.0/],
  ["a topic with a name", { topics: ["sensor/%u"] }, /mosquitto\.bridge\.topics\.0/],
  ["all topics, those of other sites among them", { topics: ["#"] }, /topics\.0: got "#".*in a circle/],
  ["topics of other sites", { topics: ["sensor/+", "+/lyon/#"] }, /topics\.1.*in a circle/],
  ["a topic that goes both ways", { receive: ["sensor/temp"] }, /receive\.0.*would go back/],
])("a bridge with %s is refused", async (_, change, expected) => {
  expect(await errorText(() => parsed(change))).toMatch(expected);
});

test("a bridge next to a broker outside is refused: there is no broker of the deployment that could dial", async () => {
  const outside = { host: "mqtt.example.org", tls: { ca: "ca.crt" } };
  expect(await errorText(() => parsed({}, { mosquitto: { bridge, outside } }))).toMatch(
    /mosquitto\.bridge: .*nothing next to mosquitto\.outside/,
  );
});

test("a bridge names its files relative to the site file", async () => {
  const folder = temporaryFolder();
  const file = write(folder, "lyon.json", JSON.stringify({ name: "lyon", mosquitto: { bridge }, secrets }));

  const { mosquitto } = await loadDeployment(file);

  const place = folder.split("/").at(-1);
  expect(mosquitto.bridge?.ca).toMatch(new RegExp(`/${place}/ca\\.crt$`));
  expect(mosquitto.bridge?.certificate).toMatch(new RegExp(`/${place}/lyon\\.crt$`));
});

test.each([
  ["site/+/sensor/+", true],
  ["site/+/+", true],
  ["site/+/temp", true],
  ["site/+", true],
  ["site/+/+/+", false],
  ["site/#", false],
  ["plant/+/sensor/+", false],
  ["site/+/#", false],
])("topics.readings %s of a central deployment is taken: %s", async (readings, isTaken) => {
  const read = async () => parseDeployment({ name: "centre", topics: { readings } }, "test");
  expect(
    await read().then(
      () => true,
      () => false,
    ),
  ).toBe(isTaken);
});

test("the central deployment is told which topic its sites need", async () => {
  const told = await errorText(() =>
    parseDeployment(
      {
        ...{ name: "centre", topics: { readings: "site/+/sensor/+" }, tls: { mqttClients: "certificates" } },
        listeners: { mqtts: { enabled: true } },
      },
      "test",
    ),
  );
  expect(told).toMatch(/mosquitto\.devices\.publish.*; fix: write site\/%u\/sensor\/\+, or/);
});
