import { expect, test } from "vitest";
import { majorVersionIsKept } from "../../../policies/postgres/major-version-is-kept.ts";
import { judges } from "../judging.ts";
import { notEnforceable } from "../servers.ts";

const change = (type: string, before: object, after: object) => ({
  address: `${type}.x`,
  type,
  actions: ["update"],
  before,
  after,
});

judges(majorVersionIsKept, "PGS-013", {
  rejects: [
    {
      name: "the newest version, without a number",
      given: { image: "postgres:latest" },
      evidence: ['"postgres:latest" names no version'],
    },
    {
      name: "a service without a tag",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "postgres" } } },
      evidence: ['"postgres" names no version'],
    },
    {
      name: "a plan with another major",
      type: "plan/change",
      given: change("docker_image", { name: "postgres:15.6" }, { name: "postgres:16.1" }),
      evidence: ["the plan changes PostgreSQL 15 to 16: it will not start on its data"],
    },
    {
      name: "a plan that leaves the version",
      type: "plan/change",
      given: change("docker_container", { image: "postgres:15.6" }, { image: "postgres" }),
      evidence: ['"postgres" names no version'],
    },
  ],
  accepts: [
    { name: "a major", given: { image: "postgres:15-alpine" } },
    {
      name: "a major behind the version of an extension",
      given: { image: "timescale/timescaledb:2.14.2-pg15" },
    },
    {
      name: "a plan with another minor",
      type: "plan/change",
      given: change("docker_image", { name: "postgres:15.6" }, { name: "postgres:15.7" }),
    },
    {
      name: "a plan for something else",
      type: "plan/change",
      given: change("docker_image", { name: "redis:6" }, { name: "redis:7" }),
      examined: 0,
    },
  ],
});

test("says where to look for an image that is named by content", () => {
  const image = `postgres@sha256:${"0".repeat(64)}`;

  expect(notEnforceable(majorVersionIsKept, "docker_container", { image })).toEqual([
    `"${image}" is named by content: its recipe says which version it holds`,
  ]);
});
