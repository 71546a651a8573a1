import { describe, expect, test } from "vitest";
import { firewallBackendFits } from "../../../policies/swarm/firewall-backend-fits.ts";
import { said } from "../reports.ts";

const SWARM = { resource: { docker_service: { web: { name: "web" } } } };
const found = (text: string, json: object = SWARM) => {
  const { examined, findings } = said(firewallBackendFits, json, { "etc/daemon.json": text });
  return { examined, findings };
};

describe("SWM-015 a swarm runs on engines with the iptables backend", () => {
  test.each([
    ['{"firewall-backend": "nftables"}', 'firewall-backend is "nftables"'],
    ["[]", "it is [], not an object"],
  ])("rejects %s", (text, evidence) => {
    expect(found(text)).toEqual({ examined: 1, findings: [`etc/daemon.json: ${evidence}`] });
  });

  test("rejects a file that is no JSON", () => {
    expect(found("{").findings[0]).toContain("etc/daemon.json: cannot be judged: ");
  });

  test.each(["{}", '{"firewall-backend": "iptables"}'])("accepts %s", (text) => {
    expect(found(text)).toEqual({ examined: 1, findings: [] });
  });

  test("does not look where there is no swarm", () => {
    expect(found('{"firewall-backend": "nftables"}', {})).toEqual({ examined: 0, findings: [] });
  });

  test("says so when the text is not known", () => {
    const upload = [{ file: "/etc/docker/daemon.json", source: "elsewhere" }];
    const json = { resource: { ...SWARM.resource, docker_container: { A: { upload } } } };

    expect(said(firewallBackendFits, json).findings).toEqual([
      "stack/docker_container.A:daemon.json: its text is not known here",
    ]);
  });
});
