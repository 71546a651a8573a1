import { checkoutOf } from "../../core/checkout.ts";
import { LABEL } from "../../core/labels.ts";
import { engineVersion } from "./engine-check.ts";
import { listVolumes, withLabel } from "./observe.ts";

/** The engine's containers and other things of one deployment. */
export interface FoundDeployment {
  readonly name: string;
  readonly containers: readonly {
    readonly role: string;
    readonly running: boolean;

    /** As Docker says it; absent where nobody asks. */
    readonly health?: string;

    /** Ended well, as what runs once does. */
    readonly done: boolean;
    readonly checkout?: string;
  }[];
}

/** Every deployment that has containers on the engine, no matter who made it. */
export async function deploymentsOnEngine(): Promise<readonly FoundDeployment[]> {
  await engineVersion();
  const found = await withLabel(LABEL.deployment);
  const nameOf = ({ Config }: (typeof found)[number]) => Config.Labels?.[LABEL.deployment] ?? "";
  return [...new Set(found.map(nameOf))].sort().map((name) => ({
    name,
    containers: found
      .filter((state) => nameOf(state) === name)
      .map(({ Config, State }) => ({
        role: Config.Labels?.[LABEL.role] ?? "",
        running: State.Running,
        done: !State.Running && State.ExitCode === 0,
        ...(State.Health === undefined ? {} : { health: State.Health.Status }),
        ...(Config.Labels?.[LABEL.checkout] === undefined ? {} : { checkout: Config.Labels[LABEL.checkout] }),
      })),
  }));
}

/** Names of the volumes with data of a deployment. */
export const volumesOf = (deployment: string): Promise<readonly string[]> =>
  listVolumes({ name: [`^exploreiot-${deployment}-`] });

/** Whether containers were made from the checkout that keeps this directory. */
export function isFromHere({ containers }: FoundDeployment, home: string): boolean {
  const mine = checkoutOf(home);
  return mine !== undefined && containers.some(({ checkout }) => checkout === mine);
}
