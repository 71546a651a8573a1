import { expect, test } from "vitest";
import { brokerIsCurrent } from "../../../policies/mqtt/broker-is-current.ts";
import { judges } from "../judging.ts";
import { notEnforceable } from "../servers.ts";

judges(brokerIsCurrent, "MQT-019", {
  rejects: [
    {
      name: "an old broker",
      given: { image: "eclipse-mosquitto:1.6.15" },
      evidence: ["the image holds Mosquitto 1.6"],
    },
    {
      name: "an image known only at apply",
      given: { image: "${var.image}", labels: [{ label: "exploreiot.role", value: "mosquitto" }] },
      evidence: ["its image is known only at apply"],
    },
    {
      name: "an old broker of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "registry.test:5000/eclipse-mosquitto:1.4" } } },
      evidence: ["the image holds Mosquitto 1.4"],
    },
  ],
  accepts: [
    { name: "a current one", given: { image: "eclipse-mosquitto:2.0.18-openssl" } },
    { name: "the latest one, which IMG-002 is about", given: { image: "eclipse-mosquitto" } },
    { name: "another server", given: { image: "redis:1" }, examined: 0 },
  ],
});

test("says where to look for an image that is named by content", () => {
  expect(
    notEnforceable(brokerIsCurrent, "docker_container", { image: "kit/mosquitto:a567fddaf54c2d00" }),
  ).toEqual(['"kit/mosquitto:a567fddaf54c2d00" is named by content: its recipe says which version it holds']);
});
