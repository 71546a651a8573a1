import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { run } from "../../runners/run.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, publish } from "../support/e2e-broker.ts";

const plain = new TestDeployment({
  name: "e2e-operations",
  listeners: { frontend: { port: 23810 }, backend: { port: 28810 }, mqtt: { port: 21810 } },
  networks: { edge: { ipv4: "10.127.81.0/24" } },
  sensors: { watched: { intervalSeconds: 1 } },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "press", publish: ["plant/%u"] },
    ],
  },
});

const ajv = new Ajv2020({ strict: false });

/** Compiled once for each. */
function validatorOf(schema: string): ValidateFunction {
  const file = join(projectRoot, "docs", "json", `${schema}.schema.json`);
  return (
    ajv.getSchema(file) ??
    (ajv
      .addSchema({ ...JSON.parse(readFileSync(file, "utf8")), $id: file })
      .getSchema(file) as ValidateFunction)
  );
}

/** Runs a verb with `--json`, and holds what it prints to the schema in docs/json. */
async function told(deployment: TestDeployment, schema: string, ...args: readonly string[]) {
  const own = args[0] === "list" ? ["--json"] : ["--json", "-c", deployment.site];
  const end = args.indexOf("--");
  const [before, after] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
  const { code, stdout } = await kit([...before, ...own, ...after], { expected: [0, 1, 2, 3, 5] });
  const json = JSON.parse(stdout);
  const validate = validatorOf(schema);
  expect([validate(json), validate.errors], stdout).toEqual([true, null]);
  return { code, json };
}

interface Stepped {
  readonly step: string;
  readonly state: string;
  readonly evidence: string;
}

const device = async (deployment: TestDeployment, ...args: readonly string[]) => {
  const { code, json } = await told(deployment, "doctor-device", "doctor", "device", ...args);
  return { code, failed: json.failed as string | null, last: (json.steps as readonly Stepped[]).at(-1) };
};

const page = async (deployment: TestDeployment) => {
  const { code, json } = await told(deployment, "doctor-page", "doctor", "page");
  return { code, cause: json.failed as string | null };
};

const follow = async (deployment: TestDeployment) => {
  const { code, json } = await told(deployment, "follow", "follow");
  return {
    code,
    ...(json as { failed: string | null; cleanedUp: boolean; tls: boolean; sensor: string; hops: object[] }),
  };
};

/** Asks for a WebSocket and ends it once it is there. */
const upgraded = (port: number, path: string) =>
  new Promise<void>((resolve, reject) => {
    const headers = {
      ...{ Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" },
      "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
    };
    const asked = request({ host: "127.0.0.1", port, path, headers });
    asked.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve();
    });
    asked.on("error", reject);
    asked.end();
  });

const stop = async (deployment: TestDeployment, role: string) => {
  await docker("stop", "--time", "5", deployment.container(role));
  return () => start(deployment, role);
};

const refusal = (role: string, reason: string) =>
  `error: ${plain.container(role)}: ${reason}\n  → exploreiot status says how it is, exploreiot up brings it up again\n`;

const start = async (deployment: TestDeployment, role: string) => {
  await docker("start", deployment.container(role));
  await well(deployment);
};

/** Every service is healthy, and what `api` and `ingest` need is found again: as `doctor page` asks, without its start. */
async function well(deployment: TestDeployment): Promise<void> {
  const host = deployment.config.hosts?.[0] ?? "localhost";
  const unwell = ["ps", "--quiet", "--filter", `label=exploreiot.deployment=${deployment.name}`];
  const isReady = async (role: string) => {
    const probe = ["/run/exploreiot-probe/probe", "http", "8000", "/readyz", host, "3"];
    const { code } = await run(["docker", "exec", deployment.container(role), ...probe], {
      expected: [0, 1],
    });
    return code === 0;
  };
  await until(
    "all healthy",
    async () =>
      (await docker(...unwell, "--filter", "health=starting", "--filter", "health=unhealthy")) === "" &&
      (await isReady("ingest")) &&
      (await isReady("api")),
    60_000,
  );
}

const local = missing.compose;

