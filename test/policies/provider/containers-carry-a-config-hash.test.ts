import { containersCarryAConfigHash } from "../../../policies/provider/containers-carry-a-config-hash.ts";
import { judges } from "../judging.ts";

const hash = (value: string) => ({ labels: [{ label: "exploreiot.config-hash", value }] });

judges(containersCarryAConfigHash, "PRV-005", {
  rejects: [
    {
      name: "a container without labels next to one of the kit",
      given: {},
      around: { docker_container: { Api: hash("f7358ebb1b98") } },
      evidence: ["label exploreiot.config-hash is not set"],
    },
    {
      name: "other labels only",
      given: { labels: [{ label: "exploreiot.role", value: "redis" }] },
      evidence: ["label exploreiot.config-hash is not set"],
    },
    { name: "an empty hash", given: hash(""), evidence: ['label exploreiot.config-hash is ""'] },
    {
      name: "one known only at apply",
      given: hash("${var.hash}"),
      evidence: ['label exploreiot.config-hash is "${var.hash}", known only at apply'],
    },
    {
      name: "two, of which one is a lie",
      given: { labels: [...hash("a").labels, ...hash("b").labels] },
      evidence: ["label exploreiot.config-hash is not set"],
    },
  ],
  accepts: [
    { name: "a hash", given: hash("f7358ebb1b98") },
    { name: "a container of others", given: { labels: [{ label: "role", value: "redis" }] }, examined: 0 },
  ],
});
