import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const noNewPrivileges = definePolicy({
  id: "CTR-005",
  severity: "high",
  title: "no process gains privileges that its parent does not have",
  why: "Without it a setuid program in the image makes its caller root again.",
  avoid: "security_opt: [no-new-privileges:false]",
  prefer: "security_opt: [no-new-privileges:true]",
  allowed: "no-new-privileges:true in security_opts, and no other value of it",
  fix: 'add "no-new-privileges:true" to security_opts',
  source: "CIS Docker Benchmark 1.6.0, 5.26 and 2.14",
  looksAt: RUNS,
  check: ({ type, block }) =>
    type === "docker_service"
      ? [
          {
            notEnforceable:
              "a service has no security options; set no-new-privileges in daemon.json of each node",
          },
        ]
      : must(block, "security_opts", holdsNoNewPrivileges),
});

/** The last value wins, so no value but true may be there. */
function holdsNoNewPrivileges(options: unknown): boolean {
  if (!Array.isArray(options)) return false;
  const found = options.filter((option) => /^no-new-privileges([:=]|$)/.test(String(option)));
  return found.length > 0 && found.every((option) => /^no-new-privileges([:=]true)?$/.test(String(option)));
}
