import type { Problem } from "../../core/problems.ts";
import type { ParsedDeployment } from "../deployment.ts";

/** Each connection may hold half a packet, and connections get a part of the broker's memory. */
export function brokerFitsItsMemory({ mosquitto }: ParsedDeployment): readonly Problem[] {
  const { memoryMiB } = mosquitto.limits;
  const most = memoryMiB * 1024;
  if (mosquitto.maxPacketBytes <= most) return [];
  return [
    {
      path: "mosquitto.maxPacketBytes",
      got: mosquitto.maxPacketBytes,
      allowed: `at most ${most}, which is 1024 for each MiB of mosquitto.limits.memoryMiB: larger packets leave too few connections`,
      fix: "lower it, or raise mosquitto.limits.memoryMiB",
    },
  ];
}
