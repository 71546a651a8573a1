import type { StackDocument } from "../document.ts";
import { remembered } from "../facts/remembered.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, isKnown, isUnset, show } from "../values.ts";

export const cpusAreUnderstood = definePolicy({
  id: "CTR-012",
  severity: "high",
  title: "cpus is only used with a provider that understands it",
  why: "`cpus` ends the provider with a panic up to 3.6.2, in the middle of an apply.",
  avoid: `{
  "terraform": {"required_providers": {"docker": {"source": "kreuzwerker/docker", "version": "~> 3.0"}}},
  "resource": {"docker_container": {"web": {"cpus": "0.5"}}}
}`,
  prefer: `{
  "terraform": {"required_providers": {"docker": {"source": "kreuzwerker/docker", "version": "~> 4.5"}}},
  "resource": {"docker_container": {"web": {"cpus": "0.5"}}}
}`,
  allowed: "a version of the docker provider that cannot be below 3.7.0",
  fix: "stack.addOverride('terraform.required_providers.docker.version', '~> 4.5')",
  source: "kreuzwerker/terraform-provider-docker#759",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: ({ block }) => (block.cpus ?? undefined) !== undefined,
  check: (_, stack) => {
    const { version, least } = providerOf(stack);
    if (!isKnown(version)) return [`version of docker is ${show(version)}, known only at apply`];
    return least >= 3.007 ? [] : [`cpus is set, and version of docker is ${show(version)}`];
  },
});

const providerOf = remembered((stack: StackDocument) => {
  const version = versionOf(stack);
  return { version, least: leastOf(version) };
});

/** Of the settings of Terraform; a plan has it with the provider, where older configurations write it too. */
function versionOf(stack: StackDocument): unknown {
  const required = stack
    .of(["terraform"])
    .flatMap(({ block }) => blocks(block, "required_providers"))
    .map((named: Block) => named.docker)
    .find((entry) => entry !== undefined);
  const version = isBlock(required) ? required.version : required;
  return (
    version ??
    stack.of(["provider.docker"]).find(({ block }) => !isUnset(block.version ?? undefined))?.block.version
  );
}

/** The lowest version that a constraint admits: 3.6.2 as 3.006. NaN where nothing bounds it from below. */
function leastOf(constraint: unknown): number {
  const bounds = String(constraint)
    .split(",")
    .map((part) => /^\s*(?:~>|>=|>|=)?\s*v?(\d+)(?:\.(\d+))?(?:\.\d+)?\s*$/.exec(part))
    .flatMap((found) => (found === null ? [] : [Number(found[1]) + Number(found[2] ?? 0) / 1000]));
  return bounds.length === 0 ? Number.NaN : Math.max(...bounds);
}
