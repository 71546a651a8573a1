import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { type RunResult, run } from "../../runners/run.ts";
import { docker } from "./e2e.ts";

export const PASSWORD = "the right one";

async function backupImage(): Promise<string> {
  const recipes = imageRecipes(projectRoot, ["backup"], { source: "auto" });
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
  return recipes.at(-1)?.tag as string;
}

/** A container of the backup's image with a volume to save and no database, confined as in a deployment. */
export class BackupAlone {
  readonly name = `exploreiot-test-${randomBytes(4).toString("hex")}`;
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
  readonly repository = join(this.folder, "repository");
  #image = "";
  #settings: readonly string[] = [];

  async prepare(): Promise<void> {
    this.#image = await backupImage();
    for (const name of ["files/credentials", "volume", "repository"])
      mkdirSync(join(this.folder, name), { recursive: true });
    this.setPassword(PASSWORD);
    this.setData(1);
  }

  setPassword(password: string): void {
    writeFileSync(join(this.folder, "files/password"), password);
  }

  /** The credentials that the server of the repository asks for, in place of those that were there. */
  setCredentials(credentials: Readonly<Record<string, string>>): void {
    const folder = join(this.folder, "files/credentials");
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    for (const [name, text] of Object.entries(credentials)) writeFileSync(join(folder, name), text);
  }

  /** Bytes that cannot be compressed, others each time. */
  setData(mebibytes: number): void {
    writeFileSync(join(this.folder, "volume/data"), randomBytes(mebibytes * 2 ** 20));
  }

  /**
   * @param repository its mount. @default - the folder `repository` of this machine
   * @param every seconds between two backups by its schedule. @default - none while a test runs
   * @param network by which a server is reached. @default - none
   */
  async start(
    repository = `type=bind,src=${this.repository},dst=/repository`,
    every = 43_200,
    network = "none",
  ): Promise<void> {
    await run(["docker", "rm", "--force", this.name], { expected: [0, 1] });
    const fence = [
      ...[
        "--init",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        `--network=${network}`,
      ],
      ...["DAC_OVERRIDE", "SETGID", "SETUID"].map((name) => `--cap-add=${name}`),
    ];
    const mounts = [
      ...["--tmpfs=/tmp:size=64m", "--tmpfs=/snapshot:size=64m", `--volume=${this.name}:/state`],
      `--mount=type=bind,src=${this.folder}/files,dst=/run/exploreiot,readonly`,
      `--mount=type=bind,src=${this.folder}/volume,dst=/snapshot/volumes/own/data,readonly`,
      `--mount=${repository}`,
    ];
    const environment = {
      ...{ BACKUP_DEPLOYMENT: "alone", BACKUP_KIT: "1", BACKUP_KEEP: "last=2", BACKUP_VERIFY: "1000" },
      ...{ BACKUP_OLDEST: "9999", BACKUP_TARGET: "/srv/backups" },
      ...{ BACKUP_EVERY: String(every), RESTIC_REPOSITORY: "/repository", BACKUP_POSTGRES_MAJOR: "17" },
      ...{
        BACKUP_POSTGRES_USER: "",
        BACKUP_DATABASE: "",
        BACKUP_ARCHIVE_OLDEST: "",
        BACKUP_ARCHIVE_USER: "",
      },
    };
    const variables = Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`);
    await docker("run", "--detach", "--name", this.name, ...fence, ...mounts, ...variables, this.#image);
  }

  /** From now on its verbs have this repository, in restic's notation. @default - the mounted one */
  at(repository?: string): void {
    const settings = { RESTIC_REPOSITORY: repository, BACKUP_TARGET: repository };
    this.#settings =
      repository === undefined
        ? []
        : Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  }

  /** A verb of the backup's own program; any exit code is an answer. */
  backup(...words: readonly string[]): Promise<RunResult> {
    return run(["docker", "exec", ...this.#settings, this.name, "backup", ...words], {
      expected: [0, 1, 75, 137, 143],
    });
  }

  /** The last line of what it says to a person. */
  async said(...words: readonly string[]): Promise<string> {
    const { stderr } = await this.backup(...words);
    return stderr.trim().split("\n").at(-1) ?? "";
  }

  async ids(): Promise<readonly string[]> {
    const { stdout } = await this.backup("list");
    return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
  }

  async forget(): Promise<void> {
    await run(["docker", "rm", "--force", this.name], { expected: [0, 1] });
    await run(["docker", "volume", "rm", "--force", this.name], { expected: [0, 1] });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
