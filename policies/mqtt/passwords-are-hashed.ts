import { textOf } from "../facts/parsed-files.ts";
import { lines } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

/** SHA-512 with a salt ($6$), PBKDF2 ($7$), argon2id (2.1). */
const HASH =
  /^(\$6\$[\w+/=]+\$[\w+/=]{80,}|\$7\$\d+\$[\w+/=]+\$[\w+/=]{80,}|\$argon2id\$v=\d+\$[^$]+\$[\w+/=]+\$[\w+/=]+)$/;

export const passwordsAreHashed = definePolicy({
  id: "MQT-014",
  severity: "critical",
  title: "the broker's password file holds hashes, one for each user",
  why: "Mosquitto takes a password in clear for a broken hash and lets nobody in; the password has leaked all the same.",
  avoid: `# passwd
sensor-1:summer2024`,
  prefer: `# passwd
sensor-1:$7$101$x0rEdk5bs1nlZRKx$c2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxlc2Ft`,
  allowed: "lines NAME:$7$…, NAME:$6$… or NAME:$argon2id$…, as mosquitto_passwd writes them",
  fix: "hash the file with mosquitto_passwd -U FILE, and change the passwords that stood in it",
  source: "mosquitto_passwd(1)",
  looksAt: ["file/mosquitto.passwords"],
  check: (file) => {
    const seen = new Set<string>();
    return lines(textOf(file)).flatMap(({ line, number }) => {
      if (line.trim() === "" || line.startsWith("#")) return [];
      const [, name, hash = ""] = /^([^:]+):(.*)$/.exec(line) ?? [];
      if (name === undefined) return [`line ${number} is not NAME:HASH`];
      if (seen.has(name)) return [`line ${number} is a second one for its user`];
      seen.add(name);
      return HASH.test(hash.trimEnd()) ? [] : [`line ${number} holds something else than a hash`];
    });
  },
});