/** Asks for memory without end, as soon as it starts. */
const HOG = {
  image: imageRecipes(projectRoot, ["base"], { source: "auto" }).at(-1)?.tag as string,
  command: ["tail", "/dev/zero"],
  networks: ["data" as const],
  limits: { memoryMiB: 16 },
  health: { process: "tail" },
};

describe.skipIf(local)(titled("a deployment in clear text", local), () => {
  beforeAll(async () => {
    await plain.clear();
    await plain.up("compose");
  });
  afterAll(() => plain.wipe());

  test("takes a reading, lists it, and keeps what is none with its reason", async () => {
    const published = await told(plain, "publish", "publish", "temp", "21.5");
    expect(published.json).toEqual({
      deployment: "e2e-operations",
      topic: "sensor/temp",
      payload: "21.5",
      user: "sensor",
      listener: "mqtt",
      tls: false,
      acknowledged: true,
    });
    await told(plain, "publish", "publish", "sensor/temp", "warm");
    const rejects = await until("the reject", async () => {
      const { json } = await told(plain, "rejects", "rejects");
      return json.rejects.length > 0 && json.rejects;
    });
    const { json } = await told(plain, "readings", "readings", "temp");

    expect(json.readings).toEqual([{ sensor: "temp", value: 21.5, time: expect.any(String) }]);
    expect(rejects).toEqual([
      {
        time: expect.any(String),
        topic: "sensor/temp",
        start: "warm",
        reason: expect.stringContaining("JSON"),
      },
    ]);
    expect((await told(plain, "readings", "readings", "other")).json.readings).toEqual([]);
  });

  test("leaves no secret in a command line, and no client inside, when it publishes", async () => {
    const secret = plain.secret("mqtt-sensor-password");
    const seen: string[] = [];
    const done = told(plain, "publish", "publish", "temp", "1").then(() => true);
    while (
      !(await Promise.race([
        done,
        docker("top", plain.container("mosquitto"), "-eo", "pid,args").then((args) => void seen.push(args)),
      ]))
    );

    expect(seen.join("\n")).not.toContain(secret);
    await until(
      "the relay's end",
      async () => !(await docker("top", plain.container("mosquitto"))).includes("relay"),
    );
  });

  test("is refused what nobody may publish, and says who may what", async () => {
    const { code, stdout, stderr } = await plain.kit("publish", "plant/other", "1", "--json");
    const allowed = "allowed: sensor/+ as sensor; plant/press as press";
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      { error: { message: expect.stringContaining(allowed), remedy: expect.any(Array), bug: false } },
    ]);
    expect(stderr).toContain(allowed);
  });

  test("follows a reading through every hop and takes it out again", async () => {
    const { code, failed, cleanedUp, hops, sensor } = await follow(plain);
    expect({ code, failed, cleanedUp }).toEqual({ code: 0, failed: null, cleanedUp: true });
    expect(hops.map((hop) => (hop as { hop: string }).hop)).toEqual(["broker", "database", "api", "socket"]);
    expect((await told(plain, "readings", "readings", sensor)).json.readings).toEqual([]);
  });

  test("names ingest where it stands still, and what was sent meanwhile is not stored later", async () => {
    const again = await stop(plain, "ingest");
    const { code, failed, sensor } = await follow(plain);
    expect({ code, failed, page: await page(plain) }).toEqual({
      code: 1,
      failed: "ingest",
      page: { code: 1, cause: "ingest" },
    });
    await again();
    await told(plain, "publish", "publish", "after", "2");
    await until(
      "a later reading",
      async () => (await told(plain, "readings", "readings", "after")).json.readings.length > 0,
    );
    expect((await told(plain, "readings", "readings", sensor)).json.readings).toEqual([]);
  });

  test.each([
    ["mosquitto", "broker"],
    ["postgres", "database"],
    ["redis", "redis"],
  ])(
    "names %s where it is stopped",
    async (role, hop) => {
      const again = await stop(plain, role);
      const [found, chain] = [await follow(plain), await page(plain)];
      const entered = await plain.kit("exec", role, "--", "true");
      await again();

      expect([found.code, found.failed]).toEqual([1, hop]);
      expect(chain).toEqual({ code: 1, cause: hop });
      expect(entered).toMatchObject({ code: 1, stderr: refusal(role, "is exited") });
    },
    240_000,
  );

  test("names what is not there to those that look for something inside of it", async () => {
    const [name, away] = [plain.container("redis"), `${plain.container("redis")}-away`];
    await docker("rename", name, away);
    const entered = await plain.kit("exec", "redis", "--", "true");
    const inJson = await plain.kit("exec", "--json", "redis", "--", "true");
    await docker("rename", away, name);

    expect(entered).toMatchObject({ code: 1, stdout: "", stderr: refusal("redis", "No such container") });
    expect([inJson.code, JSON.parse(inJson.stdout).error.message]).toEqual([1, `${name}: No such container`]);
  });

  test("tells of a device the first step that fails", async () => {
    expect(await device(plain, "sensor")).toMatchObject({ code: 0, failed: null, last: { step: "topics" } });
    expect(await device(plain, "nobody")).toMatchObject({ code: 1, failed: "name" });
    expect(await device(plain, "press")).toMatchObject({
      code: 1,
      failed: "topics",
      last: { evidence: "may publish on plant/press, and the backend reads sensor/+ alone" },
    });
    expect(await device(plain, "sensor", "--from", "192.0.2.7")).toMatchObject({ code: 1, failed: "filter" });
  });

  test("tells a wrong password, and rules that the broker does not have", async () => {
    const broker = plain.container("mosquitto");
    const image = await docker("inspect", "--format", "{{.Image}}", broker);
    const volume = `${broker}-files:/files`;
    // Written into, and not replaced, so that owner and mode stay.
    const edit = (file: string, script: string) =>
      docker(
        ...["run", "--rm", "--user", "0:0", "--volume", volume, image, "sh", "-c"],
        `cp /files/${file} /tmp/kept && sed '${script}' /tmp/kept > /files/${file}`,
      );
    const tell = () => docker("kill", "--signal", "HUP", broker);

    await edit("acl", "s/write sensor/write other/");
    const withoutRights = await device(plain, "sensor");
    await edit("acl", "s/write other/write sensor/");
    await edit("passwords", "s/^sensor:/nosens:/");
    await tell();
    const withoutPassword = await device(plain, "sensor");
    await edit("passwords", "s/^nosens:/sensor:/");
    await tell();

    expect([withoutRights, withoutPassword]).toMatchObject([
      { code: 1, failed: "topics" },
      { code: 1, failed: "login" },
    ]);
    expect(await device(plain, "sensor")).toMatchObject({ code: 0, failed: null });
  });

  test("compares ports, and names who took one and what nobody declared", async () => {
    expect((await told(plain, "ports", "ports")).json).toMatchObject({ problems: [], undeclared: [] });
    const again = await stop(plain, "mosquitto");
    const server = createServer().listen(21810, "127.0.0.1");
    onTestFinished(() => void server.close());
    const image = await docker("inspect", "--format", "{{.Image}}", plain.container("redis"));
    const edge = `exploreiot-${plain.name}-edge`;
    const stranger = plain.container("stranger");
    await docker(
      "run",
      "--detach",
      "--name",
      stranger,
      "--network",
      edge,
      "--publish",
      "127.0.0.1:23811:80",
      image,
      "sleep",
      "600",
    );

    const { code, json } = await told(plain, "ports", "ports");
    const doctor = await told(plain, "doctor", "doctor");
    await docker("rm", "--force", stranger);
    await new Promise((resolve) => server.close(resolve));
    await again();

    expect(code).toBe(1);
    expect(json.problems).toEqual([
      expect.stringMatching(new RegExp(`^127.0.0.1:21810: taken by .* \\(pid ${process.pid}\\)$`)),
      "127.0.0.1:21810: from inside: its container does not run",
      `nobody declared: 127.0.0.1:23811, which ${stranger} publishes (80/tcp inside)`,
    ]);
    const taken = doctor.json.findings.find(({ id }: { id: string }) => id === "ports.free");
    expect([doctor.code, taken.state, taken.evidence]).toEqual([
      1,
      "problem",
      expect.stringContaining("port 127.0.0.1:21810 is taken by"),
    ]);
  }, 240_000);

  test("shows logs without probes, by service and since a time", async () => {
    const { stdout } = await plain.kit(
      "logs",
      "--json",
      "--tail",
      "0",
      "--since",
      "2h",
      "mosquitto",
      "ingest",
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { service: string; text: string });
    expect([...new Set(lines.map(({ service }) => service))].sort()).toEqual(["ingest", "mosquitto"]);
    expect(lines.filter(({ text }) => text.includes("u'health'"))).toEqual([]);
    expect(lines.some(({ text }) => text.includes("u'sensor'"))).toBe(true);
    expect((await plain.kit("logs", "--since", "yesterday")).code).toBe(1);
  });

  test("goes on with a log until it is told to stop", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const following = kit(["logs", "--follow", "--since", "2h", "--json", "-c", plain.site, "ingest"], {
      signal: controller.signal,
      onLine: (line) => seen.push(line),
      expected: [0, 128, 130],
    });
    await until("it follows", async () => seen.length > 0);
    const restarted = new Date().toISOString();
    await docker("restart", plain.container("mosquitto"));
    await until("a line of now", async () =>
      seen.some((line) => line.includes("broker connected") && JSON.parse(line).time > restarted),
    );
    controller.abort();
    await following;
    await well(plain);
  });

  test("runs a command and SQL inside, and exits as they do", async () => {
    expect(
      await told(plain, "exec", "exec", "redis", "--", "sh", "-c", "echo out; echo err >&2; exit 5"),
    ).toMatchObject({
      code: 5,
      json: { exitCode: 5, stdout: "out\n", stderr: "err\n" },
    });
    const { stdout } = await plain.kit("psql", "--", "-Atc", "SELECT current_user");
    expect(stdout).toBe("exploreiot\n");
    expect((await plain.kit("exec", "redsi", "--", "true")).stderr).toContain("did you mean redis?");
  });

  test("is listed, and each verb takes its name", async () => {
    const { json } = await told(plain, "list", "list");
    expect(json.deployments.find(({ name }: { name: string }) => name === plain.name)).toMatchObject({
      state: "running",
      services: 6,
      unhealthy: [],
      here: true,
    });
    expect((await kit(["readings", "-c", plain.name])).code).toBe(0);
  });

  test("records what a service sends and receives, and shows no secret", async () => {
    const file = join(plain.site, "..", "broker.pcap");
    // The first one makes its image, which may take longer than `until` waits.
    await told(plain, "capture", "capture", "api", "--seconds", "1");
    const recorded = Promise.all([
      told(plain, "capture", "capture", "mosquitto", "--seconds", "4", "--write", file),
      told(plain, "capture", "capture", "api", "--seconds", "4"),
      told(plain, "capture", "capture", "api", "--seconds", "4", "--probes"),
    ]);
    let done = false;
    const end = () => {
      done = true;
    };
    recorded.then(end, end);
    const sensor = {
      username: "sensor",
      password: plain.secret("mqtt-sensor-password"),
      clientId: "captured",
    };
    await until("the recordings end", async () => {
      const client = await connect(21810, sensor);
      await publish(client, "sensor/captured");
      await client.endAsync();
      await upgraded(28810, "/ws?key=in-the-query");
      return done;
    });
    const [broker, api, probed] = (await recorded).map(({ json }) => json);
    const seen = ({
      packets,
    }: {
      packets: readonly { names: readonly string[]; details: readonly string[] }[];
    }) => packets.map(({ names, details }) => [...names, ...details].join(" "));

    expect(seen(broker)).toEqual(
      expect.arrayContaining([
        ...[
          "SYN",
          "SYN-ACK",
          "ACK",
          "MQTT CONNACK accepted",
          "MQTT PUBLISH sensor/captured QoS 1",
          "MQTT PUBACK",
        ],
        'MQTT CONNECT client "captured" user "sensor"',
      ]),
    );
    expect(seen(api)).toEqual(
      expect.arrayContaining(["HTTP GET, upgrade to websocket /ws", "HTTP 101, upgrade to websocket /ws"]),
    );
    expect(broker.packets).toContainEqual(
      expect.objectContaining({
        from: expect.stringMatching(/^mosquitto:/),
        to: expect.stringMatching(/^ingest:/),
      }),
    );
    const pcap = readFileSync(file);
    expect([statSync(file).mode & 0o777, pcap.readUInt32LE(0)]).toEqual([0o600, 0xa1b23c4d]);
    // With nanoseconds. The test can see a password where one is: the file has it.
    expect(pcap.includes(plain.secret("mqtt-sensor-password"))).toBe(true);
    // The health check asks every two seconds.
    expect([broker.ofProbes > 0, api.ofProbes > 0, probed.ofProbes]).toEqual([true, true, 0]);
    expect(JSON.stringify(seen(broker))).not.toContain('user \\"health\\"');
    expect(seen(api)).not.toContain("HTTP GET /readyz");
    expect(seen(probed)).toContain("HTTP GET /readyz");
    const shown = JSON.stringify([broker, api]);
    expect([...plain.secrets().values(), "in-the-query"].filter((secret) => shown.includes(secret))).toEqual(
      [],
    );

    const { code, stderr } = await plain.kit("capture", "mosquitto", "--write", file);
    expect([code, stderr]).toEqual([1, expect.stringContaining("is there already")]);
    expect(readFileSync(file)).toEqual(pcap);
  });

  test("runs every command of docs/operations.md", async () => {
    const text = readFileSync(join(projectRoot, "docs", "operations.md"), "utf8");
    const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = ""]) =>
      block.trim().split("\n"),
    );
    const commands = [...new Set(blocks)].map((line) =>
      (line.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replace(/^'|'$/g, "")),
    );
    expect(commands.length).toBeGreaterThan(12);
    const failed: string[] = [];
    const execute = async ([verb = "", ...args]: readonly string[]) => {
      const named =
        verb === "list"
          ? [verb]
          : verb === "doctor" && args.length > 0
            ? [verb, args[0] as string, "-c", plain.site, ...args.slice(1)]
            : [verb, "-c", plain.site, ...args];
      const { code, stderr } = await kit(named, { expected: [0, 1, 2, 3] });
      if (code !== 0) failed.push(`${named.join(" ")}: ${code}\n${stderr}`);
    };
    // A recording does nothing but wait. It needs its container as it is, so a restart comes last.
    const isLong = ([verb]: readonly string[]) => verb === "capture";
    const recordings = commands.filter(isLong).map(execute);
    const isRestart = ([verb]: readonly string[]) => verb === "restart";
    for (const command of commands
      .filter((one) => !isLong(one))
      .toSorted((one, other) => Number(isRestart(one)) - Number(isRestart(other))))
      await execute(command);
    await Promise.all(recordings);
    expect(failed).toEqual([]);
  }, 240_000);

  test("says in status how old the last reading is, when a sensor is silent, and when that is not known", async () => {
    const status = async () => {
      const { code, json } = await told(plain, "status", "status", "--no-usage");
      return { code, readings: json.readings, unknown: json.unknown as readonly string[] };
    };
    await kit(["publish", "watched", "7", "-c", plain.site]);
    const silent = await until("the silence", async () => {
      const seen = await status();
      return seen.readings?.silent.length > 0 && seen;
    });
    await docker("pause", plain.container("api"));
    const paused = await status();
    await docker("unpause", plain.container("api"));

    expect(silent).toEqual({
      code: 2,
      readings: {
        last: { sensor: "watched", value: 7, time: expect.any(String) },
        silent: [{ sensor: "watched", last: silent.readings.last.time, afterSeconds: 3 }],
      },
      unknown: [],
    });
    expect(paused).toEqual({
      code: 2,
      readings: undefined,
      unknown: expect.arrayContaining([expect.stringMatching(/^last reading: .*paused/)]),
    });
  });

  test("says of a service that the kernel ends for memory that it did, and at which limit", async () => {
    plain.configure({ services: { hog: HOG } });
    const up = await plain.kit("up");
    const { json } = await told(plain, "status", "status", "--no-usage");
    const { difference = "", trouble = [] } = json.containers.find(
      ({ role }: { role: string }) => role === "hog",
    );
    const restart = await plain.kit("restart", "hog");
    const limit = "out of memory: its limit is 16 MiB (services.hog.limits.memoryMiB)";

    expect([up.code, up.stderr, restart.code, restart.stderr]).toEqual([
      ...[1, expect.stringContaining(`exploreiot-e2e-operations-hog: ended with exit code 137, ${limit}`)],
      ...[1, expect.stringContaining(limit)],
    ]);
    // It may be up again for a moment when it is looked at, and has no exit code then.
    expect(restart.stderr).toMatch(
      /^error: \S+-hog: ended (with exit code 137|once|\d+ times), out of memory/m,
    );
    expect([difference, ...trouble].join("\n")).toContain(limit);
  });
});

