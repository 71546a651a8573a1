import { dataIsNotDestroyed } from "../../../policies/volumes/data-is-not-destroyed.ts";
import { judges } from "../judging.ts";

const usedIn = (value: string, read_only = false) => ({
  docker_container: {
    Redis: {
      labels: [{ label: "exploreiot.env", value }],
      volumes: [{ container_path: "/data", volume_name: "${docker_volume.Subject.name}", read_only }],
    },
  },
});

judges(dataIsNotDestroyed, "VOL-002", {
  rejects: [
    {
      name: "data in production",
      given: {},
      around: usedIn("production"),
      evidence: ["lifecycle.prevent_destroy is not set"],
    },
    {
      name: "data in production that says so",
      given: { lifecycle: { prevent_destroy: false } },
      around: usedIn("production"),
      evidence: ["lifecycle.prevent_destroy is false"],
    },
    {
      name: "data of nobody knows where",
      given: { lifecycle: [{ prevent_destroy: false }] },
      around: usedIn("${var.env}"),
      evidence: ["lifecycle.prevent_destroy is false"],
    },
    {
      name: "data that a local and a production container share",
      given: {},
      around: {
        docker_container: {
          ...usedIn("local").docker_container,
          Second: usedIn("production").docker_container.Redis,
        },
      },
      evidence: ["lifecycle.prevent_destroy is not set"],
    },
    {
      name: "a volume that nobody is seen to mount",
      given: {},
      evidence: ["lifecycle.prevent_destroy is not set"],
    },
  ],
  accepts: [
    {
      name: "data that is kept",
      given: { lifecycle: { prevent_destroy: true } },
      around: usedIn("production"),
    },
    {
      name: "data of a local deployment",
      given: { lifecycle: { prevent_destroy: false } },
      around: usedIn("local"),
    },
    { name: "delivered files", given: {}, around: usedIn("production", true), examined: 0 },
  ],
});
