import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readStack } from "../../runners/stack.ts";
import { errorText } from "../support/error-text.ts";
import { stackJson } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const resource = {
  docker_container: {
    Api: {
      name: "exploreiot-demo-api",
      image: "${docker_image.backend.image_id}",
      labels: [{ label: "exploreiot.role", value: "api" }],
      "//": { exploreiot: { listeners: [], origins: {}, limitsAt: "backend.limits" } },
      networks_advanced: [{ name: "${docker_network.Edge.id}", aliases: ["backend"] }],
      volumes: [{ volume_name: "${docker_volume.Files.name}", container_path: "/f", read_only: true }],
      depends_on: ["docker_container.Files"],
      memory: 64,
    },
    Files: {
      name: "exploreiot-demo-files",
      image: "literal:1",
      must_run: false,
      volumes: [{ volume_name: "${docker_volume.Files.name}", container_path: "/f" }],
      upload: [{ file: "/a", content: "x" }],
    },
  },
  docker_image: { backend: { name: "exploreiot/backend:1" } },
  docker_network: {
    Edge: { name: "exploreiot-demo-edge", ipam_config: [{ subnet: "10.0.0.0/24", gateway: "10.0.0.1" }] },
    Data: { name: "exploreiot-demo-data", internal: true, ipv6: true, options: { a: "b" } },
  },
  docker_volume: { Files: { name: "exploreiot-demo-files" } },
  terraform_data: { Recipes: { input: { recipes: [{ tag: "exploreiot/backend:1" }] } } },
};

const folderWith = (json: object) => {
  const folder = temporaryFolder();
  write(folder, "cdk.tf.json", stackJson(json));
  return folder;
};

test("a synthesized stack is read with its references resolved to names", () => {
  const folder = folderWith(resource);

  expect(readStack(folder)).toEqual({
    policies: {},
    name: "demo",
    folder,
    backend: "local",
    listeners: [],
    containers: [
      {
        name: "exploreiot-demo-api",
        image: "exploreiot/backend:1",
        job: false,
        labels: { "exploreiot.role": "api" },
        limitsAt: "backend.limits",
        networks: [{ name: "exploreiot-demo-edge", aliases: ["backend"] }],
        volumes: [{ name: "exploreiot-demo-files", path: "/f", readOnly: true }],
        uploads: [],
        dependsOn: ["exploreiot-demo-files"],
        block: { memory: 64 },
      },
      {
        ...{ name: "exploreiot-demo-files", image: "literal:1", job: true, labels: {}, networks: [] },
        volumes: [{ name: "exploreiot-demo-files", path: "/f", readOnly: false }],
        uploads: [{ file: "/a", content: "x" }],
        ...{ dependsOn: [], block: {} },
      },
    ],
    networks: [
      {
        ...{ name: "exploreiot-demo-edge", internal: false, ipv6: false },
        subnets: [{ subnet: "10.0.0.0/24", gateway: "10.0.0.1" }],
        options: {},
      },
      { name: "exploreiot-demo-data", internal: true, ipv6: true, subnets: [], options: { a: "b" } },
    ],
    volumes: [{ name: "exploreiot-demo-files" }],
    images: ["exploreiot/backend:1"],
    recipes: [{ tag: "exploreiot/backend:1" }],
    fingerprint: createHash("sha256").update(stackJson(resource)).digest("hex"),
  });
});

test("a reference to nothing is a bug of the synthesis, and said as one", () => {
  const folder = folderWith({ docker_container: resource.docker_container });

  expect(() => readStack(folder)).toThrow("${docker_image.backend.image_id}: refers to nothing in the stack");
});

test("a folder without a stack says how to get one", async () => {
  const folder = temporaryFolder();

  expect(await errorText(() => readStack(folder))).toBe(
    `${folder}/cdk.tf.json: there is no synthesized stack\n  → run exploreiot synth, or npx cdktf synth`,
  );
});

test("a stack that does not say which deployment it is of is no stack of the kit", async () => {
  const folder = temporaryFolder();
  write(folder, "cdk.tf.json", JSON.stringify({ resource }));

  expect(await errorText(() => readStack(folder))).toBe(
    `${folder}/cdk.tf.json: does not say which deployment it is of\n  → run exploreiot synth, or npx cdktf synth`,
  );
});
