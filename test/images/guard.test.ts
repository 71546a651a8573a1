import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { wholeStore } from "../support/broker-store.ts";
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

pattern write sensor/%u
pattern read command/%u/#
`,
  );
  const ask = [
    join(projectRoot, "test/images/guard-ask.c"),
    ...sources("accounts", "acl", "retained", "store", "topics"),
  ];
  execFileSync("cc", [...FLAGS, ...SANITIZED, "-o", join(folder, "ask"), ...ask]);
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
