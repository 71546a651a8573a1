import { describe, expect, test } from "vitest";
import { closedPorts } from "../../../runners/docker/privileged-ports.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const port = (external: number) => ({ internal: 80, external, ip: "0.0.0.0", protocol: "tcp" });
const PORTS = [port(443), port(1023), port(1024), port(8883)];

/** What /proc says: the first port that is everybody's, and processes by name with their capabilities. */
function machine(first: number, processes: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  write(root, "sys/net/ipv4/ip_unprivileged_port_start", `${first}\n`);
  for (const [index, [name, capabilities]] of Object.entries(processes).entries()) {
    write(root, `${index + 1}/comm`, `${name}\n`);
    write(root, `${index + 1}/status`, `Name:\t${name}\nCapPrm:\t0\nCapEff:\t${capabilities}\n`);
  }
  return root;
}

describe("ports that a rootless engine may not open", () => {
  const BIND_SERVICE = "0000000000000400";
  const ALL = "000001ffffffffff";

  test.each<[string, () => string, readonly number[]]>([
    ["those below the first that is everybody's", () => machine(1024, { rootlesskit: "0" }), [443, 1023]],
    ["none where all are everybody's", () => machine(0), []],
    ["none where rootlesskit has the right to any", () => machine(1024, { rootlesskit: BIND_SERVICE }), []],
    [
      "the same where another has it",
      () => machine(1024, { "rootlesskit-doc": ALL, sshd: ALL }),
      [443, 1023],
    ],
    ["none where it cannot be read", temporaryFolder, []],
  ])("are %s", (_, proc, expected) => {
    expect(closedPorts(PORTS, proc()).map(({ external }) => external)).toEqual(expected);
  });
});
