import { lines } from "./settings.ts";

/** The permission in one line of an ACL file, or the denial. */
export interface Grant {
  /** Undefined for anonymous clients (lines before the first `user`); `*` for everybody (`pattern`). */
  readonly user: string | undefined;
  readonly access: "read" | "write" | "readwrite" | "deny";
  readonly topic: string;
  readonly place: string;
}

const GRANT = /^ *(topic|pattern) +(?:(read|write|readwrite|deny) +)?(\S.*)$/;

/**
 * Reads an ACL file of Mosquitto: a comment begins in the first column, an access that is not named is `readwrite`,
 * topics may hold spaces.
 *
 * @throws Error for a line that the broker does not start with
 */
export function parseMosquittoAcl(text: string, file = "acl"): readonly Grant[] {
  const grants: Grant[] = [];
  let user: string | undefined;
  for (const { line, number } of lines(text)) {
    const place = `${file} line ${number}`;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name] = /^ *user +(\S.*)$/.exec(line) ?? [];
    const [, kind, access = "readwrite", topic = ""] = GRANT.exec(line) ?? [];
    if (name !== undefined) user = name.trimEnd();
    else if (kind === undefined) throw new Error(`${place} is no rule`);
    else
      grants.push({
        user: kind === "pattern" ? "*" : user,
        access: access as Grant["access"],
        topic: topic.trimEnd(),
        place,
      });
  }
  return grants;
}

export const mayRead = ({ access }: Grant) => access === "read" || access === "readwrite";
export const mayWrite = ({ access }: Grant) => access === "write" || access === "readwrite";
