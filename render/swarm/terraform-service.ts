import { LABEL, roleOf } from "../../core/labels.ts";
import { defined } from "../../runners/compose/yaml.ts";
import { swarmName, VERSION_VARIABLE } from "../../runners/swarm/names.ts";
import { waitSeconds } from "../server-script.ts";
import type { SwarmFile, SwarmPlan, SwarmService } from "./plan.ts";
import { imageWords, lockOf, type Said, saidOf, wholeVersion } from "./stack-file.ts";
import { bytes, Expression, filled, labels, nanoCpus, seconds, short } from "./terraform-words.ts";

/** The address of a service's resource. */
export const addressOf = ({ container }: SwarmService): string => `docker_service.${roleOf(container)}`;

/** A `docker_service` that says what the stack file says of the service. */
export function service(one: SwarmService, plan: SwarmPlan) {
  const said = saidOf(one, plan);
  const { deploy } = said;
  const before = plan.services.filter(({ stage }) => stage === one.stage - 1);
  return defined({
    name: one.name,
    labels: labels(deploy.labels, plan),
    task_spec: {
      container_spec: container(one, said, plan),
      resources: {
        limits: defined({
          nano_cpus: nanoCpus(deploy.resources.limits.cpus),
          memory_bytes: bytes(deploy.resources.limits.memory),
        }),
        reservation: defined({ memory_bytes: bytes(deploy.resources.reservations.memory) }),
      },
      restart_policy: policy(deploy.restart_policy),
      ...(deploy.placement === undefined ? {} : { placement: { constraints: deploy.placement.constraints } }),
      log_driver: defined({ name: said.logging.driver, options: said.logging.options }),
      networks_advanced: Object.entries(said.networks).map(([key, { aliases = [] }]) => ({
        id: new Expression(`\${docker_network.${key}.id}`),
        // As a stack file's services are known by theirs.
        aliases: [...new Set([roleOf(one.container), ...aliases])],
      })),
    },
    mode: { replicated: { replicas: deploy.replicas } },
    endpoint_spec: {
      mode: deploy.endpoint_mode,
      ports: said.ports.map(({ target, published, protocol, mode }) => ({
        ...{ target_port: target, published_port: published, protocol, publish_mode: mode },
      })),
    },
    update_config: change(deploy.update_config),
    rollback_config: deploy.rollback_config === undefined ? undefined : change(deploy.rollback_config),
    // The end of a job is no convergence: who applies waits for it.
    converge_config: one.container.job
      ? undefined
      : { delay: "2s", timeout: seconds(waitSeconds(plan.model.stack)) },
    depends_on: before.map(addressOf),
    lifecycle: { ignore_changes: KEPT },
  });
}

/**
 * Each update by the provider writes the environment in another order, for which the swarm makes all tasks of the service again. So what
 * concerns no task is not for Terraform: labels, which the kit sets, and what the provider itself finds out of an image in a registry.
 */
const KEPT = ["labels", "task_spec[0].placement[0].platforms"];

function container(one: SwarmService, said: Said, plan: SwarmPlan) {
  const { block } = one.container;
  return defined({
    image: new Expression(`\${var.images[${JSON.stringify(said.image)}]}`),
    ...started(one),
    // Terraform would replace a service for another label of its containers.
    labels: labels({ [LABEL.role]: roleOf(one.container) }, plan),
    env: environment(one, plan),
    user: said.user,
    read_only: said.read_only,
    init: said.init,
    cap_add: said.cap_add,
    cap_drop: said.cap_drop,
    mounts: said.volumes.map(({ type, source, target, read_only, tmpfs }) =>
      defined({
        ...{ type, target, read_only },
        source: source === undefined ? undefined : swarmName(source, plan),
        tmpfs_options: tmpfs === undefined ? undefined : { size_bytes: tmpfs.size },
      }),
    ),
    configs: said.configs.map((grant) => {
      const file = one.files.find(({ key }) => key === grant.source) as SwarmFile;
      const made = `docker_config.${grant.source}`;
      return file.source === undefined
        ? given("config", grant, `var.files["${grant.source}"]`)
        : given("config", grant, made);
    }),
    secrets: said.secrets.map((grant) => given("secret", grant, `var.files["${grant.source}"]`)),
    healthcheck:
      said.healthcheck === undefined
        ? undefined
        : {
            test: said.healthcheck.test,
            interval: short(said.healthcheck.interval),
            timeout: short(said.healthcheck.timeout),
            start_period: short(said.healthcheck.start_period),
            retries: said.healthcheck.retries,
          },
    stop_signal: said.stop_signal,
    stop_grace_period: block.stop_timeout === undefined ? undefined : seconds(block.stop_timeout),
  });
}

/** The provider calls the entrypoint `command`, and its arguments `args`. */
function started(one: SwarmService) {
  const { entrypoint, command } = one.container.block;
  const lock = lockOf(one);
  const [words, more] = imageWords(one);
  return {
    command:
      words === undefined
        ? [...lock, ...(entrypoint ?? [])]
        : new Expression(`\${concat(${JSON.stringify(lock)}, var.words["${words.variable}"])}`),
    args: more === undefined ? command : new Expression(`\${var.words["${more.variable}"]}`),
  };
}

const environment = (one: SwarmService, plan: SwarmPlan) => ({
  ...Object.fromEntries(
    (one.environment ?? []).map((entry) => {
      const [name, value = ""] = entry.split(/=(.*)/s);
      return [name, value];
    }),
  ),
  [VERSION_VARIABLE]: filled(wholeVersion(one, plan)),
});

/** A file at its place. @param of the object, as Terraform finds it */
const given = (kind: SwarmFile["kind"], { target, uid, gid, mode }: Said["secrets"][number], of: string) => ({
  ...{ [`${kind}_id`]: new Expression(`\${${of}.id}`), [`${kind}_name`]: new Expression(`\${${of}.name}`) },
  ...{ file_name: target, file_uid: uid, file_gid: gid, file_mode: mode },
});

const policy = ({ condition, delay, max_attempts, window }: Said["deploy"]["restart_policy"]) =>
  // Without a window the provider reads one of no length, and would change it for ever.
  ({ condition, delay, ...(max_attempts === undefined ? {} : { max_attempts }), window: window ?? "0s" });

const change = ({ parallelism, order, monitor, failure_action }: Said["deploy"]["update_config"]) =>
  defined({ parallelism, order, monitor, failure_action });
