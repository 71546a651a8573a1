import {
  block,
  boolean,
  command,
  count,
  duration,
  hosts,
  labels,
  list,
  names,
  number,
  numberOrText,
  type Shape,
  size,
  test,
  text,
  texts,
  ulimit,
  words,
} from "./shape.ts";

/*
 * The keys of the compose specification, in the long form. In each block the first mapping holds what rules have to
 * know, the second what has no say in any of them.
 *
 * Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */

const hook = block({ command, user: text, privileged: boolean, environment: texts }, { working_dir: text });

const build = block(
  {
    context: text,
    dockerfile: text,
    dockerfile_inline: text,
    args: texts,
    network: text,
    privileged: boolean,
    entitlements: words,
    platforms: words,
  },
  {
    additional_contexts: names(text),
    cache_from: words,
    cache_to: words,
    extra_hosts: hosts,
    isolation: text,
    labels,
    no_cache: boolean,
    no_cache_filter: words,
    provenance: text,
    pull: boolean,
    sbom: text,
    secrets: list(block({}, { source: text, target: text, uid: text, gid: text, mode: numberOrText })),
    shm_size: size,
    ssh: names(text),
    tags: words,
    target: text,
    ulimits: names(ulimit),
  },
);

const devices = list(
  block({ driver: text }, { capabilities: words, count, device_ids: words, options: texts }),
);

const rollout = block(
  {},
  {
    parallelism: number,
    delay: duration,
    failure_action: text,
    monitor: duration,
    max_failure_ratio: number,
    order: text,
  },
);

const deploy = block(
  {
    resources: block({
      limits: block({ cpus: number, memory: size, pids: number }),
      reservations: block(
        { devices },
        {
          cpus: number,
          memory: size,
          generic_resources: list(
            block({}, { discrete_resource_spec: block({}, { kind: text, value: number }) }),
          ),
        },
      ),
    }),
    restart_policy: block({ condition: text, max_attempts: number }, { delay: duration, window: duration }),
  },
  {
    mode: text,
    endpoint_mode: text,
    replicas: number,
    labels,
    update_config: rollout,
    rollback_config: rollout,
    placement: block(
      {},
      {
        constraints: words,
        preferences: list(block({}, { spread: text })),
        max_replicas_per_node: number,
      },
    ),
  },
);

const develop = block({
  watch: list(
    block(
      { exec: hook },
      { action: text, path: text, target: text, ignore: words, include: words, initial_sync: boolean },
    ),
  ),
});

const volume = block(
  {
    type: text,
    source: text,
    target: text,
    read_only: boolean,
    bind: block({ propagation: text }, { create_host_path: boolean, recursive: text, selinux: text }),
    tmpfs: block({ size, mode: numberOrText }),
  },
  {
    consistency: text,
    volume: block({}, { labels, nocopy: boolean, subpath: text }),
    image: block({}, { subpath: text }),
  },
);

const port = block(
  { target: numberOrText, published: text, host_ip: text, protocol: text },
  { name: text, mode: text, app_protocol: text },
);

/** A config or a secret, as a service is given it. */
const given = list(block({ source: text, target: text }, { uid: text, gid: text, mode: numberOrText }));

const throttle = list(block({}, { path: text, rate: size }));
const weight = list(block({}, { path: text, weight: number }));

