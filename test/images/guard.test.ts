import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { SecretStore } from "../../core/secrets.ts";
import { retainedStore, wholeStore } from "../support/broker-store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const guard = join(projectRoot, "images/mosquitto/guard");
const sources = (...names: string[]) => names.map((name) => join(guard, `${name}.c`));
const FLAGS = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", `-I${guard}`];
const SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

let folder: string;
let acl: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "exploreiot-guard-"));
  acl = join(folder, "acl");
  writeFileSync(
    acl,
    `user sensor
topic write sensor/+

user viewer
topic read sensor/+
topic readwrite lamps/#

user health
topic read $SYS/broker/uptime

user :bridge
topic write lamps/+

pattern write sensor/%u
pattern read command/%u/#
`,
  );
  const ask = [
    join(projectRoot, "test/images/guard-ask.c"),
    ...sources(
      "accounts",
      "acl",
      "bucket",
      "former",
      "lines",
      "pace",
      "quoted",
      "retained",
      "store",
      "topics",
      "turns",
    ),
  ];
  execFileSync("cc", [...FLAGS, ...SANITIZED, "-o", join(folder, "ask"), ...ask, "-lcrypto"]);
  const state = sources("bridge-state", "store", "topics");
  execFileSync("cc", [...FLAGS, ...SANITIZED, "-o", join(folder, "bridge-state"), ...state]);
  const start = sources("start", "loading", "store", "topics");
  execFileSync("cc", [...FLAGS, ...SANITIZED, "-o", join(folder, "start-broker"), ...start]);
  return () => rmSync(folder, { recursive: true });
}, 60_000);

/** Answers, one a line. The leak check needs a right that containers lack. */
const ask = (commands: readonly (readonly (string | number)[])[], file = acl): string[] =>
  execFileSync(join(folder, "ask"), [file], {
    input: commands.map((words) => `${words.join("\t")}\n`).join(""),
    encoding: "utf8",
    env: { ASAN_OPTIONS: "detect_leaks=0" },
  })
    .trimEnd()
    .split("\n");

/** What MQTT 3.1.1 §4.7 says, one topic at a time. */
function matches(filter: readonly string[], topic: readonly string[]): boolean {
  const [level, ...rest] = filter;
  if (level === "#") return true;
  if (level === undefined) return topic.length === 0;
  if (topic.length === 0) return false;
  return (level === "+" || level === topic[0]) && matches(rest, topic.slice(1));
}

const words = (levels: readonly string[], most: number): string[][] =>
  most === 0
    ? [[]]
    : [[], ...words(levels, most - 1).flatMap((rest) => levels.map((level) => [level, ...rest]))];
const unique = (lists: string[][]) =>
  [...new Map(lists.map((list) => [list.join("/"), list])).values()].filter(({ length }) => length > 0);

