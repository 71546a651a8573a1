import { roleOf } from "../../core/labels.ts";
import type { Change } from "../../runners/settings/settings.ts";
import type {
  SwarmNetwork,
  SwarmObject,
  SwarmServiceState,
  SwarmState,
} from "../../runners/swarm/observe-swarm.ts";
import { fileSetting } from "../../runners/swarm/service-settings.ts";
import { type Known, nameOfFile, serviceChanges } from "./declared-settings.ts";
import type { SwarmFile, SwarmPlan, SwarmService } from "./plan.ts";
import { declaredNetworks, declaredVersion } from "./stack-file.ts";

/** How something of the deployment is not as declared. */
export interface SwarmDifference {
  readonly kind: SwarmObject["kind"];

  /** In the swarm. */
  readonly name: string;

  /** @default - it is no service, or it is surplus */
  readonly service?: SwarmService;

  /** An object that is there under the deployment's labels and in no configuration. @default - it is configured */
  readonly surplus?: SwarmObject;
  readonly isThere: boolean;

  /** Whether its tasks are of the configuration that the stack file has now. */
  readonly isCurrent: boolean;

  /** Each setting that differs. */
  readonly changes: readonly Change[];

  /** Why it is not well, although it may be set as declared. */
  readonly trouble: readonly string[];
}

/** Everything in which a stack on a swarm is not as declared; of a swarm that has none of it, all services. */
export function swarmDifferences(
  plan: SwarmPlan,
  known: Known,
  swarm: Pick<SwarmState, "services" | "networks" | "objects"> = {
    services: new Map(),
    networks: [],
    objects: [],
  },
): readonly SwarmDifference[] {
  const declared = declaredNames(plan, known);
  const inUse = new Set(plan.services.flatMap((one) => filesIn(swarm.services.get(roleOf(one.container)))));
  const surplus = swarm.objects.filter(
    ({ kind, name }) =>
      !declared[kind].has(name) &&
      // One that a service still has is told of with the service.
      !inUse.has(name) &&
      // Names of secrets follow from their content, which somebody else has.
      (kind !== "secret" || known.parts !== undefined),
  );
  return [
    ...declaredNetworks(plan).flatMap((network) => networkDifference(network, swarm.networks)),
    ...plan.services.flatMap((one) => serviceDifference(one, plan, known, swarm.services)),
    ...surplus.map((object) => ({
      ...{ kind: object.kind, name: object.name, surplus: object },
      ...{ isThere: true, isCurrent: false, changes: [], trouble: [] },
    })),
  ];
}

const filesIn = (state: SwarmServiceState | undefined): readonly string[] =>
  Object.entries(state?.settings ?? {})
    .filter(([setting]) => setting.startsWith(fileSetting("")))
    .map(([, name]) => name);

/** The names of all that the swarm has once it is as declared. */
function declaredNames(
  plan: SwarmPlan,
  known: Known,
): Readonly<Record<SwarmObject["kind"], ReadonlySet<string>>> {
  const files = (wanted: SwarmFile["kind"]) =>
    plan.services.flatMap(({ files }) =>
      files.filter(({ kind }) => kind === wanted).map(({ name }) => nameOfFile(name, known)),
    );
  return {
    service: new Set(plan.services.map(({ name }) => name)),
    network: new Set(declaredNetworks(plan).map(({ name }) => name)),
    secret: new Set(files("secret")),
    config: new Set([...files("config"), ...(plan.probe === undefined ? [] : [plan.probe.config])]),
  };
}

function serviceDifference(
  service: SwarmService,
  plan: SwarmPlan,
  known: Known,
  found: SwarmState["services"],
): readonly SwarmDifference[] {
  const role = roleOf(service.container);
  const state = found.get(role);
  const shared = { kind: "service" as const, name: service.name, service };
  if (state === undefined) return [{ ...shared, isThere: false, isCurrent: false, changes: [], trouble: [] }];
  const changes = serviceChanges(service, plan, known, state.settings);
  const isCurrent = isOfVersion(state.version, service, plan, known);
  const trouble = troubleOf(state, { job: service.container.job, isCurrent });
  if (changes.length === 0 && isCurrent && trouble.length === 0) return [];
  return [{ ...shared, isThere: true, isCurrent, changes, trouble }];
}

/** As start.sh fills it in: the declared part, and one for each job whose secrets the service reads. */
function isOfVersion(found: string | undefined, service: SwarmService, plan: SwarmPlan, { parts }: Known) {
  const declared = declaredVersion(service, plan);
  if (parts === undefined) return found?.split("-")[0] === declared;
  const variables = service.files.flatMap(({ name }) => /<([A-Z][A-Z0-9_]*)>/.exec(name)?.[1] ?? []);
  const own = [...new Set(variables)].map((variable) => parts.get(variable) ?? "");
  return found === [declared, ...own].join("-");
}

/** Why a service does not run as it is set; nothing where it does, or is done. */
function troubleOf(
  { update, task, version, running, isDone }: SwarmServiceState,
  { job, isCurrent }: { readonly job: boolean; readonly isCurrent: boolean },
): readonly string[] {
  const wanted = job ? "complete" : "running";
  // Of a version that is not asked for any more nobody has to know.
  if (!isCurrent && update !== undefined && !["completed", "updating"].includes(update))
    return [`the swarm took the last version back (${update})`];
  if (job && isDone) return [];
  if (task === undefined) return ["has no task"];
  if (task.state !== wanted) return [[`is ${task.state}`, task.error].filter(Boolean).join(": ")];
  return version === running ? [] : ["what runs is of an earlier version"];
}

function networkDifference(
  declared: SwarmNetwork,
  found: readonly SwarmNetwork[],
): readonly SwarmDifference[] {
  const state = found.find(({ name }) => name === declared.name);
  // One that is not there is made with the first service on it.
  if (state === undefined) return [];
  const fields = (["internal", "encrypted", "attachable", "subnets"] as const).filter(
    // Without a subnet of its own it has one that the swarm chose.
    (field) => field !== "subnets" || declared.subnets.length > 0,
  );
  const changes = fields
    .map((setting) => ({ setting, declared: String(declared[setting]), found: String(state[setting]) }))
    .filter((change) => change.declared !== change.found);
  if (changes.length === 0) return [];
  return [{ kind: "network", name: declared.name, isThere: true, isCurrent: false, changes, trouble: [] }];
}
