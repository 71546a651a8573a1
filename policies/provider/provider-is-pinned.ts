import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, must } from "../values.ts";

/** From Terraform's registry, or from a mirror that has its own host name. */
const isSource = (source: unknown) => /^(?:[\w.:-]+\/)?kreuzwerker\/docker$/.test(String(source));

/** `~> 4.5`, `~> 4.5.1`, `4.6.0`, `= 4.5.0`: never beyond 4, never before 4.5. */
const VERSION = /^(?:(?:~>|=)\s*)?4\.(?:[5-9]|\d{2,})(?:\.\d+)?$/;

/**
 * cdktf writes `~> 3.0`, the line its bindings were made from: 3.6 deletes stopped containers during a plan and
 * panics on `cpus`.
 */
export const providerIsPinned = definePolicy({
  id: "PRV-023",
  formerly: ["STA-002"],
  severity: "high",
  title: "the docker provider is pinned to the line the rules were measured with",
  allowed: "kreuzwerker/docker, version ~> 4.5, or one release of 4.5 and later 4.x",
  fix: "stack.addOverride('terraform.required_providers.docker.version', '~> 4.5')",
  source: "docs/architecture.md, provider rule 1",
  dialect: "source",
  looksAt: ["terraform"],
  check: ({ block }) => {
    const providers = blocks(block, "required_providers").flatMap(Object.entries);
    const docker = providers.filter(([name, entry]) => name === "docker" || isSource(sourceOf(entry)));
    if (!docker.some(([name]) => name === "docker")) return ["no version is required of the provider docker"];
    return docker.flatMap(([name, entry]) => problems(name, entry));
  },
});

const sourceOf = (entry: unknown): unknown => (isBlock(entry) ? entry.source : undefined);

function problems(name: string, entry: unknown): readonly string[] {
  const block: Block = isBlock(entry) ? entry : { version: entry };
  return [
    ...must(block, "source", isSource, `source of ${name}`),
    ...must(block, "version", (version) => VERSION.test(String(version)), `version of ${name}`),
  ];
}
