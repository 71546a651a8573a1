import { isService } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const servicesHaveNoTerminal = definePolicy({
  id: "CTR-031",
  severity: "low",
  title: "no service has a terminal or an open input",
  why: "With a terminal the two output streams are one, and anyone who attaches types into the service.",
  avoid: `tty: true
stdin_open: true`,
  prefer: "tty: false",
  allowed: "tty and stdin_open unset or false",
  fix: "remove tty and stdin_open; use docker exec to look into a container",
  source: "Docker documentation, docker run --tty and --interactive",
  looksAt: ["docker_container"],
  where: isService,
  check: ({ block }) => [...must(block, "tty", isUnsetOrFalse), ...must(block, "stdin_open", isUnsetOrFalse)],
});
