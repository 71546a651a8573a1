import type { Policy } from "../policy.ts";
import { administratorHasAPassword } from "./administrator-has-a-password.ts";
import { nobodySignsUp } from "./nobody-signs-up.ts";
import { pluginsAreSigned } from "./plugins-are-signed.ts";
import { visitorsLogIn } from "./visitors-log-in.ts";

export const grafana: readonly Policy[] = [
  visitorsLogIn,
  administratorHasAPassword,
  nobodySignsUp,
  pluginsAreSigned,
];
