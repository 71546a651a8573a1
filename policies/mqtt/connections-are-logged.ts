import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { type Settings, told } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

/** Connections are told with notice. */
const NEEDED = ["error", "warning", "notice"];

export const connectionsAreLogged = definePolicy({
  id: "MQT-018",
  severity: "low",
  title: "the broker logs errors, warnings and connections to the container's log",
  why: "Who connected and who was refused is what a log of a broker is for; everything is what nobody reads, and it holds topics and ids.",
  avoid: `# mosquitto.conf
log_dest none`,
  prefer: `# mosquitto.conf
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true`,
  allowed:
    "log_dest stdout or stderr, connection_messages true; log_type error, warning and notice, but not all",
  fix: "write log_dest stderr and the three log_type lines into mosquitto.conf",
  source: "mosquitto.conf(5), log_dest, log_type and connection_messages",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => {
    const { settings } = parseOnce(file, parseMosquittoConf);
    const places = settings.all("log_dest");
    return [
      ...(places.length === 0 ? ["log_dest is not set"] : []),
      ...places.filter(({ value }) => !["stdout", "stderr"].includes(value)).map(told),
      ...settings.may("connection_messages", (value) => ["true", "1"].includes(value)),
      ...kinds(settings),
    ];
  },
});

function kinds(settings: Settings): readonly string[] {
  const stated = settings.all("log_type");
  if (stated.length === 0) return [];
  const missing = NEEDED.filter((name) => !stated.some(({ value }) => value === name || value === "all"));
  return [
    ...missing.map((name) => `log_type ${name} is not set`),
    ...stated.filter(({ value }) => ["all", "debug", "none"].includes(value)).map(told),
  ];
}
