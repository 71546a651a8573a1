import { UserError } from "../../core/errors.ts";
import { LABEL } from "../../core/labels.ts";
import { ofRole } from "../containers.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { execIn } from "./exec.ts";

/** How the container tells that it refuses, with reason and remedy on standard error. */
const REFUSED = 3;

/** One counter of the rules. */
export interface RuleCounter {
  readonly chain: string;

  /** The subject of the rule: a listener, a declared port, or what is dropped. */
  readonly rule: string;

  readonly packets: number;
  readonly dropped: boolean;
}

export interface FirewallStatus {
  readonly table: string;

  /**
   * `unconfirmed` rules are taken back when their time is up, then they are `reverted`; `changed` by somebody else.
   * `failing`: nft cannot apply them, so what was in the kernel before is in force.
   */
  readonly state: "applied" | "unconfirmed" | "reverted" | "changed" | "failing";

  /** Why they are `changed` or `failing`. */
  readonly reason?: string;

  /** Seconds until unconfirmed rules are taken back. */
  readonly secondsLeft?: number;

  readonly counters: readonly RuleCounter[];
}

/** The container of a stack that applies its rules; undefined where the firewall is off. */
export const firewallOf = (stack: Stack): ContainerSpec | undefined => ofRole(stack, "firewall");

/**
 * Asks the firewall of a deployment how it is.
 *
 * @throws UserError if there is none, or it does not run
 */
export async function firewallStatus(deployment: string): Promise<FirewallStatus> {
  const lines = (await askFirewall(deployment, "firewall", "status")).split("\n").filter(Boolean);
  const {
    table = "",
    state,
    reason,
    secondsLeft,
  } = Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []));
  return {
    table,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(secondsLeft === undefined ? {} : { secondsLeft: Number(secondsLeft) }),
    // The table may go between the two questions: its time is up, or somebody deletes it.
    counters: await counters(deployment, table).catch((error: unknown) => {
      if (error instanceof UserError) return [];
      throw error;
    }),
  };
}

/**
 * Keeps new rules for the whole machine. A login that was let in since they were applied has to prove that nobody is
 * locked out.
 *
 * @param withoutLogin for who has a console of the machine
 * @throws UserError if it is too late, or no login has come in
 */
export async function confirmFirewall(deployment: string, withoutLogin: boolean): Promise<string> {
  const said = await askFirewall(deployment, "firewall", "confirm", ...(withoutLogin ? ["--no-login"] : []));
  return said.trim().replace(/^firewall: /, "");
}

/** The container's answer to a command; a refusal in its own words. */
export async function askFirewall(deployment: string, ...command: readonly string[]): Promise<string> {
  const container = `exploreiot-${deployment}-firewall`;
  const result = await execIn(container, command, { expected: [0, 1, REFUSED] });
  if (result.code === 0) return result.stdout;
  if (result.code === REFUSED) throw refusal(result.stderr);
  throw new UserError(
    `${container}: ${result.stderr.trim()}`,
    `exploreiot up deploys it where firewall.enabled is true; docker ps --filter label=${LABEL.role}=firewall lists those that run`,
  );
}

/** `error: what` and `  -> what to do`, as the container writes them. */
export function refusal(stderr: string): UserError {
  const lines = stderr.trim().split("\n");
  const isRemedy = (line: string) => line.startsWith("  -> ");
  const message = lines.filter((line) => !isRemedy(line)).map((line) => line.replace(/^error: /, ""));
  return new UserError(
    message.join("\n"),
    ...lines.filter(isRemedy).map((line) => line.slice("  -> ".length)),
  );
}

interface NftRule {
  readonly rule?: {
    readonly chain: string;
    readonly comment?: string;
    readonly expr: readonly {
      readonly counter?: { readonly packets: number };
      readonly drop?: null;
      readonly reject?: unknown;
    }[];
  };
}

async function counters(deployment: string, table: string): Promise<readonly RuleCounter[]> {
  const { nftables } = JSON.parse(
    await askFirewall(deployment, "nft", "--json", "--terse", "list", "table", "inet", table),
  ) as {
    readonly nftables: readonly NftRule[];
  };
  return nftables.flatMap(({ rule }) => {
    const packets = rule?.expr.find(({ counter }) => counter !== undefined)?.counter?.packets;
    if (rule === undefined || packets === undefined) return [];
    const dropped = rule.expr.some((expression) => "drop" in expression || "reject" in expression);
    return [{ chain: rule.chain, rule: rule.comment ?? "", packets, dropped }];
  });
}
