import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BackupManifest } from "../../../core/backup-manifest.ts";
import { readManifest } from "../../../runners/restore/manifest.ts";
import { placesOf } from "../../../runners/restore/places.ts";
import { reachOf, repositoryOf } from "../../../runners/restore/reach.ts";
import { compareTables } from "../../../runners/restore/rehearse.ts";
import { choose } from "../../../runners/restore/snapshots.ts";
import { readRestore, refuseHalfRestored, writeRestore } from "../../../runners/restore/state.ts";
import { formerName } from "../../../runners/restore/swap.ts";
import { newestFormer } from "../../../runners/restore/undo.ts";
import { errorText } from "../../support/error-text.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const TABLE = { schema: "public", table: "readings_2026_11", rows: 3, checksum: "-17" };
const MANIFEST: BackupManifest = {
  version: 2,
  deployment: "demo",
  made: "2026-11-29T12:00:00Z",
  kit: "0.2.0",
  images: {},
  postgres: {
    major: 17,
    databases: [
      { name: "exploreiot", owner: "exploreiot", dump: "d".repeat(64), bytes: 30, tables: [TABLE] },
    ],
  },
  broker: { sha256: "a".repeat(64), bytes: 10 },
  volumes: [
    { service: "notes", name: "files", files: 2, bytes: 20 },
    { service: "renewer", name: "acme", files: 1, bytes: 5 },
    { service: "gone", name: "files", files: 1, bytes: 5 },
  ],
  home: { files: 4 },
};
const mount = (name: string, path: string) => ({ name, path, readOnly: true });
const stack = stackOf([
  containerSpec("postgres", { versioned: { version: 17, volume: "database", former: [] } }),
  containerSpec("mosquitto", { block: { user: "1883:1883" } }),
  containerSpec("backup", {
    image: "exploreiot/backup:1",
    block: { env: ["RESTIC_REPOSITORY=/repository", "BACKUP_TARGET=the volume repository"] },
    volumes: [
      { name: "repository", path: "/repository", readOnly: false },
      mount("store", "/sources/broker"),
      mount("notes", "/snapshot/volumes/notes/files"),
      mount("acme", "/snapshot/volumes/renewer/acme"),
    ],
  }),
]);

describe("what was restored is compared with what the backup recorded", () => {
  const found = { database: "exploreiot", ...TABLE };

  test("and counted where it is equal", () => {
    expect(compareTables(MANIFEST, [found])).toEqual({ tables: 1, rows: 3 });
  });

  test.each([
    {
      given: "a row that is another one",
      tables: [{ ...found, checksum: "-18" }],
      line: "exploreiot.public.readings_2026_11: 3 rows (-17) recorded, 3 rows (-18) restored",
    },
    {
      given: "a table that is missing",
      tables: [],
      line: "exploreiot.public.readings_2026_11: 3 rows (-17) recorded, none restored",
    },
    {
      given: "a table that nobody recorded",
      tables: [found, { ...found, table: "other" }],
      line: "exploreiot.public.other: no such table recorded, 3 rows (-17) restored",
    },
  ])("and refused for $given", async ({ tables, line }) => {
    expect(await errorText(() => compareTables(MANIFEST, tables))).toBe(
      "what was restored is not what the backup recorded; nothing was replaced\n" +
        `${line}\n` +
        "1 of 1 tables\n" +
        "  → take another snapshot: exploreiot backup list -c CONFIG, exploreiot restore --snapshot ID -c CONFIG",
    );
  });
});

describe("a snapshot's manifest", () => {
  test("is read", () => {
    expect(readManifest(JSON.stringify(MANIFEST), "0123456789")).toEqual(MANIFEST);
  });

  test.each([
    ["that is cut short", '{"version":2', "the whole: Invalid input: expected object, received undefined"],
    ["of another version", JSON.stringify({ ...MANIFEST, version: 0 }), "version: Invalid input: expected 2"],
  ])("%s is refused", async (_, text, reason) => {
    expect(await errorText(() => readManifest(text, "0123456789"))).toBe(
      `snapshot 01234567: its manifest.json is not what this version of the kit reads (${reason})\n` +
        "  → take another snapshot: --snapshot ID; or the version of the kit that made this one",
    );
  });
});

test.each([
  { version: 3, kit: "0.9.0", reads: "0.9.0" },
  { version: 1, kit: "0.2.0", reads: "0.2.0, commit 4acbf6a0c270" },
])(
  "a manifest of version $version says which version of the kit reads it",
  async ({ version, kit, reads }) => {
    const text = JSON.stringify({ ...MANIFEST, version, kit, more: [] });

    expect(await errorText(() => readManifest(text, "0123456789"))).toBe(
      `snapshot 01234567: its manifest is of version ${version}, and this version of the kit reads 2\n` +
        `  → restore it with the version of the kit that made it: ${reads}`,
    );
  },
);