const secure = new TestDeployment({
  name: "e2e-tls-operations",
  environment: "production",
  bind: "lan",
  hosts: ["iot.operations.localhost"],
  listeners: { https: { port: 24810 }, mqtts: { port: 24811 } },
  networks: { edge: { ipv4: "10.127.84.0/24" } },
  http: { rateLimitPerMinute: 300 },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});

describe.skipIf(local)(titled("a deployment over TLS", local), () => {
  beforeAll(async () => {
    await secure.clear();
    await secure.up("compose");
  });
  afterAll(() => secure.forget());

  test("takes a reading over the listener that devices use, and every hop passes it on", async () => {
    expect((await told(secure, "publish", "publish", "temp", "21.5")).json).toMatchObject({
      listener: "mqtts",
      tls: true,
    });
    expect(await follow(secure)).toMatchObject({ code: 0, failed: null, tls: true, cleanedUp: true });
    expect((await told(secure, "readings", "readings")).json.readings).toMatchObject([
      { sensor: "temp", value: 21.5 },
    ]);
    expect((await told(secure, "rejects", "rejects")).json.rejects).toEqual([]);
  });

  test("walks the way of a device up to its topics, with the rules that it meets", async () => {
    const { code, json } = await told(
      secure,
      "doctor-device",
      "doctor",
      "device",
      "sensor",
      "--from",
      "192.0.2.7",
    );
    const steps = json.steps as readonly Stepped[];
    expect([code, json.failed, steps.map(({ step }) => step)]).toEqual([
      0,
      null,
      ["name", "address", "listener", "filter", "TCP", "TLS", "login", "topics"],
    ]);
    expect(steps.find(({ step }) => step === "filter")?.evidence).toMatch(
      /^the rules are applied; .*mqtts: \d+ packets/,
    );
  });

  test("shows each listener's rules and counters, and tells when they are not in force", async () => {
    const { json } = await told(secure, "ports", "ports");
    expect(json.problems).toEqual([]);
    expect(
      json.ports.map(({ listener, rules }: { listener: string; rules: object[] }) => [
        listener,
        rules.length > 0,
      ]),
    ).toEqual([
      ["https", true],
      ["mqtts", true],
    ]);
    const again = await stop(secure, "firewall");
    const doctor = await told(secure, "doctor", "doctor");
    const unknown = (await told(secure, "ports", "ports")).json.unknown as readonly string[];
    await again();

    const found = doctor.json.findings.find(({ id }: { id: string }) => id === "firewall.in-force");
    expect([doctor.code, found.state]).toEqual([1, "problem"]);
    expect(unknown).toContain("the rules cannot be read: the firewall does not run");
  }, 240_000);

  test("names who holds the port of a device", async () => {
    const again = await stop(secure, "mosquitto");
    const server = createServer().listen(24811, "0.0.0.0");
    onTestFinished(() => void server.close());
    const found = await device(secure, "sensor");
    await new Promise((resolve) => server.close(resolve));
    await again();

    expect(found).toMatchObject({ code: 1, failed: "listener" });
  }, 240_000);
});
