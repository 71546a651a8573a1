import { type Block, isBlock } from "../../values.ts";

/**
 * Published ports in the shape of `docker_container.ports`, ranges written out. A port without a host port gets
 * a random one; without an address it binds every one.
 */
export function ports(listed: unknown): readonly Block[] {
  return (Array.isArray(listed) ? listed : []).flatMap((entry) =>
    isBlock(entry) ? long(entry) : short(String(entry)),
  );
}

function long({ target, published, host_ip, protocol = "tcp" }: Block): Block[] {
  return pairs(String(target), published === undefined ? undefined : String(published)).map((pair) => ({
    ...pair,
    ...(host_ip === undefined ? {} : { ip: host_ip }),
    protocol,
  }));
}

/** `[ip:][host:]container[/protocol]`, read from the right, since an IPv6 address has colons too. */
function short(entry: string): Block[] {
  const [, all = entry, protocol = "tcp"] = /^(.*?)(?:\/(\w+))?$/.exec(entry) ?? [];
  const parts = all.split(":");
  const container = parts.pop() ?? "";
  const host = parts.pop();
  const ip = parts.join(":").replace(/^\[|\]$/g, "");
  return pairs(container, host === "" ? undefined : host).map((pair) => ({
    ...pair,
    ...(ip === "" ? {} : { ip }),
    protocol,
  }));
}

function pairs(container: string, host: string | undefined): Block[] {
  const inside = range(container);
  const outside = host === undefined ? [] : range(host);
  return inside.map((internal, index) => {
    const external = inside.length === 1 ? outside[0] : outside[index];
    return { internal, ...(external === undefined ? {} : { external }) };
  });
}

/** Numbers of `8000-8002`; what is no number stands as it is. */
function range(text: string): readonly unknown[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (from === undefined) return [text];
  const first = Number(from);
  return Array.from(
    { length: Math.min(Math.max(Number(to) - first, 0), 65_535) + 1 },
    (_, index) => first + index,
  );
}
