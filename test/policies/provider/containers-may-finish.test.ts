import { containersMayFinish } from "../../../policies/provider/containers-may-finish.ts";
import { judges } from "../judging.ts";

judges(containersMayFinish, "PRV-018", {
  rejects: [
    { name: "a service that is killed at once", given: {}, evidence: ["destroy_grace_seconds is not set"] },
    {
      name: "0, which is the same",
      given: { destroy_grace_seconds: 0 },
      evidence: ["destroy_grace_seconds is 0"],
    },
    {
      name: "too short a time for a service",
      given: { destroy_grace_seconds: 9 },
      evidence: ["destroy_grace_seconds is 9"],
    },
    ...["postgres", "redis", "mosquitto"].map((value) => ({
      name: `too short a time for ${value}, which writes to disk before it ends`,
      given: { destroy_grace_seconds: 59, labels: [{ label: "exploreiot.role", value }] },
      evidence: ["destroy_grace_seconds is 59"],
    })),
    {
      name: "a job that is killed at once",
      given: { must_run: false },
      evidence: ["destroy_grace_seconds is not set"],
    },
    {
      name: "less than stop_timeout promises",
      given: { destroy_grace_seconds: 10, stop_timeout: 60 },
      evidence: ["stop_timeout is 60, destroy_grace_seconds is 10"],
    },
    {
      name: "what is known only at apply",
      given: { destroy_grace_seconds: "${var.g}", stop_timeout: "${var.s}" },
      evidence: [
        'destroy_grace_seconds is "${var.g}", known only at apply',
        'stop_timeout is "${var.s}", known only at apply, destroy_grace_seconds is "${var.g}"',
      ],
    },
  ],
  accepts: [
    { name: "a service", given: { destroy_grace_seconds: 10, stop_timeout: 10 } },
    {
      name: "PostgreSQL",
      given: { destroy_grace_seconds: 60, labels: [{ label: "exploreiot.role", value: "postgres" }] },
    },
    { name: "a job", given: { must_run: false, destroy_grace_seconds: 1 } },
  ],
});
