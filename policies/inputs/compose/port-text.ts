import type { Block } from "../../values.ts";

/**
 * The ports of one entry of `ports`, in the long form: a range is as many ports. An entry that cannot be read stands as it is.
 */
export function longPorts(entry: unknown): readonly unknown[] {
  if (typeof entry !== "string" && typeof entry !== "number") return [entry];
  return short(String(entry)) ?? [entry];
}

/** `[ip:][host:]container[/protocol]`, read from the right, since an IPv6 address has colons too. */
function short(entry: string): readonly Block[] | undefined {
  const [all = "", protocol = "tcp"] = entry.split("/");
  const parts = all.split(/:(?![^[]*\])/);
  const container = parts.pop() ?? "";
  const host = parts.pop() ?? "";
  const ip = parts.join(":").replace(/^\[|\]$/g, "");
  const pairs = pairsOf(container, host);
  return pairs?.map((pair) => ({
    mode: "ingress",
    ...(ip === "" ? {} : { host_ip: ip }),
    ...pair,
    protocol: protocol.toLowerCase(),
  }));
}

function pairsOf(container: string, host: string): readonly Block[] | undefined {
  const inside = range(container);
  if (inside === undefined) return /\$\{/.test(container) ? [pair(container, host)] : undefined;
  const outside = range(host);
  if (inside.length === 1) return [pair(inside[0], host)];
  if (host === "") return inside.map((target) => pair(target, ""));
  return outside?.length === inside.length
    ? inside.map((target, at) => pair(target, String(outside[at])))
    : undefined;
}

const pair = (target: unknown, published: string): Block => ({
  target,
  ...(published === "" ? {} : { published }),
});

/** Numbers of `8000-8002`; undefined for what is no number. */
function range(text: string): readonly number[] | undefined {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const length = Number(to) - Number(from) + 1;
  if (from === undefined || !(length >= 1) || length > 65_536) return undefined;
  return Array.from({ length }, (_, at) => Number(from) + at);
}
