import { type Block, blocks } from "../../values.ts";

/** From how many ports on a range is told as one: shorter ones are told port by port. */
const TOLD_AS_RANGE = 10;

/**
 * Published ports in the shape of `docker_container.ports`. A port without a host port gets a random one; without an
 * address it binds every one. Each port of a long range says of which: `range: { internal, external }`.
 */
export function ports(service: Block): readonly Block[] {
  const all = blocks(service, "ports").map(port).sort(byNumber);
  return runs(all).flatMap((run) => (run.length < TOLD_AS_RANGE ? run : inRange(run)));
}

function port({ target, published, host_ip, protocol }: Block): Block {
  const external = /^\d+$/.test(String(published)) ? Number(published) : published;
  return {
    internal: target,
    ...(external === undefined ? {} : { external }),
    ...(host_ip === undefined ? {} : { ip: host_ip }),
    protocol,
  };
}

const byNumber = (one: Block, other: Block): number =>
  Number(one.internal) - Number(other.internal) || (keyOf(one) < keyOf(other) ? -1 : 1);

const keyOf = ({ ip, protocol, external }: Block) => `${ip}/${protocol}/${external}`;

/** Ports that follow each other, inside and outside. */
function runs(all: readonly Block[]): readonly Block[][] {
  const open = new Map<string, Block[]>();
  const found: Block[][] = [];
  for (const one of all) {
    const { internal, external, ip, protocol } = one;
    const key = `${ip}/${protocol}/${external === undefined ? "" : Number(external) - Number(internal)}`;
    const run = open.get(key);
    if (run !== undefined && run.at(-1)?.internal === Number(internal) - 1) run.push(one);
    else {
      const begun = [one];
      open.set(key, begun);
      found.push(begun);
    }
  }
  return found;
}

function inRange(run: readonly Block[]): readonly Block[] {
  const told = (name: string) => {
    const [first, last] = [run[0]?.[name], run.at(-1)?.[name]];
    return first === undefined ? {} : { [name]: `${first}-${last}` };
  };
  const range = { ...told("internal"), ...told("external") };
  return run.map((one) => ({ ...one, range }));
}