describe("a filter", () => {
  test("is covered by a rule where every topic of it is one of the rule", () => {
    const filters = unique(words(["a", "b", "+", "#"], 3)).filter((list) => !list.slice(0, -1).includes("#"));
    // A level "z" that no filter names, and topics one level longer than any filter, stand for all others.
    const topics = unique(words(["a", "b", "z"], 4));
    const ofFilter = (filter: readonly string[]) =>
      // "a/#" is also for "a" itself.
      topics.filter(
        (topic) => matches(filter, topic) || (filter.at(-1) === "#" && matches(filter.slice(0, -1), topic)),
      );
    const sets = new Map(
      filters.map((filter) => [filter.join("/"), new Set(ofFilter(filter).map((topic) => topic.join("/")))]),
    );
    const pairs = filters.flatMap((rule) =>
      filters.map((filter) => [rule.join("/"), filter.join("/")] as const),
    );
    const expected = pairs.map(([rule, filter]) =>
      [...(sets.get(filter) ?? [])].every((topic) => sets.get(rule)?.has(topic)),
    );
    const answers = ask(pairs.map((pair) => ["covers", ...pair])).map((answer) => answer === "1");

    const wrong = pairs.filter((_, index) => answers[index] && !expected[index]);
    expect(wrong).toEqual([]);
    // "#" means the same as "+/#", and is refused by it: too strict in that spelling only.
    const strict = pairs.filter(
      ([rule, filter], index) =>
        !answers[index] && expected[index] && !`/${rule}/`.includes("/+/#/") && filter !== rule,
    );
    expect(strict).toEqual([]);
    expect(pairs.length).toBeGreaterThan(2_000);
  });

  test.each([
    ["viewer", "x", "sensor/+", true],
    ["viewer", "x", "sensor/kitchen", true],
    ["viewer", "x", "sensor/#", false],
    ["viewer", "x", "#", false],
    ["viewer", "x", "lamps", true],
    ["viewer", "x", "lamps/+/deep/#", true],
    ["viewer", "x", "$share/group/sensor/+", true],
    ["viewer", "x", "$share/group", false],
    ["viewer", "x", "$share//sensor/+", false],
    ["viewer", "x", "$SYS/broker/uptime", false],
    ["health", "x", "$SYS/broker/uptime", true],
    ["sensor", "x", "sensor/+", false],
    ["press-1", "x", "command/press-1/#", true],
    ["press-1", "x", "command/press-2/#", false],
    ["+", "x", "command/press-2/start", false],
  ])("of %s as %s: %s is granted: %s", (user, id, filter, granted) => {
    expect(ask([["may", user, id, filter]])).toEqual([granted ? "1" : "0"]);
  });

  test.each([
    ["sensor", "x", "sensor/a", true],
    ["sensor", "x", "sensor/a/b", false],
    ["sensor", "x", "meter/a", false],
    ["sensor", "x", "$SYS/sensor", false],
    ["viewer", "x", "lamps/hall", true],
    // The pattern for everybody.
    ["viewer", "x", "sensor/viewer", true],
    ["viewer", "x", "sensor/other", false],
    ["+", "x", "sensor/+", false],
    // The broker's own bridge, which is nobody of those that patterns are for.
    [":bridge", ":bridge", "lamps/hall", true],
    [":bridge", ":bridge", "sensor/:bridge", false],
    [":bridge", ":bridge", "sensor/a", false],
    [":bridge", ":bridge", "$SYS/broker/uptime", false],
    ["press-1", "a#b", "sensor/press-1", false],
    ["press-1", "a/b", "sensor/press-1", true],
  ])("of %s as %s is let in at %s: %s", (user, id, topic, granted) => {
    expect(ask([["publish", user, id, topic]])).toEqual([granted ? "1" : "0"]);
  });

  test.each(["topic deny a", "user x\ntopic deny a", "topic read a", "something", "user x\ntopic read "])(
    "is judged by no access list with the line %j",
    (line) => {
      const file = join(folder, "bad-acl");
      writeFileSync(file, `${line}\n`);
      expect(() => ask([], file)).toThrow(/Command failed/);
    },
  );
});

