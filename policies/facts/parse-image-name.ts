import { show } from "../values.ts";

/** The parts of an image's name. `docker.io` and `library/` are written out where they are implied. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const NAME = /^(?<path>[^@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;
const HUB = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/** @throws Error for text that names no image */
export function parseImageName(text: string): ImageName {
  const { path, tag, digest } = NAME.exec(text.trim())?.groups ?? {};
  if (path === undefined || /\s/.test(path)) throw new Error(`${show(text)} names no image`);
  const [first = "", ...rest] = path.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = hasRegistry ? (HUB.includes(first) ? "docker.io" : first) : "docker.io";
  const repository = hasRegistry ? rest.join("/") : path;
  const isOfficial = registry === "docker.io" && !repository.includes("/");
  return { registry, repository: isOfficial ? `library/${repository}` : repository, tag, digest };
}
