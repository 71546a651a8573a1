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

/** How `docker build` is started. */
export interface Builder {
  readonly env: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

const CLASSIC: Builder = { env: { DOCKER_BUILDKIT: "0" }, options: ["--force-rm"] };

/**
 * The engine's own BuildKit, no matter which other builder a user has chosen: only that one knows the images that others
 * are built on. Without attestations, which would make an index of one image.
 */
const BUILDKIT: Builder = {
  env: { DOCKER_BUILDKIT: "1", BUILDX_BUILDER: "default", BUILDX_NO_DEFAULT_ATTESTATIONS: "1" },
  options: ["--progress=plain"],
};

/** From this version on a client has BuildKit in its buildx plugin alone (Docker release notes, 23.0). */
const FIRST_WITHOUT_OWN = 23;

/** BuildKit fetches from a registry what this line names; to the classic builder it is a comment. */
const FETCHES_FRONTEND = /^\s*#\s*syntax\s*=/im;

/**
 * The builder for a Dockerfile: BuildKit where the client has buildx, which works on several stages at once and keeps what
 * it made, else the classic builder.
 *
 * @param name of the image, for the error
 * @throws UserError if only BuildKit can build it, and this client has none
 */
export async function builderFor(name: string, dockerfile: string): Promise<Builder> {
  const needed = buildKitOnly(dockerfile);
  const isPreferred = needed !== undefined || !FETCHES_FRONTEND.test(dockerfile);
  if (isPreferred && (await hasBuildx())) return BUILDKIT;
  if (needed === undefined) return CLASSIC;
  if (await hasOwnBuildKit()) return BUILDKIT;
  throw new UserError(
    `${name}: its Dockerfile needs BuildKit (${needed}), and this Docker client has no buildx plugin`,
    "install the package docker-buildx-plugin, or docker-buildx; docker buildx version then answers",
    "or write the instruction without it, as the classic builder takes it",
  );
}

async function hasBuildx(): Promise<boolean> {
  const { code } = await run(["docker", "buildx", "version"], { expected: [0, 1, 125] });
  return code === 0;
}

async function hasOwnBuildKit(): Promise<boolean> {
  const { stdout } = await run(["docker", "version", "--format", "{{.Client.Version}}"]);
  return Number.parseInt(stdout, 10) < FIRST_WITHOUT_OWN;
}
