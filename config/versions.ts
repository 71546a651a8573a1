import { isAbsolute, relative, resolve } from "node:path";
import type { Document } from "yaml";
import { UserError } from "../core/errors.ts";
import { projectRoot } from "../core/home.ts";
import { SITE_VERSION } from "../site/settings.ts";
import { leastAt } from "./site-keys.ts";

/** A value that an older version of the site file wrote otherwise. */
export interface Rewritten {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** In version 1 they led from the root of the project; since version 2 they lead from the site file. */
const PATHS = [
  ...["backend.build.context", "frontend.build.context", "policies.rules"],
  ...["tls.certificate.certificate", "tls.certificate.key", "tls.certificate.ca"],
];

/** In version 1 they could be less than the service needs to start. */
const MEMORY = ["postgres", "redis", "mosquitto", "edge"].map((service) => `${service}.limits.memoryMiB`);

/**
 * Makes a site file of an older version, which says so by `version`, one of today.
 *
 * @param folder of the site file
 * @returns what was changed
 * @throws UserError if a value to be changed stands behind an alias or a merge
 */
export function toToday(document: Document, folder: string): readonly Rewritten[] {
  if (document.get("version") !== 1) return [];
  const fromHere = (path: unknown) =>
    typeof path !== "string" || isAbsolute(path) ? path : relative(folder, resolve(projectRoot, path)) || ".";
  const rewritten = [
    ...PATHS.flatMap((path) => changed(document, path, fromHere)),
    ...MEMORY.flatMap((path) =>
      changed(document, path, (value) =>
        typeof value === "number" ? Math.max(value, leastAt(path)) : value,
      ),
    ),
  ];
  return [...rewritten, ...changed(document, "version", () => SITE_VERSION)];
}

function changed(
  document: Document,
  path: string,
  rewrite: (value: unknown) => unknown,
): readonly Rewritten[] {
  const steps = path.split(".");
  const from = at(document.toJS(), steps);
  const to = rewrite(from);
  if (from === to) return [];
  if (!document.hasIn(steps))
    throw new UserError(
      `${path}: is written otherwise since version 1 of the site file, and stands behind an alias or a merge`,
      "write it out at its place, then run this again",
    );
  document.setIn(steps, to);
  return [{ path, from, to }];
}

const at = (value: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>((inner, step) => Object(inner)[step], value);
