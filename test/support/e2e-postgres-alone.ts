import { randomBytes } from "node:crypto";
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { docker, until } from "./e2e.ts";

export const PASSWORD = "right:\\ 'horse";
export const passwordFile = ["--env=POSTGRES_PASSWORD_FILE=/run/exploreiot/password"];

export async function postgresImage(): Promise<string> {
  const recipes = imageRecipes(projectRoot, ["postgres"], { source: "auto" });
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
  return recipes.at(-1)?.tag as string;
}

/** One container of PostgreSQL with the kit's entrypoint, and its files on this machine. */
export class PostgresAlone {
  readonly name = `exploreiot-test-${randomBytes(4).toString("hex")}`;
  readonly #image: string;
  #files = "";

  constructor(image: string) {
    this.#image = image;
  }

  async prepare(): Promise<void> {
    this.#files = await mkdtemp(join(tmpdir(), "exploreiot-test-"));
    for (const program of ["entrypoint.sh", "measure.sh"])
      await cp(join(projectRoot, "images/postgres", program), join(this.#files, program));
    await this.deliver("password", PASSWORD);
    // Read by uid 999 through a read-only mount; the folder holds nothing but test data.
    await chmod(this.#files, 0o755);
  }

  async deliver(path: string, text: string): Promise<void> {
    const file = join(this.#files, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    if (process.getuid?.() === 0) await chown(file, 999, 999);
  }

  /** Removes the container and its data; the files stay. */
  async remove(): Promise<void> {
    await run(["docker", "rm", "--force", "--volumes", this.name], { expected: [0, 1] });
    await run(["docker", "volume", "rm", "--force", this.name], { expected: [0, 1] });
  }

  async forget(): Promise<void> {
    await this.remove();
    await rm(this.#files, { recursive: true });
  }

  /** Starts with the settings that the kit's containers have. */
  async start(options: readonly string[] = [], settings: readonly string[] = []): Promise<void> {
    const fence = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"];
    const places = [
      "--tmpfs=/tmp",
      "--tmpfs=/run/postgresql:uid=999,gid=999,mode=0750",
      `--volume=${this.#files}:/run/exploreiot:ro`,
      `--volume=${this.name}:/var/lib/postgresql/data`,
    ];
    const given = ["--init", "--stop-signal=SIGINT", "--user=999:999", ...options];
    const command = ["sh", "/run/exploreiot/entrypoint.sh", "postgres", ...settings];
    await docker(
      "run",
      "--detach",
      `--name=${this.name}`,
      ...fence,
      ...places,
      ...given,
      this.#image,
      ...command,
    );
  }

  /** Stops in order and starts again, with the files as they are now. */
  async again(): Promise<void> {
    await docker("stop", this.name);
    await docker("start", this.name);
    await this.ready();
  }

  /** The answer to a client of the network. */
  async query(sql: string, password: string, user: string, database = user): Promise<string> {
    const client = ["psql", "-h127.0.0.1", "-U", user, "-d", database, "-qAtc", sql];
    const argv = ["docker", "exec", "--env=PGPASSWORD", this.name, ...client] as const;
    return (await run(argv, { env: { PGPASSWORD: password } })).stdout.trim();
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await run(["docker", "logs", this.name]);
    return stdout + stderr;
  }

  async ready(): Promise<void> {
    const probe = ["docker", "exec", this.name, "pg_isready", "-qh127.0.0.1"] as const;
    const answers = async () => (await run(probe, { expected: [0, 1, 2] })).code === 0;
    await until("PostgreSQL answers", answers, 60_000);
  }

  async ended(): Promise<number> {
    return Number(await docker("wait", this.name));
  }
}
