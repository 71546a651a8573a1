import { UserError } from "../../core/errors.ts";
import type { Rotation } from "../../core/rotation.ts";
import { describeSource } from "../../core/secret-source.ts";
import { closest } from "../../core/template.ts";
import { ofRole } from "../../runners/containers.ts";
import { readersOfSecrets } from "../../runners/secrets/readers.ts";
import { secretRotation } from "../../runners/secrets/rotate-secret.ts";
import type { Stack } from "../../runners/stack.ts";
import { keyRotations } from "../../services/certificates/rotation.ts";
import type { Keyring } from "../../services/definition.ts";
import { formerSecrets, keyrings } from "../../services/kinds-of-secrets.ts";
import { outsideSecrets } from "../../services/outside-setup.ts";
import type { Synthesized } from "../synthesize.ts";

/**
 * Everything of a deployment that can be rotated, by name: its secrets, as the JSON has them, and the keys and certificates
 * that it makes. Those that come from elsewhere are changed there.
 */
export async function rotationsOf({
  deployment,
  stack,
  home,
}: Synthesized): Promise<ReadonlyMap<string, Rotation>> {
  const readers = readersOfSecrets(stack);
  const formers = formerSecrets(deployment);
  const rings = keyrings(deployment);
  const outside = new Set(outsideSecrets(deployment));
  const isFormer = new Set(formers.values());
  const secrets = [...readers].flatMap(([name, roles]) => {
    if (name in deployment.secrets || isFormer.has(name) || outside.has(name)) return [];
    const former = formers.get(name);
    // A program of one's own may take one value alone.
    const isRead = former !== undefined && readers.has(former);
    return [
      secretRotation({
        ...{ home, name, readers: roles, former: isRead ? former : undefined },
        keyring: opened(rings.get(name), stack),
      }),
    ];
  });
  const all = [...secrets, ...(await keyRotations(deployment, home))];
  return new Map(
    all.sort((a, b) => a.name.localeCompare(b.name)).map((rotation) => [rotation.name, rotation]),
  );
}

function opened(keyring: Keyring | undefined, stack: Stack) {
  if (keyring === undefined) return undefined;
  const { role, ...programs } = keyring;
  const container = ofRole(stack, role);
  if (container === undefined) throw new Error(`${role}: no container of that role`);
  return { container: container.name, ...programs };
}

/**
 * The rotation of that name.
 *
 * @throws UserError if there is none, with where its value comes from or the nearest name
 */
export function rotationNamed(
  name: string,
  rotations: ReadonlyMap<string, Rotation>,
  { deployment }: Synthesized,
): Rotation {
  const found = rotations.get(name);
  if (found !== undefined) return found;
  const source = deployment.secrets[name];
  if (source !== undefined)
    throw new UserError(
      `${name}: comes from elsewhere (${describeSource(source)})`,
      "change it there, then run exploreiot up: it takes the new value over",
    );
  if (outsideSecrets(deployment).includes(name))
    throw new UserError(
      `${name}: a server outside of the deployment knows it, and would refuse another one`,
      "docs/outside.md says how it is changed at the server first",
    );
  const best = closest(name, [...rotations.keys()]);
  throw new UserError(
    `${JSON.stringify(name)}: is nothing that ${deployment.name} can rotate; allowed: ${[...rotations.keys()].join(", ")}`,
    ...(best === undefined ? [] : [`did you mean ${best}?`]),
  );
}
