import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import { dependentsOf } from "../containers.ts";
import { refuseForeignData, rememberDataVolumes } from "../docker/data-volumes.ts";
import { lastLines } from "../docker/last-lines.ts";
import { inspect } from "../docker/observe.ts";
import { guarded } from "../guards.ts";
import { makeImages } from "../images/make-images.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { removeLeftOver } from "../throw-away.ts";
import { formerData, progressOf, stale } from "./former-data.ts";
import { oldImage } from "./old-image.ts";
import { type FormerData, runStep, startOldServer, UPGRADE_ROLE } from "./step.ts";

export interface UpgradeOptions {
  readonly stack: Stack;
  readonly home: string;
  readonly report: Report;
  readonly signal: AbortSignal;

  /** Image with the programs of the older version. @default - looked for on this machine */
  readonly oldImage?: string;
}

const INSTEAD_ON_SWARM = [
  "on a swarm exploreiot up of this kit is the upgrade: exploreiot plan says before which services it replaces, and who is away",
  "it refuses where a newer PostgreSQL would start with nothing: docs/swarm.md",
];

export interface CarriedOver {
  readonly service: string;
  readonly from: { readonly version: number; readonly volume: string };
  readonly to: { readonly version: number; readonly volume: string };

  /** The tables and rows that were compared, and are equal. @default - the data was carried over before */
  readonly compared?: { readonly tables: number; readonly rows: number };
}

/**
 * Carries data of older versions over into volumes of their own, and leaves the old ones as they are. Services that write
 * to it are stopped first, and stay so: readings wait in the broker until the next `up`. May be stopped at any moment and
 * run again.
 *
 * @throws UserError if a step fails; the old data is as it was then
 */
export const carryOver = (options: UpgradeOptions): Promise<readonly CarriedOver[]> =>
  guarded({ name: options.stack.name, insteadOnSwarm: INSTEAD_ON_SWARM, ...options }, () =>
    carryAll(options),
  );

async function carryAll(options: UpgradeOptions): Promise<readonly CarriedOver[]> {
  const { stack, home, report, signal } = options;
  const found = await formerData(stack);
  if (found.length === 0) return [];
  await refuseForeignData(stack, home);
  await removeLeftOver(stack, UPGRADE_ROLE);
  await makeImages(stack, { report, signal });
  rememberDataVolumes(stack, home);
  const carried: CarriedOver[] = [];
  for (const data of found) carried.push(await carry(data, options));
  return carried;
}

async function carry(data: FormerData, options: UpgradeOptions): Promise<CarriedOver> {
  const { spec, version, volume, now } = data;
  const told = { service: roleOf(spec), from: { version, volume }, to: now };
  const progress = await progressOf(data);
  if (progress === "stale") throw stale(data);
  if (progress === "done") return told;
  const image = await oldImage(data, options.oldImage);
  await standStill(data, options);
  options.report(
    `carrying the data of PostgreSQL ${version} over to PostgreSQL ${now.version}; ${volume} is kept`,
  );
  return { ...told, compared: await fill(data, image, options) };
}

/** Ends who writes, and the old server in order; removed, so that no restart of the engine starts a second one. */
async function standStill({ spec }: FormerData, { stack, report }: UpgradeOptions): Promise<void> {
  const names = dependentsOf(stack, spec).map(({ name }) => name);
  const running = (await inspect(names))
    .filter(({ State }) => State.Running)
    .map(({ Name }) => Name.slice(1));
  if (running.length > 0) {
    report(`stopping ${running.join(", ")}: readings wait in the broker`);
    await run(["docker", "stop", ...running]);
  }
  await run(["docker", "stop", spec.name], { expected: [0, 1] });
  await run(["docker", "rm", spec.name], { expected: [0, 1] });
}

async function fill(
  data: FormerData,
  image: string,
  { report, signal }: UpgradeOptions,
): Promise<NonNullable<CarriedOver["compared"]>> {
  const server = `${data.spec.name}-${UPGRADE_ROLE}`;
  await startOldServer(data, image, server);
  const { code, stdout } = await runStep(data, {
    ...{ step: "fill", joins: server, signal, expected: Array.from({ length: 256 }, (_, index) => index) },
    onLine: (line) => line.startsWith("upgrade: ") && report(line),
  });
  if (code !== 0) {
    const lines = await lastLines(server);
    await run(["docker", "rm", "--force", server], { expected: [0, 1] });
    throw new UserError(
      [`the data was not carried over (exit code ${code}); ${data.volume} is as it was`, ...lines].join("\n"),
      "fix what the lines above say, and run exploreiot upgrade again: it begins from the old data",
    );
  }
  // Its last checkpoint is what tells later whether it was started again.
  await run(["docker", "stop", "--time", "60", server]);
  await run(["docker", "rm", server]);
  await runStep(data, { step: "commit", signal });
  const [, tables, rows] = /^tables=(\d+) rows=(\d+)$/m.exec(stdout) ?? [];
  return { tables: Number(tables), rows: Number(rows) };
}

/**
 * Deletes the volumes that earlier versions filled.
 *
 * @returns their names
 * @throws UserError while one of them was not carried over
 */
export const deleteFormer = (options: UpgradeOptions): Promise<readonly string[]> =>
  guarded({ name: options.stack.name, insteadOnSwarm: INSTEAD_ON_SWARM, ...options }, async () => {
    const { stack, home } = options;
    await refuseForeignData(stack, home);
    await removeLeftOver(stack, UPGRADE_ROLE);
    const found = await formerData(stack);
    for (const data of found) {
      if ((await progressOf(data)) !== "done")
        throw new UserError(
          `${data.volume} is not carried over as it is now; nothing was deleted`,
          "carry it over: exploreiot upgrade -c CONFIG",
        );
    }
    for (const { volume } of found) await run(["docker", "volume", "rm", volume]);
    return found.map(({ volume }) => volume);
  });
