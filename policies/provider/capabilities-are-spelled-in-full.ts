import { rememberedText } from "../facts/remembered.ts";
import { definePolicy } from "../policy.ts";
import { blocks, show, texts } from "../values.ts";

const isSpelledInFull = rememberedText((name): boolean => /^(ALL|CAP_[A-Z_]+)$/.test(name));

export const capabilitiesAreSpelledInFull = definePolicy({
  id: "PRV-003",
  severity: "medium",
  title: "capabilities are spelled as the engine answers them",
  why: "Any other spelling is read back differently and replaces the container in each plan.",
  avoid: `{"resource": {"docker_container": {"web": {
  "capabilities": {"drop": ["all"], "add": ["NET_ADMIN"]}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "capabilities": {"drop": ["ALL"], "add": ["CAP_NET_ADMIN"]}
}}}}`,
  allowed: "ALL, or CAP_ and the name in capitals",
  fix: "write CAP_NET_ADMIN for NET_ADMIN, and ALL in capitals",
  source: "docs/architecture.md, provider rule 3",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: ({ block }) => blocks(block, "capabilities").length > 0,
  check: ({ block }) =>
    blocks(block, "capabilities").flatMap((capabilities) =>
      ["add", "drop"].flatMap((list) =>
        texts(capabilities, list)
          .filter((name) => !isSpelledInFull(name))
          .map((name) => `capabilities.${list} holds ${show(name)}`),
      ),
    ),
});
