import { factsOf } from "../../core/stack-facts.ts";
import type { ContainerSpec, Stack } from "../../runners/stack.ts";
import type { ContainerBlock } from "../../runners/stack-json.ts";

/** A container spec with nothing but a name and an image, and what is given. */
export function containerSpec(
  role: string,
  { block, ...given }: Partial<ContainerSpec> & { readonly block?: ContainerBlock } = {},
): ContainerSpec {
  return {
    name: `exploreiot-demo-${role}`,
    image: `exploreiot/${role}:1`,
    job: false,
    labels: { "exploreiot.role": role, "exploreiot.config-hash": "hash", "exploreiot.pids-limit": "16" },
    networks: [],
    volumes: [],
    uploads: [],
    dependsOn: [],
    block: block ?? {},
    ...given,
  };
}

/** A stack named `demo` of these containers. */
export const stackOf = (containers: readonly ContainerSpec[], given: Partial<Stack> = {}): Stack => ({
  name: "demo",
  folder: "/nowhere",
  containers,
  networks: [],
  volumes: [],
  images: [],
  recipes: [],
  listeners: [],
  backend: "local",
  fingerprint: "fingerprint",
  ...given,
});

/** The JSON that the kit would write of a deployment `demo` that has these resources and nothing else. */
export const stackJson = (resource: object): string =>
  JSON.stringify({
    "//": { exploreiot: factsOf({ deployment: "demo", policies: {}, listeners: [] }) },
    resource,
  });
