import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthority } from "../../../pki/x509.ts";
import { bridgedBrokers, missingBroker } from "../../support/bridged-brokers.ts";
import { connect, publish } from "../../support/e2e-broker.ts";
import { NumberedPublisher } from "../../support/e2e-publisher.ts";
import { until } from "../../support/until.ts";

type Brokers = Awaited<ReturnType<typeof bridgedBrokers>>;

/** A client that keeps its session and dials again by itself, and all that came. */
async function collect(port: number, username: string, password: string, filter: string) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username, password, clientId: `${username}-collects`, clean: false },
    ...{ reconnectPeriod: 100, connectTimeout: 2_000 },
  });
  const came: string[] = [];
  client.on("error", () => undefined);
  client.on("message", (topic, payload) => came.push(`${topic} ${payload}`));
  await client.subscribeAsync(filter, { qos: 1 });
  return { client, came };
}

const readings = (came: readonly string[], below: string): readonly number[] =>
  came
    .filter((line) => line.startsWith(`${below}sensor/temp `))
    .map((line) => (JSON.parse(line.slice(line.indexOf(" ") + 1)) as { valeur: number }).valeur);

const why = missingBroker === undefined ? "" : ` (skipped: ${missingBroker})`;

describe.skipIf(missingBroker)(`a site and its centre${why}`, () => {
  let both: Brokers;
  let atCentre: Awaited<ReturnType<typeof collect>>;
  let atSite: Awaited<ReturnType<typeof collect>>;
  const clients: { endAsync(force: boolean): Promise<void> }[] = [];

  beforeAll(async () => {
    both = await bridgedBrokers(
      {
        users: [
          { name: "sensor", publish: ["sensor/+"] },
          { name: "panel", subscribe: ["#"] },
        ],
      },
      {
        users: [
          { name: "reader", subscribe: ["site/#", "status/+"] },
          { name: "operator", publish: ["site/+/command/+", "site/+/sensor/+", "command/+"] },
        ],
        devices: {
          publish: ["site/%u/sensor/+", "status/%u"],
          subscribe: ["site/%u/command/+"],
        },
      },
      { receive: ["command/+"] },
    );
    await both.centre.start();
    await both.site.start();
    atCentre = await collect(both.ports.centre, "reader", both.centre.password("reader"), "#");
    atSite = await collect(both.ports.site, "panel", both.site.password("panel"), "#");
    clients.push(atCentre.client, atSite.client);
    await until("the bridge", async () => atCentre.came.includes("status/lyon 1"));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await both?.remove();
  });

  test("lose no reading while the line is cut and both brokers are restarted, and none comes back", async () => {
    const { centre, site, line, ports } = both;
    const sensor = await NumberedPublisher.connect(ports.site, "sensor", site.password("sensor"), "temp");
    let running = true;
    const publishing = sensor.publishWhile(() => running, 1000);
    const { acknowledged } = sensor;
    const sent = (more: number) => {
      const target = acknowledged.size + more;
      return until(`${more} more readings`, async () => acknowledged.size >= target);
    };
    const arrived = () => new Set(readings(atCentre.came, "site/lyon/"));

    await sent(300);
    line.cut();
    await until("the centre knows", async () => atCentre.came.at(-1) === "status/lyon 0");
    const before = arrived().size;
    await sent(1000);
    await site.stop();
    await site.start();
    await centre.stop();
    await sent(300);
    await centre.start();
    // The line was cut for real.
    expect(arrived().size).toBe(before);
    line.heal();
    await sent(300);
    await centre.stop();
    await sent(300);
    await centre.start();
    running = false;
    await publishing;
    const total = acknowledged.size;
    await until("all of them", async () => arrived().size >= total).catch(() => undefined);

    expect([...arrived()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: total }, (_, number) => number),
    );
    // Nothing stands below two sites, and the site has heard its own alone.
    expect(
      atCentre.came
        .filter((text) => text.startsWith("site/"))
        .every((text) => /^site\/lyon\/sensor\/temp /.test(text)),
    ).toBe(true);
    expect(atSite.came.filter((text) => text.startsWith("site/"))).toEqual([]);
    expect(new Set(readings(atSite.came, "")).size).toBe(total);
    await sensor.close();
  }, 90_000);

  test("let no other site speak for this one", async () => {
    const { centre, ports, other } = both;
    const paris: MqttClient = await connect(ports.centreTls, { clientId: "paris", tls: other });
    clients.push(paris);
    await publish(paris, "site/lyon/sensor/forged", "1");
    await publish(paris, "site/paris/sensor/temp", "1");

    await until("its own", async () => atCentre.came.includes("site/paris/sensor/temp 1"));
    expect(atCentre.came.filter((text) => text.includes("forged"))).toEqual([]);
    expect(centre.log).toMatch(/New client connected from .* as lyon \(p2, c0, k30, u'lyon'\)/);
  });

  test("let a command back that the site receives, and nothing else", async () => {
    const { centre, ports } = both;
    const operator = await connect(ports.centre, {
      ...{ username: "operator", password: centre.password("operator"), clientId: "operator" },
    });
    clients.push(operator);
    await publish(operator, "site/lyon/sensor/forged", "2");
    await publish(operator, "command/pump", "not for a site");
    await publish(operator, "site/paris/command/pump", "not for this one");
    await publish(operator, "site/lyon/command/pump", "on");

    await until("the command", async () => atSite.came.includes("command/pump on"));
    expect(atSite.came.filter((text) => /forged|not for/.test(text))).toEqual([]);
    // It is not handed on again.
    await publish(operator, "site/lyon/command/pump", "off");
    await until("the next", async () => atSite.came.includes("command/pump off"));
    expect(atCentre.came.filter((text) => text.startsWith("site/lyon/command/"))).toEqual([
      "site/lyon/command/pump on",
      "site/lyon/command/pump off",
    ]);
  });

  test("do not speak where the centre shows a certificate of another CA", async () => {
    const { site, ports } = both;
    await site.stop();
    const { certificate } = await makeAuthority("another");
    site.deliver("/run/exploreiot/bridge-ca.crt", certificate);
    const before = site.log.length;
    const came = atCentre.came.length;
    await site.start();

    await until("a refusal", async () => /certificate verify failed/.test(site.log.slice(before)));
    const sensor = await connect(ports.site, {
      ...{ username: "sensor", password: site.password("sensor"), clientId: "late" },
    });
    clients.push(sensor);
    expect(await publish(sensor, "sensor/late", "1")).toBe("accepted");
    expect(atCentre.came.slice(came).filter((line) => line !== "status/lyon 0")).toEqual([]);
  });
});
