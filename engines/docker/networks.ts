import ipaddr from "ipaddr.js";
import { UserError } from "../../config/errors.ts";
import type { Engine, Report } from "../engine.ts";
import { run } from "../run.ts";
import type { NetworkSpec, Stack } from "../stack.ts";

/** The part of `docker network inspect` that the kit reads. */
export interface NetworkState {
  readonly Id: string;
  readonly Name: string;
  readonly Internal: boolean;
  readonly EnableIPv6: boolean;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly IPAM: { readonly Config: readonly { readonly Subnet?: string }[] | null };
}

/** Whichever of these networks exist. */
export async function inspectNetworks(names: readonly string[]): Promise<readonly NetworkState[]> {
  if (names.length === 0) return [];
  const { stdout } = await run(["docker", "network", "inspect", ...names], { expected: [0, 1] });
  return JSON.parse(stdout.trim() || "[]") as NetworkState[];
}

/** Networks under our names that the engine can neither judge nor take over: Docker would make a second one of the name. */
export async function networksInTheWay(
  stack: Stack,
  engine: Pick<Engine, "takesOver">,
  owns: (id: string) => boolean,
): Promise<readonly NetworkState[]> {
  const found = await inspectNetworks(stack.networks.map(({ name }) => name));
  return found.filter((state) => {
    const spec = stack.networks.find(({ name }) => name === state.Name);
    if (spec === undefined || owns(state.Id)) return false;
    return !isNetworkAsDeclared(spec, state) || !engine.takesOver({ labels: state.Labels ?? {} }, stack);
  });
}

/** Compares all that a stack can say about a network. Options that the engine adds do not count. */
export function isNetworkAsDeclared(spec: NetworkSpec, state: NetworkState): boolean {
  const wanted = spec.subnets.map(({ subnet }) => canonical(subnet)).sort();
  const found = (state.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []).map(canonical);
  return (
    state.Internal === spec.internal &&
    state.EnableIPv6 === spec.ipv6 &&
    Object.entries(spec.options).every(([name, value]) => state.Options?.[name] === value) &&
    (wanted.length === 0 || wanted.join() === found.sort().join())
  );
}

/** A subnet in the one spelling that the library has for it. */
function canonical(subnet: string): string {
  const [address, length] = ipaddr.parseCIDR(subnet);
  return `${address.toNormalizedString()}/${length}`;
}

/** To be called once the deployment's own containers have left them. */
export async function removeNetworks(networks: readonly NetworkState[], report: Report): Promise<void> {
  for (const { Id, Name } of networks) {
    report(`removing network ${Name}: it is not as declared, or was made by something else`);
    const { code, stderr } = await run(["docker", "network", "rm", Id], { expected: [0, 1] });
    if (code !== 0) {
      throw new UserError(
        `network ${Name}: cannot be replaced (${stderr.trim()})`,
        `disconnect what is attached: docker network inspect ${Name}`,
      );
    }
  }
}
