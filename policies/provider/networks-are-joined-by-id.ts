import type { Resource, StackDocument, Target } from "../document.ts";
import { type Evidence, reworded } from "../evidence.ts";
import { isFirewall } from "../facts/containers.ts";
import { RUNS, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isUnset, must, show } from "../values.ts";

export const networksAreJoinedById = definePolicy({
  id: "PRV-007",
  severity: "medium",
  title: "networks are joined by id, not by name and not through network_mode",
  why: "A container that knows only the name of its network is not replaced with it, and the network cannot be removed under it. Together with `network_mode` its aliases are lost. `bridge` is the value the schema fills in. A service that joins by `name` is replaced by each apply, even if the name is an id: the engine answers with `id`.",
  avoid: `{"resource": {
  "docker_network": {"web": {"name": "web"}},
  "docker_container": {"web": {"networks_advanced": [{"name": "web"}]}}
}}`,
  prefer: `{"resource": {
  "docker_network": {"web": {"name": "web"}},
  "docker_container": {"web": {"networks_advanced": [{"name": "\${docker_network.web.id}"}]}}
}}`,
  allowed:
    "networks_advanced.name, of a service networks_advanced.id, as the id of a docker_network of the stack; network_mode unset, or none without networks; host for the firewall",
  fix: "pass the id of a PrivateNetwork, and remove network_mode",
  source: "docs/architecture.md, provider rule 9",
  dialect: "terraform",
  looksAt: RUNS,
  check: (resource, stack) =>
    resource.type === "docker_service" ? ofService(resource, stack) : ofContainer(resource, stack),
});

function ofContainer(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const { block } = resource;
  const networks = blocks(block, "networks_advanced");
  return [
    ...networks
      .filter(({ name }) => !isNetworkId(stack.follow(name)))
      .map(({ name }) => `networks_advanced.name is ${show(name)}`),
    ...must(
      block,
      "network_mode",
      (mode) => isAllowedMode(mode, networks.length > 0) || (mode === "host" && isFirewall(resource)),
    ).map((evidence) =>
      networks.length > 0 ? reworded(evidence, (text) => `${text} next to networks_advanced`) : evidence,
    ),
  ];
}

const ofService = ({ block }: Resource, stack: StackDocument): readonly string[] =>
  blocks(taskSpec(block), "networks_advanced").flatMap(({ name, id }) => {
    if (!isUnset(name ?? undefined)) return [`task_spec.networks_advanced.name is ${show(name)}`];
    return isNetworkId(stack.follow(id)) ? [] : [`task_spec.networks_advanced.id is ${show(id)}`];
  });

const isNetworkId = (target: Target | undefined) =>
  target?.resource.type === "docker_network" && target.attribute === "id";

const isAllowedMode = (mode: unknown, joinsNetworks: boolean) =>
  isUnset(mode) || (joinsNetworks ? mode === "bridge" : mode === "none" || mode === "bridge");
