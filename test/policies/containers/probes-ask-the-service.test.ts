import { probesAskTheService } from "../../../policies/containers/probes-ask-the-service.ts";
import { judges } from "../judging.ts";

const probe = (...test: readonly string[]) => ({ healthcheck: { test } });

judges(probesAskTheService, "CTR-044", {
  rejects: [
    {
      name: "a line that exits",
      given: probe("CMD-SHELL", "exit 0"),
      evidence: ['healthcheck.test is "exit 0", which cannot fail'],
    },
    {
      name: "a program that says yes",
      given: probe("CMD", "/bin/true"),
      evidence: ['healthcheck.test is "/bin/true", which cannot fail'],
    },
    {
      name: "a program that prints",
      given: probe("CMD", "echo", "healthy"),
      evidence: ['healthcheck.test is "echo healthy", which cannot fail'],
    },
    {
      name: "a program that says yes, asked again and again",
      given: probe("CMD", "/run/exploreiot-probe/probe", "steady", "2000", "30000", "3", "run", "/bin/true"),
      evidence: [
        'healthcheck.test is "/run/exploreiot-probe/probe steady 2000 30000 3 run /bin/true", which cannot fail',
      ],
    },
  ],
  accepts: [
    { name: "a login", given: probe("CMD", "mosquitto_sub", "-t", "$SYS/broker/uptime", "-C", "1") },
    { name: "a request", given: probe("CMD-SHELL", "curl -f http://localhost/ || exit 1") },
    { name: "a container without one", given: {}, examined: 0 },
  ],
});