describe("an account", () => {
  test("gives one user half of what may be retained, and lets messages be deleted when all is taken", () => {
    const fill = (user: string) =>
      Array.from({ length: 10 }, (_, index) => ["retain", user, `sensor/${user}${index}`, 100]);
    const answers = ask([
      ...fill("a"),
      ...fill("b"),
      ...fill("c"),
      ["retain", "a", "sensor/a0", 0],
      ["retain", "backend", "status/backend", 10],
      ["known", "sensor/a0"],
      ["known", "sensor/never"],
    ]);
    const taken = (from: number) => answers.slice(from, from + 10).filter((answer) => answer === "1").length;

    expect([taken(0), taken(10), taken(20), ...answers.slice(30)]).toEqual([2, 2, 1, "1", "1", "1", "0"]);
  });

  test("gives one user half of the wills, in place of those that its clients had before", () => {
    const login = (user: string, id: string, bytes: number) => ["login", user, id, bytes];
    const answers = ask([
      ...[login("a", "a1", 3000), login("a", "a2", 1000), login("a", "a3", 1)],
      ...[login("a", "a1", 2999), login("a", "a3", 1), login("a", "a4", 1)],
      ...[login("b", "b1", 4000), login("c", "c1", 1), login("backend", "d1", 9000)],
      ...[
        ["end", "a2"],
        login("c", "c1", 1000),
        login("c", "c2", 1),
        login("a", "a1", 0),
        login("a", "a5", 1),
      ],
    ]);

    expect(answers.join(" ")).toBe("1 1 0 1 1 0 1 0 1 ended 1 0 1 1");
  });

  test("gives one user half of the subscriptions, and takes back what is no longer subscribed", () => {
    const subscribe = (user: string, id: string, topic: string) => ["subscribe", user, id, topic];
    const many = Array.from({ length: 10 }, (_, index) => subscribe("a", `a${index % 2}`, `sensor/${index}`));
    const answers = ask([
      ...many,
      subscribe("a", "a0", "sensor/0"),
      ["unsubscribe", "a", "a0", "sensor/0"],
      subscribe("a", "a0", "sensor/99"),
      ["end", "a0"],
      subscribe("a", "a1", "sensor/7"),
    ]);

    expect(answers).toEqual([
      "1",
      "1",
      "1",
      "0",
      "0",
      "0",
      "0",
      "0",
      "0",
      "0",
      "1",
      "done",
      "1",
      "ended",
      "1",
    ]);
  });

  test("gives one user a quarter of the sessions that are kept, and a trusted one what it needs", () => {
    const keep = (user: string, count: number) =>
      Array.from({ length: count }, (_, index) => ["keep", user, `${user}${index}`]);

    expect(
      ask([
        ...keep("a", 3),
        ["full", "a"],
        ["keep", "a", "a3"],
        ["full", "a"],
        ["full", "b"],
        ["end", "a0"],
        ["full", "a"],
        ["full", "backend"],
      ]).filter((answer) => answer !== "kept" && answer !== "ended"),
    ).toEqual(["room", "full", "room", "room", "room"]);
  });

  test.each([
    ["are kept", ["keep"]],
    ["end with their connection", []],
  ])(
    "gives one user half of what may wait at QoS 2 in sessions that %s, and one session a quarter",
    (_, kept) => {
      const session = (user: string, id: string) => [
        ...kept.map((word) => [word, user, id]),
        ["connect", user, id],
      ];
      const answers = ask([
        ...["a0", "a1", "a2"].flatMap((id) => session("a", id)),
        ["queue", "a", "a0", 2000],
        ["queue", "a", "a0", 1],
        ["queue", "a", "a1", 2000],
        ["queue", "a", "a2", 1],
        ["end", "a0"],
        ["queue", "a", "a2", 1],
        ...session("b", "b0"),
        ["queue", "b", "b0", 2000],
      ]).filter((answer) => /^[01]$/.test(answer));

      expect(answers).toEqual(["1", "0", "1", "0", "1", "1"]);
    },
  );
});

// As Mosquitto 2.0.21 wrote them with its clear-text and its TLS listener open.
const PROBES = [
  "1: New connection from 172.21.0.2:35754 on port 1883.",
  "1: Client <unknown> closed its connection.",
  "1: New connection from 127.0.0.1:41732 on port 1883.",
  "1: New client connected from 127.0.0.1:41732 as auto-71F9 (p2, c1, k60, u'health').",
  "1: Client auto-71F9 disconnected.",
  "1: New connection from 172.21.0.2:42238 on port 8883.",
  "1: Client <unknown> disconnected due to protocol error.",
];
const INTERLEAVED = [
  "2: New connection from 172.21.0.2:35760 on port 1883.",
  "2: New connection from 127.0.0.1:41760 on port 1883.",
  "2: Client <unknown> closed its connection.",
  "2: New client connected from 127.0.0.1:41760 as auto-2BD4 (p2, c1, k60, u'health').",
  "2: Client auto-2BD4 disconnected.",
];
const OTHERS = [
  "3: mosquitto version 2.0.21 running",
  "3: New connection from 10.1.2.3:5000 on port 8883.",
  "3: Client pump disconnected, not authorised.",
  "3: New client connected from 10.1.2.3:5001 as pump (p5, c1, k60, u'pump').",
  "3: Client pump disconnected.",
  // A client may choose a name that looks like a probe's.
  "3: New connection from 10.1.2.3:5002 on port 1883.",
  "3: New client connected from 10.1.2.3:5002 as a (p2, c1, k60, u'health'). (p5, c1, k60, u'pump').",
];

