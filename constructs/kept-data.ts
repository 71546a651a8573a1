import { join } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { z } from "zod";
import { dataOf } from "../core/data.ts";
import { readOwnJson } from "../core/own-files.ts";
import { replaceFile } from "../core/private-files.ts";
import type { ContainerFacts } from "../core/stack-facts.ts";
import type { Site } from "../site/site.ts";
import { DefaultTokenResolver, StringConcat, type TerraformStack, Tokenization } from "./cdktf.ts";

/** The part of the synthesized JSON that says who writes to which volume. */
interface Json {
  readonly resource?: {
    readonly docker_volume?: Readonly<Record<string, object>>;
    readonly docker_container?: Readonly<
      Record<
        string,
        {
          readonly must_run?: boolean;
          readonly volumes?: readonly { readonly volume_name?: string; readonly read_only?: boolean }[];
          readonly "//"?: { readonly exploreiot?: Partial<ContainerFacts> };
        }
      >
    >;
  };
}

/** Names the one deployment whose data `cdktf destroy` may delete. */
export const DELETE_DATA = "EXPLOREIOT_DELETE_DATA";

/**
 * Protects data and keeps it. Terraform refuses to destroy a volume with data as long as it is declared, unless a person
 * has named the deployment, which does not count in production; once it is not, Terraform would delete it, and
 * `prevent_destroy` is gone with the declaration. It is told to forget such a volume instead (`removed`, Terraform 1.7); when the service comes back, the volume of that name is taken over
 * again. So it is with what an earlier version of the kit declared (`versioned.former`). To be called once the stack is complete: all that a service writes to is kept, no matter who declared it.
 *
 * @param home the deployment's own directory, where it is written down what was ever declared
 */
export function keepData(
  stack: TerraformStack,
  { environment, name }: Pick<Site, "environment" | "name">,
  home: string,
): void {
  const preventDestroy = environment === "production" || process.env[DELETE_DATA] !== name;
  const resource = declaredIn(stack);
  const volumes = new Set(Object.keys(resource.docker_volume ?? {}).map((id) => `docker_volume.${id}`));
  const data = dataIn(resource).filter((address) => volumes.has(address));
  for (const volume of stack.node.findAll())
    if (volume instanceof Volume && data.includes(`docker_volume.${volume.friendlyUniqueId}`))
      volume.lifecycle = { ...volume.lifecycle, preventDestroy };
  const former = Object.values(resource.docker_container ?? {}).flatMap(
    ({ "//": notes }) => notes?.exploreiot?.versioned?.former.map(({ address }) => address) ?? [],
  );
  forgetUndeclared(stack, { data, former, volumes, file: join(home, "declared-data.json") });
}

/**
 * The attributes of volumes and containers that are asked for, with everything that is laid over them, as `toTerraform` of the
 * stack would say it: that resolves all the rest as well, which takes a sixth of a synthesis.
 */
function declaredIn(stack: TerraformStack): NonNullable<Json["resource"]> {
  const laidOver = (stack as unknown as { readonly rawOverrides: Json }).rawOverrides;
  const found: Record<"docker_volume" | "docker_container", Record<string, object>> = {
    docker_volume: {},
    docker_container: {},
  };
  const add = ({ resource = {} }: Json): void => {
    for (const id of Object.keys(resource.docker_volume ?? {})) found.docker_volume[id] = {};
    for (const [id, container] of Object.entries(resource.docker_container ?? {})) {
      const { must_run, volumes, "//": notes } = container;
      const said = Object.entries({ must_run, volumes, "//": notes }).filter(
        ([, value]) => value !== undefined,
      );
      found.docker_container[id] = { ...found.docker_container[id], ...Object.fromEntries(said) };
    }
  };
  for (const element of stack.node.findAll())
    if (element instanceof Volume || element instanceof Container) add(partsOf(element));
  add(laidOver);
  return Tokenization.resolve(found, {
    scope: stack,
    resolver: new DefaultTokenResolver(new StringConcat()),
    preparing: false,
  });
}

/** As `toTerraform` of the element would say it, for what is asked here; where more than plain properties say it, that does. */
function partsOf(element: Volume | Container): Json {
  const { rawOverrides } = element as unknown as { readonly rawOverrides: Readonly<Record<string, unknown>> };
  const isPlain = !("volumes" in rawOverrides) && !("must_run" in rawOverrides) && !element.hasResourceMove();
  const id = element.friendlyUniqueId;
  if (isPlain && element instanceof Volume) return { resource: { docker_volume: { [id]: {} } } };
  const { mustRunInput, volumesInput = [] } = element as Container;
  if (
    !isPlain ||
    !Array.isArray(volumesInput) ||
    [mustRunInput, ...volumesInput].some(Tokenization.isResolvable)
  )
    return element.toTerraform() as Json;
  const volumes = volumesInput.map(({ volumeName, readOnly }) => ({
    volume_name: volumeName,
    read_only: readOnly,
  }));
  const container = { must_run: mustRunInput, volumes, "//": rawOverrides["//"] };
  return { resource: { docker_container: { [id]: container } } } as unknown as Json;
}

interface Declared {
  /** Addresses, as in the next. */
  readonly data: readonly string[];
  readonly former: readonly string[];
  readonly volumes: ReadonlySet<string>;
  readonly file: string;
}

function forgetUndeclared(stack: TerraformStack, { data, former, volumes, file }: Declared): void {
  const before =
    readOwnJson(
      file,
      z.array(z.string()),
      "it keeps the data of services that were taken out of the configuration; while the configuration has every service whose data is to stay:",
      `rm ${file}, and it is written again`,
    ) ?? [];
  const known = [...new Set([...before, ...data])].sort();
  if (known.length > before.length) replaceFile(file, `${JSON.stringify(known)}\n`);
  const gone = [...new Set([...known, ...former])].filter((address) => !volumes.has(address)).sort();
  if (gone.length > 0)
    stack.addOverride(
      "removed",
      gone.map((from) => ({ from, lifecycle: { destroy: false } })),
    );
}

/** Addresses of the volumes that hold data; a volume that is not of this stack goes by its name. */
function dataIn({ docker_container = {} }: NonNullable<Json["resource"]>): readonly string[] {
  const containers = Object.values(docker_container).map(({ must_run, volumes = [] }) => ({
    job: must_run === false,
    volumes: volumes.map(({ volume_name = "", read_only = false }) => ({
      name: /^\$\{(docker_volume\.[\w-]+)\.name\}$/.exec(volume_name)?.[1] ?? volume_name,
      readOnly: read_only,
    })),
  }));
  return dataOf(containers);
}
