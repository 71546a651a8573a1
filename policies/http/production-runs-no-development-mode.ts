import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { commandOf, isOn, variablesOf } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

const MODE = /^(NODE_ENV|ENVIRONMENT|APP_ENV|FLASK_ENV|DJANGO_ENV|RAILS_ENV)$/;
const DEVELOPMENT = /^(dev|develop|development|debug|local|test|testing)$/i;
const SWITCH = /^([A-Z]+_)*(DEBUG|DEBUG_MODE|RELOAD)$/;

/** Words of a command that only development uses, two of them in a row. */
const COMMANDS: readonly (readonly [string, string])[] = [
  ["next", "dev"],
  ["fastapi", "dev"],
  ["run", "dev"],
  ["npm", "start:dev"],
  ["yarn", "dev"],
  ["pnpm", "dev"],
];

export const productionRunsNoDevelopmentMode = definePolicy({
  id: "HTP-008",
  severity: "high",
  title: "production runs no development mode",
  why: "Development modes answer errors with source code and reload any code that is written to the disk.",
  avoid: "environment: {NODE_ENV: development}",
  prefer: "environment: {NODE_ENV: production}",
  allowed:
    "NODE_ENV and ENVIRONMENT unset or neither development nor test, no DEBUG, no --reload, no next dev",
  fix: "remove the switch",
  source: "Next.js and uvicorn documentation, deployment",
  enforcedIn: ["production"],
  looksAt: RUNS,
  check: (resource) => [...inEnvironment(resource), ...inCommand(resource)],
});

/** Most commands have none of these words, and looking at each pair is the costly part. */
const isSuspect = (word: string) =>
  word.endsWith("dev") || word.endsWith("--reload") || word.endsWith("--debug");

const inEnvironment = (resource: Resource): readonly Evidence[] =>
  variablesOf(resource).flatMap(({ name, value }): readonly Evidence[] => {
    if (!/ENV|DEBUG|RELOAD/.test(name) || !(MODE.test(name) || SWITCH.test(name))) return [];
    if (value === undefined) return [unknown(`${name} is known only at apply`)];
    const isRight = MODE.test(name) ? !DEVELOPMENT.test(value) : !isOn(value) && value !== "*";
    return isRight ? [] : [`${name} is ${show(value)}`];
  });

function inCommand(resource: Resource): readonly string[] {
  const command = commandOf(resource);
  if (!command.some(isSuspect)) return [];
  const words = command.map((word) => word.slice(word.lastIndexOf("/") + 1));
  return [
    ...words.filter((word) => /^--(reload|debug)$/.test(word)).map((word) => `the command says ${word}`),
    ...COMMANDS.filter(([first, second]) =>
      words.some((word, at) => word === first && words[at + 1] === second),
    ).map((pair) => `the command says ${pair.join(" ")}`),
  ];
}
