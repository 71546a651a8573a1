import { execFileSync } from "node:child_process";

/** The environment of both readers: nothing of the machine but what finds programs and folders. */
export const bare = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "/root",
  ...more,
});

/**
 * What Compose itself makes of files: the output of `docker compose config`, every profile on.
 *
 * @throws Error with its words if Compose refuses them
 */
export function composeConfig(
  folder: string,
  format: "json" | "yaml",
  files: readonly string[] = [],
  env: Readonly<Record<string, string>> = bare(),
): string {
  const chosen = files.flatMap((file) => ["-f", file]);
  return execFileSync("docker", ["compose", ...chosen, "--profile", "*", "config", "--format", format], {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: "pipe",
    maxBuffer: 64 * 1024 ** 2,
  });
}

/**
 * A project, so that two spellings of one thing are equal: sizes in bytes, times in seconds, nothing that is empty,
 * nothing that Compose only adds to its output. `$$` is how that output writes a dollar, `$${` how the reader does.
 */
export function comparable(value: unknown, key = "", owner = ""): unknown {
  if (typeof value === "string") return spelled(value.replaceAll("$$", "$").replaceAll("%%{", "%{"), key);
  if (Array.isArray(value)) {
    const list = value.map((entry) => comparable(entry, key, owner));
    return key === "ports" ? list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !(name.startsWith("x-") || UNTOLD.includes(`${key}.${name}`)))
    .filter(([name, inner]) => !isUnsaid(name, inner))
    // Its own output does not show what a variable holds.
    .filter(([name]) => !(name === "content" && "environment" in value))
    .map(([name, inner]): [string, unknown] => [
      // Compose 5.0.2 prints these with the names of its own program.
      /^(Path|Rate|Weight)$/.test(name) ? name.toLowerCase() : name,
      key === "environment" && inner === null ? "(unset)" : comparable(inner, name, key),
    ])
    .filter(([, inner]) => key === "environment" || !isEmpty(inner))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}

/** What Compose takes and leaves out of its JSON, or writes in a form of no meaning. */
const UNTOLD = ["bind.create_host_path", "ipam.options", "build.ssh", "web.pull_refresh_after"];

/** Compose leaves out of its output where this is false. */
const isUnsaid = (key: string, value: unknown) => key === "restart" && value === false;

const isEmpty = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

const SIZES = /^(memory|mem_limit|memswap_limit|mem_reservation|shm_size|mem_swappiness|size|Rate|rate)$/;
const TIMES = /^(interval|timeout|start_period|start_interval|stop_grace_period|delay|monitor|window)$/;
const UNIT: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

function spelled(text: string, key: string): unknown {
  if (/^cpu_(rt_)?(period|quota|runtime)$/.test(key)) return Number(text);
  const size = SIZES.test(key) ? /^(-?[\d.]+)([bkmg]?)b?$/i.exec(text) : null;
  if (size !== null) return Number(size[1]) * (UNIT[(size[2] ?? "").toLowerCase()] as number);
  if (key === "mode" && /^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  if (!TIMES.test(key)) return text;
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, number, unit = "s"]) => sum + Number(number) * (SECONDS[unit] as number), 0);
}
