import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const listeningPortsAreWatched = definePolicy({
  id: "FWL-010",
  severity: "medium",
  title: "programs on the machine listen on declared ports only",
  why: "The machine alone knows which programs really listen: a service that somebody installed, a container of another stack.",
  avoid: `$ ss -tlnH    # no stack on this machine declares 9000
LISTEN 0 4096 0.0.0.0:9000 0.0.0.0:*`,
  prefer: `$ ss -tlnH    # what the stack declares, and loopback
LISTEN 0 4096 0.0.0.0:443 0.0.0.0:*
LISTEN 0 4096 127.0.0.1:9000 0.0.0.0:*`,
  allowed: "a comparison of the listening ports with the declared ones, on the running machine",
  fix: "compare ss -tln with the ports of the stack, after each change of the machine",
  source: "ss(8)",
  looksAt: ["stack"],
  where: (_, stack) => stack.of(RUNS).length > 0,
  check: () => [
    {
      notEnforceable: "no file shows what listens: ss -tlnp on the running machine does",
    },
  ],
});
