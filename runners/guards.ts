import { checkoutOf } from "../core/checkout.ts";
import { UserError } from "../core/errors.ts";
import { COMPOSE_LABEL, LABEL } from "../core/labels.ts";
import { lastRotation, readRotation } from "../core/rotation-state.ts";
import { alone } from "./deploy-lock.ts";
import { refuseForeignData } from "./docker/data-volumes.ts";
import { engineVersion } from "./docker/engine-check.ts";
import { type ContainerState, labelled } from "./docker/observe.ts";
import { readRecord } from "./record.ts";
import type { Report } from "./runner.ts";
import type { Stack } from "./stack.ts";
import { refuseOnSwarm } from "./swarm/deployed.ts";
import { refuseForeignStack } from "./swarm/owner.ts";
import { localIds } from "./terraform/state.ts";

/** A deployment as the guards know it. */
export interface Guarded {
  readonly name: string;

  /** The deployment's own directory. */
  readonly home: string;

  readonly report: Report;

  /** For verbs that change what the checkout keeps and not what runs: an engine is asked if it answers. @default false */
  readonly withoutEngine?: boolean;

  /** For verbs that know a swarm. @default false */
  readonly onSwarmToo?: boolean;

  /** For verbs that work on data of one machine: what takes their place on a swarm, also on one where the deployment is down. */
  readonly insteadOnSwarm?: readonly string[];
}

/**
 * The checks before every verb that changes or removes containers: an engine that answers, nobody else at work, and no
 * containers of another checkout. Data of another checkout is refused by `refuseForeignData` where data is concerned.
 *
 * @throws UserError that says what stands in the way; nothing was touched then
 */
export async function guarded<T>(
  { name, home, report, withoutEngine = false, onSwarmToo = false, insteadOnSwarm }: Guarded,
  work: () => Promise<T>,
): Promise<T> {
  const answers = await engineAnswers(withoutEngine);
  if (answers && !onSwarmToo) await refuseOnSwarm(name, insteadOnSwarm, insteadOnSwarm !== undefined);
  const guardedWork = async () => {
    // Keys are of the checkout that renders a folder, whose containers have no label wherever they run.
    if (answers) await refuseForeignContainers(name, home, { renderedToo: !withoutEngine });
    if (onSwarmToo && !withoutEngine) await refuseForeignStack(name, home);
    return work();
  };
  return alone(name, home, guardedWork, report);
}

async function engineAnswers(orNot: boolean): Promise<boolean> {
  try {
    await engineVersion();
    return true;
  } catch (error) {
    if (orNot && error instanceof UserError) return false;
    throw error;
  }
}

/** @throws UserError if containers or data of a deployment of that name are another checkout's */
export async function refuseForeign(stack: Stack, home: string): Promise<void> {
  await refuseForeignContainers(stack.name, home);
  await refuseForeignData(stack, home);
}

/** What `refuseForeign` would say first, for verbs that only look; undefined where it would refuse nothing. */
export async function whoseElse(stack: Stack, home: string): Promise<string | undefined> {
  try {
    await refuseForeign(stack, home);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/**
 * Refuses a deployment of the same name that another checkout made, or the folder that a checkout rendered.
 *
 * @param renderedToo whether containers of a rendered folder are refused, which are no checkout's
 * @throws UserError that names its containers, and the ways to go on
 */
export async function refuseForeignContainers(
  name: string,
  home: string,
  { renderedToo = true }: { readonly renderedToo?: boolean } = {},
): Promise<void> {
  const found = await labelled(name);
  const asked = found.filter(({ Config }) => renderedToo || Config.Labels?.[LABEL.checkout] !== undefined);
  const foreign = foreignAmong(asked, home);
  if (foreign.length === 0) return refuseOlderSecrets(name, home, found);
  const names = foreign.map(({ Name }) => Name.slice(1)).sort();
  throw new UserError(
    `deployment ${name} is of another checkout${originOf(foreign)}: ${names.join(", ")}`,
    "run this where it was made; or give the deployment another name",
    `to go on with it from here, bring its secrets: copy that checkout's .exploreiot/${name} to ${home}`,
    `if what made it is gone: docker rm -f ${names.join(" ")} (the data stays), then run this again`,
  );
}

/** @throws UserError if the secrets of what runs were rotated by somebody who has this directory, too */
function refuseOlderSecrets(name: string, home: string, found: readonly ContainerState[]): void {
  const running = Math.max(0, ...found.map(({ Config }) => Number(Config.Labels?.[LABEL.rotation] ?? 0)));
  const here = lastRotation(readRotation(home));
  if (running <= here) return;
  throw new UserError(
    `deployment ${name}: its secrets were rotated elsewhere (${running} times; here ${here} times), and this would bring older ones back`,
    "have them handed on by who rotated them: exploreiot secrets export --to KEY",
    "then here: exploreiot secrets import FILE --identity KEY-FILE",
  );
}

/** Those without the label of this checkout, unless record or state know them: from before there was a label. */
function foreignAmong(found: readonly ContainerState[], home: string): readonly ContainerState[] {
  const mine = checkoutOf(home);
  const unknown = found.filter(
    ({ Config }) => mine === undefined || Config.Labels?.[LABEL.checkout] !== mine,
  );
  if (unknown.length === 0) return [];
  const known = new Set([...Object.values(readRecord(home)?.containers ?? {}), ...localIds(home)]);
  return unknown.filter(({ Id }) => !known.has(Id));
}

/** Where compose was started, which is the one trace of a place on a container. */
function originOf(foreign: readonly ContainerState[]): string {
  const places = foreign.flatMap(({ Config }) => Config.Labels?.[COMPOSE_LABEL.folder] ?? []);
  return places.length === 0 ? "" : ` (${[...new Set(places)].join(", ")})`;
}
