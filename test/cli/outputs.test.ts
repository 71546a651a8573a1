import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { z } from "zod";
import { allCommands } from "../../cli/commands.ts";
import { outputs } from "../../cli/outputs.ts";
import { VERBS } from "../../cli/verbs.ts";
import { projectRoot } from "../../core/home.ts";

const folder = join(projectRoot, "docs", "json");
const fileOf = (verb: string) => `${verb}.schema.json`;

const schemas = Object.fromEntries(
  Object.entries(outputs).map(([verb, shape]) => [
    fileOf(verb),
    {
      ...z.toJSONSchema(shape, { io: "output", unrepresentable: "throw" }),
      title: `exploreiot ${verb} --json`,
    },
  ]),
);

if (process.env.UPDATE_SCHEMA)
  for (const [file, schema] of Object.entries(schemas))
    writeFileSync(join(folder, file), `${JSON.stringify(schema, undefined, 2)}\n`);

test("each output has its schema in docs/json (UPDATE_SCHEMA=1 writes them)", () => {
  const kept = readdirSync(folder).filter((file) => file.endsWith(".schema.json"));
  expect(
    Object.fromEntries(kept.map((file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8"))])),
  ).toEqual(schemas);
});

/** The verbs that take `--json`, one for each of the actions that some have. */
function jsonVerbs(command: Command, before: readonly string[] = []): readonly string[] {
  const words = [...before, command.name()];
  const [action] = command.registeredArguments.filter(({ argChoices }) => argChoices !== undefined);
  const named = (action?.argChoices ?? [""]).map((choice) => [...words, choice].filter(Boolean).join("-"));
  const own = command.options.some(({ long }) => long === "--json") ? named : [];
  return [...own, ...command.commands.flatMap((inner) => jsonVerbs(inner, words))];
}

test("every verb that takes --json has one, and there is none besides but that of errors", async () => {
  const verbs = (await allCommands())
    .flatMap((command) => jsonVerbs(command))
    // A format of its own, with a version: policies/report.schema.json.
    .filter((verb) => verb !== "policy-check");

  // The output of `ensure`, a word that is usually left out, is told by `images`.
  expect(verbs.map((verb) => verb.replace("images-ensure", "images")).sort()).toEqual(
    Object.keys(outputs)
      // The output of these options has a shape of its own.
      .filter((name) => !["error", "doctor-setup", "upgrade-plan", "upgrade-rewrite"].includes(name))
      .sort(),
  );
});

test("a verb that is loaded is the one that the help lists", async () => {
  const loaded = await allCommands();

  expect(Object.fromEntries(loaded.map((verb) => [verb.name(), verb.description()]))).toEqual(VERBS);
});
