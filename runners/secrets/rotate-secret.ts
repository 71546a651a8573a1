import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, replaceFile } from "../../core/private-files.ts";
import type { Rotation, RotationStep } from "../../core/rotation.ts";
import { newSecret, SecretStore } from "../../core/secrets.ts";
import { execIn } from "../docker/exec.ts";

interface Rotated {
  readonly home: string;
  readonly name: string;

  /** Services that are given it. */
  readonly readers: readonly string[];

  /** The secret whose value is accepted as well. @default - only containers hold it, and all get the new value at once */
  readonly former?: string | undefined;

  /**
   * The container whose data is encrypted under it, and the programs in it that add the value on their standard input, and that
   * keep the container's own alone. @default - nothing is
   */
  readonly keyring?: Keyring | undefined;
}

interface Keyring {
  readonly container: string;
  readonly add: readonly string[];
  readonly keep: readonly string[];
}

/**
 * A secret is exchanged by one rename. Where its former value is to count for a while, that is what the secret `former`
 * becomes; to finish is to give `former` a value that nobody has.
 */
export function secretRotation({ home, name, readers, former, keyring }: Rotated): Rotation {
  const changed = (step: RotationStep) => (step === "finish" && former !== undefined ? former : name);
  const staged = (secret: string) => join(home, "next", secret);
  return {
    name,
    what: `secret of ${readers.join(", ")}`,
    inTwoSteps: former !== undefined,
    async stage(step) {
      const file = staged(changed(step));
      // Of a run that was killed before it counted.
      if (readIfThere(file) === undefined) replaceFile(file, newSecret());
      // Before it counts: from then on a container may have no other.
      if (keyring !== undefined)
        await execIn(keyring.container, keyring.add, {
          input: readIfThere(file) ?? "",
        });
    },
    async apply(step) {
      const secret = changed(step);
      if (!existsSync(staged(secret))) return;
      const store = new SecretStore(home);
      if (step === "begin" && former !== undefined) store.put(former, store.value(name));
      renameSync(staged(secret), store.path(secret));
    },
    ...(keyring === undefined
      ? {}
      : {
          async settle() {
            await execIn(keyring.container, keyring.keep);
          },
        }),
  };
}
