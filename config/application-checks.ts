import { FILES, PROBE_FOLDER } from "../core/container-folders.ts";
import type { Problem } from "../core/problems.ts";
import { placesIn } from "../services/application/places.ts";
import { MIGRATE, type Role, WRAPPER } from "../services/application/settings.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { replicaNames } from "../services/references.ts";
import { definitions } from "../services/registry.ts";

/** In every container's own /etc/hosts: under such a name a program would meet itself, or nobody. */
const HOSTS_OF_A_CONTAINER =
  "localhost ip6-localhost ip6-loopback ip6-localnet ip6-mcastprefix ip6-allnodes ip6-allrouters".split(" ");

/** Names that programs must leave alone: a container and a host are called after their program. */
const RESERVED_ROLES: readonly string[] = [
  ...Object.values(definitions).flatMap(({ containers }) => containers),
  "firewall",
  ...HOSTS_OF_A_CONTAINER,
];

/** The jobs that deliver files are called after what they deliver to. */
export const isReserved = (name: string) => RESERVED_ROLES.includes(name) || name.endsWith("-files");

export function rolesFit({ backend }: ParsedDeployment): readonly Problem[] {
  const { roles, secrets, image, build } = backend;
  const variables = hasVariables(secrets);
  if (roles === undefined) {
    const own = image !== undefined || build !== undefined;
    return variables && own ? [commandIsNeeded("backend.roles.0")] : [];
  }
  return roles.flatMap((role, index) => [
    ...nameIsFree(roles, index),
    ...publishedOnce(roles, index),
    ...((variables || hasVariables(role.secrets)) && role.command === undefined
      ? [commandIsNeeded(`backend.roles.${index}`)]
      : []),
  ]);
}

const hasVariables = (secrets: Role["secrets"]) =>
  Object.values(secrets).some((secret) => secret.as === "variable");

function nameIsFree(roles: readonly Role[], index: number): readonly Problem[] {
  const role = roles[index] as Role;
  const earlier = roles.slice(0, index).flatMap(replicaNames);
  const names = replicaNames(role);
  const problem = { path: `backend.roles.${index}.name`, got: role.name, fix: "rename the role" };
  if (names.some(isReserved)) {
    return [{ ...problem, allowed: "a name that no container of the kit has" }];
  }
  if (role.name === "backend" && !role.publish && roles.some(({ publish }) => publish)) {
    return [{ ...problem, allowed: "a name other than backend, at which the published role answers" }];
  }
  if (!names.some((name) => earlier.includes(name))) return [];
  return [{ ...problem, allowed: "a name that no other role and no replica of one has" }];
}

function publishedOnce(roles: readonly Role[], index: number): readonly Problem[] {
  const { publish, replicas } = roles[index] as Role;
  if (!publish) return [];
  const path = `backend.roles.${index}`;
  const found: Problem[] = [];
  if (roles.findIndex((role) => role.publish) !== index) {
    const allowed = "one published role";
    found.push({ path: `${path}.publish`, got: true, allowed, fix: "publish one role only" });
  }
  if (replicas > 1) {
    const allowed = "1 replica of the published role: one host port leads to one container";
    found.push({ path: `${path}.replicas`, got: replicas, allowed, fix: "set replicas to 1" });
  }
  return found;
}

export function volumesHaveAWriter({ backend }: ParsedDeployment): readonly Problem[] {
  const { volumes, roles = [], migrate } = backend;
  const known = [...roles.map(({ name }) => name), ...(migrate === undefined ? [] : [MIGRATE])];
  return volumes.flatMap(({ writer }, index) => {
    if (writer === undefined || known.includes(writer)) return [];
    const path = `backend.volumes.${index}.writer`;
    return [
      { path, got: writer, allowed: `the name of a role: ${known.join(", ")}`, fix: "name one of them" },
    ];
  });
}

const commandIsNeeded = (path: string): Problem => ({
  path: `${path}.command`,
  got: undefined,
  allowed:
    "a command, since a secret is exported as a variable by a wrapper that has to start the program itself",
  fix: "add the program and its arguments, or deliver the secrets as files",
});

export function oneSourceEach(deployment: ParsedDeployment): readonly Problem[] {
  return applicationsIn(deployment).flatMap(({ at, image, build }) => {
    if (image === undefined || build === undefined) return [];
    const fix = `remove ${at}.image or ${at}.build`;
    return [{ path: `${at}.build`, got: build, allowed: "either image or build", fix }];
  });
}

/** Of programs that have a command of their own to run. */
export function wrappersHaveACommand({ frontend, services }: ParsedDeployment): readonly Problem[] {
  const programs = [
    { at: "frontend", ...frontend },
    ...Object.entries(services).map(([name, service]) => ({ at: `services.${name}`, ...service })),
  ];
  return programs
    .filter(({ secrets, command }) => hasVariables(secrets) && command === undefined)
    .map(({ at }) => commandIsNeeded(at));
}

