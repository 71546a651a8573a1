import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { hostsOf } from "../services/outside.ts";

/** The log of a database that is elsewhere is its server's. */
export function archiveHasALog({ backup, postgres }: ParsedDeployment): readonly Problem[] {
  const { enabled, outside } = postgres;
  if (!backup.archive || (backup.enabled && enabled && outside === undefined)) return [];
  if (backup.enabled && outside !== undefined)
    return [
      {
        path: "backup.archive",
        got: true,
        allowed: `false with postgres.outside, since the log of ${hostsOf(outside).join(", ")} is its operator's`,
        fix: "leave backup.archive out",
      },
    ];
  const missing = backup.enabled ? "postgres.enabled" : "backup.enabled";
  return [
    {
      path: "backup.archive",
      got: true,
      allowed: `true where ${missing} is true, since it is the log of this deployment's PostgreSQL, kept with its backups`,
      fix: `set ${missing}: true, or leave backup.archive out`,
    },
  ];
}

/** A server that is logged in to over SSH is known by its key, and knows its client by one. */
export function repositoryCanBeReached({ backup }: ParsedDeployment): readonly Problem[] {
  const { enabled, repository = "", credentials } = backup;
  if (!enabled || !repository.startsWith("sftp:")) return [];
  return ["SSH_PRIVATE_KEY", "SSH_KNOWN_HOSTS"]
    .filter((name) => !Object.hasOwn(credentials, name))
    .map((name) => ({
      path: `backup.credentials.${name}`,
      got: undefined,
      allowed: "the NAME of a secret, since the repository is on a server over SSH",
      fix: `add ${name}: ssh-${name === "SSH_PRIVATE_KEY" ? "key" : "hosts"}, and the file .exploreiot/DEPLOYMENT/secrets/own-ssh-${name === "SSH_PRIVATE_KEY" ? "key" : "hosts"}${name === "SSH_KNOWN_HOSTS" ? " with a line of ssh-keyscan that you compared" : ""}`,
    }));
}
