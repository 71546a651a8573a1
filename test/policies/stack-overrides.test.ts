import { expect, test } from "vitest";
import type { IotStack } from "../../stacks/iot-stack.ts";
import { foundIn } from "./synthesized.ts";

test.each<{ key: string; value: unknown; finds: string[] }>([
  {
    key: "terraform.required_providers.docker.version",
    value: "~> 3.9",
    finds: ['PRV-023 local: version of docker is "~> 3.9"'],
  },
  {
    key: "resource.docker_compose.web",
    value: { name: "web" },
    finds: ["PRV-016 local/docker_compose.web: no rule looks at a docker_compose"],
  },
  {
    key: "module.more",
    value: { source: "./more" },
    finds: ["PRV-016 local/module.more: a module: what it holds cannot be seen here"],
  },
  {
    key: "resource.docker_image.more",
    value: "${var.image}",
    finds: ['INP-001 local/docker_image/more: "${var.image}" is not a resource'],
  },
])("what an override of the stack does is judged: $key = $value", ({ key, value, finds }) => {
  const change = (stack: IotStack) => stack.addOverride(key, value);

  // Without a construct, the path is made of the stack's own name, which the test has changed.
  expect(foundIn(change).map((line) => line.replace(/t-\d+-/, ""))).toEqual(finds);
});
