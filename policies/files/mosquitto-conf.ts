import { lines, type Setting, Settings } from "./settings.ts";

/** A listener and the settings that stand below it. */
export interface Listener {
  /** 0 for a socket of the file system. */
  readonly port: number;

  /** The address or host name it binds. @default - every address */
  readonly address?: string;

  readonly place: string;
  readonly settings: Settings;
}

export interface MosquittoConf {
  /** Every setting, in order. */
  readonly settings: Settings;
  readonly listeners: readonly Listener[];
}

/** What Mosquitto reads as one word, so that something may stand behind it; of the rest it takes the whole line. */
const WORDS =
  /^(allow_|autosave_on|connection_messages|listener_allow|log_timestamp$|per_listener|persistence$|require_|retain_available|set_tcp|use_|max_|queue_qos0|upgrade_out|autosave_interval|memory_limit|sys_interval|message_size|store_clean)/;

/**
 * Reads a mosquitto.conf as 2.0 does: a comment begins in the first column, a setting may be indented by spaces,
 * what stands below `listener` belongs to it.
 *
 * @throws Error for a line that the broker does not start with, and for `include_dir`, which hides settings
 */
export function parseMosquittoConf(text: string, file = "mosquitto.conf"): MosquittoConf {
  const all: Setting[] = [];
  const listeners: { head: Setting; settings: Setting[] }[] = [];
  for (const { line, number } of lines(text)) {
    const setting = settingOf(line, `${file} line ${number}`);
    if (setting === undefined) continue;
    all.push(setting);
    if (setting.name === "listener") listeners.push({ head: setting, settings: [] });
    else listeners.at(-1)?.settings.push(setting);
  }
  return { settings: new Settings(all), listeners: listeners.map(listener) };
}

function settingOf(line: string, place: string): Setting | undefined {
  if (line === "" || line.startsWith("#")) return undefined;
  const [, name, rest = ""] = /^ *([^ ]+) *(.*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  if (!/^[a-z][a-z0-9_.-]*$/i.test(name)) throw new Error(`${place} is no setting`);
  if (name === "include_dir") throw new Error(`${place}: include_dir names files that are not known here`);
  const value = WORDS.test(name) ? (rest.split(" ")[0] ?? "") : rest.trimEnd();
  if (value === "") throw new Error(`${place}: ${name} has no value`);
  return { name, value, place };
}

function listener({ head, settings }: { head: Setting; settings: readonly Setting[] }): Listener {
  const [port = "", address] = head.value.split(/ +/);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`${head.place}: listener has no port`);
  return {
    port: Number(port),
    ...(address === undefined ? {} : { address }),
    place: head.place,
    settings: new Settings(settings),
  };
}
