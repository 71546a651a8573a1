import type { ContainerState, ImageState } from "../../runners/docker/observe.ts";
import type { RunnerName } from "../../runners/record.ts";
import type { ContainerSpec } from "../../runners/stack.ts";

/** Nanoseconds of `1m30s`, `500ms`. */
const nanoseconds = (duration: string): number =>
  [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit = "s"]) =>
      sum + Number(amount) * ({ h: 3600e9, m: 60e9, s: 1e9, ms: 1e6 }[unit] ?? 0),
    0,
  );

const ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** An image that says as much as one can, of which a container inherits what it does not say itself. */
export const imageState: ImageState = {
  Id: "sha256:image",
  Created: "2026-11-22T00:00:00Z",
  Config: {
    Env: ["PATH=/bin", "LANG=C"],
    Labels: { "org.example.image": "yes" },
    User: "99:99",
    WorkingDir: "/srv",
    StopSignal: "SIGUSR1",
    Entrypoint: null,
    Cmd: ["daemon"],
    Healthcheck: { Test: ["CMD", "old"], Interval: 7e9 },
  },
};

/**
 * What `docker inspect` says of a container that a runner made as it is declared, written down from what Engine 20.10
 * says of both runners' containers; `test/e2e/status.test.ts` holds it to real ones.
 */
export function inspectOf(spec: ContainerSpec, runner: RunnerName): ContainerState {
  const { block, networks, volumes, labels } = spec;
  const image = imageState.Config;
  const own = new Map(
    [...(image.Env ?? []), ...(block.env ?? [])].map((entry) => [entry.split("=")[0], entry]),
  );
  const isCompose = runner === "compose";
  const { memory = 0, memory_swap = 0, healthcheck } = block;
  const state = {
    ...{ Id: ID, Name: `/${spec.name}`, Image: imageState.Id, RestartCount: 0 },
    State: {
      ...{
        Status: "running",
        Running: true,
        Paused: false,
        Restarting: false,
        ExitCode: 0,
        OOMKilled: false,
      },
      StartedAt: "2026-11-22T10:00:00Z",
    },
    Config: {
      ...{ Hostname: ID.slice(0, 12), Domainname: "", OpenStdin: false, Tty: false },
      User: block.user ?? image.User,
      Env: [...own.values()],
      Cmd: block.command?.length ? block.command : block.entrypoint?.length ? null : image.Cmd,
      Entrypoint: block.entrypoint ?? image.Entrypoint,
      WorkingDir: image.WorkingDir,
      StopSignal: block.stop_signal ?? image.StopSignal,
      ...(block.stop_timeout === undefined ? {} : { StopTimeout: block.stop_timeout }),
      Image: isCompose ? spec.image : imageState.Id,
      Healthcheck:
        healthcheck === undefined
          ? image.Healthcheck
          : {
              Test: healthcheck.test,
              Interval: nanoseconds(healthcheck.interval),
              Timeout: nanoseconds(healthcheck.timeout),
              StartPeriod: nanoseconds(healthcheck.start_period),
              Retries: healthcheck.retries,
            },
      Labels: {
        ...image.Labels,
        ...labels,
        ...(isCompose
          ? {
              "com.docker.compose.config-hash": "aa11",
              "com.docker.compose.version": "",
              "exploreiot.spec": "s",
            }
          : {}),
      },
    },
    HostConfig: {
      NetworkMode: block.network_mode ?? (isCompose ? networks[0]?.name : "bridge"),
      PortBindings: Object.fromEntries(
        (block.ports ?? []).map(({ internal, external, ip, protocol }) => [
          `${internal}/${protocol}`,
          [{ HostIp: ip, HostPort: String(external) }],
        ]),
      ),
      LogConfig: { Type: block.log_driver, Config: block.log_opts },
      RestartPolicy: { Name: block.restart ?? "no", MaximumRetryCount: 0 },
      ...{ Memory: memory * 1024 ** 2, MemorySwap: memory_swap * 1024 ** 2, MemoryReservation: 0 },
      ...{ NanoCpus: Number(block.cpus ?? 0) * 1e9, CpuShares: 0, CpusetCpus: "", CpuQuota: 0, CpuPeriod: 0 },
      PidsLimit: isCompose ? Number(labels["exploreiot.pids-limit"]) : null,
      Ulimits: (block.ulimit ?? []).map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      CapAdd: block.capabilities?.add ?? null,
      CapDrop: block.capabilities?.drop ?? null,
      SecurityOpt: block.security_opts ?? null,
      GroupAdd: block.group_add ?? null,
      Tmpfs: block.tmpfs,
      ReadonlyRootfs: block.read_only ?? false,
      Init: block.init,
      ...{
        Privileged: false,
        IpcMode: "private",
        PidMode: "",
        UsernsMode: "",
        UTSMode: "",
        CgroupnsMode: "host",
      },
      ...{
        Dns: null,
        ExtraHosts: isCompose ? [] : null,
        Devices: null,
        Runtime: "runc",
        ShmSize: 67_108_864,
      },
      ...{ OomScoreAdj: 0, OomKillDisable: false, MemorySwappiness: null, BlkioWeight: 0, CpusetMems: "" },
    },
    Mounts: volumes.map(({ name, path, readOnly }) => ({
      ...{ Type: "volume", Name: name, Source: `/var/lib/docker/volumes/${name}/_data` },
      ...{ Destination: path, RW: !readOnly },
    })),
    NetworkSettings: {
      Networks:
        block.network_mode === undefined
          ? Object.fromEntries(
              networks.map(({ name, aliases, address }) => [
                name,
                {
                  NetworkID: `id-of-${name}`,
                  IPAMConfig: address === undefined ? {} : { IPv4Address: address },
                  Aliases: [
                    ...(isCompose ? [spec.name, labels["exploreiot.role"] ?? ""] : []),
                    ...aliases,
                    ID.slice(0, 12),
                  ],
                },
              ]),
            )
          : { [block.network_mode]: { NetworkID: "of the engine" } },
    },
  };
  return state as ContainerState;
}
