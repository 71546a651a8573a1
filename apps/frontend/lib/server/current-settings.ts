import { readSettings, type Settings } from "./settings";

let settings: Settings | undefined;

/** Settings of this process, read once: the environment of a running container does not change. */
export function currentSettings(): Settings {
  settings ??= readSettings(process.env);
  return settings;
}
