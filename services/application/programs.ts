import { plainName } from "../../core/references.ts";
import { parseTemplate } from "../../core/template.ts";
import { WAYS_OUT } from "../../firewall/egress.ts";
import type { Reach } from "../../site/site.ts";
import { backendPrograms } from "../backend/programs.ts";
import type { Rights } from "../definition.ts";
import type { Configured } from "../deployment.ts";
import { frontendPrograms } from "../frontend/programs.ts";
import { hostsOf, inAddress, outsideOf } from "../outside.ts";
import { ownPrograms } from "../own/programs.ts";
import type { Program } from "./program.ts";

/** Every program of the applications that are on: those of the backend, of the frontend, and the user's own services. */
export const programsOf = (deployment: Configured): readonly Program[] =>
  [...backendPrograms(deployment), ...frontendPrograms(deployment), ...ownPrograms(deployment)].map(
    (program) => withWayOut(program, deployment),
  );

/** The network `data` has no way out: who logs in at a server outside of the deployment needs another one as well. */
function withWayOut(program: Program, deployment: Configured): Program {
  const { networks } = program;
  const isInside = networks.some((network) => WAYS_OUT.includes(network));
  return isInside || storesOutside(program, deployment).length === 0
    ? program
    : { ...program, networks: ["broker", ...networks] };
}

const STORES: readonly (keyof Rights)[] = ["mosquitto", "postgres", "redis"];

/** The servers outside of the deployment whose passwords a program is given. */
const storesOutside = (program: Program, deployment: Configured) =>
  STORES.filter((store) => namesPassword(program, store)).flatMap(
    (store) => outsideOf(deployment, store) ?? [],
  );

function namesPassword({ secrets, files, rights }: Program, store: keyof Rights): boolean {
  const templates = [
    ...Object.values(secrets).map(({ value }) => value),
    ...Object.values(files).flatMap((file) => ("text" in file ? [file.text] : [])),
  ];
  return (
    rights[store] !== undefined &&
    templates
      .flatMap(parseTemplate)
      .some(
        (part) => typeof part === "object" && "name" in part && plainName(part.name) === `${store}.password`,
      )
  );
}

/** Where the programs of a deployment connect to outside of it, each from the networks by which they may leave. */
export function reachesOf(deployment: Configured): readonly Reach[] {
  const programs = programsOf(deployment);
  return STORES.flatMap((store) => {
    const server = outsideOf(deployment, store);
    if (server === undefined) return [];
    const there = programs.filter((program) => namesPassword(program, store));
    const networks = WAYS_OUT.filter((network) =>
      there.some((program) => program.networks.includes(network)),
    );
    const { addresses, port } = server;
    return networks.length === 0
      ? []
      : hostsOf(server).map((host) => ({
          url: `tcp://${inAddress(host, port)}`,
          networks,
          ...(addresses === undefined ? {} : { addresses }),
        }));
  });
}
