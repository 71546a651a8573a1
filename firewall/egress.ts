import { isIP } from "node:net";
import type { NetworkName } from "../site/settings.ts";
import type { Reach, Site } from "../site/site.ts";
import { bridgeName, bridgePrefix } from "./bridges.ts";
import { inRange, names, refusal } from "./text.ts";

/** Connections that containers may open to other machines. */
interface Egress {
  /** Networks that have a way out, and whose containers may use it. */
  readonly networks: readonly NetworkName[];

  /** Address ranges of both families. */
  readonly to: readonly string[];
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** Those that have a way out; `data` is internal. A container on both leaves by the one that the engine picks. */
export const WAYS_OUT: readonly NetworkName[] = ["edge", "broker"];
const ANYWHERE = ["0.0.0.0/0", "::/0"];
const NAMES = 53;
const PORT_OF: Readonly<Record<string, number>> = { "https:": 443, "http:": 80, "ssh:": 22 };

/** Ways out that a deployment declares, and those that it needs for the certificates that it asks for, its alarms and its services. */
function egressOf(deployment: Site): readonly Egress[] {
  const declared = deployment.firewall.egress.map((egress) => ({ ...egress, networks: WAYS_OUT }));
  const all = [...declared, ...acmeOf(deployment), ...webhookOf(deployment), ...serversOf(deployment)];
  const networks = WAYS_OUT.filter((network) => all.some((egress) => egress.networks.includes(network)));
  // The engine passes questions on from the container's own network, to the server that the machine asks.
  const lookUps = (["udp", "tcp"] as const).map((protocol) => ({
    ...{ networks, to: ANYWHERE, port: NAMES, protocol },
  }));
  return all.length === 0 ? [] : [...all, ...lookUps];
}

const acmeOf = ({ tls: { certificate } }: Site): readonly Egress[] =>
  certificate.source === "acme" ? [serverAt({ url: certificate.directory, networks: ["edge"] })] : [];

/** The program that sends alarms is where the broker is. */
const webhookOf = ({ alarms: { webhook } }: Site): readonly Egress[] =>
  webhook === undefined ? [] : [serverAt({ url: webhook.url, networks: ["broker"] })];

const serversOf = ({ reaches = [] }: Site): readonly Egress[] => reaches.map(serverAt);

function serverAt({ url, networks, addresses = ANYWHERE }: Reach): Egress {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const to = isIP(host) === 0 ? addresses : [singleAddress(host)];
  return { networks, to, port: Number(port) || (PORT_OF[protocol] ?? 443), protocol: "tcp" };
}

const singleAddress = (address: string) => `${address}/${isIP(address) === 6 ? 128 : 32}`;

/** Whether a range may be the machine itself: only where it names one address, or the server that is asked for names. */
const mayBeTheMachine = ({ port }: Egress, range: string) =>
  /^[\d.]+\/32$|\/128$/.test(range) || port === NAMES;

/** Packets that containers of a deployment may send to other machines, as rules of a chain at forward. */
export function forwardedFromContainers(deployment: Site): readonly string[] {
  const { name } = deployment;
  const own = (["edge", "broker", "data"] as const).map((network) => bridgeName(name, network));
  return [
    ...own.map((bridge) => `iifname "${bridge}" oifname "${bridge}" accept`),
    ...accepted(deployment, () => true),
    ...refusal(name, "from containers", `iifname "${bridgePrefix(name)}*" `, "reject"),
  ];
}

/**
 * Packets that containers of a deployment may send to the machine itself, as rules of a chain at input. ICMP of both families
 * carries what IP needs: the size of packets, and neighbour discovery. As numbers, since names need a file that small
 * systems lack.
 */
export function sentToTheMachine(deployment: Site): readonly string[] {
  const bridges = `iifname "${bridgePrefix(deployment.name)}*" `;
  return [
    `${bridges}meta l4proto { 1, 58 } accept`,
    ...accepted(deployment, mayBeTheMachine),
    ...refusal(deployment.name, "containers to the machine", bridges, "reject"),
  ];
}

const accepted = (deployment: Site, applies: (egress: Egress, range: string) => boolean): readonly string[] =>
  egressOf(deployment).flatMap((egress) => {
    const from = `iifname ${names(egress.networks.map((network) => bridgeName(deployment.name, network)))}`;
    const { port, protocol } = egress;
    return egress.to
      .filter((range) => applies(egress, range))
      .map(
        (range) =>
          `${from} ${inRange("daddr", range)} ${protocol} dport ${port} counter accept comment "egress ${port}/${protocol}"`,
      );
  });