const service = block(
  {
    build,
    cap_add: words,
    cap_drop: words,
    cgroup: text,
    cgroup_parent: text,
    command,
    configs: given,
    container_name: text,
    cpu_shares: number,
    cpus: number,
    cpuset: text,
    depends_on: names(block({ condition: text }, { restart: boolean, required: boolean })),
    deploy,
    develop,
    device_cgroup_rules: words,
    devices: list(block({ source: text }, { target: text, permissions: text })),
    dns: words,
    entrypoint: command,
    env_file: list(block({ path: text, required: boolean, format: text })),
    environment: texts,
    extra_hosts: hosts,
    gpus: devices,
    group_add: words,
    healthcheck: block(
      {
        test,
        interval: duration,
        timeout: duration,
        retries: number,
        start_period: duration,
        disable: boolean,
      },
      { start_interval: duration },
    ),
    hostname: text,
    image: text,
    init: boolean,
    ipc: text,
    label_file: words,
    labels,
    links: words,
    logging: block({ driver: text, options: names(text) }),
    mem_limit: size,
    memswap_limit: size,
    models: names(block({}, { endpoint_var: text, model_var: text })),
    network_mode: text,
    networks: names(
      block(
        { aliases: words },
        {
          driver_opts: names(text),
          gw_priority: number,
          interface_name: text,
          ipv4_address: text,
          ipv6_address: text,
          link_local_ips: words,
          mac_address: text,
          priority: number,
        },
      ),
    ),
    pid: text,
    pids_limit: number,
    ports: list(port),
    post_start: list(hook),
    pre_stop: list(hook),
    privileged: boolean,
    profiles: words,
    provider: block({ type: text, options: names(optionOrOptions()) }),
    pull_policy: text,
    read_only: boolean,
    restart: text,
    runtime: text,
    secrets: given,
    security_opt: words,
    shm_size: size,
    stdin_open: boolean,
    stop_grace_period: duration,
    stop_signal: text,
    sysctls: texts,
    tmpfs: words,
    tty: boolean,
    ulimits: names(ulimit),
    use_api_socket: boolean,
    user: text,
    userns_mode: text,
    uts: text,
    volumes: list(volume),
    volumes_from: words,
    "x-exploreiot-files": list(block({ source: text, target: text })),
  },
  {
    annotations: texts,
    attach: boolean,
    blkio_config: block(
      {},
      {
        weight: number,
        weight_device: weight,
        device_read_bps: throttle,
        device_read_iops: throttle,
        device_write_bps: throttle,
        device_write_iops: throttle,
      },
    ),
    cpu_count: number,
    cpu_percent: number,
    cpu_period: duration,
    cpu_quota: duration,
    cpu_rt_period: duration,
    cpu_rt_runtime: duration,
    credential_spec: block({}, { config: text, file: text, registry: text }),
    dns_opt: words,
    dns_search: words,
    domainname: text,
    expose: words,
    external_links: words,
    isolation: text,
    mac_address: text,
    mem_reservation: size,
    mem_swappiness: number,
    oom_kill_disable: boolean,
    oom_score_adj: number,
    platform: text,
    pull_refresh_after: text,
    scale: number,
    storage_opt: names(text),
    working_dir: text,
  },
);

/** An option of a provider: one text, or several. */
function optionOrOptions(): Shape {
  return {
    is: "value",
    called: "a text, or a list of texts",
    read: (given) => {
      const all = Array.isArray(given) ? given : [given];
      return all.some((one) => typeof one === "object") ? undefined : all.map(String);
    },
  };
}

const network = block(
  {
    name: text,
    external: boolean,
    driver: text,
    driver_opts: names(text),
    internal: boolean,
    attachable: boolean,
    enable_ipv6: boolean,
    ipam: block(
      {
        config: list(block({ subnet: text, gateway: text }, { ip_range: text, aux_addresses: names(text) })),
      },
      { driver: text, options: names(text) },
    ),
  },
  { enable_ipv4: boolean, labels },
);

/** A compose project in the long form. */
export const PROJECT: Shape = block(
  {
    name: text,
    services: names(service),
    networks: names(network),
    volumes: names(
      block({ name: text, external: boolean, driver: text, driver_opts: names(text) }, { labels }),
    ),
    configs: names(
      block(
        { name: text, external: boolean, file: text, content: text, environment: text },
        { labels, template_driver: text },
      ),
    ),
    secrets: names(
      block(
        { name: text, external: boolean, file: text, environment: text },
        { labels, driver: text, driver_opts: names(text), template_driver: text },
      ),
    ),
    models: names(block({ model: text }, { name: text, context_size: number, runtime_flags: words })),
  },
  { version: text },
);
