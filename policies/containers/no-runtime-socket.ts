import { isRuntimeSocket } from "../facts/host-paths.ts";
import { bindsOf, hasBinds } from "../facts/mounts.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must, show } from "../values.ts";

export const noRuntimeSocket = definePolicy({
  id: "CTR-024",
  severity: "critical",
  title: "no container has the socket of a container runtime",
  why: "Anyone who can talk to the engine can start a privileged container: the socket is root on the host, read-only or not.",
  avoid: 'volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]',
  prefer: 'volumes: ["/srv/web:/data:ro"]',
  allowed: "no mount of docker.sock, containerd.sock, podman.sock, crio.sock or their folders",
  fix: "remove the mount; let what needs the engine run on the host",
  source: "CIS Docker Benchmark 1.6.0, 5.32",
  looksAt: RUNS,
  where: hasBinds,
  check: (resource) =>
    bindsOf(resource).flatMap(({ source, target }) =>
      must({ source }, "source", (path) => !isRuntimeSocket(path), `host path of ${show(target)}`),
    ),
});
