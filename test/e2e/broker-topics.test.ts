import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { missing, TestDeployment, titled } from "../support/e2e.ts";
import { declaredRights, grantedRights } from "../support/e2e-acl.ts";
import { connect } from "../support/e2e-broker.ts";

const MQTT = 25543;
const runner = missing.compose === undefined ? "compose" : "terraform";

/** Topics that are words, marks or beginnings of comments in files of other programs. */
const AWKWARD = [
  ...[
    "read x",
    "write x",
    "deny x",
    "user x",
    "topic",
    "pattern write x",
    "a  b",
    'a"b',
    "a'b",
    "a\\b",
    "x ;y",
  ],
  ...["50%", "%", "%d/x", "a$b", "a;b", "a,b", "a:b", "a=b", "a`id`b", "{b", "é/ü", "😀", "/lead", "trail/"],
];

const deployment = new TestDeployment({
  name: "e2e-topics",
  listeners: { mqtt: { port: MQTT } },
  networks: { broker: { ipv4: "10.124.44.0/24" } },
  mosquitto: {
    users: [
      { name: "writer", publish: AWKWARD },
      { name: "reader", subscribe: AWKWARD },
      { name: "pump-1", publish: ["sensor/%u", "%u/x/+"] },
      { name: "pump-2", publish: ["sensor/%u"], subscribe: ["pump-1/#"] },
      { name: "admin", publish: ["#"], subscribe: ["#"] },
    ],
  },
  ...BROKER_ALONE,
});

describe.skipIf(missing[runner])(
  titled("a user's topics, as the broker reads them,", missing[runner]),
  () => {
    beforeAll(async () => {
      await deployment.clear();
      await deployment.up(runner);
    });
    afterAll(() => deployment.wipe());

    test("are those of the site file, no matter what is in them, with the user's name for %u", async () => {
      const users = ["writer", "reader", "pump-1", "pump-2", "admin"];
      const connected = users.map(async (username) => {
        const password = deployment.secret(`mqtt-${username}-password`);
        return [username, await connect(MQTT, { username, password })] as const;
      });
      const clients = new Map(await Promise.all(connected));
      const topics = [
        ...AWKWARD,
        ...["x", "a", "a b", ";y", "lead", "trail", "50", "sensor/pump-1", "sensor/pump-2", "sensor/%u"],
        ...["%u/x/y", "pump-1/x/y", "pump-2/x/y"],
      ];
      const parsed = parseDeployment(deployment.config, "test");
      const declared = declaredRights(parsed, users, topics);

      expect(await grantedRights(clients, topics)).toEqual(declared);
      expect(declared).toHaveLength(2 * topics.length + 2 * AWKWARD.length + 4);
      expect(declared.filter((line) => line.startsWith("pump"))).toEqual([
        "pump-1 writes pump-1/x/y",
        "pump-1 writes sensor/pump-1",
        "pump-2 reads pump-1/x/y",
        "pump-2 writes sensor/pump-2",
      ]);
      await Promise.all([...clients.values()].map((client) => client.endAsync()));
    });
  },
);
