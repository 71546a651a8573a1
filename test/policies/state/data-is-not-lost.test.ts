import { dataIsNotLost } from "../../../policies/state/data-is-not-lost.ts";
import { judges } from "../judging.ts";

const change = (type: string, actions: string[], more = {}) => ({
  address: `${type}.Data`,
  type,
  actions,
  ...more,
});
const reading = {
  docker_container: {
    S: {
      image: "a",
      volumes: { container_path: "/a", volume_name: "${docker_volume.Data.name}", read_only: true },
    },
  },
};

judges(dataIsNotLost, "STA-004", {
  rejects: [
    {
      name: "a volume that goes",
      given: change("docker_volume", ["delete"]),
      evidence: ["the plan will delete it"],
    },
    {
      name: "a volume that is made again",
      given: change("docker_volume", ["delete", "create"], { replacePaths: [["labels"]] }),
      evidence: ['the plan will delete and create it because of [["labels"]]'],
    },
    {
      name: "a database that keeps its data inside itself",
      given: change("docker_container", ["delete", "create"], {
        before: { image: "postgres:15", volumes: [] },
      }),
      evidence: ["the plan will delete and create it"],
    },
    {
      name: "actions that are none",
      given: { address: "docker_volume.Data", type: "docker_volume", actions: "delete" },
      evidence: ['cannot be judged: actions is "delete", which is not a list of texts'],
    },
  ],
  accepts: [
    { name: "a volume that is made", given: change("docker_volume", ["create"]) },
    {
      name: "a volume through which a job hands files on",
      given: change("docker_volume", ["delete", "create"]),
      around: { ...reading, docker_volume: { Data: { name: "files" } } },
    },
    {
      name: "a database whose data is on a volume",
      given: change("docker_container", ["delete", "create"], {
        before: { image: "postgres:15", volumes: [{ volume_name: "d" }] },
      }),
    },
    { name: "a network", given: change("docker_network", ["delete"]), examined: 0 },
  ],
});
