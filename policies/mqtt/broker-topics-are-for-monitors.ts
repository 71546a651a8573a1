import { parseOnce } from "../facts/parsed-files.ts";
import { type Grant, mayRead, mayWrite, parseMosquittoAcl } from "../files/mosquitto-acl.ts";
import { definePolicy } from "../policy.ts";

const isBrokerTopic = (topic: string) => topic === "$SYS" || topic.startsWith("$SYS/");

export const brokerTopicsAreForMonitors = definePolicy({
  id: "MQT-017",
  severity: "low",
  title: "only monitors read what the broker tells about itself",
  why: "$SYS tells who is connected, how much they send and which version runs: a map for anyone who got hold of one device.",
  avoid: `# acl
user sensor-1
topic write sensor/1
topic read $SYS/#`,
  prefer: `# acl
user monitor
topic read $SYS/#`,
  allowed: "topics below $SYS for users that read and write nothing else, or are called monitor or admin",
  fix: "give the monitor a user of its own",
  source: "mosquitto(8), Broker Status",
  looksAt: ["file/mosquitto.acl"],
  check: (file) => {
    const grants = parseOnce(file, parseMosquittoAcl);
    const others = new Set(
      grants
        .filter((grant) => grant.access !== "deny" && !isBrokerTopic(grant.topic))
        .map(({ user }) => user),
    );
    const isMonitor = ({ user }: Grant) =>
      user !== undefined && user !== "*" && (/^(monitor|admin)/i.test(user) || !others.has(user));
    return grants
      .filter(({ topic }) => isBrokerTopic(topic))
      .filter((grant) => mayWrite(grant) || (mayRead(grant) && !isMonitor(grant)))
      .map(({ user, access, topic, place }) => `${name(user)} may ${access} ${topic} (${place})`);
  },
});

const name = (user: string | undefined) => (user === "*" ? "everybody" : (user ?? "anonymous"));