test("each part of a snapshot goes where the backup read it; broker and certificates only where nothing is", () => {
  const lines: string[] = [];

  const report = (line: string) => lines.push(line);
  expect(placesOf(stack, MANIFEST, { toMoment: false, report })).toEqual([
    { volume: "database", from: "cluster", onlyIfEmpty: false, isBroker: false },
    { volume: "store", from: "snapshot/broker", onlyIfEmpty: true, isBroker: true, user: "1883:1883" },
    { volume: "notes", from: "snapshot/volumes/notes/files", onlyIfEmpty: false, isBroker: false },
    { volume: "acme", from: "snapshot/volumes/renewer/acme", onlyIfEmpty: true, isBroker: false },
  ]);
  expect(lines).toEqual(["gone: the site file declares no volume files any more; its data is left out"]);
});

test("data of a store that is outside by now is told, and left out", () => {
  const lines: string[] = [];
  const containers = stack.containers
    .filter(({ name }) => !/-(postgres|mosquitto)$/.test(name))
    .map((spec) => ({ ...spec, volumes: spec.volumes.filter(({ name }) => name !== "store") }));
  const places = placesOf({ ...stack, containers }, MANIFEST, {
    toMoment: false,
    report: (line) => lines.push(line),
  });

  expect(places.map(({ volume }) => volume)).toEqual(["notes", "acme"]);
  expect(lines.slice(0, 2)).toEqual([
    "postgres: the deployment has none of its own any more; its data is left out",
    "mosquitto: the deployment has none of its own any more; its data is left out",
  ]);
});

test("with a moment the database alone is replaced, and what holds nothing is filled from the snapshot", () => {
  const places = placesOf(stack, MANIFEST, { toMoment: true, report: () => undefined });

  expect(places.map(({ volume, onlyIfEmpty }) => [volume, onlyIfEmpty])).toEqual([
    ["database", false],
    ["store", true],
    ["notes", true],
    ["acme", true],
  ]);
});

describe("a snapshot is chosen", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-29T13:00:00Z") }));
  afterEach(() => void vi.useRealTimers());

  const snapshot = (id: string, hostname: string, time: string) => ({ id, hostname, time, tags: [] });
  const all = [
    snapshot("bb11", "demo", "2026-11-27T12:00:00Z"),
    snapshot("cc33", "other", "2026-11-29T12:00:00Z"),
    snapshot("bb22", "demo", "2026-11-28T12:00:00Z"),
  ];
  const chosen = (wanted: string, deployment?: string) =>
    choose(all, { wanted, deployment, repository: "/srv/backups" });
  const LISTED = "bb22 (demo, 2026-11-28T12:00Z), bb11 (demo, 2026-11-27T12:00Z)";

  test("the newest of the deployment, or one by the beginning of its id", () => {
    expect([chosen("latest", "demo").id, chosen("bb1", "demo").id, chosen("bb1").id]).toEqual([
      "bb22",
      "bb11",
      "bb11",
    ]);
  });

  test.each([
    {
      given: "an id that is of another deployment",
      ask: () => chosen("cc33", "demo"),
      text: `snapshot cc33 is of deployment other, and this is demo\n  → take one of demo: ${LISTED}`,
    },
    {
      given: "an id of none",
      ask: () => chosen("dd", "demo"),
      text: `/srv/backups: no snapshot dd\n  → it has: cc33 (other, 2026-11-29T12:00Z), ${LISTED}`,
    },
    {
      given: "the beginning of two ids",
      ask: () => chosen("bb", "demo"),
      text: "--snapshot bb: is the beginning of 2 ids\n  → give more of it",
    },
    {
      given: "the latest of several deployments",
      ask: () => chosen("latest"),
      text: `/srv/backups: has snapshots of other, demo\n  → name one: --snapshot ID (cc33 (other, 2026-11-29T12:00Z), ${LISTED})`,
    },
    {
      given: "the latest of a deployment that has none",
      ask: () => chosen("latest", "third"),
      text: `/srv/backups: no snapshot of third\n  → it has: cc33 (other, 2026-11-29T12:00Z), ${LISTED}`,
    },
  ])("not $given", async ({ ask, text }) => {
    expect(await errorText(ask)).toBe(text);
  });

  test("not as the latest one that is ahead of this machine's clock, but by its id", async () => {
    vi.setSystemTime(Date.parse("2026-11-28T10:59:59Z"));
    expect(await errorText(() => chosen("latest", "demo"))).toBe(
      "/srv/backups: the newest snapshot is of 2026-11-28T12:00Z, and it is 2026-11-28T10:59Z here: one of the two clocks was wrong, and which snapshot is the latest is not known" +
        `\n  → set the clock of this machine right, or name one: --snapshot ID (${LISTED})`,
    );
    expect(chosen("bb2", "demo").id).toBe("bb22");
    vi.setSystemTime(Date.parse("2026-11-28T11:00:00Z"));
    expect(chosen("latest", "demo").id).toBe("bb22");
  });
});