// Of real time on the processor: a busy machine changes nothing.
describe("the broker's time", () => {
  test("is free in short rounds, however many there are", () => {
    const rounds = Array.from({ length: 100 }, () => [["serve", "viewer", 1], ["round"]]).flat();

    expect(new Set(ask(rounds))).toEqual(new Set(["delivers, owes nothing", "-"]));
  });

  test("is owed by whose readers took much of it in one round, and paid at 5 ms a second", () => {
    expect(
      ask([
        ["serve", "viewer", 40],
        ["round"],
        ["serve", "viewer", 18],
        ["serve", "sensor", 1],
        ["round"],
        ["serve", "viewer", 0],
        ["paid", "viewer"],
        ["serve", "viewer", 1],
      ]),
    ).toEqual([
      "delivers, owes nothing",
      "-",
      "drops, owes",
      "delivers, owes nothing",
      "viewer",
      "delivers, owes",
      // 38 and 16 ms, of which 50 are free.
      expect.stringMatching(/^[01]$/),
      "delivers, owes nothing",
    ]);
  });

  test("has a bound on what is owed, and none for the programs of the deployment", () => {
    expect(
      ask([["serve", "backend", 300], ["round"], ["serve", "viewer", 300], ["round"], ["paid", "viewer"]]),
    ).toEqual([
      "delivers, owes nothing",
      "-",
      "drops, owes",
      "viewer",
      // 100 ms at most, of which 50 are free.
      expect.stringMatching(/^(?:9|10)$/),
    ]);
  });
});

describe("whose turn it is", () => {
  const wait = (user: string, ...places: number[]) => places.map((place) => ["wait", user, place, 1]);
  const served = (...commands: readonly (readonly (string | number)[])[]) =>
    ask(commands).filter((answer) => answer !== "waits" && answer !== "gone");
  const turns = (count: number, us: number) => Array.from({ length: count }, () => ["turn", us]);

  test("is another user's after 0.1 ms, however many connections one of them has", () => {
    expect(
      served(
        ...wait("sensor", 1, 2, 3, 4, 5),
        ...wait("viewer", 6, 7),
        ...wait("health", 8),
        ...turns(9, 60),
      ),
    ).toEqual(["1, 1", "2, 1", "6, 1", "7, 1", "8, 1", "3, 1", "4, 1", "5, 1", "-"]);
  });

  test("is passed on by whom one packet took longer, as many times as that was", () => {
    expect(
      served(...wait("sensor", 1, 2), ...wait("viewer", 3, 4, 5, 6, 7, 8), ["turn", 350], ...turns(6, 100), [
        "turn",
        10,
      ]),
    ).toEqual(["1, 1", "3, 1", "4, 1", "5, 1", "2, 1", "6, 1", "7, 1", "8, 1"]);
  });

  test("is of each of the user's sources with a packet, however many connections one of them has", () => {
    const from = (source: number, ...places: number[]) =>
      places.map((place) => ["wait", "sensor", place, 1, source]);

    expect(
      served(
        ...from(1, 1, 2, 3),
        ...from(2, 4),
        ...from(3, 5, 6),
        ["gone", 5],
        ...turns(3, 10),
        ...from(2, 4),
        ...turns(3, 10),
      ),
    ).toEqual(["1, 1", "4, 1", "6, 1", "2, 1", "4, 1", "3, 1"]);
  });

  test("costs nobody anything while nobody else waits", () => {
    const alone = Array.from({ length: 50 }, () => [...wait("sensor", 1), ["turn", 1_000]]).flat();

    expect(served(...alone, ...wait("sensor", 2), ...wait("viewer", 3), ...turns(2, 10))).toEqual([
      ...Array(50).fill("1, 1"),
      "3, 1",
      "2, 1",
    ]);
  });

  test("comes once for all that a connection waits with, and not for one that is gone", () => {
    expect(
      served(
        ...wait("sensor", 1, 2, 3),
        ["wait", "sensor", 1, 4],
        ["gone", 2],
        ["gone", 9],
        ...turns(3, 10),
        ...wait("sensor", 2),
        ["gone", 2],
        ["turn", 10],
      ),
    ).toEqual(["1, 5", "3, 1", "-", "-"]);
  });
});

