import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../../../core/errors.ts";
import type { ImageRecipe } from "../../../core/image-recipe.ts";
import { userImageRecipe } from "../../../core/images.ts";
import { ensureImages } from "../../../runners/images/ensure.ts";
import { run } from "../../../runners/run.ts";

export const hasEngine = await answers(["docker", "version", "--format", "{{.Server.Version}}"]);

/** True if the command ends with 0; false also where the program is not installed. */
export async function answers(argv: [string, ...string[]]): Promise<boolean> {
  return run(argv).then(
    () => true,
    () => false,
  );
}

/** A project in a temporary folder, whose images are a few bytes and are gone after the test. */
export class TinyProject {
  readonly root: string;
  readonly lines: string[] = [];
  readonly #name = `test-${Math.random().toString(36).slice(2, 10)}`;
  readonly #tags = new Set<string>();

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<TinyProject> {
    const project = new TinyProject(await mkdtemp(join(tmpdir(), "exploreiot-test-")));
    await project.write("images/lock.json", '{"debian":{"suite":"trixie","refreshed":"2026-11-22"}}');
    await project.write("images/upstream.Dockerfile", "");
    return project;
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
  }

  /** A context `app` with a file of its own, so that no two tests share an image. */
  async app(dockerfile: string): Promise<ImageRecipe> {
    await this.write("app/hello", this.#name);
    await this.write("app/Dockerfile", dockerfile);
    return this.remember(userImageRecipe(this.root, { context: "app" }, this.#name));
  }

  /** A recipe like the base image's, but with a root file system of one file, made by `script`. */
  async rootfs(script: string): Promise<ImageRecipe> {
    const app = await this.app("");
    await this.write("app/rootfs.sh", script);
    await cp(join(import.meta.dirname, "../../../images/base/archive.sh"), join(this.root, "app/archive.sh"));
    return {
      ...app,
      rootfs: {
        suite: "trixie",
        mirror: "http://deb.example",
        securityMirror: "http://deb.example",
        epoch: 0,
      },
    };
  }

  remember<T extends { readonly tag: string }>(recipe: T): T {
    this.#tags.add(recipe.tag);
    return recipe;
  }

  /** Ensures the recipes; the actions, with progress in `lines`. */
  async ensure(recipes: readonly ImageRecipe[], signal?: AbortSignal): Promise<readonly string[]> {
    this.lines.length = 0;
    const report = (line: string) => void this.lines.push(line);
    const options = { projectRoot: this.root, report, ...(signal ? { signal } : {}) };
    return (await ensureImages(recipes, options)).map(({ action }) => action);
  }

  async remove(): Promise<void> {
    for (const tag of this.#tags) await run(["docker", "image", "rm", "--force", tag], { expected: [0, 1] });
    await rm(this.root, { recursive: true });
  }
}

export async function inspect(reference: string, format: string): Promise<string> {
  const { stdout } = await run(["docker", "image", "inspect", `--format=${format}`, reference]);
  return stdout.trim();
}

export async function errorOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error.render();
  throw error;
}
