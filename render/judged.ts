import { LABEL } from "../core/labels.ts";
import { type ContainerFacts, factsOf, readContainerFacts, type StackFacts } from "../core/stack-facts.ts";
import { rawResources, type Stack } from "../runners/stack.ts";

interface Commented {
  readonly "//"?: {
    readonly waivers?: readonly object[];
    readonly metadata?: { readonly path?: string };
  };
}

/** The facts of a stack and of its containers, by role: a rendered folder is then judged as the stack is. */
export interface JudgedFacts extends StackFacts {
  readonly containers: Readonly<Record<string, Partial<ContainerFacts>>>;
}

export function judgedFacts(stack: Stack): JudgedFacts {
  const { name: deployment, listeners, database, ownDatabases, firewall, preflight, policies } = stack;
  const { docker_container = {} } = rawResources(stack);
  const all = Object.values(docker_container).map((raw) => ({
    raw,
    role: raw.labels?.find(({ label }) => label === LABEL.role)?.value ?? raw.name,
  }));
  const { rules: _, waivers: __, ...stopAt } = Object(policies) as Readonly<Record<string, unknown>>;
  const known = { database, ownDatabases, firewall, preflight };
  return {
    ...factsOf({
      deployment,
      // Rules of one's own stay where the kit is.
      policies: { ...stopAt, waivers: all.flatMap((each) => waiversOf(each, stack)) },
      listeners,
      ...(Object.fromEntries(
        Object.entries(known).filter(([, value]) => value !== undefined),
      ) as Partial<StackFacts>),
    }),
    containers: Object.fromEntries(
      all.map(({ raw, role }) => {
        // How its secrets are made is for the server alone.
        const { origins: _, ...facts } = readContainerFacts(raw, raw.name) ?? {};
        return [role, facts];
      }),
    ),
  };
}

interface Placed {
  readonly raw: NonNullable<ReturnType<typeof rawResources>["docker_container"]>[string];
  readonly role: string;
}

/** The waivers of a container and its image, at its place in compose.yaml. Those of files have no place there. */
function waiversOf({ raw, role }: Placed, stack: Stack): readonly object[] {
  const images = (rawResources(stack).docker_image ?? {}) as Readonly<Record<string, Commented>>;
  const image = /^\$\{docker_image\.([\w-]+)\.image_id\}$/.exec(raw.image)?.[1] ?? "";
  const { waivers: own = [], metadata } = (raw as Commented)["//"] ?? {};
  const { waivers: named = [] } = Object(stack.policies) as { waivers?: readonly { readonly at: string }[] };
  const here = named.filter(({ at }) => at === metadata?.path);
  return [...own, ...(images[image]?.["//"]?.waivers ?? []), ...here].map((waiver) => ({
    ...waiver,
    at: `services.${role}`,
  }));
}
