import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { newRule } from "../../policies/new-rule.ts";

/** A file of this checkout. `test/cli/policy-new.test.ts` writes a rule and judges by it. */
function read(path: string): string | undefined {
  try {
    return readFileSync(join(projectRoot, path), "utf8");
  } catch {
    return undefined;
  }
}

/** The error of a call, as it is printed. */
function refusal(family: string, name: string, checkout = read): string {
  try {
    newRule(family, name, checkout);
  } catch (error) {
    return (error as { render(): string }).render();
  }
  return "nothing was thrown";
}

test.each([
  ["redis", "RDS"],
  ["firewall", "FWL"],
  // Rules of the provider had ids of these two.
  ["containers", "CTR"],
  ["images", "IMG"],
])("gives a new rule of %s the next number after all that are in ids.txt", (family, letters) => {
  const numbers = [
    ...(read("test/policies/ids.txt") ?? "").matchAll(new RegExp(`^${letters}-(\\d+)$`, "gm")),
  ];
  const last = Math.max(...numbers.map(([, number]) => Number(number)));
  const id = `${letters}-${String(last + 1).padStart(3, "0")}`;
  const files = newRule(family, "names-are-short", read);

  expect(files.get(`policies/${family}/names-are-short.ts`)).toContain(`  id: "${id}",\n`);
  expect(files.get("test/policies/ids.txt")?.split("\n")).toContain(id);
});

test.each([
  ["a-name-comes-first", ["policy", "a-name-comes-first", "applications-have-their-own-user"], 0],
  ["zz-names-come-last", ["slow-clients-are-bounded", "zz-names-come-last"], -2],
])("imports %s where the formatter wants it, and has it at the end of the list", (name, expected, from) => {
  const list = newRule("redis", name, read).get("policies/redis/index.ts") ?? "";
  const imported = [...list.matchAll(/ from "\.+\/([\w-]+)\.ts";/g)].map(([, file]) => file);

  expect(imported.slice(from).slice(0, expected.length)).toEqual(expected);
  expect(list.split("\n").at(-3)).toMatch(/^ {2}(aNameComesFirst|zzNamesComeLast),$/);
});

test.each([
  [
    "rediss",
    'family "rediss": unknown; allowed: containers, firewall, grafana, host, http, images, mqtt, network, node-red, postgres, provider, redis, secrets, state, stores, swarm, tls, traefik, volumes\n  → policies/README.md says which ids belong to which family',
  ],
  ["toString", 'family "toString": unknown; allowed: containers, firewall, '],
])("refuses the family %s", (family, message) => {
  expect(refusal(family, "names-are-short")).toContain(message);
});

test.each(["Names-are-short", "short", "names-are-short.ts", "../up-there", "1-is-short", "names--short"])(
  "refuses the name %s",
  (name) => {
    expect(refusal("redis", name)).toBe(
      `name "${name}": cannot be the name of a rule; allowed: two or more words of a-z and 0-9, joined by "-"\n  → name what must hold, such as memory-is-limited`,
    );
  },
);

test("refuses a name that is taken, and a folder that is no checkout", () => {
  expect(refusal("redis", "clients-log-in")).toBe(
    "policies/redis/clients-log-in.ts: is there already\n  → choose another name, or change that rule",
  );
  expect(refusal("redis", "names-are-short", () => undefined)).toBe(
    "policies/redis/index.ts: no such file\n  → run this in a checkout of the kit",
  );
});
