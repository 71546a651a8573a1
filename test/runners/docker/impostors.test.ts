import { expect, test } from "vitest";
import { impostors } from "../../../runners/docker/impostors.ts";
import type { Survey } from "../../../runners/docker/survey.ts";
import type { Stack } from "../../../runners/stack.ts";
import { engine } from "../../support/scripted-engine.ts";

const DATA = "exploreiot-demo-data";
const stack = {
  networks: [{ name: DATA }],
  containers: [{ name: "exploreiot-demo-postgres", networks: [{ name: DATA, aliases: ["postgres", "db"] }] }],
} as unknown as Stack;

const found = async (joined: object) => {
  await engine({
    things: {
      "/containers/other/json": {
        ...{ Id: "other", Name: "/other", NetworkSettings: { Networks: { [DATA]: joined } } },
      },
    },
  });
  return impostors(stack, {
    containers: new Map([["exploreiot-demo-postgres", { Id: "own" }]]),
    networks: [{ Name: DATA, Containers: { own: {}, other: {} } }],
  } as unknown as Pick<Survey, "containers" | "networks">);
};

test.each([
  [
    "an engine before 25, which counts the host name as an alias",
    { Aliases: ["web", "postgres"] },
    ["postgres"],
  ],
  [
    "a later engine, which tells the host name as a DNS name alone",
    { Aliases: ["db"], DNSNames: ["other", "db", "0123456789ab", "postgres"] },
    ["db, postgres"],
  ],
  ["a container with names of its own", { Aliases: null, DNSNames: ["other", "0123456789ab"] }, []],
] as const)("who takes a name is told, of %s", async (_, joined, taken) => {
  expect(await found(joined)).toEqual(
    taken.map((names) => ({
      network: DATA,
      difference: `other, which the configuration does not name, answers to ${names} there as well: docker network disconnect -f ${DATA} other`,
    })),
  );
});
