import { roleOf } from "../../core/labels.ts";
import { duration } from "../../runners/settings/durations.ts";
import { type Change, changesBetween, flat, type Settings } from "../../runners/settings/settings.ts";
import { VERSION_VARIABLE } from "../../runners/swarm/names.ts";
import {
  capabilities,
  chosenLabels,
  fileSetting,
  joinedAs,
  portLines,
  variables,
} from "../../runners/swarm/service-settings.ts";
import { withVariables } from "../model.ts";
import type { SwarmPlan, SwarmService } from "./plan.ts";
import { imageWords, sayings } from "./stack-file.ts";

/** What only the machine that deploys knows: hashes of secrets, and the words with which images start. */
export interface Known {
  /**
   * By the variable that stands for it in names and versions.
   *
   * @default - the stack has secrets that were made elsewhere, which nothing here can be compared with
   */
  readonly parts?: ReadonlyMap<string, string> | undefined;

  /** Entrypoint and command by image; those of an image that is not there yet are not known. */
  readonly images: ReadonlyMap<
    string,
    { readonly Entrypoint?: readonly string[]; readonly Cmd?: readonly string[] }
  >;
}

/** The name of a config or secret in the swarm, with the parts that only the server knows. */
export const nameOfFile = (name: string, { parts }: Known): string =>
  withVariables(name, (variable) => parts?.get(variable) ?? "");

/** How a service that is there differs from what is declared, setting by setting. */
export function serviceChanges(
  one: SwarmService,
  plan: SwarmPlan,
  known: Known,
  settings: Settings,
): readonly Change[] {
  const declared = declaredSettings(one, plan, known);
  const { image = "" } = settings;
  // The client adds the digest that a registry has of an image.
  const found = declared.image?.includes("@")
    ? settings
    : { ...settings, image: image.split("@")[0] as string };
  const unknown = [
    ...(imageWords(one).length > 0 && !known.images.has(one.container.image) ? STARTED : []),
    ...one.files
      .filter(({ kind }) => kind === "secret" && known.parts === undefined)
      .map(({ target }) => fileSetting(target)),
  ];
  const unsaid = `env.${VERSION_VARIABLE}` in settings ? UNSAID : /^$/;
  return changesBetween(declared, found).filter(
    ({ setting }) => !unknown.includes(setting) && !unsaid.test(setting),
  );
}

/** Of a service that Terraform made: the provider cannot say these, and its version is in the environment. */
const UNSAID = new RegExp(`^(ulimit\\.|pids_limit$|env\\.${VERSION_VARIABLE}$)`);

const STARTED: readonly string[] = ["entrypoint", "command"];

/**
 * What a service is declared to be, by setting, as `serviceSettings` says it of one that is there. Made of what the stack
 * file says of it, so nothing that is said there is left out.
 */
