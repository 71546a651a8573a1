import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { pinsFile, readPins } from "../../core/image-pins.ts";
import { byRole, labelOf, type RawContainer, Sandbox } from "../support/synthesized.ts";
import { OFFICIAL, SLIM } from "./official-programs.ts";

test("the table has each image that is pulled", () => {
  expect(Object.keys(OFFICIAL).sort()).toEqual(Object.keys(readPins(pinsFile(projectRoot))).sort());
});

test.each(Object.entries(OFFICIAL))(
  "%s: all that is used is in the official image",
  (_, { used, installs }) => {
    const there = new Set([...SLIM, ...Object.values(installs).flat()]);
    expect(used.filter((program) => !there.has(program))).toEqual([]);
  },
);

/** Programs that people reach for and that one image or another lacks. */
const TEMPTING = [
  "openssl",
  "curl",
  "wget",
  "nc",
  "ncat",
  "socat",
  "ss",
  "ip",
  "ps",
  "jq",
  "gosu",
  "su-exec",
  "xxd",
  "redis-cli",
];

/** Part of a shell, so no program is needed. */
const BUILTIN = new Set(
  "[ alias cd echo eval exec exit export false kill printf pwd read set sh test time trap true umask wait".split(
    " ",
  ),
);

/** Words that a reader of scripts would take for programs, anywhere in them; more than there are, never fewer. */
const wordsIn = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .replaceAll(/^\s*#.*$/gm, "")
      .split(/[^\w.+-]+/)
      .filter((word) => (SLIM.has(word) || TEMPTING.includes(word)) && !BUILTIN.has(word)),
  );

/** The programs of a container, as text: its command, its probe, and every script that is delivered to it. */
function scriptsOf(container: RawContainer, delivered: RawContainer | undefined): string {
  const {
    entrypoint = [],
    command = [],
    healthcheck,
  } = container as {
    entrypoint?: readonly string[];
    command?: readonly string[];
    healthcheck?: { test: readonly string[] };
  };
  const uploads = (delivered?.upload ?? []) as readonly { file: string; content?: string }[];
  const scripts = uploads.filter(({ file }) => file.endsWith(".sh")).map(({ content = "" }) => content);
  return [...entrypoint, ...command, ...(healthcheck?.test ?? []), ...scripts].join("\n");
}

describe("the containers that run official images", () => {
  const sandbox = new Sandbox();
  let roles: Readonly<Record<string, RawContainer>>;
  beforeAll(() => {
    roles = byRole(
      sandbox.json({
        environment: "production",
        hosts: ["iot.example.org"],
        tls: { certificate: { source: "internal" } },
        postgres: { tls: true },
      }),
    );
  });
  afterAll(() => sandbox.remove());

  test.each(["redis", "postgres"])("of %s name no program that the table does not", (role) => {
    const words = wordsIn(scriptsOf(roles[role] as RawContainer, roles[`${role}-files`]));
    const { used = [], installs = {} } = OFFICIAL[role] ?? {};
    const known = new Set([...used, ...Object.values(installs).flat()]);

    expect(labelOf(roles[role] as RawContainer, "role")).toBe(role);
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });
});
