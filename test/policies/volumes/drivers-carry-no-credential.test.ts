import { driversCarryNoCredential } from "../../../policies/volumes/drivers-carry-no-credential.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const mounting = (driver_options: unknown) => ({
  mounts: [{ type: "volume", target: "/a", volume_options: { driver_options } }],
});

judges(driversCarryNoCredential, "VOL-003", {
  rejects: [
    {
      name: "a login in the options of a share",
      given: { driver_opts: { type: "cifs", o: "addr=192.0.2.1,username=me,password=hunter2" } },
      evidence: ["option o holds a credential"],
    },
    {
      name: "an option that is called so",
      type: "docker_container",
      given: mounting({ password: "hunter2" }),
      evidence: ["option password holds a credential"],
    },
    {
      name: "an address with a password, in a service of a swarm",
      type: "docker_service",
      given: withSpec(mounting({ device: "https://me:hunter2@share.example" })),
      evidence: ["option device holds a credential"],
    },
    {
      name: "what is known only at apply",
      given: { driver_opts: { o: "${var.options}" } },
      evidence: ["option o is known only at apply"],
    },
    {
      name: "options that are known only at apply",
      given: { driver_opts: "${var.options}" },
      evidence: ['cannot be judged: options are "${var.options}", not a map'],
    },
  ],
  accepts: [
    { name: "no options", given: { name: "data" }, examined: 0 },
    {
      name: "a file with the login",
      given: { driver_opts: { type: "cifs", o: "addr=192.0.2.1,credentials=/srv/share.login" } },
    },
  ],
});
