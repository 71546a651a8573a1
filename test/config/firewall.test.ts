import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const parse = (input: object) => parseDeployment({ name: "site", ...input }, "site.yaml");
const host = { scope: "host", interfaces: ["eth0"] };
const NAMES =
  'allowed: every interface that leads to other machines; fix: name them as ip link does, for example ["eth0"]';
const ONLY_HOST =
  "allowed: nothing in scope containers, which leaves the machine's own services alone; fix: remove it, or set firewall.scope to host";

describe("the firewall", () => {
  test.each([
    ["local", {}, false],
    ["local", { enabled: true }, true],
    ["production", {}, true],
    ["production", { enabled: false }, false],
  ])("of environment %s with %o is on: %s", (environment, firewall, enabled) => {
    expect(parse({ environment, firewall }).firewall.enabled).toBe(enabled);
  });

  test.each<[string, object, string]>([
    ["host scope without interfaces", { scope: "host" }, `firewall.interfaces: got []; ${NAMES}`],
    [
      "loopback as an interface to others",
      { ...host, interfaces: ["eth0", "lo"] },
      'firewall.interfaces.1: got "lo"; allowed: an interface to other machines; fix: name them as ip link does, for example ["eth0"]',
    ],
    [
      "an interface that would end its rule",
      { ...host, interfaces: ['eth0" accept'] },
      'firewall.interfaces.0: got "eth0\\" accept"; allowed: the name of a network interface as ip link shows it, such as "eth0"; fix: change it',
    ],
    [
      "interfaces without host scope",
      { interfaces: ["eth0"] },
      `firewall.interfaces: got ["eth0"]; ${ONLY_HOST}`,
    ],
    [
      "open ports without host scope",
      { open: [{ port: 25 }] },
      `firewall.open: got [{"port":25,"protocol":"tcp","from":[]}]; ${ONLY_HOST}`,
    ],
    [
      "a login on the port of a listener",
      { ...host, ssh: { port: 8000 } },
      "firewall.ssh.port: got 8000; allowed: a port that listeners.backend does not use; fix: declare the port once",
    ],
    [
      "one port twice",
      { ...host, open: [{ port: 25 }, { port: 25, protocol: "udp" }, { port: 25 }] },
      "firewall.open.2.port: got 25; allowed: a port that firewall.open.0 does not use; fix: declare the port once",
    ],
    [
      "a range that may be meant as one machine",
      { ...host, ssh: { from: ["192.0.2.7/24"] } },
      'firewall.ssh.from.0: got "192.0.2.7/24"; allowed: an address range without a host part, such as "10.0.0.0/24", "192.0.2.7/32" or "2001:db8::/64"; fix: change it',
    ],
    [
      "peers that are no range",
      { ...host, open: [{ port: 25, from: ["10.0.0.1"] }] },
      'firewall.open.0.from.0: got "10.0.0.1"; allowed: an address range without a host part, such as "10.0.0.0/24", "192.0.2.7/32" or "2001:db8::/64"; fix: change it',
    ],
  ])("is refused for %s", async (_, firewall, problem) => {
    expect(await errorText(() => parse({ firewall }))).toBe(`site.yaml: 1 problem\n  ${problem}`);
  });
});
