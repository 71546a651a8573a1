import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDeployment, loadDeployments, loadFolder } from "../../config/load.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** A folder of sites with ports of their own, unless they say otherwise. */
function folderOf(sites: readonly DeploymentInput[]): string {
  const folder = temporaryFolder();
  sites.forEach((site, index) => {
    const first = 20_000 + 10 * index;
    const listeners = { frontend: { port: first }, backend: { port: first + 1 }, mqtt: { port: first + 2 } };
    write(folder, `${index + 1}.json`, JSON.stringify({ listeners, ...site }));
  });
  return folder;
}

const on = (host: string) => ({ engine: { host } });

/** The message of loading about them, with the folder left out. */
async function refusal(...sites: readonly DeploymentInput[]): Promise<string> {
  const folder = folderOf(sites);
  return (await errorText(() => loadFolder(folder))).replaceAll(`${folder}/`, "");
}

describe("two sites of a folder are refused, with both files named,", () => {
  test("with one name, wherever they are", async () => {
    expect(
      await refusal(
        { name: "lyon", ...on("unix:///a") },
        { name: "paris", ...on("unix:///b") },
        { name: "lyon", ...on("unix:///c") },
      ),
    ).toBe(
      '3.json and 1.json: name: got "lyon"; allowed: a name that no other file has\n  → rename one of the two',
    );
  });

  test.each<[string, DeploymentInput, string]>([
    ["the same address", { name: "b", listeners: { mqtt: { port: 20_002 } } }, "the port of mqtt: got 20002"],
    [
      "every address, too",
      { name: "b", bind: "lan", hosts: ["b.example.org"], listeners: { mqtt: { port: 20_002 } } },
      "the port of mqtt: got 20002; allowed: a port that nobody else has on 0.0.0.0",
    ],
  ])("with a port on %s", async (_, other, expected) => {
    const told = await refusal({ name: "a" }, other);
    expect(told).toContain(`2.json and 1.json: ${expected}`);
    expect(told).toContain("(engine.host)");
  });

  test("with subnets that overlap, of either family, however they are ordered", async () => {
    const inner = { edge: { ipv4: "172.30.5.0/24", ipv6: "fd00:30:1::/64" } };
    const outer = { data: { ipv4: "172.30.0.0/16", ipv6: "fd00:30::/32" } };
    for (const [first, second] of [
      [inner, outer],
      [outer, inner],
    ]) {
      const told = await refusal(
        { name: "a", networks: first ?? {} },
        { name: "b", networks: { broker: { ipv4: "172.31.0.0/16" } } },
        { name: "c", networks: second ?? {} },
      );
      expect(told.match(/^\S+ and \S+: \S+: got \S+;/gm)?.sort()).toEqual(
        first === outer
          ? [
              '3.json and 1.json: networks.edge.ipv4: got "172.30.5.0/24";',
              '3.json and 1.json: networks.edge.ipv6: got "fd00:30:1::/64";',
            ]
          : [
              '1.json and 3.json: networks.edge.ipv4: got "172.30.5.0/24";',
              '1.json and 3.json: networks.edge.ipv6: got "fd00:30:1::/64";',
            ],
      );
    }
  });

  test("with a container that would be called alike", async () => {
    const image = `busybox@sha256:${"0".repeat(64)}`;
    const health = { process: "sleep" };
    const services = {
      "east-redis": { image, health, networks: ["edge" as const], command: ["sleep", "1"] },
    };
    const told = await refusal({ name: "plant", services }, { name: "plant-east" }, { name: "plant-west" });
    expect(told.split("\n")[0]).toBe(
      '2.json and 1.json: name: got "plant-east"; allowed: a name that is not plant- and then east: 1.json has a service east-redis, whose container may be called like one of this',
    );
  });
});

test("sites on engines of their own may have the same ports and subnets, and bind apart on one", async () => {
  const networks = { edge: { ipv4: "172.30.5.0/24" } };
  const listeners = { mqtt: { port: 1 } };
  const folder = folderOf([
    { name: "a", networks, listeners, ...on("ssh://ops@a.example.org") },
    { name: "b", networks, listeners, ...on("ssh://ops@b.example.org") },
    { name: "c", networks, listeners },
    {
      name: "d",
      bind: "127.0.0.2",
      hosts: ["d.example.org"],
      listeners: { mqtt: { port: 1 }, frontend: { port: 2 }, backend: { port: 3 } },
    },
  ]);

  expect((await loadFolder(folder)).map((site) => "deployment" in site && site.deployment.name)).toEqual([
    ...["a", "b", "c", "d"],
  ]);
  expect((await loadDeployments({ EXPLOREIOT_CONFIG: folder })).map(({ name }) => name)).toEqual([
    ...["a", "b", "c", "d"],
  ]);
});

test("a file that is not sound keeps nobody from the others, and all such files from an app of the whole folder", async () => {
  const folder = folderOf([{ name: "a" }, { name: "B" }, { name: "C" }]);
  write(folder, "site.schema.json", "{}");
  write(folder, "README.md", "");

  const sites = await loadFolder(folder);
  expect(sites.map((site) => ("error" in site ? "error" : site.deployment.name))).toEqual([
    "a",
    "error",
    "error",
  ]);
  const told = await errorText(() => loadDeployments({ EXPLOREIOT_CONFIG: folder }));
  for (const file of ["2.json", "3.json"]) expect(told).toContain(`${join(folder, file)}: 1 problem`);
});

test("a folder without sites, no folder, and a folder for one site are told", async () => {
  const folder = temporaryFolder();
  expect(await errorText(() => loadFolder(folder))).toContain(
    `${folder}: has no site file; allowed: a folder of site files`,
  );
  expect(await errorText(() => loadFolder(join(folder, "none")))).toContain("none: is no folder");
  expect(await errorText(() => loadDeployment(folder))).toContain(
    `${folder}: is a folder of sites; allowed here: one of its files`,
  );
});

test.each<[string, unknown, boolean]>([
  ["over SSH", { host: "ssh://ops@lyon.example.org:2222" }, true],
  ["at a socket", { host: "unix:///run/user/1000/docker.sock" }, true],
  ["over TCP with certificates", { host: "tcp://lyon.example.org:2376", certificates: "keys" }, true],
  ["over TCP in clear text", { host: "tcp://lyon.example.org:2375" }, false],
  ["over HTTP", { host: "http://lyon.example.org:2375" }, false],
  ["over SSH with certificates", { host: "ssh://lyon.example.org", certificates: "keys" }, false],
  ["with an option of ssh for a host", { host: "ssh://-oProxyCommand=x" }, false],
])("an engine %s: %#", async (_, engine, isTaken) => {
  const file = write(temporaryFolder(), "site.json", JSON.stringify({ name: "a", engine }));
  const told = await loadDeployment(file).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(told === "").toBe(isTaken);
  if (!isTaken) expect(told).toMatch(/engine\.(host|certificates)/);
});
