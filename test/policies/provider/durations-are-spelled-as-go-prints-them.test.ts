import { durationsAreSpelledAsGoPrintsThem } from "../../../policies/provider/durations-are-spelled-as-go-prints-them.ts";
import { judges } from "../judging.ts";

judges(durationsAreSpelledAsGoPrintsThem, "PRV-004", {
  rejects: [
    {
      name: "60s for 1m0s",
      given: { healthcheck: { interval: "60s" } },
      evidence: ['healthcheck.interval is "60s"'],
    },
    {
      name: "1m for 1m0s",
      given: { healthcheck: { timeout: "1m" } },
      evidence: ['healthcheck.timeout is "1m"'],
    },
    {
      name: "1500ms for 1.5s",
      given: { healthcheck: { start_period: "1500ms" } },
      evidence: ['healthcheck.start_period is "1500ms"'],
    },
    { name: "a number", given: { healthcheck: { interval: 30 } }, evidence: ["healthcheck.interval is 30"] },
    {
      name: "an empty text",
      given: { healthcheck: { start_interval: "" } },
      evidence: ['healthcheck.start_interval is ""'],
    },
    {
      name: "what is known only at apply",
      given: { healthcheck: [{ interval: "${var.i}", timeout: "1h" }] },
      evidence: ['healthcheck.interval is "${var.i}", known only at apply', 'healthcheck.timeout is "1h"'],
    },
  ],
  accepts: [
    {
      name: "spellings that are read back unchanged",
      given: {
        healthcheck: { interval: "1m0s", timeout: "1.5s", start_period: "0s", start_interval: "500ms" },
      },
    },
    { name: "hours", given: { healthcheck: { interval: "1h0m0s" } } },
    { name: "a container without a healthcheck", given: {}, examined: 0 },
  ],
});
