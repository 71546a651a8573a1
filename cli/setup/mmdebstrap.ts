import { existsSync } from "node:fs";
import { isInstalled } from "../../core/programs.ts";
import { EngineError } from "../../runners/docker/engine-errors.ts";
import { imageOf } from "../../runners/docker/observe.ts";
import { NotInstalledError } from "../../runners/run.ts";
import type { Stack } from "../../runners/stack.ts";
import { aptInstall } from "./apt.ts";
import { canInstall, hasApt, isUbuntu, type Machine, type Missing } from "./machine.ts";

const WHAT = "mmdebstrap, to make the base image from Debian packages";

/** By which Ubuntu trusts Debian's archive; Debian has it anyway. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** mmdebstrap makes the base image; it is only needed where that image is neither there nor can be pulled. */
export async function missingMmdebstrap({ recipes }: Stack, machine: Machine): Promise<Missing | undefined> {
  const base = recipes.find(({ rootfs, pull }) => rootfs !== undefined && pull === undefined);
  if (base === undefined || (await isThere(base.tag))) return undefined;
  const packages = [
    ...(isInstalled("mmdebstrap") ? [] : ["mmdebstrap"]),
    ...(isUbuntu(machine) && !existsSync(KEYRING) ? ["debian-archive-keyring"] : []),
  ];
  if (packages.length === 0) return undefined;
  if (!hasApt(machine)) {
    return {
      what: `the base image, which this system cannot make (${WHAT})`,
      remedy: [
        "pin images that can be pulled instead: npx exploreiot images lock, where a registry is in reach",
        "or bring them from a Debian or Ubuntu machine: docker save there, docker load here",
      ],
    };
  }
  const names = packages.join(" ");
  if (!canInstall(machine)) return { what: WHAT, remedy: [`sudo apt-get install ${names}`] };
  return {
    what: WHAT,
    remedy: [`apt-get install ${names}`],
    install: (report) => aptInstall(packages, "The base image has to be made from Debian packages", report),
  };
}

/** An engine that is missing or stopped has no images; one that may not be asked is told as that, and not guessed at. */
async function isThere(tag: string): Promise<boolean> {
  try {
    return (await imageOf(tag)) !== undefined;
  } catch (error) {
    if (error instanceof NotInstalledError) return false;
    if (error instanceof EngineError) return error.trouble !== "unreachable";
    throw error;
  }
}
