import { expect, test } from "vitest";
import { describeChanges, isPlanned, messagesIn } from "../../../runners/terraform/messages.ts";

const lines = (...messages: object[]) => messages.map((message) => JSON.stringify(message)).join("\n");
const change = (type: string, addr: string, action: string, reason?: string) => ({
  type,
  change: { resource: { addr }, action, ...(reason === undefined ? {} : { reason }) },
});

test("the changes of a plan are told from all else that terraform says", () => {
  const output = [
    "not JSON at all",
    '{"type": "planned_change", half a line',
    lines(
      { type: "version", terraform: "1.11.4" },
      change("planned_change", "docker_container.A", "create"),
      change("planned_change", "docker_container.B", "replace", "cannot_update"),
      change("planned_change", "docker_container.C", "noop"),
      change("resource_drift", "docker_container.D", "update"),
      { type: "change_summary", changes: { add: 1 } },
    ),
    "",
  ].join("\n");

  expect(messagesIn(output)).toEqual({
    changes: [
      { address: "docker_container.A", action: "create" },
      { address: "docker_container.B", action: "replace", reason: "cannot_update" },
    ],
    errors: [],
  });
});

test("the end of a plan is told from the summary of what was applied", () => {
  const summary = (operation: string) => lines({ type: "change_summary", changes: { add: 1, operation } });

  expect(
    [
      summary("plan"),
      summary("apply"),
      lines(change("planned_change", "a", "create")),
      "{ half a line",
      "no JSON",
    ].map(isPlanned),
  ).toEqual([true, false, false, false, false]);
});

test("errors are told with the resource they are about, warnings are not", () => {
  const output = lines(
    {
      diagnostic: {
        severity: "error",
        summary: "no image",
        detail: "pull failed",
        address: "docker_image.x",
      },
    },
    { diagnostic: { severity: "warning", summary: "deprecated", detail: "" } },
    { diagnostic: { severity: "error", summary: "state is locked", detail: "" } },
  );

  expect(messagesIn(output)).toEqual({
    changes: [],
    errors: ["docker_image.x: no image: pull failed", "state is locked"],
  });
});

const address = (type: string, path: string) => `${type}.${path}_1A2B3C4D`;

test("what is created is counted by kind, the rest stands line by line", () => {
  const redis = address("docker_container", "Redis_Service_Container");
  expect(
    describeChanges([
      { address: redis, action: "replace", reason: "cannot_update" },
      { address: address("docker_volume", "Redis_Data"), action: "create" },
      { address: address("docker_container", "Backend_api"), action: "create" },
      { address: address("docker_volume", "Redis_Files"), action: "create" },
      { address: address("terraform_data", "Images_Recipes"), action: "create" },
      { address: redis, action: "update" },
      { address: redis, action: "delete" },
      { address: redis, action: "forget" },
      { address: address("docker_volume", "Redis_Data"), action: "remove", reason: "delete_because_x" },
    ]),
  ).toEqual([
    "terraform: + 2 volumes, 1 container, 1 recipe list",
    "terraform: ± docker_container Redis/Service/Container (cannot update)",
    "terraform: ~ docker_container Redis/Service/Container",
    "terraform: - docker_container Redis/Service/Container",
    "terraform: forget docker_container Redis/Service/Container",
    "terraform: docker_volume Redis/Data is not declared any more; it stays, and is forgotten (docker volume rm deletes it)",
  ]);
});

test("a plan without changes is described by no line", () => {
  expect(describeChanges([])).toEqual([]);
});
