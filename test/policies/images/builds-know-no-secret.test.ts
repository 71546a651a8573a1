import { expect, test } from "vitest";
import { buildsKnowNoSecret } from "../../../policies/images/builds-know-no-secret.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";

const recipe = (buildArgs: unknown) => ({ input: { recipes: [{ tag: "a:1", buildArgs }] } });

judges(buildsKnowNoSecret, "IMG-005", {
  rejects: [
    {
      name: "the name of a secret",
      given: { name: "app", build: { build_args: { NPM_TOKEN: "hunter2", VERSION: "1" } } },
      evidence: ["build argument NPM_TOKEN has the name of a secret"],
    },
    {
      name: "the form of a secret",
      given: { name: "app", build: [{ build_arg: { INDEX: "https://me:hunter2@pypi.example" } }] },
      evidence: ["build argument INDEX holds a password in a URL"],
    },
    {
      name: "a secret in a recipe of the kit",
      type: "terraform_data",
      given: recipe({ API_KEY: "hunter2" }),
      evidence: ["build argument API_KEY has the name of a secret"],
    },
    {
      name: "what is known only at apply",
      given: { name: "app", build: { build_args: { INDEX: "${var.index_token}" } } },
      evidence: ["build argument INDEX has a value that is known only at apply"],
    },
    {
      name: "arguments that are known only at apply",
      given: { name: "app", build: { build_args: "${var.arguments}" } },
      evidence: ["build argument build_args has a value that is known only at apply"],
    },
  ],
  accepts: [
    { name: "no build", given: { name: "redis:7" }, examined: 0 },
    {
      name: "an argument that is chosen later",
      given: { name: "app", build: { build_args: { VERSION: "${var.version}" } } },
    },
    { name: "public arguments", given: { name: "app", build: { build_args: { VERSION: "1" } } } },
    { name: "public arguments of a recipe", type: "terraform_data", given: recipe({ BASE: "a:1" }) },
    { name: "data of another project", type: "terraform_data", given: { input: "x" }, examined: 0 },
  ],
});

test("reads the variables of a Dockerfile", () => {
  const text = [
    "FROM scratch",
    "ARG NPM_TOKEN",
    "ENV DB_PASSWORD=hunter2 API_KEY=",
    "ENV DSN=postgres://me:hunter2@db/x",
    "ENV A=1",
  ].join("\n");

  expect(said(buildsKnowNoSecret, {}, { Dockerfile: text })).toEqual({
    examined: 1,
    findings: [
      "Dockerfile: line 2: ARG NPM_TOKEN has the name of a secret",
      "Dockerfile: line 3: ENV DB_PASSWORD has the name of a secret",
      'Dockerfile: line 4: ENV "DSN" holds a password in a URL',
    ],
    relaxed: [],
    notEnforceable: [],
  });
});

test("says so when a Dockerfile cannot be parsed", () => {
  expect(said(buildsKnowNoSecret, {}, { Dockerfile: "FORM a\n" }).findings).toEqual([
    "Dockerfile: cannot be judged: line 1: FORM is no instruction",
  ]);
});

test("says so when the text of a Dockerfile is not known", () => {
  const upload = [{ file: "/in/Dockerfile", source: "elsewhere" }];

  expect(said(buildsKnowNoSecret, { resource: { docker_container: { A: { upload } } } }).findings).toEqual([
    "stack/docker_container.A:Dockerfile: cannot be judged: Dockerfile: its text is not known here",
  ]);
});
