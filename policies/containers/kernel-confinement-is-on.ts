import { type Evidence, unknown } from "../evidence.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, isUnsetOrFalse, must, nested, show, texts } from "../values.ts";

export const kernelConfinementIsOn = definePolicy({
  id: "CTR-029",
  severity: "high",
  title: "seccomp, AppArmor, SELinux and masked system paths stay on",
  why: "seccomp, AppArmor and SELinux stop most known ways out of a container; each can be switched off by one word.",
  avoid: "security_opt: [seccomp:unconfined]",
  prefer: "security_opt: [no-new-privileges:true]",
  allowed: "no option unconfined or label:disable; se_linux_context.disable unset",
  fix: "remove the option, or name a profile of your own",
  words: {
    compose: {
      allowed: "no option unconfined or label:disable in security_opts",
      fix: "remove the option, or name a profile of your own",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.2, 5.3 and 5.22",
  looksAt: RUNS,
  check: (resource) => {
    const spec = containerSpec(resource);
    if (resource.type === "docker_service")
      return must(
        nested(spec, "privileges", "se_linux_context"),
        "disable",
        isUnsetOrFalse,
        "privileges.se_linux_context.disable",
      );
    return texts(spec, "security_opts").flatMap((option): readonly Evidence[] => {
      if (!isKnown(option)) return [unknown(`security_opts holds ${show(option)}, known only at apply`)];
      return SWITCHED_OFF.test(option) ? [`security_opts holds ${show(option)}`] : [];
    });
  },
});

const SWITCHED_OFF = /^((seccomp|apparmor|systempaths)[:=]unconfined|label[:=]disable)$/i;
