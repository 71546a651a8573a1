import { UserError } from "../../config/errors.ts";
import { overlap } from "../../config/subnets.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";

interface EngineNetwork {
  readonly Name: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet?: string }[] | null };
}

/**
 * Compares the subnets that a deployment asks for with those of the engine's other networks; the engine itself
 * only says that some pool overlaps with some other.
 *
 * @throws UserError that names both networks
 */
export async function refuseTakenSubnets(stack: Stack): Promise<void> {
  const wanted = stack.networks.flatMap(({ name, subnets }) =>
    subnets.map(({ subnet }) => ({ name, subnet })),
  );
  if (wanted.length === 0) return;
  const others = (await engineNetworks()).filter(
    ({ Name }) => !stack.networks.some(({ name }) => name === Name),
  );
  const lines = wanted.flatMap(({ name, subnet }) =>
    others.flatMap(({ Name, IPAM }) =>
      (IPAM.Config ?? []).flatMap(({ Subnet }) =>
        Subnet !== undefined && overlap(subnet, Subnet)
          ? [`subnet ${subnet} of ${name} overlaps with ${Subnet} of the Docker network ${Name}`]
          : [],
      ),
    ),
  );
  if (lines.length === 0) return;
  throw new UserError(
    lines.join("\n"),
    "choose another subnet under networks in the configuration; one that is left out is picked by the engine, except for networks.edge behind TLS",
  );
}

async function engineNetworks(): Promise<readonly EngineNetwork[]> {
  const { stdout } = await run(["docker", "network", "ls", "--quiet"]);
  const ids = stdout.split("\n").filter(Boolean);
  return JSON.parse((await run(["docker", "network", "inspect", ...ids], { expected: [0, 1] })).stdout);
}
