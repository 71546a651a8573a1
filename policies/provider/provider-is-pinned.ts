import type { StackDocument } from "../document.ts";
import type { Evidence } from "../evidence.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, must } from "../values.ts";

/** From Terraform's registry, or from a mirror that has its own host name. */
const isSource = (source: unknown) => /^(?:[\w.:-]+\/)?kreuzwerker\/docker$/.test(String(source));

/** `~> 4.5`, `~> 4.5.1`, `4.6.0`, `= 4.5.0`: never beyond 4, never before 4.5. */
const VERSION = /^(?:(?:~>|=)\s*)?4\.(?:[5-9]|\d{2,})(?:\.\d+)?$/;

export const providerIsPinned = definePolicy({
  id: "PRV-023",
  formerly: ["STA-002"],
  severity: "high",
  title: "the docker provider is pinned to the line the rules were measured with",
  why: "cdktf writes `~> 3.0`, the line its bindings were made from: 3.6 deletes stopped containers during a plan and panics on `cpus`.",
  avoid: `{"terraform": {"required_providers": {"docker": {
  "source": "kreuzwerker/docker", "version": "~> 3.0"
}}}}`,
  prefer: `{"terraform": {"required_providers": {"docker": {
  "source": "kreuzwerker/docker", "version": "~> 4.5"
}}}}`,
  allowed: "kreuzwerker/docker, version ~> 4.5, or one release of 4.5 and later 4.x",
  fix: "stack.addOverride('terraform.required_providers.docker.version', '~> 4.5')",
  source: "docs/architecture.md, provider rule 1",
  dialect: "source",
  looksAt: ["terraform"],
  check: ({ block }, stack) => {
    const providers = blocks(block, "required_providers").flatMap(Object.entries);
    const docker = providers.filter(([name, entry]) => name === "docker" || isSource(sourceOf(entry)));
    if (docker.length === 0 && isOfOthers(stack)) return [];
    if (!docker.some(([name]) => name === "docker")) return ["no version is required of the provider docker"];
    return docker.flatMap(([name, entry]) => problems(name, entry));
  },
});

/** A stack that has resources, and none that could be Docker's: what is in a module cannot be seen. */
function isOfOthers({ resources }: StackDocument): boolean {
  const own = resources.filter(({ type }) => type !== "terraform");
  return own.length > 0 && own.every(({ type }) => !type.startsWith("docker_") && type !== "module");
}

const sourceOf = (entry: unknown): unknown => (isBlock(entry) ? entry.source : undefined);

function problems(name: string, entry: unknown): readonly Evidence[] {
  const block: Block = isBlock(entry) ? entry : { version: entry };
  return [
    ...must(block, "source", isSource, `source of ${name}`),
    ...must(block, "version", (version) => VERSION.test(String(version)), `version of ${name}`),
  ];
}
