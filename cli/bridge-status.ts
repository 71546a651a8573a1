import type { z } from "zod";
import { UserError } from "../core/errors.ts";
import { ofRole } from "../runners/containers.ts";
import { execIn } from "../runners/docker/exec.ts";
import type { Observation } from "../runners/docker/observe.ts";
import type { Stack } from "../runners/stack.ts";
import type { statusOutput } from "./status-output.ts";

export type BridgeReport = NonNullable<z.output<typeof statusOutput>["bridge"]>;

/** Where the broker's data is in its container, and the file that it saves it in. */
const STORE = "/mosquitto/data/mosquitto.db";

/** How the bridge to the central broker is; undefined where there is none, or its broker does not run. */
export async function bridgeOf(
  stack: Stack,
  { containers }: Observation,
): Promise<BridgeReport | { readonly unknown: string } | undefined> {
  const broker = ofRole(stack, "mosquitto");
  if (stack.bridge === undefined || broker === undefined) return undefined;
  if (containers.get(broker.name)?.State.Running !== true) return undefined;
  const { client, host, port, site, state } = stack.bridge;
  try {
    const { stdout } = await execIn(broker.name, ["bridge-state", STORE, client, state]);
    const [, connected, waiting, waitingBytes] = /^([01]) (\d+) (\d+)$/.exec(stdout.trim()) ?? [];
    if (connected === undefined) return { unknown: "bridge: its broker gave no answer" };
    return {
      ...{ to: `${host}:${port}`, site, connected: connected === "1" },
      ...{ waiting: Number(waiting), waitingBytes: Number(waitingBytes) },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { unknown: `bridge: ${error.message}` };
  }
}

/** The report as a person reads it. */
export function bridgeLine({ to, site, connected, waiting, waitingBytes }: BridgeReport): string {
  const behind =
    waiting === 0 ? "nothing waits" : `${waiting} messages wait (${Math.ceil(waitingBytes / 1024)} KiB)`;
  return `bridge: ${connected ? "connected" : "NOT CONNECTED"} to ${to} as ${site}, ${behind}`;
}
