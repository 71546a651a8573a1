import { roleOf } from "../core/labels.ts";
import { dependentsOf } from "./containers.ts";
import { endangered } from "./data-in-danger.ts";
import type { InTheWay } from "./docker/clear-the-way.ts";
import type { Survey } from "./docker/survey.ts";
import { type Drift, difference } from "./drift.ts";
import { isChangedInPlace, type Runner } from "./runner.ts";
import { seconds } from "./settings/durations.ts";
import type { Change } from "./settings/settings.ts";
import { valueInWords } from "./settings/words.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** In the order in which they are counted. */
export const ACTIONS = [
  ...(["create", "replace", "update start-first", "update stop-first"] as const),
  ...(["change in place", "start again", "remove"] as const),
] as const;

/** What `up` would do to one resource. */
export interface PlannedStep {
  readonly kind: Drift["kind"] | "service" | "secret" | "config";
  readonly name: string;

  /** On a swarm a new task is started first, or the old one is stopped first. */
  readonly action: (typeof ACTIONS)[number];

  /** Why, each as a person would say it: "memory 64 MiB → 128 MiB". */
  readonly reasons: readonly string[];

  /** The settings among the reasons. */
  readonly changes: readonly Change[];

  /** For how long a service is likely to be away, in seconds. @default - it is not, or it is not there yet */
  readonly awaySeconds?: number;

  /** Roles of the services that cannot work meanwhile, since they need this one. */
  readonly standsStill: readonly string[];
}

export interface Plan {
  readonly steps: readonly PlannedStep[];

  /** Data volumes that are not as configured: to make one so is to lose what is in it. */
  readonly dataInDanger: readonly string[];
}

interface Situation {
  readonly stack: Stack;
  readonly seen: Survey;
  readonly drift: readonly Drift[];
  readonly inTheWay: InTheWay;
  readonly runner: Pick<Runner, "changesInPlace">;
}

/** What `up` would do, from the same comparison and the same choice of what has to make way. */
export function planOf(situation: Situation): Plan {
  const { stack, drift, inTheWay } = situation;
  const declared = new Set(stack.containers.map(({ name }) => name));
  const surplus = inTheWay.containers.filter(({ state }) => !declared.has(state.Name.slice(1)));
  return {
    steps: [
      ...drift
        .filter(({ kind }) => kind !== "container")
        .map((entry) => resourceStep(entry, isThere(entry, situation.seen))),
      ...stack.containers.flatMap((spec) => containerStep(spec, situation)),
      ...surplus.map(({ state, reason }) => ({
        ...{ kind: "container" as const, name: state.Name.slice(1), action: "remove" as const },
        ...{ reasons: [reason], changes: [], standsStill: [] },
      })),
    ],
    dataInDanger: endangered(stack, drift),
  };
}

/** A network or a volume that is there and differs can only be made again. */
const resourceStep = (drift: Drift, there: boolean): PlannedStep => ({
  ...{ kind: drift.kind, name: drift.name, standsStill: [] },
  action: drift.surplus ? "remove" : there ? "replace" : "create",
  ...reasonsOf(drift),
});

const isThere = ({ kind, name }: Drift, { networks, volumes }: Survey): boolean =>
  kind === "network" ? networks.some(({ Name }) => Name === name) : volumes.has(name);

function containerStep(spec: ContainerSpec, situation: Situation): readonly PlannedStep[] {
  const { stack, seen, drift, runner } = situation;
  const { name } = spec;
  const own = drift.find((entry) => entry.kind === "container" && entry.name === name);
  const step = { kind: "container", name, standsStill: [] } as const;
  if (!seen.containers.has(name))
    return [{ ...step, action: "create", reasons: ["is not there"], changes: [] }];
  const why = whyReplaced(spec, situation);
  if (why !== undefined) {
    const told = own === undefined ? { reasons: [why], changes: [] } : reasonsOf(own);
    if (spec.job) return [{ ...step, action: "replace", ...told }];
    const away = awaySeconds(spec, situation);
    return [
      {
        ...step,
        action: "replace",
        ...told,
        awaySeconds: away,
        standsStill: dependentsOf(stack, spec).map(roleOf),
      },
    ];
  }
  if (own === undefined) return [];
  return [
    {
      ...step,
      action: isChangedInPlace(own, runner) ? "change in place" : "start again",
      ...reasonsOf(own),
    },
  ];
}

/** Why a container cannot stay: it is in the way, or on a network or a volume that is made again. */
function whyReplaced(
  { name, networks, volumes }: ContainerSpec,
  { drift, inTheWay }: Pick<Situation, "drift" | "inTheWay">,
): string | undefined {
  const found = inTheWay.containers.find(({ state }) => state.Name.slice(1) === name);
  if (found !== undefined) return found.reason;
  const network = networks.find((network) =>
    drift.some((entry) => entry.kind === "network" && entry.name === network.name),
  );
  if (network !== undefined) return `its network ${network.name} is made again`;
  const volume = volumes.find((volume) =>
    drift.some(({ kind, name, changes }) => kind === "volume" && name === volume.name && changes.length > 0),
  );
  return volume === undefined ? undefined : `its volume ${volume.name} is made again`;
}

/** A change from what runs to what will: `up` makes `found` what is `declared`. */
function reasonsOf(drift: Drift): Pick<PlannedStep, "reasons" | "changes"> {
  if (drift.changes.length === 0) return { reasons: [difference(drift)], changes: [] };
  const states = drift.differences.slice(0, drift.differences.length - drift.changes.length);
  return { reasons: [...states, ...drift.changes.map(changeInWords)], changes: drift.changes };
}

export function changeInWords({ setting, declared, found }: Change): string {
  if (setting === "files") return "files, or the way in which they are delivered";
  if (setting.startsWith("files."))
    return `file ${setting.slice("files.".length)}${found === undefined ? " is new" : declared === undefined ? " is not needed any more" : " with other content"}`;
  return `${setting} ${valueInWords(setting, found)} → ${valueInWords(setting, declared)}`;
}

/** An estimate, not a measurement: what a runner takes to end a container and make it again. */
export const RUNNER_SECONDS = 4;

/**
 * Until the first probe that goes well, after all that it waits for and that is replaced as well: all of it is removed at
 * once, and made one after the other.
 */
function awaySeconds(spec: ContainerSpec, situation: Situation): number {
  const before = spec.dependsOn.flatMap((name) => {
    const other = situation.stack.containers.find((container) => container.name === name);
    const isReplaced = other !== undefined && !other.job && whyReplaced(other, situation) !== undefined;
    return isReplaced ? [awaySeconds(other, situation)] : [];
  });
  const own = seconds(spec.block.healthcheck?.interval);
  return before.length === 0 ? own + RUNNER_SECONDS : own + Math.max(...before);
}

/** The plan as `up` tells it before it begins; what is made from nothing is not told one by one. */
export function planLines({ steps }: Plan): readonly string[] {
  const changing = steps.filter(({ action }) => action !== "create");
  return changing.map(({ name, action, reasons, awaySeconds, standsStill }) =>
    [
      `plan: ${name}: ${action}: ${reasons.join("; ")}`,
      ...(awaySeconds === undefined ? [] : [`away for about ${awaySeconds} s`]),
      ...(standsStill.length === 0 ? [] : [`meanwhile ${standsStill.join(", ")} cannot work`]),
    ].join("; "),
  );
}
