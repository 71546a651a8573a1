import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { markdownTable, withBlock } from "./made-block.ts";

const RESULTS = new URL("../../docs/engines.json", import.meta.url);
const PAGE = new URL("../../docs/engines.md", import.meta.url);

/** The trials on each engine, in the order of the table's columns. */
export const TRIALS = [
  ...(["images", "local, compose", "local, Terraform", "upgrade"] as const),
  ...(["production", "scan", "drift", "no-op"] as const),
] as const;

/** The engines of the table, in its order; those of which nothing is kept were not run. */
export const ENGINES = [
  "20.10",
  "20.10, rootless",
  "26",
  "26, rootless",
  "28",
  "28, containerd store",
  "29",
  "29, nftables",
] as const;

type Trial = (typeof TRIALS)[number];

/** One engine with its settings. */
export interface EngineResult {
  /** A later run of the same name takes its place. */
  readonly name: (typeof ENGINES)[number];

  /** `28.5.2, API 1.51, overlayfs, iptables`. @default - it was not started */
  readonly found?: string;

  /** `2026-11-29` */
  readonly day: string;

  /** `passed`, `failed`, or why it was not run. */
  readonly trials: Readonly<Partial<Record<Trial, string>>>;
}

export const readResults = (): readonly EngineResult[] =>
  existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : [];

/** Keeps a result, and writes the table that is made of all of them. */
export function keepResult(result: EngineResult): void {
  const kept = [...readResults().filter(({ name }) => name !== result.name), result];
  const results = ENGINES.flatMap((engine) => kept.filter(({ name }) => name === engine));
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(PAGE, withTable(readPage(), results));
}

export const readPage = (): string => readFileSync(PAGE, "utf8");

/** The page with the table of these results in its place. */
export const withTable = (page: string, results: readonly EngineResult[]): string =>
  withBlock(page, "made by npm test -- --engines", table(results));

function table(results: readonly EngineResult[]): string {
  const rows = ENGINES.map((engine) => {
    const result = results.find(({ name }) => name === engine);
    const trials = TRIALS.map((trial) => result?.trials[trial] ?? "not run");
    return [engine, result?.found ?? "not started", ...trials, result?.day ?? "never"];
  });
  return markdownTable(["engine", "as found", ...TRIALS, "tried on"], rows);
}
