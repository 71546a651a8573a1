import { expect, test } from "vitest";
import { refuseTakenSubnets } from "../../../runners/docker/subnets.ts";
import type { Stack } from "../../../runners/stack.ts";
import { errorText } from "../../support/error-text.ts";
import { engine } from "../../support/scripted-engine.ts";

const stack = {
  name: "demo",
  networks: [{ name: "exploreiot-demo-edge", subnets: [{ subnet: "10.1.2.0/24" }] }],
} as unknown as Stack;

const onEngine = (...names: readonly string[]) =>
  engine({
    things: {
      "/networks": names.map((Name) => ({ Name, IPAM: { Config: [{ Subnet: "10.1.0.0/16" }] } })),
    },
  });

test("a subnet is the deployment's own on one machine and on a swarm, and anybody else's is taken", async () => {
  await onEngine("exploreiot-demo-edge", "exploreiot-demo_edge");
  expect(await refuseTakenSubnets(stack)).toBeUndefined();

  await onEngine("exploreiot-demo_edge", "exploreiot-demo2_edge");
  expect(await errorText(() => refuseTakenSubnets(stack))).toBe(
    [
      "subnet 10.1.2.0/24 of exploreiot-demo-edge overlaps with 10.1.0.0/16 of the Docker network exploreiot-demo2_edge",
      "  → choose another subnet under networks in the configuration; one that is left out is picked by the engine, except for networks.edge behind TLS",
    ].join("\n"),
  );
});
