import { UserError } from "../../core/errors.ts";
import { run } from "../run.ts";

/** Options of instructions, and texts in a Dockerfile, that the classic builder does not know. */
const BUILDKIT_ONLY =
  /^\s*(?:RUN\s+(?:--\S+\s+)*--(?:mount|network|security)\b|(?:COPY|ADD)\s+(?:--\S+\s+)*--(?:link|chmod|parents|exclude|checksum)\b|(?:RUN|COPY)\b.*(?<!<)<<-?["']?[A-Za-z_])/i;

/** The first instruction that only BuildKit builds, `line 3: RUN --mount=…`; undefined if there is none. */
export function buildKitOnly(dockerfile: string): string | undefined {
  const lines = dockerfile.split("\n");
  const index = lines.findIndex((line) => BUILDKIT_ONLY.test(line));
  return index < 0 ? undefined : `line ${index + 1}: ${lines[index]?.trim()}`;
}

/** How `docker build` is started: the classic builder is there with every client, so that an image is built alike on all. */
export interface Builder {
  readonly env: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

const CLASSIC: Builder = { env: { DOCKER_BUILDKIT: "0" }, options: ["--force-rm"] };
const BUILDKIT: Builder = { env: { DOCKER_BUILDKIT: "1" }, options: ["--progress=plain"] };

/** From this version on a client has BuildKit in its buildx plugin alone (Docker release notes, 23.0). */
const FIRST_WITHOUT_OWN = 23;

/**
 * The builder for a Dockerfile.
 *
 * @param name of the image, for the error
 * @throws UserError if only BuildKit can build it, and this client has none
 */
export async function builderFor(name: string, dockerfile: string): Promise<Builder> {
  const needed = buildKitOnly(dockerfile);
  if (needed === undefined) return CLASSIC;
  if (await hasBuildKit()) return BUILDKIT;
  throw new UserError(
    `${name}: its Dockerfile needs BuildKit (${needed}), and this Docker client has no buildx plugin`,
    "install the package docker-buildx-plugin, or docker-buildx; docker buildx version then answers",
    "or write the instruction without it, as the classic builder takes it",
  );
}

async function hasBuildKit(): Promise<boolean> {
  const { code } = await run(["docker", "buildx", "version"], { expected: [0, 1, 125] });
  if (code === 0) return true;
  const { stdout } = await run(["docker", "version", "--format", "{{.Client.Version}}"]);
  return Number.parseInt(stdout, 10) < FIRST_WITHOUT_OWN;
}
