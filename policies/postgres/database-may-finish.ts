import { runs } from "../facts/deliveries.ts";
import { seconds } from "../facts/durations.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, isUnset, must } from "../values.ts";

const SECONDS = 30;

export const databaseMayFinish = definePolicy({
  id: "PGS-009",
  severity: "medium",
  title: "PostgreSQL is asked to stop and given the time for it",
  why: "Killed half-way, the next start replays the log: minutes in which nothing can connect. SIGQUIT asks for just that.",
  avoid: `image: postgres:17
stop_signal: SIGQUIT`,
  prefer: `image: postgres:17
stop_signal: SIGINT
stop_grace_period: 60s`,
  allowed: `destroy_grace_seconds or stop_grace_period of ${SECONDS} s or more; stop_signal unset, SIGINT or SIGTERM`,
  fix: `set destroy_grace_seconds to ${SECONDS} or more and stop_signal to SIGINT`,
  words: {
    compose: {
      allowed: "stop_grace_period of 30s or more; stop_signal unset, SIGINT or SIGTERM",
      fix: "set stop_grace_period to 30s or more and stop_signal to SIGINT",
    },
  },
  source: "docker-library/postgres#1207; PostgreSQL documentation, server-shutdown",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container) => {
    const spec = containerSpec(container);
    const time =
      container.type === "docker_container"
        ? must(spec, "destroy_grace_seconds", (value) => asNumber(value) >= SECONDS)
        : must(spec, "stop_grace_period", (value) => seconds(value) >= SECONDS);
    return [
      ...time,
      ...must(spec, "stop_signal", (value) => isUnset(value) || /^(SIG)?(INT|TERM)$/.test(String(value))),
    ];
  },
});
