import { type Alarm, parseAlarm } from "@/lib/data/alarms";
import { type Chain, parseChain } from "@/lib/data/chain";
import { parseReading, type Reading } from "@/lib/data/readings";
import { fieldsOf } from "@/lib/data/values";

export interface Push {
  readonly reading?: Reading | undefined;
  readonly chain?: Chain | undefined;
  readonly alarm?: Alarm | undefined;
}

/** A frame of the socket. Empty for anything else: answers and errors share the socket. */
export function parsePush(data: unknown): Push {
  const input = parseJson(data);
  const { type } = fieldsOf(input) ?? {};
  if (type === "chaine") return { chain: parseChain(input) };
  if (type === "alarme") return { alarm: parseAlarm(input) };
  return { reading: parseReading(input) };
}

function parseJson(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
