/** The labels by which containers of the kit are known, on the engine and in the JSON. */
export const LABEL = {
  deployment: "exploreiot.deployment",
  role: "exploreiot.role",
  environment: "exploreiot.env",
  configHash: "exploreiot.config-hash",
  checkout: "exploreiot.checkout",
  pidsLimit: "exploreiot.pids-limit",
  spec: "exploreiot.spec",
  rotation: "exploreiot.rotation",

  /** Of a job on a swarm: the version of it that is done. */
  done: "exploreiot.done",
} as const;

/** The compose project of a deployment. */
export const composeProject = (deployment: string): string => `exploreiot-${deployment}`;

/**
 * Labels by which Docker Compose knows its containers and networks. Those that never change are on Terraform's too:
 * compose then goes on with what Terraform made.
 */
export const COMPOSE_LABEL = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
  number: "com.docker.compose.container-number",
  oneOff: "com.docker.compose.oneoff",
  hash: "com.docker.compose.config-hash",
  network: "com.docker.compose.network",

  /** Where compose was started: of its own containers alone. */
  folder: "com.docker.compose.project.working_dir",
} as const;

/** The role of a container of the kit, such as `mosquitto-files`; the compose service has the same name. */
export const roleOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): string =>
  labels[LABEL.role] as string;
