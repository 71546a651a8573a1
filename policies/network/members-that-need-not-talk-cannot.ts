import type { Resource, StackDocument } from "../document.ts";
import { reworded } from "../evidence.ts";
import { commandOf, variablesOf } from "../facts/environment.ts";
import { BRIDGE_OPTION, isBridge, membersOf, namedBy, namesOf, optionsOf } from "../facts/networks.ts";
import { rememberedText } from "../facts/remembered.ts";
import { definePolicy } from "../policy.ts";
import { isFalse, isTrue, must } from "../values.ts";

const ENABLE_ICC = `${BRIDGE_OPTION}enable_icc`;

export const membersThatNeedNotTalkCannot = definePolicy({
  id: "NET-011",
  severity: "medium",
  title: "containers that share a network talk to each other, or cannot",
  why: "Containers of one network reach every port of each other, published or not. Where none is told the name of another, in its environment, its command or a file it is given, and none waits for another, they need not.",
  avoid: `services:
  wiki: {image: "example/wiki:1.0", networks: [web]}
  shop: {image: "example/shop:1.0", networks: [web]}
networks: {web: {}}`,
  prefer: `services:
  wiki: {image: "example/wiki:1.0", networks: [wiki]}
  shop: {image: "example/shop:1.0", networks: [shop]}
networks: {wiki: {}, shop: {}}`,
  allowed: `a member that is told the name of another, or options "${ENABLE_ICC}" false`,
  fix: "give each its own network, or set the option",
  source: "CIS Docker Benchmark 1.6.0, 2.2",
  // A developer's machine runs parts of a stack, whose counterparts are not there.
  enforcedIn: ["production"],
  looksAt: ["docker_network"],
  where: (network, stack) =>
    isBridge(network) && !isTrue(network.block.internal) && membersOf(network, stack).length > 1,
  check: (network, stack) => {
    const members = membersOf(network, stack);
    if (isFalse(optionsOf(network)[ENABLE_ICC]) || someTalk(members, stack)) return [];
    const paths = members.map(({ path }) => path).join(", ");
    return must(optionsOf(network), ENABLE_ICC, isFalse).map((evidence) =>
      reworded(evidence, (text) => `no member names another (${paths}), and ${text}`),
    );
  },
});

function someTalk(members: readonly Resource[], stack: StackDocument): boolean {
  const answering = new Map(
    members.flatMap((member) => namesOf(member, stack).map((name) => [name, member] as const)),
  );
  const isNamedBy = (member: Resource) => (word: string) => {
    const found = answering.get(word);
    return found !== undefined && found !== member;
  };
  return (
    members.some(
      (member) =>
        saysWord(member, isNamedBy(member)) || [...namedBy(member, stack).values()].some(isNamedBy(member)),
    ) ||
    stack
      .of(["file/haproxy.cfg"])
      .some(({ block }) => wordsIn(String(block.text)).some((word) => answering.has(word)))
  );
}

const saysWord = (resource: Resource, isMeant: (word: string) => boolean) =>
  variablesOf(resource).some(({ value = "" }) => wordsIn(value).some(isMeant)) ||
  commandOf(resource).some((text) => wordsIn(text).some(isMeant));

const wordsIn = rememberedText((text): readonly string[] => text.split(/[^\w.-]+/));
