import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { attacks } from "../../bench/support/mqtt-attacks.js";
import { subscribing } from "../../bench/support/mqtt-attacks-time.js";
import { open, packet, send, text, userProperties } from "../../bench/support/mqtt-wire.js";
import { helloByByte } from "../../bench/support/tls-records.js";
import { run } from "../../runners/run.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { largeStore } from "../support/broker-store.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login, publish, subscribe } from "../support/e2e-broker.ts";
import { messageFlow } from "../support/e2e-flow.ts";
import { onSmallDisk, untilPutOut } from "../support/e2e-store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PORT = 21_893;
const TLS_PORT = 21_894;
const DISK_PORT = 21_895;

const deployment = new TestDeployment({
  ...BROKER_ALONE,
  name: "e2e-broker",
  listeners: { mqtt: { port: PORT }, mqtts: { port: TLS_PORT } },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+"] },
      { name: "meter", publish: ["meter/+"] },
      { name: "panel", subscribe: ["meter/+"] },
      { name: "witness", subscribe: ["sensor/last", "sensor/other", "meter/+"] },
    ],
  },
});

const container = deployment.container("mosquitto");
const password = (user: string) => deployment.secret(`mqtt-${user}-password`);
const client = (username: string, clientId: string) =>
  connect(PORT, { username, password: password(username), clientId });
const overTls = (username: string, clientId: string) =>
  connect(TLS_PORT, {
    username,
    password: password(username),
    clientId,
    tls: {
      ca: readFileSync(join(deployment.home, "pki/authority/ca.crt"), "utf8"),
      servername: "localhost",
    },
  });
const loginAs = (username: string, clientId: string) =>
  login(PORT, { username, password: password(username), clientId });
const healthy = () =>
  until(
    "the broker is healthy",
    async () => {
      return (await docker("inspect", "--format", "{{.State.Health.Status}}", container)) === "healthy";
    },
    60_000,
  );
const log = async () => {
  const { stdout, stderr } = await run(["docker", "logs", container]);
  return stdout + stderr;
};

/** Runs a shell in the broker's image with its volume, while the broker is stopped. */
async function inVolume(script: string, input: Buffer = Buffer.alloc(0)): Promise<string> {
  const image = await docker("inspect", "--format", "{{.Image}}", container);
  const volume = `exploreiot-${deployment.name}-mosquitto-data:/data`;
  return execFileSync(
    "docker",
    ["run", "--rm", "-i", "--network", "none", "-v", volume, "--entrypoint", "sh", image, "-c", script],
    { input, encoding: "utf8" },
  );
}

