import { ipcNamespaceIsItsOwn } from "../../../policies/containers/ipc-namespace-is-its-own.ts";
import { judges } from "../judging.ts";

judges(ipcNamespaceIsItsOwn, "CTR-021", {
  rejects: [
    { name: "that of the host", given: { ipc_mode: "host" }, evidence: ['ipc_mode is "host"'] },
    {
      name: "one that others may join",
      given: { ipc_mode: "shareable" },
      evidence: ['ipc_mode is "shareable"'],
    },
    {
      name: "that of another container",
      given: { ipc_mode: "container:x" },
      evidence: ['ipc_mode is "container:x"'],
    },
    {
      name: "what is known only at apply",
      given: { ipc_mode: "${var.mode}" },
      evidence: ['ipc_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default", given: {} },
    { name: "a private one", given: { ipc_mode: "private" } },
    { name: "none", given: { ipc_mode: "none" } },
  ],
});
