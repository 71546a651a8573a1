import { runs } from "../facts/deliveries.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const brokerIsCurrent = definePolicy({
  id: "MQT-019",
  severity: "high",
  title: "the broker is Mosquitto 2.0 or later",
  why: "1.6 lets everybody in unless it is told otherwise.",
  avoid: "image: eclipse-mosquitto:1.6",
  prefer: "image: eclipse-mosquitto:2.0.22",
  allowed: "an image whose tag begins with 2.0 or more",
  fix: "name an image of Mosquitto 2, by digest as well",
  source: "mosquitto.conf(5), allow_anonymous: true by default before 2.0",
  looksAt: RUNS,
  where: runs("mosquitto"),
  check: (container, stack) => {
    const version = imageVersion(container, stack);
    if ("unknown" in version) return version.isNewest ? [] : [version.unknown];
    return version.major >= 2 ? [] : [`the image holds Mosquitto ${version.major}.${version.minor}`];
  },
});
