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

/** A broker that this one connects to, with the settings that stand below `connection`. */
export interface Bridge {
  readonly name: string;

  /** Without their ports. */
  readonly hosts: readonly string[];

  readonly settings: Settings;
}

export interface MosquittoConf {
  /** Every setting, in order. */
  readonly settings: Settings;
  readonly listeners: readonly Listener[];
  readonly bridges: readonly Bridge[];
}

/** What Mosquitto reads as one word, so that something may stand behind it; of the rest it takes the whole line. */
const WORDS =
  /^(allow_|autosave_on|connection_messages|listener_allow|log_timestamp$|per_listener|persistence$|require_|retain_available|set_tcp|use_|max_|queue_qos0|upgrade_out|autosave_interval|memory_limit|sys_interval|message_size|store_clean)/;

/**
 * Reads a mosquitto.conf as 2.0 does: a comment begins in the first column, a setting may be indented by spaces,
 * what stands below `listener` belongs to it, and what stands below `connection` to that.
 *
 * @throws Error for a line that the broker does not start with, and for `include_dir`, which hides settings
 */
export function parseMosquittoConf(text: string, file = "mosquitto.conf"): MosquittoConf {
  const all: Setting[] = [];
  const parts: Part[] = [];
  for (const { line, number } of lines(text)) {
    const setting = settingOf(line, `${file} line ${number}`);
    if (setting === undefined) continue;
    all.push(setting);
    if (HEADS.includes(setting.name)) parts.push({ head: setting, settings: [] });
    else parts.at(-1)?.settings.push(setting);
  }
  const below = (name: string) => parts.filter(({ head }) => head.name === name);
  return {
    settings: new Settings(all),
    listeners: below("listener").map(listener),
    bridges: below("connection").map(bridge),
  };
}

interface Part {
  readonly head: Setting;
  readonly settings: Setting[];
}

/** Settings below one of them belong to it, up to the next. */
const HEADS: readonly string[] = ["listener", "connection"];

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

function listener({ head, settings }: Part): Listener {
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

function bridge({ head, settings }: Part): Bridge {
  const below = new Settings(settings);
  const hosts = ["address", "addresses"]
    .flatMap((name) => below.all(name))
    .flatMap(({ value }) => value.split(/ +/))
    .map((address) => address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"));
  return { name: head.value, hosts, settings: below };
}
