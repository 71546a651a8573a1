import { expect, test } from "vitest";
import { stateIsKeptSafely } from "../../../policies/state/state-is-kept-safely.ts";
import { judges } from "../judging.ts";
import { notEnforceable } from "../servers.ts";

judges(stateIsKeptSafely, "STA-001", {
  rejects: [
    {
      name: "no backend",
      given: {},
      evidence: ["no backend is stated: the state lies in the folder where Terraform ran"],
    },
    {
      name: "a bucket without encryption and lock",
      given: { backend: { s3: { bucket: "b" } } },
      evidence: [
        "encrypt of backend s3 is not set",
        "backend s3 has neither use_lockfile nor dynamodb_table",
      ],
    },
    {
      name: "a server without TLS and lock",
      given: { backend: [{ http: [{ address: "http://s/state" }] }] },
      evidence: ['address of backend http is "http://s/state"', "lock_address of backend http is not set"],
    },
    {
      name: "a backend that nobody knows",
      given: { backend: { inmem: {} } },
      evidence: ["backend inmem is not known to lock"],
    },
    {
      name: "a local state without a place",
      given: { backend: { local: {} } },
      evidence: ["path of backend local is not set"],
    },
  ],
  accepts: [
    { name: "a bucket", given: { backend: { s3: { encrypt: true, use_lockfile: true } } } },
    { name: "a server", given: { backend: { http: { address: "https://s", lock_address: "https://s" } } } },
    { name: "a database", given: { backend: { pg: {} } } },
    { name: "a workspace", given: { cloud: {} } },
  ],
});

test("says what no file shows of a local state", () => {
  expect(
    notEnforceable(stateIsKeptSafely, "terraform", { backend: { local: { path: "a.tfstate" } } }),
  ).toEqual([
    "a local state is locked on one machine only; no file shows who else deploys, and whether its disk is encrypted",
  ]);
});
