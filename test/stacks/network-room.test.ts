import { afterAll, expect, test } from "vitest";
import { membersOf } from "../../config/network-room.ts";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import { custom, Sandbox } from "../support/synthesized.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const acme = {
  ...production,
  tls: { certificate: { source: "acme" as const, email: "ops@example.org" } },
};

test.each([
  ["the production deployment", production],
  ["one with a CA elsewhere", acme],
  ["one with roles and replicas", custom],
])("each network of %s has room for those who stay in it", (_, input) => {
  sandbox.synthesize(input);
  const joined = sandbox
    .stack()
    .containers.filter(({ job }) => !job)
    .flatMap(({ networks }) => networks.map(({ name }) => name.slice(name.lastIndexOf("-") + 1)));
  const counted = { edge: 0, broker: 0, data: 0 };
  for (const name of joined) counted[name as keyof typeof counted] += 1;

  expect(membersOf(parseDeployment({ ...input, name: "site" }, "test"))).toEqual(counted);
});