describe("a repository is reached", () => {
  test("as the deployment's backups reach it, but for reading only", () => {
    const password = write(temporaryFolder(), "backup-password", "secret");
    const files = containerSpec("backup-files", {
      uploads: [
        { file: "/incoming/password", source: password },
        { file: "/incoming/public", content: "text" },
      ],
    });

    expect(repositoryOf(stackOf([...stack.containers, files]))).toEqual({
      name: "the volume repository",
      location: "/repository",
      image: "exploreiot/backup:1",
      mount: "type=volume,source=repository,target=/repository,readonly",
      files: { password: "secret" },
    });
  });

  test("in a folder, by the files that hold the password and what its server asks for", () => {
    const folder = temporaryFolder();
    const password = write(folder, "password", "secret\n");
    const credentials = join(write(folder, "credentials/AWS_ACCESS_KEY_ID", "key\n"), "..");

    expect([
      reachOf({ from: "/srv/backups", passwordFile: password, image: "i" }),
      reachOf({ from: "s3:https://host/bucket", passwordFile: password, credentials, image: "i" }),
    ]).toEqual([
      {
        name: "/srv/backups",
        location: "/repository",
        image: "i",
        mount: "type=bind,source=/srv/backups,target=/repository,readonly",
        files: { password: "secret\n" },
      },
      {
        name: "s3:https://host/bucket",
        location: "s3:https://host/bucket",
        image: "i",
        files: { password: "secret\n", "credentials/AWS_ACCESS_KEY_ID": "key\n" },
      },
    ]);
  });

  test("not, where the deployment makes no backups", async () => {
    expect(await errorText(() => repositoryOf(stackOf([])))).toContain(
      "demo makes no backups, so it has no repository to restore from\n",
    );
  });
});

describe("a restore that was stopped", () => {
  const swap = { volume: "database", from: "cluster", former: "database-before-1" };
  const state = (progress: "waiting" | "kept" | "done") => ({
    now: { snapshot: "0123456789", made: "2026-11-29T12:00:00Z", swaps: [{ ...swap, progress }] },
    former: ["database-before-1"],
  });

  test.each(["waiting", "kept"] as const)(
    "keeps services from half-filled volumes (%s)",
    async (progress) => {
      const home = temporaryFolder();
      writeRestore(home, state(progress));

      expect(await errorText(() => refuseHalfRestored(home))).toBe(
        "a restore of snapshot 01234567 was stopped, and database may be filled in part\n" +
          "  → let it come to its end: exploreiot restore --yes -c CONFIG",
      );
    },
  );

  test("keeps nobody out once every volume is whole, or none was touched", () => {
    const home = temporaryFolder();
    refuseHalfRestored(home);
    writeRestore(home, state("done"));
    refuseHalfRestored(home);

    expect(readRestore(home)).toEqual(state("done"));
  });

  test("is not guessed at where its file is damaged", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "restore.json"), '{"former": [');

    expect(await errorText(() => refuseHalfRestored(home))).toContain("cut short, or not JSON (12 bytes)");
  });
});

describe("the way back to the data of before", () => {
  const mount = { name: "database", path: "/data", readOnly: false };
  const stack = stackOf([containerSpec("postgres", { volumes: [mount, { ...mount, name: "notes" }] })]);
  const early = ["database-before-20261128T120000Z"];
  const late = ["database-before-20261129T120000Z", "notes-before-20261129T120000Z"];

  test("leads to what was kept last, of every volume", () => {
    expect(newestFormer(stack, [...late, ...early], new Set([...early, ...late]))).toEqual([
      { volume: "database", source: late[0] },
      { volume: "notes", source: late[1] },
    ]);
    // Who deleted it by hand still has what was kept before.
    expect(newestFormer(stack, [...early, ...late], new Set(early))).toEqual([
      { volume: "database", source: early[0] },
    ]);
  });

  test.each([
    {
      given: "where nothing is kept",
      former: [],
      text:
        "demo: no data of before a restore is kept\n" +
        "  → exploreiot restore --snapshot ID goes to another backup: exploreiot backup list",
    },
    {
      given: "into a volume that is not declared any more",
      former: ["database-16-before-20261129T120000Z"],
      text:
        "database-16-before-20261129T120000Z: kept of a volume that this deployment does not have any more\n" +
        "  → go back with the version of the kit, and the site file, of the time of the restore",
    },
  ])("does not lead $given", async ({ former, text }) => {
    expect(await errorText(() => newestFormer(stack, former, new Set(former)))).toBe(text);
  });

  test("keeps services away until it has come to its end", async () => {
    const home = temporaryFolder();
    const undo = [{ volume: "database", source: "kept", from: ".", progress: "done" as const }];
    writeRestore(home, { undo, former: ["kept"] });

    expect(await errorText(() => refuseHalfRestored(home))).toBe(
      "restore --undo was stopped, and database may be filled in part\n" +
        "  → let it come to its end: exploreiot restore --undo --yes -c CONFIG",
    );
    expect(readRestore(home)).toEqual({ undo, former: ["kept"] });
  });
});

test("data of before a restore is kept under the name of its volume and the time", () => {
  expect(formerName("exploreiot-demo-postgres-17-data", new Date("2026-11-29T16:00:01.500Z"))).toBe(
    "exploreiot-demo-postgres-17-data-before-20261129T160001Z",
  );
});