describe.skipIf(missing.compose)(titled("the broker", missing.compose), () => {
  beforeAll(async () => {
    await deployment.clear();
    await deployment.up("compose");
  }, 900_000);
  afterAll(() => deployment.wipe(), 120_000);

  test("lets several devices of one user work side by side over TLS", async () => {
    const reader = await client("viewer", "reader");
    const arrived: string[] = [];
    reader.on("message", (topic, payload) => arrived.push(`${topic} ${payload}`));
    await reader.subscribeAsync("sensor/+", { qos: 1 });
    const names = ["esp-kitchen", "esp-garage", "esp-attic"];
    const devices = await Promise.all(names.map((name) => overTls("sensor", name)));
    const dropped: string[] = [];
    for (const [index, device] of devices.entries())
      device.on("close", () => dropped.push(names[index] as string));
    for (let value = 0; value < 15; value += 1)
      for (const [index, device] of devices.entries())
        await publish(device, `sensor/${names[index]}`, `${value}`);

    await until("all readings have arrived", async () => arrived.length >= 45);
    expect(dropped).toEqual([]);
    expect(new Set(arrived).size).toBe(45);
    await Promise.all([reader, ...devices].map((each) => each.endAsync()));
  });

  // docs/decisions/0176-keep-alive.md: once Mosquitto keeps the longest as well, the decision has had its time.
  test("keeps a device that may be silent for 18 hours, but not one that asks for the longest there is", async () => {
    const asking = (keepalive: number) =>
      connect(PORT, {
        ...{ username: "sensor", password: password("sensor"), clientId: `silent-${keepalive}`, keepalive },
      });
    const devices = await Promise.all([65_534, 65_535].map(asking));
    const dropped: (number | undefined)[] = [];
    for (const device of devices) device.on("close", () => dropped.push(device.options.keepalive));
    // It is let go where a second begins among its messages, which no test can say beforehand.
    const sending = setInterval(() => {
      for (const device of devices) if (device.connected) device.publish("sensor/silent", "1");
    }, 1);
    await until("one is let go", async () => dropped.length > 0, 60_000).finally(() =>
      clearInterval(sending),
    );

    expect(await publish(devices[0] as never, "sensor/silent")).toBe("accepted");
    expect(dropped).toEqual([65_535]);
    await Promise.all(devices.map((device) => device.endAsync(true)));
  });

  test("gives a client id that one user has to nobody else, on either listener and after a restart", async () => {
    const owner = await connect(PORT, {
      username: "viewer",
      password: password("viewer"),
      clientId: "dashboard",
      clean: false,
    });
    await owner.subscribeAsync("sensor/+", { qos: 1 });
    const byOther = async () => [
      await loginAs("sensor", "dashboard"),
      await overTls("sensor", "dashboard").then(
        () => "accepted",
        (error: Error) => error.message,
      ),
      await loginAs("sensor", "viewer:anything"),
    ];
    const refused = Array(3).fill("Connection refused: Not authorized");
    expect(await byOther()).toEqual(refused);
    await owner.endAsync();
    await until("the session is saved", async () =>
      (
        await docker("exec", container, "sh", "-c", "cat /mosquitto/data/mosquitto.db.good 2>/dev/null || :")
      ).includes("dashboard"),
    );
    await docker("restart", container);
    await healthy();
    expect(await byOther()).toEqual(refused);
    expect(await loginAs("viewer", "dashboard")).toBe("accepted");
  });

  test("asks its access list when somebody subscribes", async () => {
    const reader = await client("viewer", "asks");
    const refused = "Subscribe error: Not authorized";
    const expected = {
      "sensor/+": "accepted",
      "sensor/a": "accepted",
      "$share/group/sensor/+": "accepted",
      "sensor/#": refused,
      "#": refused,
      "meter/+": refused,
    };
    const filters = Object.keys(expected);
    const answers = [];
    for (const filter of filters) answers.push([filter, await subscribe(reader, filter)]);
    expect(Object.fromEntries(answers)).toEqual(expected);
    await reader.endAsync();
  });

  // Before the attacks, which leave their users without room for sessions.
  describe("its log", () => {
    const gateway = () =>
      docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}", container);
    const lines = async (since = "0") =>
      (await run(["docker", "logs", "--since", since, "--timestamps", container])).stderr
        .split("\n")
        .filter(Boolean);
    const lineWith = (text: string) =>
      until(text, async () => (await lines()).find((line) => line.includes(text)));
    const wrong = (username: string, clientId: string) =>
      login(PORT, { username, password: "wrong", clientId });

    test("names user, client and address of a refused login at once, and a kill takes nothing away", async () => {
      const from = await gateway();
      const refused = [
        ["sensor", 'a", from 192.0.2.1', "its password is wrong or missing"],
        ["nobody-knows", "é".repeat(300), "there is no such user"],
        ["panel", "viewer:mine", "this id is another user's"],
      ] as const;
      for (const [user, id, reason] of refused) {
        expect(await wrong(user, id)).toBe("Connection refused: Not authorized");
        const answered = Date.now();
        const shown = id.length > 100 ? `${"é".repeat(50)}...` : id.replaceAll('"', String.raw`\"`);
        const line = await lineWith(
          `guard: login refused: user "${user}", client "${shown}", from ${from}: ${reason}`,
        );
        // A busy machine may take a second for one line.
        expect(Date.parse(line.slice(0, line.indexOf(" "))) - answered).toBeLessThan(5_000);
      }
      await wrong("sensor", "before-the-kill");
      await docker("kill", container);
      expect((await lines()).filter((line) => line.includes('client "before-the-kill"'))).toHaveLength(1);
      await docker("start", container);
      await healthy();
    });

    test("tells of a login that is refused, and leaves the client alone that has that id", async () => {
      const reader = await client("viewer", "steady");
      const dropped: string[] = [];
      let arrived = 0;
      reader.on("close", () => dropped.push("closed"));
      reader.on("message", () => {
        arrived += 1;
      });
      await reader.subscribeAsync("sensor/+", { qos: 1 });
      await wrong("viewer", "steady");
      await lineWith('client "steady"');
      const sensor = await client("sensor", "writes");
      for (let value = 1; value <= 3; value += 1) {
        await publish(sensor, "sensor/steady", `${value}`);
        await until("it has arrived", async () => arrived >= value);
      }
      expect(dropped).toEqual([]);
      await Promise.all([reader, sensor].map((each) => each.endAsync()));
    });

    test.each([
      ["MQTT 5", true, "Publish error: Not authorized"],
      ["MQTT 3.1.1, which has no answer for it", false, "accepted"],
    ])("tells of a publication that the access list denies, over %s", async (_, clean, answer) => {
      const clientId = `denied-${clean}`;
      const sensor = await connect(PORT, {
        ...{ username: "sensor", password: password("sensor"), clientId, clean },
      });
      expect(await publish(sensor, "meter/a")).toBe(answer);
      await lineWith(
        `guard: client "${clientId}" of user "sensor" may not publish to "meter/a": no rule lets it`,
      );
      await sensor.endAsync();
    });

    test("has no trace of the probes", async () => {
      const since = (await docker("exec", container, "date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ")).trim();
      // The broker tells its uptime every 10 s: the second answer is a new one.
      await docker("exec", container, "mosquitto_sub", "-t", "$SYS/broker/uptime", "-C", "2", "-W", "30");
      expect(await lines(since)).toEqual([]);
    });

    test("is bounded in a flood of refused logins, and still names another one", async () => {
      const before = (await lines()).length;
      const begun = Date.now();
      for (let first = 0; first < 300; first += 50)
        await Promise.all(Array.from({ length: 50 }, (_, n) => wrong("sensor", `flood-${first + n}`)));
      await wrong("somebody-else", "in-the-flood");
      await lineWith('client "in-the-flood"');
      const during = (await lines()).slice(before);
      // Three kinds, 20 at once and one each second, however long this machine takes for all of them.
      const seconds = Math.ceil((Date.now() - begun) / 1000);
      expect(during.length).toBeLessThanOrEqual(3 * (20 + seconds));
      const count = (line: string) =>
        Number(line.includes('client "flood-')) +
        Number(/guard: (?:refused logins|login refused: user "sensor".*) \((\d+) more/.exec(line)?.[1] ?? 0);
      const told = await until("the number of those that were left out", async () => {
        const sum = (await lines()).slice(before).reduce((sum, line) => sum + count(line), 0);
        return sum >= 300 && sum;
      });
      expect(told).toBe(300);
    });
  });

  // docs/decisions/0186-one-thread.md
  describe("its one thread", () => {
    const RETAINED = 1_000;
    const lineWith = (text: string) => until(text, async () => (await log()).includes(text));

    const last = packet(0x30, [text("sensor/last")]);
    // Few enough to be served in time on a busy machine, where the broker gets a small part of a core.
    const CROWD = 20;
    const tiny = Buffer.concat(Array(650).fill(packet(0x30, [text("sensor/a")])));
    const slow = packet(0x30, [text("sensor/last"), ...userProperties(15_400)]);
    const all = [
      ["many packets in one record of TLS", true, 4, Buffer.concat([tiny, last])],
      ["properties that are slow to read", false, 5, slow],
    ] as const;

    /** Without the engine's proxy: what has been sent has then arrived. */
    const address = () =>
      docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container);

    /** In which order the broker serves the messages of a crowd, and one that has come last. */
    async function orderOfService(
      crowd: number,
      sendAll: () => Promise<unknown>,
      sendLast: () => Promise<unknown>,
    ) {
      const witness = await client("witness", "sees");
      const seen: string[] = [];
      witness.on("message", (topic) => seen.push(topic));
      for (const topic of ["sensor/last", "sensor/other", "meter/a"]) await witness.subscribeAsync(topic);
      await docker("pause", container);
      try {
        await sendAll();
        await sendLast();
      } finally {
        // Else no later test would have a broker either.
        await docker("unpause", container);
      }
      await until("all have been served", async () => seen.length === crowd + 1);
      await witness.endAsync();
      return seen;
    }

    async function crowdOf(target: Parameters<typeof open>[0], version: 4 | 5) {
      const crowd = await Promise.all(
        Array.from({ length: CROWD }, (_, index) =>
          open(target, "sensor", `crowd-${version}-${index}`, { version }),
        ),
      );
      // Also of a test that failed: else the next one waits for what they have sent.
      onTestFinished(() => {
        for (const socket of crowd) socket.destroy();
      });
      return crowd;
    }

    async function byMeter(host: string) {
      const meter = await open({ port: 1883, host, password }, "meter", "waits");
      onTestFinished(() => void meter.destroy());
      return () => send(meter, packet(0x30, [text("meter/a")]));
    }

    /** A device of the same user at another address, on which a line of standard input is a message. */
    async function byOtherDevice(host: string) {
      const [image = "", network = ""] = (
        await docker(
          ...[
            "inspect",
            "--format",
            "{{.Image}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}",
            container,
          ],
        )
      ).split(" ");
      const login = ["-h", host, "-u", "sensor", "-P", password("sensor"), "-i", "other"];
      const publishing = ["stdbuf", "-oL", "mosquitto_pub", "-d", "-l", "-t", "sensor/other", ...login];
      const device = spawn("docker", ["run", "--rm", "-i", "--network", network, image, ...publishing], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      onTestFinished(() => void device.stdin.end());
      let said = "";
      device.stdout.on("data", (data) => {
        said += data;
      });
      const says = (word: string) => until(word, async () => said.includes(word));
      await says("received CONNACK (0)");
      return async () => {
        device.stdin.write("1\n");
        await says("sending PUBLISH");
      };
    }

    test.each(all)(
      "serves others before a user's other connections that sent %s",
      async (_, tls, version, bytes) => {
        const host = await address();
        const crowd = await crowdOf({ port: tls ? 8883 : 1883, host, tls, password }, version);
        const seen = await orderOfService(
          crowd.length,
          async () => {
            for (const socket of crowd) await send(socket, bytes);
          },
          await byMeter(host),
        );

        expect(seen.indexOf("meter/a")).toBeLessThan(5);
      },
    );

    test("serves other devices of the same user before one address's other connections", async () => {
      const host = await address();
      const crowd = await crowdOf({ port: 1883, host, password }, 5);
      const seen = await orderOfService(
        crowd.length,
        async () => {
          for (const socket of crowd) await send(socket, slow);
        },
        await byOtherDevice(host),
      );

      expect(seen.indexOf("sensor/other")).toBeLessThan(5);
    });

    test("serves others before it has read all changes of a connection's key", async () => {
      const program = join(temporaryFolder(), "key-updates");
      execFileSync("cc", ["-o", program, "test/support/key-updates.c", "-lssl", "-lcrypto"]);
      const host = await address();
      const attacker = spawn(program, [host, "8883", "1500"], { stdio: ["pipe", "pipe", "inherit"] });
      onTestFinished(() => void attacker.stdin.end());
      const says = async (line: Buffer) => {
        attacker.stdin.write(`${line.toString("hex")}\n`);
        return String((await once(attacker.stdout, "data"))[0]).trim();
      };
      const login = [text("keys"), text("sensor"), text(password("sensor"))];
      const connecting = packet(0x10, [text("MQTT"), Buffer.from([4, 0xc2, 0, 60]), ...login]);
      expect(await says(connecting)).toBe("ready");

      expect(await orderOfService(1, () => says(last), await byMeter(host))).toEqual([
        "meter/a",
        "sensor/last",
      ]);
    });

    test("serves others before it has read a ClientHello that comes byte by byte", async () => {
      const host = await address();
      const meter = await open({ port: 1883, host, password }, "meter", "is-served");
      const stranger = createConnection(8883, host);
      onTestFinished(() => {
        for (const socket of [meter, stranger]) socket.destroy();
      });
      await once(stranger, "connect");
      const answered: string[] = [];
      meter.on("data", () => answered.push("meter"));
      stranger.on("data", () => answered.push("stranger"));
      await docker("pause", container);
      try {
        await send(stranger, helloByByte(10_000));
        await send(meter, packet(0x32, [text("meter/a"), Buffer.from([0, 1])]));
      } finally {
        await docker("unpause", container);
      }
      await until("both are answered", async () => answered.length === 2);

      expect(answered).toEqual(["meter", "stranger"]);
    });

    // docs/decisions/0205-who-does-not-read.md
    test("puts out who does not read when memory is short, and not those who read as much", async () => {
      const before = (await log()).length;
      const readers = await Promise.all([1, 2, 3, 4].map((number) => client("witness", `reads-${number}`)));
      for (const reader of readers) await reader.subscribeAsync("sensor/last");
      const greedy = await open({ port: PORT, password }, "viewer", "reads-nothing");
      await send(greedy, subscribing(1, "sensor/+"));
      greedy.pause();
      const sensor = await open({ port: PORT, password }, "sensor", "floods");
      const large = packet(0x30, [text("sensor/last"), Buffer.alloc(15_000)]);
      const putOut = await until("one is put out", async () => {
        for (let count = 0; count < 500; count += 1) await send(sensor, large);
        const lines = (await log()).slice(before).match(/memory is .* is put out/g);
        return lines !== null && lines;
      });

      expect([...new Set(putOut)]).toEqual([
        'memory is short: client "reads-nothing" of user "viewer", for which most waits unread, is put out',
      ]);
      expect(readers.map((reader) => reader.connected)).toEqual([true, true, true, true]);
      await Promise.all(readers.map((reader) => reader.endAsync()));
      for (const socket of [greedy, sensor]) socket.destroy();
    });

    test("puts out who asks for all that is retained over and over, and gives it whole to who comes later", {
      timeout: 90_000,
    }, async () => {
      const sensor = await client("sensor", "retains");
      const topics = Array.from({ length: RETAINED }, (_, index) => `sensor/kept-${index}`);
      await Promise.all(topics.map((topic) => sensor.publishAsync(topic, "1", { qos: 1, retain: true })));
      const greedy = await open({ port: PORT, password }, "viewer", "greedy");
      const ended = once(greedy, "close");
      greedy.resume();
      greedy.write(subscribing(1, ...Array(1_000).fill("sensor/+")));
      await ended;
      await lineWith(
        `client "greedy" of user "viewer" is put out as it subscribes: the filters of one SUBSCRIBE ask again and again`,
      );

      const seen = new Set<string>();
      const comesBack = async () => {
        const reader = await client("viewer", "later");
        reader.on("message", (topic) => seen.add(topic));
        const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("put out")));
        const answer = await Promise.race([subscribe(reader, "sensor/+"), closed]);
        return answer === "accepted" && reader;
      };
      const reader = await until("it may subscribe", comesBack);
      await until("all of it has arrived", async () => topics.every((topic) => seen.has(topic)));
      await Promise.all(topics.map((topic) => sensor.publishAsync(topic, "", { qos: 1, retain: true })));
      await Promise.all([sensor.endAsync(), reader.endAsync()]);
    });
  });

  test("survives clients that mean harm, while the messages of others flow", {
    timeout: 300_000,
  }, async () => {
    const [meter, panel] = await Promise.all([client("meter", "meter-1"), client("panel", "panel-1")]);
    const stop = await messageFlow(meter, panel, "meter/a");
    for (const attack of Object.values(attacks)) await attack({ port: PORT, password });
    const { acknowledged, arrived } = await stop();

    expect([...acknowledged].filter((number) => !arrived.has(number))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(500);
    expect(meter.connected && panel.connected).toBe(true);
    const state = await docker(
      "inspect",
      "--format",
      "{{.RestartCount}} {{.State.OOMKilled}} {{.State.Status}}",
      container,
    );
    expect(state).toBe("0 false running");
    await Promise.all([meter.endAsync(), panel.endAsync()]);
    await docker("restart", container);
    await healthy();
  });

  const stores = [
    [
      "cut short",
      "head -c 200 /data/mosquitto.db >/data/x; mv /data/x /data/mosquitto.db",
      "it is cut short",
      undefined,
    ],
    [
      "not a store at all",
      "head -c 5000 /dev/urandom >/data/x; mv /data/x /data/mosquitto.db",
      "it is not a store of Mosquitto",
      undefined,
    ],
    [
      "too large for its memory",
      "cat >/data/x; mv /data/x /data/mosquitto.db",
      "it needs 58 MiB of memory, and there are 51 MiB for it",
      largeStore(4_000, 15_000),
    ],
  ] as const;
  test.each(stores)(
    "starts with a store that is %s, from the last good copy, and says so",
    { timeout: 120_000 },
    async (_, script, reason, input) => {
      const owner = await connect(PORT, {
        username: "viewer",
        password: password("viewer"),
        clientId: "stays",
        clean: false,
      });
      await owner.endAsync();
      await until("there is a good copy", async () =>
        (await docker("exec", container, "cat", "/mosquitto/data/mosquitto.db.good")).includes("stays"),
      );
      await docker("stop", container);
      await inVolume(`set -e; chown 1883:1883 /data; ${script}; chown 1883:1883 /data/mosquitto.db`, input);
      await docker("start", container);
      await healthy();
      expect(await log()).toContain(
        `start-broker: ERROR: the broker's store cannot be used: ${reason}. It was set aside in its volume as mosquitto.db.set-aside-`,
      );
      expect(await log()).toContain("the broker starts from the last good copy");
      const { stdout } = await deployment.kit("status", "--json");
      expect(JSON.parse(stdout).warnings.join()).toContain(reason);
      expect(await loginAs("sensor", "stays")).toBe("Connection refused: Not authorized");
    },
  );

  test("acknowledges nothing that a full disk cannot keep", { timeout: 120_000 }, async () => {
    const disk = await onSmallDisk(container, DISK_PORT);
    onTestFinished(() => disk.remove());
    const arrived = new Set<number>();
    const kept = () =>
      connect(DISK_PORT, {
        ...{ username: "viewer", password: password("viewer"), clientId: "r", clean: false },
        received: (payload) => arrived.add(Number(payload)),
      });
    await disk.answers();
    const reader = await kept();
    await reader.subscribeAsync("sensor/+", { qos: 1 });
    await reader.endAsync();
    const sender = await connect(DISK_PORT, {
      username: "sensor",
      password: password("sensor"),
      clientId: "s",
    });
    const acknowledged = await untilPutOut(sender, 6_000);
    // Messages that were acknowledged before the disk was full have room in the next save.
    const last = `${acknowledged.at(-1)} `;
    await until("all is saved", async () =>
      (
        await docker("exec", disk.container, "sh", "-c", "cat /mosquitto/data/mosquitto.db.good || :")
      ).includes(last),
    );
    await docker("kill", disk.container);
    await docker("start", disk.container);
    await disk.answers();
    const again = await kept();
    await until("all that was acknowledged has arrived", async () =>
      acknowledged.every((number) => arrived.has(number)),
    );
    await again.endAsync();
  });
});
