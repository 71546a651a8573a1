import { membersThatNeedNotTalkCannot } from "../../../policies/network/members-that-need-not-talk-cannot.ts";
import { judges } from "../judging.ts";

const OPTION = "com.docker.network.bridge.enable_icc";

/** Two containers on the network, the second called "two". */
const members = (one: object, two: object = {}) => ({
  docker_container: {
    One: { "//": { metadata: { path: "test/One" } }, name: "one", ...one, ...joined("first") },
    Two: { "//": { metadata: { path: "test/Two" } }, name: "stack-two", ...two, ...joined("two") },
  },
});
const joined = (alias: string) => ({
  networks_advanced: [{ name: "${docker_network.Subject.id}", aliases: [alias] }],
});

judges(membersThatNeedNotTalkCannot, "NET-011", {
  rejects: [
    {
      name: "members that know nothing of each other",
      given: {},
      around: members({ env: ["NAME=one", "URL=http://elsewhere:80"], command: ["one", "twofold"] }),
      evidence: [`no member names another (test/One, test/Two), and ${OPTION} is not set`],
    },
    {
      name: "an option known only at apply",
      given: { options: { [OPTION]: "${var.icc}" } },
      around: members({}),
      evidence: [
        `no member names another (test/One, test/Two), and ${OPTION} is "\${var.icc}", known only at apply`,
      ],
    },
  ],
  accepts: [
    {
      name: "a variable with the name of another",
      given: {},
      around: members({ env: ["URL=http://two:8000/x"] }),
    },
    { name: "a command with it", given: {}, around: members({}, { command: ["run", "--to", "one:80"] }) },
    {
      name: "an edge whose file names it",
      given: {},
      around: { ...members({}), "file/haproxy.cfg": { Cfg: { text: "backend b\n server s two:80" } } },
    },
    { name: "the option", given: { options: { [OPTION]: "false" } }, around: members({}) },
    { name: "an internal network", given: { internal: true }, around: members({}), examined: 0 },
    { name: "a network with one member", given: {}, examined: 0 },
  ],
});
