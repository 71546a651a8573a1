import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks } from "../values.ts";

/** Programs and lines that say yes without looking at anything. */
const SAYS_YES = /^(\/?(usr\/)?bin\/)?(true|:|exit(\s+0)?|echo\b.*|sleep\b.*)$/;

/** A check that cannot fail keeps a dead service in rotation, and anyone who waits for it goes on too early. */
export const probesAskTheService = definePolicy({
  id: "CTR-044",
  severity: "medium",
  title: "a healthcheck asks the service",
  allowed: "a test that can fail: a request, a query, a login",
  fix: "test the service as its clients use it",
  words: { site: { fix: "give the service a probe that uses it as its clients do" } },
  source: "one-click templates whose test is `exit 0` (docs/policies.md, CTR-016 asks for a test at all)",
  looksAt: RUNS,
  where: (resource) => blocks(containerSpec(resource), "healthcheck").length > 0,
  check: (resource) =>
    blocks(containerSpec(resource), "healthcheck").flatMap(({ test }) => {
      const line = Array.isArray(test) ? test.slice(1).map(String).join(" ").trim() : "";
      return SAYS_YES.test(line) ? [`healthcheck.test is ${JSON.stringify(line)}, which cannot fail`] : [];
    }),
});
