import { databaseMayFinish } from "../../../policies/postgres/database-may-finish.ts";
import { judges } from "../judging.ts";

const image = "postgres:15";

judges(databaseMayFinish, "PGS-009", {
  rejects: [
    { name: "what Docker gives", given: { image }, evidence: ["destroy_grace_seconds is not set"] },
    {
      name: "ten seconds and a signal that crashes it",
      given: { image, destroy_grace_seconds: 10, stop_signal: "SIGQUIT" },
      evidence: ["destroy_grace_seconds is 10", 'stop_signal is "SIGQUIT"'],
    },
    {
      name: "a time known only at apply",
      given: { image, destroy_grace_seconds: "${var.s}" },
      evidence: ['destroy_grace_seconds is "${var.s}", known only at apply'],
    },
    {
      name: "a service that is killed",
      type: "docker_service",
      given: { task_spec: { container_spec: { image, stop_grace_period: "10s" } } },
      evidence: ['stop_grace_period is "10s"'],
    },
  ],
  accepts: [
    { name: "a minute", given: { image, destroy_grace_seconds: 60, stop_signal: "SIGINT" } },
    {
      name: "a service with a minute",
      type: "docker_service",
      given: { task_spec: { container_spec: { image, stop_grace_period: "1m0s" } } },
    },
  ],
});
