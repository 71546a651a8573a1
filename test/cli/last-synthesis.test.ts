import { randomBytes, X509Certificate } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { clockAhead } from "../support/clock-ahead.ts";
import { write } from "../support/temporary-folder.ts";

const name = `t${randomBytes(6).toString("hex")}`;
const [home, stack] = [deploymentHome(name), stackFolder(name)];
const kept = join(home, "last-synthesis.json");
const json = join(stack, "cdk.tf.json");
const folder = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
const site = join(folder, "site.yaml");
const bundle = join(projectRoot, "dist", "cli.cjs");
const isRoot = process.getuid?.() === 0;

interface Circumstances {
  /** @default - as each test has it */
  readonly site?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;

  /** Loaded before the kit. */
  readonly before?: string;

  /** @default - as users start it */
  readonly program?: string;
}

/** A verb that only looks, in a process of its own, and asks no engine. */
const look = ({ env = {}, cwd = folder, before, program = "bin/exploreiot.js" }: Circumstances = {}) =>
  run(
    [
      process.execPath,
      ...(before === undefined ? [] : ["--import", before]),
      resolve(projectRoot, program),
      ...["diagram", "-c", site],
    ],
    { cwd, env },
  );

/** A stack that is made again is another file, which takes the name of the one before. */
async function isMadeAgain(circumstances?: Circumstances): Promise<boolean> {
  const marks = () => statSync(json, { throwIfNoEntry: false, bigint: true })?.ctimeNs;
  const before = marks();
  await look(circumstances);
  return marks() !== before;
}

beforeAll(async () => {
  write(folder, "app/Dockerfile", "FROM scratch\nCOPY start.sh settings /\n");
  write(folder, "app/start.sh", "#!/bin/sh\n");
  write(folder, "app/settings", "one\n");
  write(folder, "app/notes", "for people\n");
  write(folder, "app/.dockerignore", "notes\n");
  write(folder, "greeting.txt", "hello\n");
  write(
    folder,
    "site.yaml",
    `name: ${name}
hosts: [localhost]
postgres: { tls: true }
tls: { mqttClients: certificates }
listeners: { mqtts: {} }
services:
  tool:
    build: { context: app }
    port: 8080
    networks: [edge]
    health: { path: / }
    files: { greeting: { from: greeting.txt } }
`,
  );
  await run([process.execPath, join(projectRoot, "bin", "synth.js")], {
    cwd: projectRoot,
    env: { EXPLOREIOT_CONFIG: site },
  });
  // The first one writes down which file the deployment is made from.
  await look();
  await look();
}, 60_000);

afterAll(() => {
  for (const path of [home, stack, folder]) rmSync(path, { recursive: true, force: true });
});

/** Another text of the same length, in the same file with the times that it had. */
function changed(file: string, from: string, to: string): void {
  const { atime, mtime, mode } = statSync(file);
  const text = readFileSync(file, "utf8");
  expect([text.includes(from), to.length]).toEqual([true, from.length]);
  chmodSync(file, 0o600);
  writeFileSync(file, text.replace(from, to));
  chmodSync(file, mode);
  utimesSync(file, atime, mtime);
}

/** The same bytes behind a link. */
function linked(file: string): void {
  renameSync(file, `${file}.real`);
  symlinkSync(`${file}.real`, file);
}

/** A password that a person changed by hand. */
function otherPassword(): void {
  const file = join(home, "secrets", "postgres-superuser-password");
  const text = readFileSync(file, "utf8");
  changed(file, text, `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}`);
}

/** A new build of the kit, of which nothing but the time differs. */
function builtAgain(): void {
  utimesSync(bundle, new Date(), new Date());
}

interface Kept {
  readonly looks: readonly string[];
  readonly from: number | null;
  readonly until: number | null;
  readonly deployment: string;
  readonly judgedOn: string | null;
}

const record = () => JSON.parse(readFileSync(kept, "utf8")) as Kept;

/** By somebody who may write there, and does not know the deployment's key. */
const forged = (other: Partial<Kept>) =>
  writeFileSync(kept, JSON.stringify({ ...record(), ...other }), { mode: 0o600 });

