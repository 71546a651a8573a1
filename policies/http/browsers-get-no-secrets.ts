import type { Resource } from "../document.ts";
import { type Variable, variablesOf } from "../facts/environment.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isBlock, isKnown } from "../values.ts";

const PUBLIC = /^(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY)_/;

export const browsersGetNoSecrets = definePolicy({
  id: "HTP-010",
  severity: "critical",
  title: "no secret is in a variable that browsers are given",
  why: "Frameworks write such variables into the scripts that every visitor gets.",
  avoid: "environment: {NEXT_PUBLIC_API_KEY: k7Qm2Zx9Lr4T}",
  prefer: 'environment: {NEXT_PUBLIC_API_URL: "https://iot.example.org/api"}',
  allowed: "NEXT_PUBLIC_* and the like with addresses and switches",
  fix: "let the page's server add the key; issue a new one, for this one was public",
  source: "Next.js documentation, environment variables",
  looksAt: [...RUNS, "docker_image"],
  check: (resource) =>
    (resource.type === "docker_image" ? buildArguments(resource) : variablesOf(resource))
      .filter(
        ({ name, value }) =>
          PUBLIC.test(name) && value !== "" && (soundsSecret(name) || secretForm(value ?? "") !== undefined),
      )
      .map(({ name }) => `${name} is given to browsers`),
});

const buildArguments = ({ block }: Resource): readonly Variable[] =>
  blocks(block, "build").flatMap((build) =>
    [build.build_args, build.build_arg].filter(isBlock).flatMap((map) =>
      Object.entries(map).map(([name, value]) => ({
        name,
        value: isKnown(value) ? String(value) : undefined,
        text: String(value),
      })),
    ),
  );
