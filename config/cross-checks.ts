import ipaddr from "ipaddr.js";
import {
  mountsAreDistinct,
  oneSourceEach,
  referenceApplicationIsComplete,
  rolesFit,
} from "./application-checks.ts";
import { firewallFits } from "./firewall-checks.ts";
import { completeListeners, openListeners } from "./listeners.ts";
import type { Problem } from "./problems.ts";
import { referencesExist } from "./reference-checks.ts";
import { BACKEND_USER } from "./references.ts";
import type { ParsedDeployment } from "./schema.ts";
import { overlap } from "./subnets.ts";
import { acmeCanProve, usersHaveAListener } from "./tls-checks.ts";

type Parts = Partial<ParsedDeployment>;
type Part = keyof ParsedDeployment;

/** A rule between fields. It runs as soon as the parts it needs are sound, whatever is wrong elsewhere. */
interface CrossCheck {
  readonly needs: readonly Part[];
  readonly check: (deployment: ParsedDeployment) => readonly Problem[];
}

const checks: readonly CrossCheck[] = [
  { needs: ["environment", "listeners", "bind"], check: portsAreDistinct },
  { needs: ["environment", "hosts", "bind", "listeners"], check: hostsAreNamed },
  { needs: ["environment", "hosts", "listeners", "tls", "frontend", "backend"], check: acmeCanProve },
  { needs: ["networks"], check: subnetsAreNetworks },
  { needs: ["networks"], check: subnetsAreApart },
  { needs: ["networks"], check: ipv6NeedsIpv4 },
  { needs: ["environment", "listeners", "firewall"], check: firewallFits },
  { needs: ["mosquitto"], check: mqttUsersAreDistinct },
  { needs: ["mosquitto"], check: brokerFitsItsMemory },
  { needs: ["environment", "listeners", "tls", "mosquitto"], check: usersHaveAListener },
  { needs: ["topics"], check: statusIsOneTopic },
  { needs: ["environment", "listeners", "backend", "frontend", "http"], check: pathsLeadOneWay },
  { needs: ["backend"], check: rolesFit },
  { needs: ["backend", "frontend"], check: oneSourceEach },
  { needs: ["backend", "frontend"], check: mountsAreDistinct },
  {
    needs: [
      "environment",
      "backend",
      "frontend",
      "postgres",
      "redis",
      "mosquitto",
      "topics",
      "http",
      "listeners",
    ],
    check: referencesExist,
  },
  {
    needs: ["backend", "frontend", "postgres", "redis", "mosquitto"],
    check: referenceApplicationIsComplete,
  },
  { needs: ["backend", "frontend", "postgres", "redis", "mosquitto"], check: somethingIsOn },
];

/** Runs every cross check whose parts are there. */
export function crossCheck(parts: Parts): readonly Problem[] {
  return checks
    .filter(({ needs }) => needs.every((part) => part in parts))
    .flatMap(({ check }) => check(parts as ParsedDeployment));
}

function portsAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  const seen = new Map<number, string>();
  return openListeners(deployment).flatMap(([name, { port }]) => {
    const other = seen.get(port);
    seen.set(port, name);
    if (other === undefined) return [];
    const path = `listeners.${name}.port`;
    return [
      { path, got: port, allowed: `a port that listeners.${other} does not use`, fix: "choose another port" },
    ];
  });
}

function hostsAreNamed(deployment: ParsedDeployment): readonly Problem[] {
  const { hosts, bind } = deployment;
  const open = [bind, ...openListeners(deployment).map(([, listener]) => listener.bind ?? bind)].find(
    (address) => !["loopback", "127.0.0.1", "::1"].includes(address),
  );
  if (hosts !== undefined || open === undefined) return [];
  const allowed =
    "a list of the names and addresses that users type, since the deployment listens beyond loopback";
  return [{ path: "hosts", got: undefined, allowed, fix: 'add it, for example hosts: ["192.168.1.10"]' }];
}

/** Prefix lengths with room for a gateway and a few containers, and no wider than private ranges are. */
const PREFIX = { ipv4: [8, 29], ipv6: [16, 125] } as const;

function subnetsAreNetworks({ networks }: ParsedDeployment): readonly Problem[] {
  return subnetsIn(networks).flatMap(({ path, cidr }) => {
    const [address, length] = ipaddr.parseCIDR(cidr);
    const [widest, narrowest] = PREFIX[address.kind()];
    if (length < widest || length > narrowest) {
      const allowed = `a subnet between /${widest} and /${narrowest}`;
      return [{ path, got: cidr, allowed, fix: "choose another prefix length" }];
    }
    const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
    const network = family.networkAddressFromCIDR(cidr);
    if (network.toNormalizedString() === address.toNormalizedString()) return [];
    const allowed = "the address of the network itself, with no host part";
    return [{ path, got: cidr, allowed, fix: `write ${network}/${length}` }];
  });
}

