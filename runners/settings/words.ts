import type { Change } from "./settings.ts";

/** A script of a job would fill a screen. */
const LENGTH = 80;

const short = (value: string): string => (value.length > LENGTH ? `${value.slice(0, LENGTH - 1)}…` : value);

const UNITS: Readonly<Record<string, string>> = {
  memory: " MiB",
  memory_swap: " MiB",
  memory_reservation: " MiB",
  shm_size: " MiB",
};

/** A value as a person reads it: `256 MiB`, `none`. */
export const valueInWords = (setting: string, value: string | undefined): string =>
  value === undefined ? "none" : short(`${value}${value === "-1" ? "" : (UNITS[setting] ?? "")}`);

/** A change as what is said of the resource: "has memory 128 MiB instead of 64 MiB". */
export function inWords({ setting, declared, found }: Change): string {
  const [wanted, has] = [valueInWords(setting, declared), valueInWords(setting, found)];
  if (setting === "image") return `runs another image than ${wanted}`;
  if (setting === "ports") return `publishes ${found ?? "nothing"} instead of ${declared ?? "nothing"}`;
  if (setting === "networks_advanced")
    return `is on ${found ?? "no network"} instead of ${declared ?? "no network"}`;
  if (setting === "files") return "was given other files";
  if (setting.startsWith("files.")) return `was given another file ${setting.slice("files.".length)}`;
  if (setting.startsWith("file."))
    return `reads ${setting.slice("file.".length)} in another form than configured`;
  return `has ${setting} ${has} instead of ${wanted}`;
}
