import type { Resource, StackDocument } from "../document.ts";
import { fileAt, isFile, isProvided, readersOf } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { type Grant, mayWrite, parseMosquittoAcl } from "../files/mosquitto-acl.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const topicsHaveAnAccessList = definePolicy({
  id: "MQT-003",
  severity: "high",
  title: "a list says which user may read and write which topics, and gives nobody everything",
  why: "Without a list every device reads what all others send, and writes in their names.",
  avoid: `# acl
topic readwrite #`,
  prefer: `# acl
user sensor-1
topic write sensor/1`,
  allowed:
    "an acl_file that the broker is given, or a plugin; the topic # for a user called admin alone; above the first user, who is anyone without a name, no topic to write",
  fix: "write acl_file into mosquitto.conf, deliver the file, and name the topics of each user in it",
  source: "mosquitto.conf(5), acl_file",
  looksAt: ["file/mosquitto.conf", "file/mosquitto.acl"],
  check: (file, stack) => (file.type === "file/mosquitto.acl" ? everything(file) : missing(file, stack)),
});

function everything(file: Resource): readonly string[] {
  return parseOnce(file, parseMosquittoAcl)
    .filter((grant) => (grant.user === undefined && mayWrite(grant)) || isEverything(grant))
    .map(({ user, access, topic, place }) => `${user ?? "anonymous"} may ${access} ${topic} (${place})`);
}

const isEverything = ({ user, access, topic }: Grant) =>
  access !== "deny" && topic === "#" && !/^admin/i.test(user ?? "");

function missing(file: Resource, stack: StackDocument): readonly string[] {
  const { settings } = parseOnce(file, parseMosquittoConf);
  const plugins = ["plugin", "auth_plugin", "global_plugin", "plugin_load"].flatMap((name) =>
    settings.all(name),
  );
  const path = settings.last("acl_file");
  if (path === undefined)
    return plugins.some(({ value }) => /dynamic.?security|acl/i.test(value)) ? [] : ["acl_file is not set"];
  if (fileAt(path.value, file, "mosquitto.acl", stack) !== undefined) return [];
  const given = readersOf(file, stack).filter((reader) => isProvided(path.value, reader, stack));
  const why =
    isFile(file) && given.length === 0 ? "is not given to the broker" : "has a text that is not known here";
  return [`acl_file ${path.value} ${why} (${path.place})`];
}