describe("the broker's log", () => {
  const own = [
    ["own", "127.0.0.1"],
    ["own", "172.21.0.2"],
  ];
  const written = (commands: readonly (readonly (string | number)[])[]) =>
    ask([...own, ...commands])
      .slice(own.length)
      .filter((answer) => answer !== "-")
      .flatMap((answer) => answer.split(" | "));
  const shown = (lines: readonly string[]) => written(lines.map((line) => ["line", 0, line]));

  test("has no trace of the probes, and all that others did", () => {
    expect(shown([...PROBES, ...OTHERS, ...INTERLEAVED, ...PROBES])).toEqual(OTHERS);
  });

  test("shows a client that connects from inside and is no probe", () => {
    const publisher = [
      "4: New connection from 172.21.0.2:50 on port 8883.",
      "4: New client connected from 172.21.0.2:50 as exploreiot-1 (p5, c1, k60, u'sensor').",
      "4: Client exploreiot-1 disconnected.",
    ];
    expect(shown([...PROBES, ...publisher])).toEqual(publisher);
  });

  test("shows connections from inside that stay open without a word, from the ninth on the oldest", () => {
    const opened = Array.from(
      { length: 10 },
      (_, n) => `5: New connection from 127.0.0.1:${n} on port 1883.`,
    );
    expect(shown(opened)).toEqual(opened.slice(0, 2));
  });

  test("shows 20 lines at once of what needs no password, then one a second, and how many it left out", () => {
    const flood = (from: string, now: number) =>
      Array.from({ length: 100 }, (_, n) => [
        "line",
        now,
        `6: New connection from ${from}:${n} on port 1883.`,
      ]);
    const line = (from: string, port: number) => `6: New connection from ${from}:${port} on port 1883.`;
    expect(
      written([...flood("10.0.0.9", 0), ...flood("10.0.0.9", 1_000), ["tick", 1_500], ["tick", 9_000]]),
    ).toEqual([
      ...Array.from({ length: 20 }, (_, n) => line("10.0.0.9", n)),
      `${line("10.0.0.9", 0)} (80 more like this were left out)`,
      expect.stringMatching(/^\d+: guard: new connections \(99 more like this were left out\)$/),
    ]);
  });

  test("is not full of one source: what others do is shown, but for few that share its bound", () => {
    const flood = Array.from(
      { length: 1_000 },
      (_, n) => `7: New connection from 10.0.0.9:${n} on port 1883.`,
    );
    const others = Array.from({ length: 40 }, (_, n) => `7: New connection from 10.0.1.${n}:1 on port 1883.`);
    const seen = shown([...flood, ...others]);
    expect(seen.filter((line) => line.includes("10.0.0.9"))).toHaveLength(20);
    expect(seen.filter((line) => line.includes("10.0.1.")).length).toBeGreaterThan(20);
  });

  test.each([
    ["pump", '"pump"'],
    ['a", client "b', String.raw`"a\", client \"b"`],
    ["a\\", String.raw`"a\\"`],
    ["\u001b[31mred\u007f", '"?[31mred?"'],
    ["x".repeat(101), `"${"x".repeat(100)}..."`],
    // Not cut inside a character of two bytes.
    [`x${"é".repeat(60)}`, `"x${"é".repeat(49)}..."`],
    ["", '""'],
  ])("names %j as %s", (name, quoted) => {
    expect(ask([["quote", name]])).toEqual([quoted]);
  });
});

