import { parseOnce } from "../facts/parsed-files.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { isPositive } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const connectionsAreBounded = definePolicy({
  id: "MQT-007",
  severity: "low",
  title: "each listener bounds its connections",
  why: "Without a bound one client opens sockets until the broker has no file descriptors left for the others.",
  avoid: `# mosquitto.conf
listener 1883`,
  prefer: `# mosquitto.conf
listener 1883
max_connections 500`,
  allowed: "max_connections of 1 or more below each listener, or global_max_connections",
  fix: "write max_connections below the listener: above the first one it is for no listener that is stated",
  source: "mosquitto.conf(5), max_connections",
  looksAt: ["file/mosquitto.conf"],
  check: (file) => {
    const { settings, listeners } = parseOnce(file, parseMosquittoConf);
    if (isPositive(settings.last("global_max_connections")?.value ?? "")) return [];
    return listeners.flatMap(({ port, settings: own }) =>
      own.must("max_connections", isPositive).map((evidence) => `listener ${port}: ${evidence}`),
    );
  },
});
