import { definePolicy } from "../policy.ts";
import { blocks, isKnown, isUnset, must, show, texts } from "../values.ts";

export const buildsAreConfined = definePolicy({
  id: "IMG-006",
  severity: "medium",
  title: "a build has neither the host's network nor weakened confinement",
  why: "Programs that run in a build are often somebody else's: with the host's network they reach every service on loopback.",
  avoid: "build: {context: ., network: host}",
  prefer: "build: {context: .}",
  allowed: "network_mode unset, default, bridge or none; no security_opt",
  fix: "remove network_mode and security_opt of the build",
  words: {
    compose: {
      allowed: "build.network unset, default, bridge or none; no build.security_opt",
      fix: "remove network and security_opt of the build",
    },
  },
  source: "BuildKit documentation, entitlements network.host and security.insecure",
  looksAt: ["docker_image"],
  where: ({ block }) => blocks(block, "build").length > 0,
  check: ({ block }) =>
    blocks(block, "build").flatMap((build) => [
      ...must(
        build,
        "network_mode",
        (mode) => isUnset(mode) || ["", "default", "bridge", "none"].includes(String(mode)),
        "build.network_mode",
      ),
      ...texts(build, "security_opt").map(
        (option) =>
          `build.security_opt holds ${show(option)}${isKnown(option) ? "" : ", known only at apply"}`,
      ),
    ]),
});
