import { expect, test } from "vitest";
import type { IotStack } from "../../stacks/iot-stack.ts";
import { foundIn } from "./synthesized.ts";

test.each<{ key: string; value: unknown; finds: string[] }>([
  {
    key: "terraform.required_providers.docker.version",
    value: "~> 3.0",
    finds: ['STA-002 local: version of docker is "~> 3.0"'],
  },
  {
    key: "resource.docker_service.web",
    value: { name: "web" },
    // What does not say that it is for a developer's machine makes the whole stack one of production.
    finds: [
      "PRV-016 local/docker_service.web: docker_service is not supported by this kit yet",
      ...["Migrate", "api", "ingest"].flatMap((role) =>
        ["localhost", "127.0.0.1"].map(
          (host) => `HTP-001 local/Backend/${role}/Container: CORS_ORIGINS holds "http://${host}:3000"`,
        ),
      ),
      ...["api", "ingest"].map((role) => `HTP-011 local/Backend/${role}/Container: OPEN_WRITES is on`),
    ],
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
