import { rmSync } from "node:fs";
import { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { expect, onTestFinished, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { App, TerraformStack } from "../../constructs/cdktf.ts";
import { deploymentHome } from "../../core/home.ts";
import { Mosquitto } from "../../services/mosquitto/mosquitto.ts";
import { Postgres } from "../../services/postgres/postgres.ts";
import { Redis } from "../../services/redis/redis.ts";
import { kitScope } from "../../stacks/kit-scope.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A stack of somebody's own, whose secrets go when the test ends. */
function stack() {
  const name = `t-${process.pid}-parts`;
  onTestFinished(() => rmSync(deploymentHome(name), { recursive: true, force: true }));
  const own = new TerraformStack(new App({ outdir: temporaryFolder() }), name);
  return { own, context: kitScope(own, parseDeployment({ name }, "test"), { judged: false }) };
}

interface Json {
  readonly resource: {
    readonly docker_network: Readonly<Record<string, { readonly name: string }>>;
    readonly docker_container: Readonly<
      Record<
        string,
        { readonly image: string; readonly networks_advanced?: readonly { readonly name: string }[] }
      >
    >;
  };
}

test("a store of the kit joins a network and runs an image of one's own, and makes none then", () => {
  const { own, context } = stack();
  const network = new Network(own, "Plant", { name: "plant", internal: true });
  const image = new Image(own, "Own", { name: "registry.example/redis:7", keepLocally: true });
  const redis = new Redis(own, "Redis", {
    context,
    network: { id: network.id, internal: true },
    image: image.imageId,
  });
  const { resource } = own.toTerraform() as Json;
  const made = resource.docker_container[redis.container.friendlyUniqueId];

  expect([made?.image, made?.networks_advanced?.map(({ name }) => name)]).toEqual([
    "${docker_image.Own.image_id}",
    ["${docker_network.Plant.id}"],
  ]);
  expect(Object.values(resource.docker_network).map(({ name }) => name)).toEqual(["plant"]);
});

test("stores share the networks of the deployment by default, and say where they are reached", () => {
  const { own, context } = stack();
  const stores = [
    new Mosquitto(own, "Mosquitto", { context }),
    new Postgres(own, "Postgres", { context }),
    new Redis(own, "Redis", { context }),
  ];
  const { resource } = own.toTerraform() as Json;
  const joined = stores.map(
    ({ container }) => resource.docker_container[container.friendlyUniqueId]?.networks_advanced?.[0]?.name,
  );

  expect(stores.map(({ host, port }) => `${host}:${port}`)).toEqual([
    "mosquitto:1883",
    "postgres:5432",
    "redis:6379",
  ]);
  expect([joined[1] === joined[2], joined[0] === joined[1]]).toEqual([true, false]);
  expect(Object.keys(resource.docker_network)).toHaveLength(2);
});
