import { isRuntimeSocket, isSensitive } from "../facts/host-paths.ts";
import { bindsOf, hasBinds } from "../facts/mounts.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must, show } from "../values.ts";

export const noSensitiveHostPath = definePolicy({
  id: "CTR-025",
  severity: "high",
  title: "no container has a folder of the host's system",
  why: "They hold the system's programs, accounts, devices and keys, and the data of every other container.",
  avoid: 'volumes: ["/etc:/host/etc:ro"]',
  prefer: 'volumes: ["/srv/web/config:/config:ro"]',
  allowed:
    "host paths outside /, /boot, /dev, /etc, /lib, /proc, /sys, /usr, /root, /run, /var/lib/docker, home folders and their keys; /etc/localtime",
  fix: "mount the one folder that is needed, below /srv for example, or a named volume",
  source: "CIS Docker Benchmark 1.6.0, 5.6",
  looksAt: RUNS,
  where: hasBinds,
  check: (resource) =>
    // The socket of a runtime is CTR-024.
    bindsOf(resource).flatMap(({ source, target }) =>
      must(
        { source },
        "source",
        (path) => !isSensitive(path) || isRuntimeSocket(path),
        `host path of ${show(target)}`,
      ),
    ),
});
