import { createHash } from "node:crypto";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { keptFolder, projectRoot } from "../../core/home.ts";
import { readOwnJson } from "../../core/own-files.ts";
import { replaceFile } from "../../core/private-files.ts";
import { outcome, SITE_VERBS, type SiteRow, type SiteVerb } from "./output.ts";

const shape = z.strictObject({
  folder: z.string(),
  verb: z.enum(SITE_VERBS),

  /** By the names of their files. */
  sites: z.record(z.string(), outcome),
});

/** How the last run over a folder ended that changed something, site by site. */
export class SitesRecord {
  readonly #path: string;
  readonly #folder: string;
  #sites: Record<string, SiteRow["outcome"]> = {};

  constructor(folder: string) {
    this.#folder = relative(projectRoot, resolve(folder)) || ".";
    const digest = createHash("sha256").update(this.#folder).digest("hex").slice(0, 8);
    this.#path = join(keptFolder(), `sites-${digest}.json`);
  }

  /**
   * The files of those that did not end well.
   *
   * @throws UserError where the last run was another verb, or there was none
   */
  unfinished(verb: SiteVerb): ReadonlySet<string> {
    const known = readOwnJson(this.#path, shape, `remove it, and run exploreiot sites ${verb} over all`);
    if (known?.verb !== verb)
      throw new UserError(
        known === undefined
          ? `${this.#folder}: no run over this folder is recorded`
          : `${this.#folder}: the last run over this folder was ${known.verb}, not ${verb}`,
        "leave out --failed",
      );
    this.#sites = { ...known.sites };
    return new Set(Object.keys(known.sites).filter((file) => known.sites[file] !== "done"));
  }

  /** Written whole each time: after a crash it says what is known to have ended. */
  write(verb: SiteVerb, rows: readonly Pick<SiteRow, "file" | "outcome">[]): void {
    for (const { file, outcome } of rows) this.#sites[file] = outcome;
    const record = { folder: this.#folder, verb, sites: this.#sites };
    replaceFile(this.#path, `${JSON.stringify(record, undefined, 2)}\n`, 0o600);
  }
}
