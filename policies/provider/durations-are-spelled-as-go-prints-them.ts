import { asGoPrints, nanoseconds } from "../facts/durations.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must } from "../values.ts";

const ATTRIBUTES = ["interval", "timeout", "start_period", "start_interval"];

export const durationsAreSpelledAsGoPrintsThem = definePolicy({
  id: "PRV-004",
  severity: "low",
  title: "durations of a healthcheck are spelled as Go prints them",
  why: "`60s` is read back as `1m0s`, so each plan wants to change it.",
  avoid: `{"resource": {"docker_container": {"web": {
  "healthcheck": {"test": ["CMD", "/health"], "interval": "60s"}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "healthcheck": {"test": ["CMD", "/health"], "interval": "1m0s"}
}}}}`,
  allowed: "a duration such as 0s, 500ms, 1.5s, 30s, 1m0s, 1h0m0s",
  fix: "write durations with goDuration()",
  source: "docs/architecture.md, provider rule 3",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: ({ block }) => blocks(block, "healthcheck").length > 0,
  check: ({ block }) =>
    blocks(block, "healthcheck").flatMap((healthcheck) =>
      ATTRIBUTES.flatMap((name) =>
        must(healthcheck, name, (value) => value === undefined || isCanonical(value), `healthcheck.${name}`),
      ),
    ),
});

function isCanonical(value: unknown): boolean {
  const total = nanoseconds(value);
  return total !== undefined && asGoPrints(total) === value;
}