/** Everything that has an image of its own. */
const applicationsIn = ({ backend, frontend, services }: ParsedDeployment) => [
  { name: "backend", at: "backend", ...backend },
  { name: "frontend", at: "frontend", ...frontend },
  ...Object.entries(services).map(([name, service]) => ({ name, at: `services.${name}`, ...service })),
];

/** The shipped backend needs every store, and the shipped page needs a backend. */
export function referenceApplicationIsComplete(deployment: ParsedDeployment): readonly Problem[] {
  const { backend, frontend } = deployment;
  const found: Problem[] = [];
  if (isReference(backend)) {
    const fix = (service: string) =>
      `turn ${service} on, turn the backend off, or name your own backend.image`;
    const off = (["postgres", "redis", "mosquitto"] as const).filter((name) => !deployment[name].enabled);
    const allowed = "true, since the reference backend needs it";
    found.push(...off.map((name) => ({ path: `${name}.enabled`, got: false, allowed, fix: fix(name) })));
  }
  if (isReference(frontend) && !backend.enabled) {
    const allowed = "true, since the reference frontend needs it";
    const fix = "turn the backend on, turn the frontend off, or name your own frontend.image";
    found.push({ path: "backend.enabled", got: false, allowed, fix });
  }
  return found;
}

const isReference = ({ enabled, image, build }: ParsedDeployment["frontend"] | ParsedDeployment["backend"]) =>
  enabled && image === undefined && build === undefined;

export function mountsAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  return applicationsIn(deployment).flatMap(({ at: service, tmpfs, volumes }) => {
    const paths = new Set([FILES, PROBE_FOLDER]);
    const names = new Set<string>();
    const taken = (seen: Set<string>, text: string) =>
      seen.size === seen.add(text).size || KEPT_FOLDERS.test(`${text}/`);
    return [
      ...tmpfs.flatMap(({ path }, index) =>
        taken(paths, trimmed(path)) ? [pathIsTaken(`${service}.tmpfs.${index}`, path)] : [],
      ),
      ...volumes.flatMap(({ name, path }, index) => [
        ...(taken(names, name) ? [volumeIsTaken(`${service}.volumes.${index}`, name)] : []),
        ...(taken(paths, trimmed(path)) ? [pathIsTaken(`${service}.volumes.${index}`, path)] : []),
      ]),
    ];
  });
}

/** Names of the files of the CAs that programs check the stores by. */
const AUTHORITIES = Object.values<ServiceDefinition>(definitions).flatMap(({ trust }) => trust?.file ?? []);

/** Files and secrets of a program lie in one folder, next to those that the kit may put there itself. */
export function filesAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  return placesIn(deployment).flatMap(({ at, files, secrets }) => {
    const taken = [WRAPPER, ...AUTHORITIES, ...Object.keys(secrets)];
    return Object.keys(files).flatMap((name) => {
      const others = [...taken, ...Object.keys(files).filter((other) => other !== name)];
      const meets = others.find((other) => other === name || other.startsWith(`${name}/`));
      if (meets === undefined) return [];
      const allowed = `a name that is not ${meets}, and no folder of it`;
      return [{ path: `${at}.files.${name}`, got: name, allowed, fix: "rename the file" }];
    });
  });
}

/** A volume is called after its application and itself, which two may spell alike: `a` with `b-c`, and `a-b` with `c`. */
export function volumesAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  const taken = new Map<string, string>();
  return applicationsIn(deployment).flatMap(({ at, name, volumes }) =>
    volumes.flatMap((volume, index) => {
      const path = `${at}.volumes.${index}.name`;
      const whole = `${name}-${volume.name}`;
      const other = taken.get(whole);
      taken.set(whole, path);
      if (other === undefined || other.startsWith(`${at}.`)) return [];
      const allowed = `a name that, behind ${name}-, is not ${whole}, as ${other} is called already`;
      return [{ path, got: volume.name, allowed, fix: "rename the volume" }];
    }),
  );
}

/** Of the kernel, and of the kit, whose files are mounted read-only. */
const KEPT_FOLDERS = new RegExp(`^(/proc|/sys|/dev|${FILES})/`);

const trimmed = (path: string) => path.replace(/\/+$/, "");

const pathIsTaken = (place: string, path: string): Problem => ({
  path: `${place}.path`,
  got: path,
  allowed: `a folder that nothing else is mounted on, outside of /proc, /sys, /dev, ${FILES} and ${PROBE_FOLDER}, which hold the kit's files`,
  fix: "choose another folder",
});

const volumeIsTaken = (place: string, name: string): Problem => ({
  path: `${place}.name`,
  got: name,
  allowed: "a name that no other volume of the application has",
  fix: "rename the volume",
});
