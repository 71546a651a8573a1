import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { PROBE_FOLDER } from "../core/container-folders.ts";
import { deliveryJob } from "./delivery-job.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { namedVolume } from "./volumes.ts";

/** Renamed into place, since a probe may be running just now. */
const SCRIPT = [
  `cd ${PROBE_FOLDER}`,
  "cp /usr/local/lib/exploreiot/probe probe.new",
  "chmod 0555 probe.new",
  "mv probe.new probe",
].join("\n");

/** The volume with the one file that the containers of a deployment are probed with, and the job that puts it there. */
export class ProbeProgram extends Construct {
  readonly volumeName: string;
  readonly container: Container;

  constructor(scope: Construct, id: string, context: Omit<DeploymentScope, "probeProgram">) {
    super(scope, id);
    this.volumeName = namedVolume(this, "probe", context);
    this.container = deliveryJob(this, "Container", {
      role: "probe-files",
      what: "the program that probes",
      image: "probe",
      script: SCRIPT,
      volumeName: this.volumeName,
      path: PROBE_FOLDER,
      files: [],
      hash: context.secrets.keyedHash(SCRIPT),
      context,
    });
  }
}
