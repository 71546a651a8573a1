import ipaddr from "ipaddr.js";
import type { Problem } from "./problems.ts";
import { BACKEND_USER, referencesIn, referents, resolveReference } from "./references.ts";
import type { ParsedDeployment } from "./schema.ts";

type Parts = Partial<ParsedDeployment>;
type Part = keyof ParsedDeployment;

/** A rule between fields. It runs as soon as the parts it needs are sound, whatever is wrong elsewhere. */
interface CrossCheck {
  readonly needs: readonly Part[];
  readonly check: (deployment: ParsedDeployment) => readonly Problem[];
}

const checks: readonly CrossCheck[] = [
  { needs: ["listeners", "bind"], check: portsAreDistinct },
  { needs: ["hosts", "bind", "listeners"], check: hostsAreNamed },
  { needs: ["networks"], check: subnetsAreApart },
  { needs: ["networks"], check: ipv6NeedsIpv4 },
  { needs: ["mosquitto"], check: mqttUsersAreDistinct },
  { needs: ["topics"], check: statusIsOneTopic },
  { needs: ["backend"], check: rolesFit },
  { needs: ["backend", "frontend"], check: oneSourceEach },
  {
    needs: ["backend", "frontend", "postgres", "redis", "mosquitto", "topics", "http", "listeners"],
    check: referencesExist,
  },
  { needs: ["backend", "postgres", "redis", "mosquitto"], check: referenceBackendIsComplete },
];

/** Runs every cross check whose parts are there. */
export function crossCheck(parts: Parts): readonly Problem[] {
  return checks
    .filter(({ needs }) => needs.every((part) => part in parts))
    .flatMap(({ check }) => check(parts as ParsedDeployment));
}

function portsAreDistinct({ listeners }: ParsedDeployment): readonly Problem[] {
  const seen = new Map<number, string>();
  return Object.entries(listeners).flatMap(([name, { port }]) => {
    const other = seen.get(port);
    seen.set(port, name);
    if (other === undefined) return [];
    const path = `listeners.${name}.port`;
    return [
      { path, got: port, allowed: `a port that listeners.${other} does not use`, fix: "choose another port" },
    ];
  });
}

function hostsAreNamed({ hosts, bind, listeners }: ParsedDeployment): readonly Problem[] {
  const open = [bind, ...Object.values(listeners).map((listener) => listener.bind ?? bind)].find(
    (address) => !["loopback", "127.0.0.1", "::1"].includes(address),
  );
  if (hosts !== undefined || open === undefined) return [];
  const allowed =
    "a list of the names and addresses that users type, since the deployment listens beyond loopback";
  return [{ path: "hosts", got: undefined, allowed, fix: 'add it, for example hosts: ["192.168.1.10"]' }];
}

function subnetsAreApart({ networks }: ParsedDeployment): readonly Problem[] {
  const all = Object.entries(networks).flatMap(([network, subnets]) =>
    Object.entries(subnets).map(([family, cidr]) => ({
      path: `networks.${network}.${family}`,
      cidr: String(cidr),
    })),
  );
  return all.flatMap(({ path, cidr }, index) => {
    const other = all.slice(0, index).find((earlier) => overlap(earlier.cidr, cidr));
    if (other === undefined) return [];
    const allowed = `a subnet apart from ${other.path} (${other.cidr})`;
    return [
      { path, got: cidr, allowed, fix: "choose another subnet, or leave it out and the engine picks one" },
    ];
  });
}

