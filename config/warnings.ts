import type { Deployment } from "../services/deployment.ts";
import { hostsOf, outsideOf } from "../services/outside.ts";
import { loginAt } from "../services/store-logins.ts";
import { unreadTopics } from "./topic-checks.ts";

/** Allowed settings of a site file that people should know of: told by every verb that shows a deployment, refused by none. */
export const warningsOf = (deployment: Deployment): readonly string[] => [
  ...openToOthers(deployment),
  ...unreadTopics(deployment),
  ...loginsWithoutPassword(deployment),
  ...backupsOnTheSameMachine(deployment),
  ...foldersNotInBackups(deployment),
  ...notSavedHere(deployment),
];

/** Stores where a user is made for who is given its password, and for nobody else; by the setting that asks for it. */
const LOGINS = { database: "postgres", redis: "redis" } as const;

/** A service of the user's own that asks for a login and is not given its password has none. */
function loginsWithoutPassword(deployment: Deployment): readonly string[] {
  return deployment.programs
    .filter(({ of }) => of.at.startsWith("services."))
    .flatMap((program) =>
      Object.entries(LOGINS)
        .filter(([, store]) => program.rights[store] !== undefined && !loginAt(deployment, store, program))
        .map(
          ([setting, store]) =>
            `${program.at}.${setting}: nothing is made for it at ${store}, since {${store}.password} stands in none of its secrets and files`,
        ),
    );
}

/** Sources of an image and rules are kept with their history elsewhere, and may be of any size. */
export function foldersNotInBackups({ backup, programs, policies }: Deployment): readonly string[] {
  if (!backup.enabled) return [];
  const contexts = programs.flatMap(({ of: { build } }) => (build === undefined ? [] : [build.context]));
  const folders = [...new Set([...contexts, ...(policies.rules === undefined ? [] : [policies.rules])])];
  return folders.length === 0
    ? []
    : [
        `not in backups: ${folders.length === 1 ? "the folder" : "the folders"} ${folders.join(", ")}, which a restore onto a new machine needs: keep ${folders.length === 1 ? "it" : "them"} with the site file elsewhere`,
      ];
}

/** A backup of the deployment looks whole, and its data is elsewhere. */
function notSavedHere(deployment: Deployment): readonly string[] {
  if (!deployment.backup.enabled) return [];
  return (["postgres", "mosquitto"] as const).flatMap((service) => {
    const server = outsideOf(deployment, service);
    return server === undefined
      ? []
      : [
          `not saved here: ${service} at ${hostsOf(server).join(", ")}, which is outside: its operator's own backups are all there is`,
        ];
  });
}

/** A disk or a machine that is lost takes both. */
function backupsOnTheSameMachine({ backup }: Deployment): readonly string[] {
  const { enabled, repository } = backup;
  if (!enabled || (repository !== undefined && !repository.startsWith("/"))) return [];
  return [
    repository === undefined
      ? "backups go into a volume of this deployment, and are lost with the machine: set backup.repository to a server elsewhere"
      : `backups go to ${repository} of the engine's machine: unless another machine's disk is mounted there, they are lost with it`,
  ];
}

/** Ports beyond this machine without TLS, and writing without a key there. */
function openToOthers(deployment: Deployment): readonly string[] {
  const beyond = deployment.ports.filter(({ address }) => !isLoopback(address));
  const clear = beyond.filter(({ tls }) => !tls);
  const found = [
    ...(clear.length === 0
      ? []
      : [
          `${listed(clear)} can be reached from other machines in clear text, passwords included: environment: production opens ports with TLS instead`,
        ]),
    ...(beyond.some(({ listener }) => WRITES.has(listener)) && writesAreOpen(deployment)
      ? [
          "anyone who reaches the API may write readings without a key: http: { openWrites: false } asks for one",
        ]
      : []),
  ];
  return found.length === 0 ? [] : [found.join("; ")];
}

/** Listeners that lead to the API: the page writes through its own server. */
const WRITES = new Set(["frontend", "backend", "https"]);

/** Of the reference application; another backend has rules of its own. */
const writesAreOpen = ({ backend, environment, http }: Deployment): boolean =>
  backend.enabled &&
  backend.image === undefined &&
  backend.build === undefined &&
  (http.openWrites ?? environment === "local");

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

const listed = (ports: Deployment["ports"]): string =>
  `${ports.length === 1 ? "port" : "ports"} ${ports.map(({ listener, port }) => `${port} (${listener})`).join(", ")}`;
