import { probeCanFail } from "../facts/probe-lines.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks } from "../values.ts";

export const probesAskTheService = definePolicy({
  id: "CTR-044",
  severity: "medium",
  title: "a healthcheck asks the service",
  why: "A check that cannot fail keeps a dead service in rotation, and anyone who waits for it goes on too early.",
  avoid: "healthcheck: {test: [CMD-SHELL, exit 0]}",
  prefer: 'healthcheck: {test: [CMD, wget, -q, --spider, "http://127.0.0.1:8080/health"]}',
  allowed: "a test that can fail: a request, a query, a login",
  fix: "test the service as its clients use it",
  words: { site: { fix: "give the service a probe that uses it as its clients do" } },
  source: "one-click templates whose test is `exit 0` (docs/policies.md, CTR-016 asks for a test at all)",
  looksAt: RUNS,
  where: (resource) => blocks(containerSpec(resource), "healthcheck").length > 0,
  check: (resource) =>
    blocks(containerSpec(resource), "healthcheck").flatMap(({ test }) => {
      const words = Array.isArray(test) ? test.map(String) : [];
      if (words.length < 2 || words[0] === "NONE" || probeCanFail(words)) return [];
      return [`healthcheck.test is ${JSON.stringify(words.slice(1).join(" ").trim())}, which cannot fail`];
    }),
});
