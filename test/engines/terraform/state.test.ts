import { expect, test } from "vitest";
import { ownedIds, resourceAddresses } from "../../../engines/terraform/state.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const state = {
  version: 4,
  resources: [
    {
      ...{ mode: "managed", type: "docker_container", name: "Redis" },
      instances: [{ attributes: { id: "c1" } }],
    },
    { mode: "data", type: "docker_image", name: "looked_up", instances: [{ attributes: { id: "i1" } }] },
    { mode: "managed", type: "docker_volume", name: "Data", instances: [] },
  ],
};

function home(text?: string): string {
  const folder = temporaryFolder();
  if (text !== undefined) write(folder, "terraform.tfstate", text);
  return folder;
}

test("what is in the state is told by id and by address", () => {
  const folder = home(JSON.stringify(state));

  expect([ownedIds(folder), resourceAddresses(folder)]).toEqual([
    new Set(["c1", "i1"]),
    ["docker_container.Redis", "docker_volume.Data"],
  ]);
});

test.each([undefined, '{"version": 4}', '{"version": 4, "resources": []}'])(
  "nothing is owned where the state is %j",
  (text) => {
    const folder = home(text);

    expect([ownedIds(folder), resourceAddresses(folder)]).toEqual([new Set(), []]);
  },
);

test("a state that cannot be read is never taken for an empty one", () => {
  const folder = home('{"version": 4, "reso');

  expect(() => resourceAddresses(folder)).toThrow(SyntaxError);
});
