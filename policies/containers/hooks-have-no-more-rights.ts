import { definePolicy } from "../policy.ts";
import { blocks, isUnset, isUnsetOrFalse, must } from "../values.ts";

export const hooksHaveNoMoreRights = definePolicy({
  id: "CTR-045",
  severity: "critical",
  title: "hooks of a service have no more rights than the service",
  why: "A hook runs in the container of a service, with the rights that stand next to its command: a privileged one is a privileged container.",
  avoid: `post_start:
  - command: [chown, -R, "1000", /data]
    user: root`,
  prefer: `post_start:
  - command: [/app/register]`,
  allowed:
    "privileged unset or false and user unset, or a uid that is not 0, in post_start, pre_stop and develop.watch.exec",
  fix: "remove privileged and user of the hook; do what needs root in a service of its own that ends",
  source: "compose specification, post_start and pre_stop; CIS Docker Benchmark 1.6.0, 5.4",
  looksAt: ["docker_container"],
  where: ({ block }) => blocks(block, "hooks").length > 0,
  check: ({ block }) =>
    blocks(block, "hooks").flatMap((hook) => [
      ...must(hook, "privileged", isUnsetOrFalse, `${hook.when}.privileged`),
      ...must(hook, "user", isUnsetOrNotRoot, `${hook.when}.user`),
    ]),
});

const isUnsetOrNotRoot = (user: unknown) => isUnset(user) || /^[1-9]\d*(:[1-9]\d*)?$/.test(String(user));