/** Two subnets overlap when one of them contains the other's network address. */
export function overlap(a: string, b: string): boolean {
  const [first, firstLength] = ipaddr.parseCIDR(a);
  const [second, secondLength] = ipaddr.parseCIDR(b);
  return first.kind() === second.kind() && first.match(second, Math.min(firstLength, secondLength));
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

function statusIsOneTopic({ topics }: ParsedDeployment): readonly Problem[] {
  if (!/[+#]/.test(topics.status)) return [];
  return [
    { path: "topics.status", got: topics.status, allowed: "one topic, without + and #", fix: "change it" },
  ];
}

function rolesFit({ backend }: ParsedDeployment): readonly Problem[] {
  const roles = backend.roles ?? [];
  const variables = Object.values(backend.secrets).some((secret) => secret.as === "variable");
  return roles.flatMap(({ name, publish, replicas, command }, index) => {
    const path = `backend.roles.${index}`;
    const found: Problem[] = [];
    if (roles.findIndex((role) => role.name === name) !== index) {
      found.push({
        path: `${path}.name`,
        got: name,
        allowed: "a name no other role has",
        fix: "rename the role",
      });
    }
    if (publish && roles.findIndex((role) => role.publish) !== index) {
      found.push({
        path: `${path}.publish`,
        got: true,
        allowed: "one published role",
        fix: "publish one role only",
      });
    }
    if (publish && replicas > 1) {
      const allowed = "1 replica of the published role: one host port leads to one container";
      found.push({ path: `${path}.replicas`, got: replicas, allowed, fix: "set replicas to 1" });
    }
    if (variables && command === undefined) found.push(commandIsNeeded(path));
    return found;
  });
}

const commandIsNeeded = (path: string): Problem => ({
  path: `${path}.command`,
  got: undefined,
  allowed:
    "a command, since a secret is exported as a variable by a wrapper that has to start the program itself",
  fix: "add the program and its arguments, or deliver the secrets as files",
});

function oneSourceEach({ backend, frontend }: ParsedDeployment): readonly Problem[] {
  const found: Problem[] = [];
  for (const [service, { image, build }] of Object.entries({ backend, frontend })) {
    if (image !== undefined && build !== undefined) {
      const allowed = "either image or build";
      found.push({
        path: `${service}.build`,
        got: build,
        allowed,
        fix: `remove ${service}.image or ${service}.build`,
      });
    }
  }
  const own = Object.values(frontend.secrets).some((secret) => secret.as === "variable");
  if (own && frontend.command === undefined) found.push(commandIsNeeded("frontend"));
  return found;
}

function referencesExist(deployment: ParsedDeployment): readonly Problem[] {
  const known = referents({
    ...deployment,
    name: deployment.name ?? "",
    environment: deployment.environment ?? "local",
  });
  const names = [...known.keys()].join(", ");
  return (["backend", "frontend"] as const)
    .filter((service) => deployment[service].enabled)
    .flatMap((service) => {
      const { environment, secrets } = deployment[service];
      const plain = Object.entries(environment).flatMap(([key, template]) =>
        referencesIn(template).flatMap((name) => {
          const path = `${service}.environment.${key}`;
          const referent = resolveReference(name, known);
          if (referent === undefined)
            return [{ path, got: `{${name}}`, allowed: names, fix: "change the reference" }];
          if ("text" in referent) return [];
          const fix = `move ${key} to ${service}.secrets`;
          return [
            { path, got: `{${name}}`, allowed: "no secret: environments can be read from outside", fix },
          ];
        }),
      );
      const secret = Object.entries(secrets).flatMap(([key, { value }]) =>
        referencesIn(value)
          .filter((name) => resolveReference(name, known) === undefined)
          .map((name) => ({
            path: `${service}.secrets.${key}.value`,
            got: `{${name}}`,
            allowed: `${names}, secret.NAME`,
            fix: "change the reference",
          })),
      );
      return [...plain, ...secret];
    });
}

function referenceBackendIsComplete(deployment: ParsedDeployment): readonly Problem[] {
  const { backend } = deployment;
  if (!backend.enabled || backend.image !== undefined || backend.build !== undefined) return [];
  return (["postgres", "redis", "mosquitto"] as const)
    .filter((service) => !deployment[service].enabled)
    .map((service) => ({
      path: `${service}.enabled`,
      got: false,
      allowed: "true, since the reference backend needs it",
      fix: `turn ${service} on, turn the backend off, or name your own backend.image`,
    }));
}
