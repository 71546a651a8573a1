import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, graded, unknown } from "../evidence.ts";
import { commandOf, optionOf, variableOf } from "../facts/environment.ts";
import { neighbour } from "../facts/networks.ts";
import { RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const containersReachEnginesSafely = definePolicy({
  id: "TLS-016",
  severity: "critical",
  title: "no container speaks with an engine over TCP without TLS",
  why: "Anyone who can send a request to the API of an engine is root on its machine. Over TCP without TLS that is everybody on the way and everybody who reaches the port.",
  avoid: "image: docker:27-cli\nenvironment: {DOCKER_HOST: 'tcp://192.0.2.10:2375'}",
  prefer: "image: docker:27-cli\nenvironment: {DOCKER_HOST: 'ssh://deploy@192.0.2.10'}",
  allowed:
    "DOCKER_HOST and -H unset, unix:// or ssh://; tcp:// with DOCKER_TLS_VERIFY, not on 2375; DOCKER_TLS_CERTDIR not empty",
  fix: "use ssh://user@host, or tcp://host:2376 with DOCKER_TLS_VERIFY=1 and certificates",
  source: "CIS Docker Benchmark 1.6.0, 2.7; Docker documentation, protect the Docker daemon socket",
  looksAt: RUNS,
  where: (resource, stack) =>
    variableOf(resource, "DOCKER_HOST") !== undefined ||
    commandOf(resource).some((word) => PROGRAM.test(word)) ||
    isDind(resource, stack),
  check: (resource, stack) => [...ofClient(resource, stack), ...ofServer(resource, stack)],
});

const PROGRAM = /(^|\/)docker(d|-compose)?$/;
const CLIENT = /(^|\/)docker(-compose)?$/;

/** The address that a program inside is told, by the variable that all of Docker's clients read or by an option. */
function ofClient(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const variable = variableOf(resource, "DOCKER_HOST");
  if (variable !== undefined && variable.value === undefined)
    return [unknown("DOCKER_HOST is known only at apply")];
  const words = commandOf(resource);
  const option = words.some((word) => CLIENT.test(word))
    ? (optionOf(words, "-H") ?? optionOf(words, "--host"))
    : undefined;
  return [
    ...address("DOCKER_HOST", variable?.value, resource, stack),
    ...address("-H", option, resource, stack),
  ];
}

function address(
  place: string,
  value: string | undefined,
  resource: Resource,
  stack: StackDocument,
): readonly Evidence[] {
  const [, host = "", port = "2375"] =
    /^(?:tcp|http):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/i.exec(value ?? "") ?? [];
  if (host === "" || (isVerified(resource) && port !== "2375")) return [];
  const text = `${place} is ${show(value)}, without TLS`;
  const other = neighbour(resource, host, stack);
  if (other === undefined) return [isOwn(host) ? graded("medium", text) : text];
  // A proxy answers for the engine what it is told to, and nothing else; the way to it stays on the machine.
  const isProxy = /socket-?proxy/.test(repositoryOf(other, stack) ?? "");
  return [graded(isProxy ? "low" : "medium", text)];
}

const isOwn = (host: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);

const isVerified = (resource: Resource): boolean =>
  (variableOf(resource, "DOCKER_TLS_VERIFY")?.value ?? "") !== "";

/** An engine in a container that listens for everybody on its networks. */
function ofServer(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const words = commandOf(resource);
  const isEngine = words.some((word) => /(^|\/)dockerd$/.test(word)) || isDind(resource, stack);
  if (!isEngine) return [];
  const listens = words.filter(
    (word) => /^(--host=|-H=?)?tcp:\/\//.test(word) && !/tcp:\/\/(127\.|localhost)/.test(word),
  );
  const isChecked = words.some((word) => /^--tlsverify(=true)?$/.test(word));
  const certificates = variableOf(resource, "DOCKER_TLS_CERTDIR");
  return [
    ...(isChecked
      ? []
      : listens.map((word) => graded("high", `the engine listens on ${show(word)}, without TLS`))),
    ...(isDind(resource, stack) && certificates?.value === ""
      ? [graded("high", "DOCKER_TLS_CERTDIR is empty, so the engine listens on 2375 without TLS")]
      : []),
  ];
}

/** Docker's own image of an engine. */
const isDind = (resource: Resource, stack: StackDocument): boolean => {
  const repository = repositoryOf(resource, stack) ?? "";
  const { image } = resource.block;
  return repository === "library/docker" && /:[^/]*dind/.test(String(image));
};
