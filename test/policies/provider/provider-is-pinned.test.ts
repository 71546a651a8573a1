import { providerIsPinned } from "../../../policies/provider/provider-is-pinned.ts";
import { judges } from "../judging.ts";

const pinned = (version: string, source = "kreuzwerker/docker") => ({
  required_providers: { docker: { source, version } },
});

judges(providerIsPinned, "PRV-023", {
  rejects: [
    {
      name: "a stack that requires no providers",
      given: {},
      evidence: ["no version is required of the provider docker"],
    },
    {
      name: "other providers only",
      given: { required_providers: { random: { source: "hashicorp/random", version: "3.7.2" } } },
      evidence: ["no version is required of the provider docker"],
    },
    {
      name: "none for a module, which may hold anything",
      given: {},
      around: { module: { broker: { source: "./broker" } } },
      evidence: ["no version is required of the provider docker"],
    },
    {
      name: "none for a network",
      given: {},
      around: { docker_network: { broker: { name: "broker" } } },
      evidence: ["no version is required of the provider docker"],
    },
    {
      name: "the version that cdktf writes",
      given: pinned("~> 3.0"),
      evidence: ['version of docker is "~> 3.0"'],
    },
    { name: "a release before 4.5", given: pinned("4.4.0"), evidence: ['version of docker is "4.4.0"'] },
    {
      name: "a version without an upper bound",
      given: pinned(">= 4.5"),
      evidence: ['version of docker is ">= 4.5"'],
    },
    {
      name: "any version",
      given: { required_providers: { docker: { source: "kreuzwerker/docker" } } },
      evidence: ["version of docker is not set"],
    },
    {
      name: "the short form, which names no source",
      given: { required_providers: { docker: "~> 4.5" } },
      evidence: ["source of docker is not set"],
    },
    {
      name: "another source",
      given: pinned("~> 4.5", "someone/docker"),
      evidence: ['source of docker is "someone/docker"'],
    },
    {
      name: "a second, older docker provider",
      given: {
        required_providers: [
          pinned("~> 4.5").required_providers,
          { old: { source: "kreuzwerker/docker", version: "3.6.2" } },
        ],
      },
      evidence: ['version of old is "3.6.2"'],
    },
  ],
  accepts: [
    { name: "the line that was measured", given: pinned("~> 4.5") },
    { name: "one release", given: pinned("4.5.0") },
    {
      name: "a stack without anything of Docker's",
      given: { required_providers: { random: { source: "hashicorp/random", version: "3.7.2" } } },
      around: { random_pet: { name: { length: 2 } } },
    },
    {
      name: "a later line of the same major version, from a mirror",
      given: pinned("~> 4.12.1", "mirror.example:8443/kreuzwerker/docker"),
    },
  ],
});
