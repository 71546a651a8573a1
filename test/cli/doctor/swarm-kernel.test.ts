import { mkdirSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { kernelForSwarm } from "../../../cli/doctor/swarm-kernel.ts";
import { deploymentSchema } from "../../../config/schema.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const BOTH = "CONFIG_IP_VS=m\nCONFIG_INET_ESP=y\n";
const NEITHER = "# CONFIG_IP_VS is not set\nCONFIG_IP_VS_RR=m\n# CONFIG_INET_ESP is not set\n";
const node = { Swarm: { LocalNodeState: "active" }, KernelVersion: release() };

const machine = (options: string): string => {
  const root = temporaryFolder();
  write(root, `boot/config-${release()}`, options);
  return root;
};

/** The state and the evidence of each finding, with how the deployment is to be on a swarm. */
const found = (root: string, swarm: object = {}, engine: object = node) =>
  kernelForSwarm(engine, deploymentSchema.parse({ name: "plant", swarm }), root).map(
    ({ id, state, evidence }) => `${id} ${state}: ${evidence}`,
  );

test("the kernel of a node has what its networks take", () => {
  expect(found(machine(BOTH))).toEqual([
    "swarm.kernel ok: the kernel of this node has CONFIG_IP_VS and CONFIG_INET_ESP; the other nodes' are not looked at",
  ]);
});

test("it is named what it lacks, as far as the deployment takes it", () => {
  const ipvs =
    "swarm.kernel warning: the kernel of this node has no CONFIG_IP_VS: on a swarm no service reaches another one by its name";
  const esp =
    "swarm.kernel warning: the kernel of this node has no CONFIG_INET_ESP: on a swarm nothing passes between two nodes";

  expect(found(machine(NEITHER))).toEqual([ipvs, esp]);
  expect(found(machine(NEITHER), { endpointMode: "dnsrr" })).toEqual([esp]);
  expect(found(machine(NEITHER), { encrypted: false })).toEqual([ipvs]);
  expect(found(machine(NEITHER), { endpointMode: "dnsrr", encrypted: false })).toEqual([]);
});

test("each warning says which kernel to use, and how to go on without", () => {
  const deployment = deploymentSchema.parse({ name: "plant" });
  const kernel = "use a kernel that has it, as those of Debian and Ubuntu do, on every node";

  expect(kernelForSwarm(node, deployment, machine(NEITHER)).map(({ remedy }) => remedy)).toEqual([
    [kernel, "or say swarm: { endpointMode: dnsrr } in the site file"],
    [
      kernel,
      "or say swarm: { encrypted: false }, over a network of your own alone, since passwords then cross it in clear text, in the site file",
    ],
  ]);
});

test("a kernel that has its options in itself is asked for them", () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "proc"));
  writeFileSync(join(root, "proc", "config.gz"), gzipSync(BOTH));

  expect(found(root)).toEqual([expect.stringContaining("swarm.kernel ok: ")]);
});

test("it is unknown of a kernel whose options are on no record, and of another machine's", () => {
  expect(found(temporaryFolder())).toEqual([
    `swarm.kernel unknown: on a swarm the networks of this deployment take CONFIG_IP_VS and CONFIG_INET_ESP; no file says whether the kernel ${release()} has that`,
  ]);
  expect(found(machine(BOTH), {}, { ...node, KernelVersion: "1.2.3-other" })).toEqual([
    expect.stringContaining("whether the kernel 1.2.3-other has that"),
  ]);
});

test("nothing is said of an engine that is in no swarm", () => {
  expect(found(machine(NEITHER), {}, { ...node, Swarm: { LocalNodeState: "inactive" } })).toEqual([]);
});