describe("a verb that only looks", { timeout: 60_000 }, () => {
  test("takes the stack that is there, and says what it said", async () => {
    const again = await isMadeAgain();
    const [{ stdout }, text] = [await look(), readFileSync(json, "utf8")];
    rmSync(kept);
    const madeAgain = await isMadeAgain();

    expect([again, madeAgain]).toEqual([false, true]);
    expect([(await look()).stdout, readFileSync(json, "utf8")]).toEqual([stdout, text]);
    expect((statSync(kept).mode & 0o777).toString(8)).toBe("600");
  });

  test.each<[string, () => unknown]>([
    ["the site file, of the same length and age", () => changed(site, "port: 8080", "port: 8081")],
    ["a file that is handed over, of the same length and age", () => changed(at("greeting.txt"), "e", "E")],
    ["a file of an image, of the same length and age", () => changed(at("app/settings"), "one", "two")],
    ["a file of an image that can be run now", () => chmodSync(at("app/start.sh"), 0o755)],
    ["a link in the place of a file of an image", () => linked(at("app/settings"))],
    ["a password", otherPassword],
    ["the environment", () => ({ env: { EXPLOREIOT_DELETE_DATA: name } })],
    ["the program", builtAgain],
    ["another stack, of the same length and age", () => changed(json, "docker_volume", "docker_volumf")],
    ["a stack that is gone", () => rmSync(json)],
    ["a record that was cut short", () => writeFileSync(kept, readFileSync(kept).subarray(0, 1000))],
    ["a record that others may read", () => chmodSync(kept, 0o644)],
    ["a record that is a link", () => linked(kept)],
    ["a forged deployment", () => forged({ deployment: record().deployment.replace(/^..../, "AAAA") })],
    ["a record that looks at nothing", () => forged({ looks: [] })],
  ])("makes it again for %s", async (_, change) => {
    const before = await isMadeAgain();
    const circumstances = change() as Circumstances | undefined;
    const after = await isMadeAgain(circumstances ?? {});
    if (circumstances !== undefined) await look();

    expect([before, after]).toEqual([false, true]);
  });

  test.runIf(isRoot)("makes it again for a record of another user", async () => {
    chownSync(kept, 65534, 65534);

    expect([await isMadeAgain(), await isMadeAgain()]).toEqual([true, false]);
  });

  test("makes it again from the moment on at which a certificate is due", async () => {
    const pki = join(home, "pki");
    const certificates = readdirSync(pki, { recursive: true, encoding: "utf8" })
      .filter((file) => /^(pairs\/\w+\/edge|postgres\/server)\.crt$/.test(file))
      .map((file) => new X509Certificate(readFileSync(join(pki, file))));
    const due = certificates.map(({ validFrom, validTo }) => {
      const [begin, end] = [Date.parse(validFrom), Date.parse(validTo)];
      return begin + ((end - begin) * 2) / 3;
    });
    await look();
    const untilDue = Math.min(...due) - Date.now();
    const hour = 3_600_000;

    expect(certificates).toHaveLength(2);
    expect(record().until).toBeCloseTo(Math.min(...due), -1);
    expect([
      await isMadeAgain({ before: clockAhead(untilDue - hour) }),
      await isMadeAgain({ before: clockAhead(untilDue + hour) }),
    ]).toEqual([false, true]);
  });

  test("reads nothing that is not noted, as Node itself tells", async () => {
    rmSync(kept);
    const { stderr } = await look({ before: tracer, program: startedAtOnce() });
    const read = [...new Set(stderr.match(/(?<=^read: ).*$/gm))];
    const noted = new Set(record().looks.map((entry) => entry.slice(entry.indexOf(" ") + 1)));
    const draft = new RegExp(`^${home}/exploreiot-draft-[^/]*`);
    const own = ["dist", "cdktf.out"].map((path) => join(projectRoot, path));
    const unknown = read
      .map((path) => path.replace(draft, home))
      .filter((path) => !noted.has(path) && !own.some((folder) => path.startsWith(folder)))
      // Which file is meant, and which engine: the one is in the seal by itself, the other by DOCKER_HOST.
      .filter((path) => !/\/\.exploreiot\/[^/]+\/site(-paths)?$|\/\.docker\/config\.json$/.test(path))
      // What there is to be linked to in a draft.
      .filter((path) => !path.startsWith(dirname(home)) || !statSync(path).isDirectory());

    expect(noted.size).toBeGreaterThan(200);
    expect(read).toContain(site);
    expect(unknown.map((path) => relative(projectRoot, path)).sort()).toEqual([]);
  });

  test("keeps nothing of a stack for which a certificate had to be made", async () => {
    rmSync(join(home, "pki", "postgres"), { recursive: true });

    expect([await isMadeAgain(), await isMadeAgain()]).toEqual([true, true]);
  });
});

