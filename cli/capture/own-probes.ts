import { PROBE_AGENT } from "../../core/probe-command.ts";
import { HEALTH_USER } from "../../services/mosquitto/definition.ts";
import type { Fields } from "./packets.ts";

/** The words of one connection, as far as they tell whose it is. */
interface Said {
  readonly users: Set<string>;
  readonly agents: Set<string>;
  readonly isMqtt: boolean;
  readonly requests: number;
}

/**
 * The connections of a container to itself by which its own health check asks: those of the broker's user for it, requests by
 * the probe's name, and those without a word that is understood. Verbs ask from inside a container too, and say more.
 *
 * @returns their numbers
 */
export function probeConnections(packets: readonly Fields[]): ReadonlySet<number> {
  const inside = new Map<string, Said>();
  for (const fields of packets) {
    const { connection, source, source6, target, target6, user, agent, mqtt, method } = fields;
    const [number] = connection;
    const [from, to] = [source, target].every(({ length }) => length > 0)
      ? [source[0], target[0]]
      : [source6[0], target6[0]];
    if (number === undefined || from === undefined || from !== to) continue;
    const before = inside.get(number);
    inside.set(number, {
      users: new Set([...(before?.users ?? []), ...user]),
      agents: new Set([...(before?.agents ?? []), ...agent]),
      isMqtt: before?.isMqtt === true || mqtt.length > 0,
      requests: (before?.requests ?? 0) + method.length,
    });
  }
  return new Set([...inside].flatMap(([number, said]) => (isProbe(said) ? [Number(number)] : [])));
}

/** MQTT without a login was there before the recording began: nobody knows whose it is. */
function isProbe({ users, agents, isMqtt, requests }: Said): boolean {
  const isOnly = (names: ReadonlySet<string>, own: string) => names.size === 1 && names.has(own);
  return (!isMqtt || isOnly(users, HEALTH_USER)) && (requests === 0 || isOnly(agents, PROBE_AGENT));
}