describe("a store", () => {
  const store = () => {
    const path = join(folder, "store.db");
    writeFileSync(path, wholeStore());
    return path;
  };

  test("tells what it holds", () => {
    expect(ask([["tell", store()]])).toEqual([
      "session dashboard of viewer",
      "queued for dashboard: sensor/a",
      "subscription dashboard to sensor/+",
      "retained sensor/a, 5",
      "whole",
    ]);
  });

  test("is not whole at any other length", () => {
    const bytes = wholeStore();
    // Where a chunk ends, the store ends well: what came after it is missing without a trace.
    const lengths = [...bytes.keys()].filter((length) => !wholeStore.boundaries.includes(length));
    const paths = lengths.map((length) => {
      const path = join(folder, `short-${length}.db`);
      writeFileSync(path, bytes.subarray(0, length));
      return path;
    });
    const answers = new Set(ask(paths.map((path) => ["tell", path])));
    expect(answers).not.toContain("whole");
    expect(answers).toContain("it is cut short");
  });

  test("may have any bytes changed: reading it stays inside it", { timeout: 60_000 }, () => {
    expect(ask([["fuzz", store(), join(folder, "fuzzed.db"), 5_000]])).toEqual(["read"]);
  });
});

describe("bridge-state", () => {
  const state = (store: Buffer, client: string, topic: string) => {
    const file = join(temporaryFolder(), "mosquitto.db");
    writeFileSync(file, store);
    return execFileSync(join(folder, "bridge-state"), [file, client, topic], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ASAN_OPTIONS: "detect_leaks=0" },
    });
  };

  test("counts what waits for one client, and takes 1 alone for connected", () => {
    expect(state(wholeStore(), "dashboard", "sensor/a")).toBe("0 1 5\n");
    expect(state(wholeStore(), "other", "sensor/b")).toBe("0 0 0\n");
  });

  test("believes what the broker itself retains at the topic, and nobody else", () => {
    expect(state(retainedStore("status/lyon", "1"), ":bridge", "status/lyon")).toBe("1 0 0\n");
    expect(state(retainedStore("status/lyon", "0"), ":bridge", "status/lyon")).toBe("0 0 0\n");
    expect(state(retainedStore("status/lyon", "1", "device"), ":bridge", "status/lyon")).toBe("0 0 0\n");
  });

  test("says why where the store cannot be read", () => {
    expect(() => state(wholeStore().subarray(0, 60), "a", "b")).toThrow(/it is cut short/);
  });
});