function declaredSettings(one: SwarmService, plan: SwarmPlan, known: Known): Settings {
  const { deploy, ...said } = sayings(one, plan) as unknown as Sayings;
  const role = roleOf(one.container);
  const { limits = {}, reservations = {} } = deploy.resources;
  const { healthcheck } = said;
  return Object.assign(
    {},
    flat("image", said.image),
    started(one, said, known),
    flat("env", variables(said.environment)),
    flat("user", said.user),
    flat("init", said.init),
    flat("read_only", said.read_only),
    flat("stop_signal", said.stop_signal),
    flat("stop_timeout", duration(said.stop_grace_period)),
    flat("capabilities", { add: capabilities(said.cap_add), drop: capabilities(said.cap_drop) }),
    flat(
      "ulimit",
      Object.fromEntries(
        Object.entries(said.ulimits ?? {}).map(([name, { soft, hard }]) => [name, `${soft}:${hard}`]),
      ),
    ),
    ...(said.volumes ?? []).map((volume) => volumeSetting(volume, plan)),
    flat("healthcheck", {
      ...healthcheck,
      ...Object.fromEntries(
        (["interval", "timeout", "start_period"] as const).map((name) => [
          name,
          duration(healthcheck?.[name]),
        ]),
      ),
    }),
    ...one.files.map(({ target, name }) => ({
      [fileSetting(target)]: nameOfFile(name, known),
    })),
    flat(
      "networks_advanced",
      Object.fromEntries(
        Object.entries(said.networks ?? {}).map(([name, { aliases = [] }]) => [
          `${plan.project}_${name}`,
          joinedAs(aliases, role),
        ]),
      ),
    ),
    flat("memory", mebibytes(limits.memory)),
    flat("memory_reservation", mebibytes(reservations.memory)),
    flat("cpus", Number(limits.cpus ?? 0)),
    flat("pids_limit", limits.pids),
    flat("restart", {
      ...deploy.restart_policy,
      delay: duration(deploy.restart_policy.delay),
      window: duration(deploy.restart_policy.window),
    }),
    flat("placement", deploy.placement?.constraints),
    flat("log_driver", said.logging.driver),
    flat("log_opts", said.logging.options),
    { replicas: String(deploy.replicas) },
    flat("update", ordered(deploy.update_config)),
    flat("rollback", ordered(deploy.rollback_config)),
    flat("endpoint_mode", deploy.endpoint_mode),
    flat("ports", portLines(said.ports ?? [])),
    flat("labels", chosenLabels(deploy.labels)),
  ) as Settings;
}

/** `sayings` as it is read here. */
interface Sayings {
  readonly image: string;
  readonly entrypoint?: readonly string[] | string;
  readonly command?: readonly string[] | string;
  readonly environment?: readonly string[];
  readonly user?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly stop_signal?: string;
  readonly stop_grace_period?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly volumes?: readonly Volume[];
  readonly healthcheck?: Readonly<Record<"interval" | "timeout" | "start_period", string>>;
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly logging: { readonly driver?: string; readonly options?: object };
  readonly ports?: Parameters<typeof portLines>[0];
  readonly deploy: {
    readonly replicas: number;
    readonly endpoint_mode: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly placement?: { readonly constraints: readonly string[] };
    readonly update_config: Update;
    readonly rollback_config?: Update;
    readonly restart_policy: Readonly<Record<string, unknown>> & {
      readonly delay: string;
      readonly window?: string;
    };
    readonly resources: {
      readonly limits?: { readonly cpus?: string; readonly memory?: string; readonly pids?: number };
      readonly reservations?: { readonly memory?: string };
    };
  };
}

interface Volume {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly tmpfs?: { readonly size?: number };
}

interface Update {
  readonly order: string;
  readonly failure_action: string;
}

const ordered = ({ order, failure_action }: Partial<Update> = {}) => ({ order, failure_action });

/** As `deploy` of a stack file writes it: `64M`. */
const mebibytes = (memory = "0M"): number => Number(memory.slice(0, -1));

function volumeSetting({ type, source, target, read_only, tmpfs }: Volume, { project }: SwarmPlan): Settings {
  if (source !== undefined)
    return { [`volumes.${target}`]: `${project}_${source}:${read_only ? "ro" : "rw"}` };
  return { [`tmpfs.${target}`]: type === "tmpfs" ? `${tmpfs?.size ?? "any size"}` : "volume" };
}

/** The words of an image are the engine's to say: where it has none of that name, nothing is known of them. */
function started(
  one: SwarmService,
  { entrypoint, command }: Pick<Sayings, "entrypoint" | "command">,
  { images }: Known,
): Settings {
  const [words, more] = imageWords(one);
  if (words === undefined) return { ...flat("entrypoint", entrypoint), ...flat("command", command) };
  const image = images.get(one.container.image);
  if (image === undefined) return {};
  const lock = String(entrypoint)
    .split(" ")
    .slice(0, -1)
    .map((word) => JSON.parse(word) as string);
  return {
    ...flat("entrypoint", [...lock, ...(image.Entrypoint ?? [])]),
    ...flat("command", more === undefined ? command : image.Cmd),
  };
}
