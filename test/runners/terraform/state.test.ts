import { expect, test } from "vitest";
import { readOwned } from "../../../runners/terraform/state.ts";
import { errorText } from "../../support/error-text.ts";
import { stackOf } from "../../support/stack.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const state = {
  version: 4,
  resources: [
    {
      ...{ mode: "managed", type: "docker_container", name: "Redis" },
      instances: [{ attributes: { id: "c1", name: "exploreiot-demo-redis" } }],
    },
    {
      ...{ mode: "managed", type: "docker_container", name: "Web" },
      instances: [{ status: "tainted", attributes: { id: "c2", name: "exploreiot-demo-web" } }],
    },
    { mode: "data", type: "docker_image", name: "looked_up", instances: [{ attributes: { id: "i1" } }] },
    { mode: "managed", type: "docker_volume", name: "Data", instances: [{ attributes: { id: "v1" } }] },
    { mode: "managed", type: "docker_network", name: "NotMadeYet", instances: [] },
  ],
};

function home(text?: string): string {
  const folder = temporaryFolder();
  if (text !== undefined) write(folder, "terraform.tfstate", text);
  return folder;
}

const owned = (folder: string) => readOwned(stackOf([]), folder);

test("what is in the state is told by id and by address", async () => {
  expect(await owned(home(JSON.stringify(state)))).toEqual({
    ids: new Set(["c1", "c2", "i1", "v1"]),
    addresses: ["docker_container.Redis", "docker_container.Web", "docker_volume.Data"],
    tainted: new Map([["exploreiot-demo-web", "docker_container.Web"]]),
  });
});

test.each([undefined, "", '{"version": 4}', '{"version": 4, "resources": []}'])(
  "nothing is owned where the state is %j",
  async (text) => {
    expect(await owned(home(text))).toEqual({ ids: new Set(), addresses: [], tainted: new Map() });
  },
);

test("a state that cannot be read is never taken for an empty one, and what lies next to it is named", async () => {
  const folder = home('{"version": 4, "reso');
  write(folder, "terraform.tfstate.backup", JSON.stringify(state));
  const file = `${folder}/terraform.tfstate`;

  expect(await errorText(() => owned(folder))).toBe(
    `${file}: cut short, or not JSON (20 bytes)\n` +
      `  → the state before the last change lies next to it: cp ${file}.backup ${file}\n` +
      "  → or exploreiot down, which works without it and keeps the data; the next up makes a new one",
  );
});

test("a resource whose id was never known owns nothing", async () => {
  const unfinished = { ...state.resources[0], instances: [{ attributes: { id: null } }, {}] };

  expect((await owned(home(JSON.stringify({ resources: [unfinished] })))).ids).toEqual(new Set());
});
