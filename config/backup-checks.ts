import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";

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