const subnetsIn = (networks: ParsedDeployment["networks"]) =>
  Object.entries(networks).flatMap(([network, subnets]) =>
    Object.entries(subnets)
      .filter(([, cidr]) => cidr !== undefined)
      .map(([family, cidr]) => ({ path: `networks.${network}.${family}`, cidr: String(cidr) })),
  );

function subnetsAreApart({ networks }: ParsedDeployment): readonly Problem[] {
  const all = subnetsIn(networks);
  return all.flatMap(({ path, cidr }, index) => {
    const other = all.slice(0, index).find((earlier) => overlap(earlier.cidr, cidr));
    if (other === undefined) return [];
    const allowed = `a subnet apart from ${other.path} (${other.cidr})`;
    return [
      { path, got: cidr, allowed, fix: "choose another subnet, or leave it out and the engine picks one" },
    ];
  });
}

function ipv6NeedsIpv4({ networks }: ParsedDeployment): readonly Problem[] {
  return Object.entries(networks)
    .filter(([, { ipv4, ipv6 }]) => ipv6 !== undefined && ipv4 === undefined)
    .map(([name]) => ({
      path: `networks.${name}.ipv4`,
      got: undefined,
      allowed:
        "an IPv4 subnet beside the IPv6 one: else the engine adds its own and each plan replaces the network",
      fix: "add it",
    }));
}

/** With less the program itself leaves too little for its limits to mean anything. */
const BROKER_LEAST_MIB = 32;

/** Each connection may hold half a packet, and connections get a part of the broker's memory. */
function brokerFitsItsMemory({ mosquitto }: ParsedDeployment): readonly Problem[] {
  const { memoryMiB } = mosquitto.limits;
  if (mosquitto.enabled && memoryMiB < BROKER_LEAST_MIB)
    return [
      {
        path: "mosquitto.limits.memoryMiB",
        got: memoryMiB,
        allowed: `at least ${BROKER_LEAST_MIB}: everything that clients may hold is a part of it`,
        fix: "raise it",
      },
    ];
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

function mqttUsersAreDistinct({ mosquitto }: ParsedDeployment): readonly Problem[] {
  const taken = new Set([BACKEND_USER, "health"]);
  return mosquitto.users.flatMap(({ name }, index) => {
    const free = !taken.has(name);
    taken.add(name);
    if (free) return [];
    const allowed = `a name that is not taken (${BACKEND_USER} and health belong to the kit)`;
    return [{ path: `mosquitto.users.${index}.name`, got: name, allowed, fix: "rename the user" }];
  });
}

/** Behind the https listener, page and API share one address: only their paths tell them apart. */
function pathsLeadOneWay(deployment: ParsedDeployment): readonly Problem[] {
  const { backend, frontend, http } = deployment;
  if (!completeListeners(deployment).https.enabled || !backend.enabled) return [];
  const own = backend.image !== undefined || backend.build !== undefined;
  const found: Problem[] = [];
  if (frontend.enabled && backend.pathPrefix === "") {
    const allowed = "a path such as /api, since the page has the rest of the https listener";
    const fix = "set it to /api, with http.stripPrefix: true if the backend answers at the root";
    found.push({ path: "backend.pathPrefix", got: "", allowed, fix });
  }
  if (http.stripPrefix && !own) {
    const allowed = "false, since the reference backend answers below its prefix";
    found.push({ path: "http.stripPrefix", got: true, allowed, fix: "remove it" });
  }
  return found;
}

function statusIsOneTopic({ topics }: ParsedDeployment): readonly Problem[] {
  if (!/[+#]/.test(topics.status)) return [];
  return [
    { path: "topics.status", got: topics.status, allowed: "one topic, without + and #", fix: "change it" },
  ];
}

function somethingIsOn(deployment: ParsedDeployment): readonly Problem[] {
  const services = ["mosquitto", "postgres", "redis", "backend", "frontend"] as const;
  if (services.some((service) => deployment[service].enabled)) return [];
  const allowed = `at least one of ${services.join(", ")} turned on`;
  return [{ path: "", got: "all of them off", allowed, fix: "turn a service on" }];
}
