import { CHECKOUT } from "../core/checkout.ts";
import { COMPOSE_LABEL, composeProject, LABEL } from "../core/labels.ts";
import type { DeploymentScope } from "./deployment-scope.ts";

/**
 * The labels of a container. `configHash` replaces the container when something changes that the provider
 * accepts but never applies (healthcheck, init, tmpfs: rule 4) or cannot see (delivered files). The pids
 * limit is a label because the provider has no attribute for it (rule 18); the compose runner applies it. `checkout`
 * tells the containers of this checkout from those of another with a deployment of the same name; `rotation`, where one of
 * its files was ever rotated, what this checkout knows from what another has rotated since. By the last five compose takes the container over.
 */
export function containerLabels(
  { deployment, secrets }: Pick<DeploymentScope, "deployment" | "secrets">,
  {
    role,
    configHash,
    pids,
    rotation = 0,
  }: {
    readonly role: string;
    readonly configHash: string;
    readonly pids: number;
    readonly rotation?: number;
  },
) {
  return [
    { label: LABEL.deployment, value: deployment.name },
    { label: LABEL.role, value: role },
    { label: LABEL.environment, value: deployment.environment },
    { label: LABEL.configHash, value: configHash },
    { label: LABEL.checkout, value: secrets.keyedHash(CHECKOUT) },
    ...(rotation === 0 ? [] : [{ label: LABEL.rotation, value: String(rotation) }]),
    { label: LABEL.pidsLimit, value: String(pids) },
    { label: COMPOSE_LABEL.project, value: composeProject(deployment.name) },
    { label: COMPOSE_LABEL.service, value: role },
    { label: COMPOSE_LABEL.number, value: "1" },
    { label: COMPOSE_LABEL.oneOff, value: "False" },
    // It looks at no container without this one, and is told to keep those that have another one than its own.
    { label: COMPOSE_LABEL.hash, value: "none" },
  ];
}
