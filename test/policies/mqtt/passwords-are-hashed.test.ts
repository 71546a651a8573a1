import { passwordsAreHashed } from "../../../policies/mqtt/passwords-are-hashed.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const passwords = (...lines: string[]) => alone("passwords", lines);
const KEY = `${"A".repeat(86)}==`;

judges(passwordsAreHashed, "MQT-014", {
  rejects: [
    {
      name: "passwords in clear, a user twice, a line that is none, without printing any",
      given: passwords(
        "sensor:hunter2",
        `viewer:$7$101$c2FsdA==$${KEY}`,
        `viewer:$7$101$c2FsdA==$${KEY}`,
        "hunter2",
      ),
      evidence: [
        "line 1 holds something else than a hash",
        "line 3 is a second one for its user",
        "line 4 is not NAME:HASH",
      ],
    },
    {
      name: "a hash that was cut",
      given: passwords("sensor:$7$101$c2FsdA==$AAAA"),
      evidence: ["line 1 holds something else than a hash"],
    },
    {
      name: "a file whose text is not here",
      given: { file: "/etc/passwords" },
      evidence: ["cannot be judged: passwords: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "hashes of every version",
      given: passwords(
        "# users",
        "",
        `a:$6$c2FsdA==$${KEY}`,
        `b:$7$1000$c2FsdA==$${KEY}`,
        "c:$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$a2V5",
      ),
    },
  ],
});
