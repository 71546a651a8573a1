import { stopSignalCanBeHandled } from "../../../policies/containers/stop-signal-can-be-handled.ts";
import { judges } from "../judging.ts";

judges(stopSignalCanBeHandled, "CTR-043", {
  rejects: [
    { name: "SIGKILL", given: { stop_signal: "SIGKILL" }, evidence: ['stop_signal is "SIGKILL"'] },
    { name: "its number", given: { stop_signal: "9" }, evidence: ['stop_signal is "9"'] },
    { name: "STOP", given: { stop_signal: "stop" }, evidence: ['stop_signal is "stop"'] },
    {
      name: "a signal known only at apply",
      given: { stop_signal: "${var.signal}" },
      evidence: ['stop_signal is "${var.signal}", known only at apply'],
    },
    {
      name: "that of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { stop_signal: "KILL" } } },
      evidence: ['stop_signal is "KILL"'],
    },
  ],
  accepts: [
    { name: "SIGTERM", given: { stop_signal: "SIGTERM" } },
    { name: "SIGUSR1", given: { stop_signal: "SIGUSR1" } },
    { name: "the image's own", given: {} },
  ],
});
