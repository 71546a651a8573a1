import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must } from "../values.ts";

export const openFilesAreLimited = definePolicy({
  id: "CTR-014",
  severity: "low",
  title: "the number of open files is stated",
  why: "The engine's default is 1048576 up to Engine 28 and 1024 from 29 on: a broker with many clients that worked stops at the next update.",
  avoid: "mem_limit: 256m",
  prefer: "ulimits: {nofile: {soft: 1024, hard: 4096}}",
  allowed: "a ulimit nofile with soft and hard greater than 0",
  fix: "add ulimit nofile with soft and hard",
  source: "CIS Docker Benchmark 1.6.0, 5.19; Docker Engine 29 release notes",
  looksAt: RUNS,
  check: ({ type, block }) => {
    if (type === "docker_service")
      return [
        { notEnforceable: "the provider has no ulimits of a service; see default-ulimits in daemon.json" },
      ];
    const [limit, ...more] = blocks(block, "ulimit").filter(({ name }) => name === "nofile");
    if (limit === undefined) return ["ulimit nofile is not set"];
    if (more.length > 0) return [`ulimit nofile is there ${more.length + 1} times`];
    return ["soft", "hard"].flatMap((name) =>
      must(limit, name, (value) => asNumber(value) > 0, `ulimit nofile ${name}`),
    );
  },
});
