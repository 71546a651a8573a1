import { topicsOverlap, withName } from "../../site/topics.ts";

/** The topics that an ACL file of Mosquitto lets a user publish on: its own lines, and the patterns for everybody. */
export function mayPublish(acl: string, user: string): readonly string[] {
  let whose: string | undefined;
  const found: string[] = [];
  for (const line of acl.split("\n")) {
    const [word, rest] = split(line);
    if (word === "user") whose = rest;
    if (word !== "topic" && word !== "pattern") continue;
    const [access, topic] = split(rest);
    if (access !== "write" && access !== "readwrite") continue;
    if (word === "pattern") found.push(withName(topic, user));
    else if (whose === user) found.push(topic);
  }
  return found;
}

const split = (line: string): readonly [string, string] => {
  const at = line.trim().indexOf(" ");
  return at < 0
    ? [line.trim(), ""]
    : [
        line.trim().slice(0, at),
        line
          .trim()
          .slice(at + 1)
          .trim(),
      ];
};

/** Those among topics that the backend reads. */
export const readAmong = (topics: readonly string[], readings: string): readonly string[] =>
  topics.filter((topic) => topicsOverlap(topic, readings));