/** An engine that nobody can ask: `up` gets as far as that. */
const env = { DOCKER_HOST: `unix://${folder}/no.sock` };

/** Whether an `up` makes and judges its stack, of which it leaves a new record. */
async function upMakesIt({
  site: from = site,
  before,
  env: other = {},
}: Circumstances = {}): Promise<boolean> {
  const marks = () => statSync(kept, { throwIfNoEntry: false, bigint: true })?.ctimeNs;
  const was = marks();
  const argv = [
    process.execPath,
    ...(before === undefined ? [] : ["--import", before]),
    ...[join(projectRoot, "bin", "exploreiot.js"), "up", "-c", from],
  ] as const;
  const { stderr } = await run(argv, { cwd: folder, env: { ...env, ...other }, expected: [1] });
  expect(stderr).toContain("no.sock");
  return marks() !== was;
}

describe("up, where there is nothing to do", { timeout: 60_000 }, () => {
  const day = 86_400_000;

  test("takes the stack that the rules let pass on the same day", async () => {
    // A certificate is made, so that nothing is kept.
    await upMakesIt();
    rmSync(kept, { force: true });
    // None begins meanwhile.
    const untilNoon = day - ((Date.now() + day / 2) % day);
    const [noon, nextNoon] = [untilNoon, untilNoon + day].map((ahead) => ({ before: clockAhead(ahead) }));
    const sameDay = [await upMakesIt(noon), await upMakesIt(noon)];

    expect([...sameDay, await upMakesIt(nextNoon)]).toEqual([true, false, true]);
  });

  test("makes and judges it for what a verb that only looks has left, and for a record that says it was judged", async () => {
    rmSync(kept);
    await look({ env });
    const afterLook = record().judgedOn;
    forged({ judgedOn: new Date().toISOString().slice(0, 10) });
    const forgery = await upMakesIt();
    rmSync(kept);
    await look({ env });

    expect([afterLook, forgery, await upMakesIt(), await isMadeAgain({ env })]).toEqual([
      ...[null, true, true],
      // What `up` has left is good for it as well.
      false,
    ]);
  });

  test("makes and judges it each time where secrets come from elsewhere", async () => {
    const other = write(
      folder,
      "elsewhere.yaml",
      `${readFileSync(site, "utf8")}secrets: { postgres-superuser-password: { environment: PASSWORD } }\n`,
    );
    const given = { site: other, env: { PASSWORD: "a-password-of-32-characters-here" } };

    // The first one takes over a secret, so that it keeps nothing.
    await upMakesIt(given);

    expect([await upMakesIt(given), await upMakesIt(given)]).toEqual([true, true]);
  });
});

const at = (path: string) => join(folder, path);

/** Starts the bundle without a look at the sources that it was made of. */
const startedAtOnce = () =>
  write(
    folder,
    "start.mjs",
    `import { loaded } from ${JSON.stringify(join(projectRoot, "bin", "load.js"))};
await loaded(${JSON.stringify(bundle)}, "diagram").main();
`,
  );

/** Tells each path that is read, no matter who asks for it. */
const tracer = `data:text/javascript,${encodeURIComponent(`
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
const read = new Set();
for (const name of ["readFileSync", "readdirSync", "readFile", "createReadStream", "readdir", "opendirSync"]) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    if (typeof path === "string") read.add(resolve(path));
    return original(path, ...rest);
  };
}
syncBuiltinESMExports();
process.on("exit", () => fs.writeSync(2, [...read].map((path) => "read: " + path + "\\n").join("")));
`)}`;
