import { weighing } from "../evidence.ts";
import { isRuntimeSocket, isSensitive } from "../facts/host-paths.ts";
import { bindsOf, hasBinds } from "../facts/mounts.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must, show } from "../values.ts";

export const bindMountsAreReadOnly = definePolicy({
  id: "CTR-026",
  severity: "medium",
  title: "host paths are mounted read-only",
  why: "Through a writable host path a container changes what others read, and what it leaves there outlives it.",
  avoid: 'volumes: ["/srv/web/config:/config"]',
  prefer: 'volumes: ["/srv/web/config:/config:ro"]',
  allowed: "read_only true",
  fix: "set read_only; keep what is written in a named volume",
  source: "CIS Docker Benchmark 1.6.0, 5.6",
  looksAt: RUNS,
  where: hasBinds,
  check: (resource) =>
    bindsOf(resource).flatMap(({ source, readOnly }) => {
      const found = must({ readOnly }, "readOnly", isTrue, `read_only of the mount of ${show(source)}`);
      // A folder of its own is where many keep what a volume would keep; the system's is another matter.
      return isSensitive(source) || isRuntimeSocket(source) ? found : weighing("low", found);
    }),
});
