import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { imported } from "../core/imported.ts";
import { SEVERITIES } from "../site/policy-settings.ts";
import { builtIn } from "./evaluate.ts";
import { policies } from "./index.ts";
import type { Policy } from "./policy.ts";

const text = z.string().trim().min(1);

/** The shape that makes an exported value a rule, so that half of one is told before it judges anything. */
const rule = z.looseObject({
  id: z.string().regex(/^[A-Z]{2,5}-\d{3}$/, { error: 'an id such as "ACME-001"' }),
  formerly: z.array(text).optional(),
  severity: z.enum(SEVERITIES),
  title: text,
  why: text.optional(),
  avoid: text.optional(),
  prefer: text.optional(),
  allowed: text,
  fix: text,
  source: text,
  looksAt: z.array(text).min(1),
  check: z.custom<Policy["check"]>((value) => typeof value === "function", { error: "a function" }),
});

/** Rules of one's own may leave out what only `policy explain` tells: they were written before it asked for that. */
const UNSAID = "(this rule does not say)";

/**
 * Loads rules of one's own: every exported rule of every `.ts` and `.js` file in a folder.
 *
 * @throws UserError if a file cannot be loaded, or an export is half a rule or has the id of another
 */
export async function loadOwnRules(folder: string): Promise<readonly Policy[]> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(
      `${folder}: no such folder; allowed: a folder with .ts or .js files that export rules`,
    );
  const files = readdirSync(folder)
    .filter((name) => /(?<!\.test)\.[jt]s$/.test(name))
    .sort();
  const loaded = await Promise.all(files.map((name) => loadFile(join(folder, name))));
  const found = loaded.flat();
  if (found.length === 0) throw new UserError(`${folder}: exports no rule`, "policies/README.md shows one");
  refuseTwins(folder, found);
  return found;
}

async function loadFile(file: string): Promise<readonly Policy[]> {
  const exported = await importBundled(file);
  return Object.entries(exported)
    .filter(([, value]) => typeof value === "object" && value !== null && "looksAt" in value)
    .map(([name, value]) => {
      const parsed = rule.safeParse(value);
      if (parsed.success) return { ...{ why: UNSAID, avoid: UNSAID, prefer: UNSAID }, ...(value as Policy) };
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
      throw new UserError(
        `${file}: ${name} is no rule: ${problems.join("; ")}`,
        "policies/README.md shows one",
      );
    });
}

/** TypeScript is compiled, and what the rule imports comes with it, before Node loads the one file. */
async function importBundled(file: string): Promise<Record<string, unknown>> {
  const { build } = (await imported("esbuild")) as typeof import("esbuild");
  const folder = mkdtempSync(join(resolve(file, ".."), ".rules-"));
  const outfile = join(folder, "rules.mjs");
  try {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    return (await imported(pathToFileURL(outfile).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`${file}: cannot be loaded (${(error as Error).message.trim()})`, "fix the file");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseTwins(folder: string, found: readonly Policy[]): void {
  const taken = new Set([...builtIn, ...policies].flatMap(({ id, formerly = [] }) => [id, ...formerly]));
  for (const { id } of found) {
    if (taken.has(id))
      throw new UserError(`${folder}: ${id} is the id of another rule`, "choose an id of your own");
    taken.add(id);
  }
}
