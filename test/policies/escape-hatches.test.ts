import { describe, expect, test } from "vitest";
import type { IotStack } from "../../stacks/iot-stack.ts";
import { elementAt, foundIn } from "./synthesized.ts";

const REDIS = "Redis/Service/Container";
const API = "Backend/api/Container";
const FILES = "Redis/Files/Container";

/** Findings that are relaxed on a developer's machine, where one container does not say that it is for one. */
const strictly = ["HTP-011 local/Backend/api/Container: OPEN_WRITES is on"];

describe("the effect of an override is judged, no matter what the constructs say", () => {
  test.each<{ at: string; key: string; value: unknown; finds: string[] }>([
    {
      at: REDIS,
      key: "memory",
      value: 0,
      finds: [
        `CTR-009 local/${REDIS}: memory is 0`,
        `CTR-010 local/${REDIS}: memory_swap is 64, memory is 0`,
      ],
    },
    { at: REDIS, key: "cpus", value: 0.5, finds: [`CTR-011 local/${REDIS}: cpus is 0.5`] },
    {
      at: REDIS,
      key: "publish_all_ports",
      value: true,
      finds: [`CTR-032 local/${REDIS}: publish_all_ports is true`],
    },
    {
      at: REDIS,
      key: "capabilities.add",
      value: ["NET_RAW"],
      finds: [
        `PRV-003 local/${REDIS}: capabilities.add holds "NET_RAW"`,
        `CTR-003 local/${REDIS}: it adds the capability NET_RAW`,
      ],
    },
    {
      at: REDIS,
      key: "healthcheck.interval",
      value: "60s",
      finds: [`PRV-004 local/${REDIS}: healthcheck.interval is "60s"`],
    },
    {
      at: REDIS,
      key: "labels",
      value: null,
      finds: [
        `PRV-005 local/${REDIS}: label exploreiot.config-hash is not set`,
        `CTR-013 local/${REDIS}: label exploreiot.pids-limit is not set`,
        `CTR-039 local/${REDIS}: label exploreiot.deployment is not set`,
        `CTR-039 local/${REDIS}: label exploreiot.role is not set`,
        `CTR-039 local/${REDIS}: label exploreiot.env is not set`,
        ...strictly,
      ],
    },
    {
      at: REDIS,
      key: "ports",
      value: [{ internal: 6379, external: 6379, ip: "127.0.0.1", protocol: "tcp" }],
      finds: [
        `NET-001 local/${REDIS}: port 6379 (host port 6379 of 127.0.0.1) of redis`,
        `NET-006 local/${REDIS}: port 6379 (host port 6379 of 127.0.0.1) is published`,
        `NET-023 local/${REDIS}: ports 6379 are published, but no network is known to lead out: local/Data/Network (internal true)`,
      ],
    },
    {
      at: REDIS,
      key: "dynamic",
      value: { ports: { for_each: [1], content: { internal: 6379 } } },
      finds: [`INP-001 local/${REDIS}: dynamic ports: known only at apply`],
    },
    {
      at: REDIS,
      key: "upload",
      value: { file: "/etc/x", content: "x" },
      finds: [
        `PRV-017 local/${REDIS}: read_only is true`,
        `PRV-013 local/${REDIS}: "/etc/x" is uploaded to a service`,
      ],
    },
    { at: API, key: "ports.0.ip", value: "", finds: [`NET-004 local/${API}: ip of port 8000 is ""`] },
    { at: API, key: "env.0", value: "API_KEY=hunter2", finds: [`SEC-001 local/${API}: API_KEY has a value`] },
    {
      at: API,
      key: "lifecycle.create_before_destroy",
      value: true,
      finds: [`PRV-002 local/${API}: create_before_destroy is true`],
    },
    {
      at: FILES,
      key: "lifecycle.postcondition",
      value: null,
      finds: [`PRV-014 local/${FILES}: postcondition is []`],
    },
    {
      at: FILES,
      key: "upload.1.source_hash",
      value: null,
      finds: [`PRV-012 local/${FILES}: source_hash of "/incoming/users.acl" is not set`],
    },
    {
      at: "Data/Network",
      key: "check_duplicate",
      value: true,
      finds: ["PRV-001 local/Data/Network: check_duplicate is true"],
    },
    {
      at: "Redis/Data/Volume",
      key: "lifecycle.ignore_changes",
      value: null,
      finds: [
        "PRV-011 local/Redis/Data/Volume: it holds data, and lifecycle.ignore_changes does not name labels",
      ],
    },
    {
      at: "Images/redis",
      key: "keep_locally",
      value: false,
      finds: ["PRV-022 local/Images/redis: keep_locally is false"],
    },
  ])("$at: $key = $value", ({ at, key, value, finds }) => {
    expect(foundIn((stack) => elementAt(stack, at).addOverride(key, value))).toEqual(finds);
  });

  test("a service that is declared a job has to be one", () => {
    const asJob = (stack: IotStack) => elementAt(stack, REDIS).addOverride("must_run", false);

    expect(foundIn(asJob)).toEqual([
      `PRV-014 local/${REDIS}: attach is not set`,
      `PRV-014 local/${REDIS}: logs is not set`,
      `PRV-014 local/${REDIS}: postcondition is []`,
      `CTR-015 local/${REDIS}: restart is "unless-stopped"`,
    ]);
  });
});