describe("start-broker", () => {
  const prepare = (files: Readonly<Record<string, Buffer>>) => {
    const data = temporaryFolder();
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(data, name), bytes);
    const start = (most = 1_000_000) =>
      execFileSync(join(folder, "start-broker"), [data, String(most), "true"], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" },
      });
    const names = () =>
      readdirSync(data)
        .map((name) => name.replace(/\d{8}T\d{6}Z/, "TIME"))
        .sort();
    const notice = () => readFileSync(join(data, "set-aside.txt"), "utf8").replace(/\d{8}T\d{6}Z/, "TIME");
    return { data, start, names, notice };
  };
  const good = wholeStore();
  const REST = '. See RUNBOOK.md, "The broker set its store aside"\n';

  test("leaves a store alone that is whole and fits", () => {
    const { start, names } = prepare({ "mosquitto.db": good });
    start();
    expect(names()).toEqual(["loading", "mosquitto.db"]);
  });

  test.each([
    ["it is cut short", good.subarray(0, 60), 1_000_000],
    ["it is not a store of Mosquitto", Buffer.alloc(400, "x"), 1_000_000],
    ["it is no ordinary file, or empty", Buffer.alloc(0), 1_000_000],
  ])("sets one aside where %s, and takes the last good copy", (reason, bytes, most) => {
    const { data, start, names, notice } = prepare({ "mosquitto.db": bytes, "mosquitto.db.good": good });
    start(most);
    expect(names()).toEqual([
      "loading",
      "mosquitto.db",
      "mosquitto.db.good",
      "mosquitto.db.set-aside-TIME-00",
      "set-aside.txt",
    ]);
    expect(readFileSync(join(data, "mosquitto.db"))).toEqual(good);
    expect(notice()).toBe(
      `warning: the broker's store cannot be used: ${reason}. It was set aside in its volume as mosquitto.db.set-aside-TIME-00, and the broker starts from the last good copy${REST}`,
    );
  });

  test("starts empty where the store needs too much memory and the copy does, too", () => {
    const { start, names } = prepare({ "mosquitto.db": good, "mosquitto.db.good": good });
    start(1_000);
    expect(names()).toEqual([
      "loading",
      "mosquitto.db.good",
      "mosquitto.db.set-aside-TIME-00",
      "set-aside.txt",
    ]);
  });

  test("sets a store aside that the broker twice has not got past, and keeps three at most", () => {
    const { data, start, names } = prepare({ "mosquitto.db": good });
    for (let round = 0; round < 12; round += 1) {
      start();
      if (!names().includes("mosquitto.db")) writeFileSync(join(data, "mosquitto.db"), good);
    }
    expect(names().filter((name) => name.startsWith("mosquitto.db.set-aside-"))).toHaveLength(3);
  });
});

describe("a former password", () => {
  const home = mkdtempSync(join(tmpdir(), "exploreiot-former-"));
  const store = new SecretStore(home);
  afterAll(() => rmSync(home, { recursive: true }));
  const line = (user: string, secret: string) => `${user}:${store.mosquittoHash(secret)}\n`;
  const file = (text: string) => {
    const path = join(temporaryFolder(), "former");
    writeFileSync(path, text);
    return path;
  };

  test("is accepted of its user alone, and until the file is read again without it", () => {
    const both = file(`# a comment\n${line("sensor", "one")}${line("viewer", "two")}`);
    const [one, two] = [store.value("one"), store.value("two")];

    expect(
      ask([
        ["former", both],
        ["accepts", "sensor", one],
        ["accepts", "viewer", two],
        ["accepts", "sensor", two],
        ["accepts", "viewer", one],
        ["accepts", "sensor", `${one}x`],
        ["accepts", "sensor", ""],
        ["accepts", "senso", one],
        ["accepts", "", one],
        ["former", file(line("viewer", "two"))],
        ["accepts", "sensor", one],
        ["accepts", "viewer", two],
      ]),
    ).toEqual(["read", ..."11000000", "read", "0", "1"]);
  });

  test.each([
    ["no hash", "sensor\n"],
    ["another hash", `sensor:$6$${"a".repeat(16)}$${"b".repeat(86)}==\n`],
    ["a hash that is cut short", line("sensor", "one").slice(0, -3)],
    ["a hash with more behind it", `${line("sensor", "one").trim()}x\n`],
    ["no user", line("", "one")],
    ["no iterations", line("sensor", "one").replace("$101$", "$$")],
    ["too many iterations", line("sensor", "one").replace("$101$", "$9999999$")],
    ["what is no base64", line("sensor", "one").replace(/.==\n/, "!==\n")],
  ])("is refused with %s, and those that were read before stay", (_, text) => {
    const [good, bad] = [file(line("viewer", "two")), file(`# one\n${text}`)];

    expect(
      ask([
        ["former", good],
        ["former", bad],
        ["accepts", "viewer", store.value("two")],
      ]),
    ).toEqual(["read", `${bad}, line 2: no name and hash of a password`, "1"]);
  });

  test("is none where there is no file", () => {
    expect(
      ask([
        ["former", "/none/former"],
        ["accepts", "sensor", "x"],
      ]),
    ).toEqual(["/none/former: No such file or directory", "0"]);
  });
});
