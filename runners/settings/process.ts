import type { ContainerState, Healthcheck } from "../docker/observe.ts";
import type { ContainerBlock } from "../stack-json.ts";
import { type Attribute, type Attributes, at, config, isStated, unless } from "./attribute.ts";
import { duration } from "./durations.ts";

/** A list of `NAME=value` by name. */
const variables = (list: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ((list ?? []) as readonly string[]).map((entry) => {
      const [, name = entry, value = ""] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
      return [name, value || '""'];
    }),
  );

const ofImage = (field: "User" | "WorkingDir" | "StopSignal" | "Entrypoint"): Attribute => ({
  ...config(field),
  otherwise: (image) => image[field],
});

const inspected = ({ Test, Interval, Timeout, StartPeriod, Retries }: Healthcheck = {}) => ({
  ...{ test: Test, interval: duration(Interval), timeout: duration(Timeout) },
  ...{ start_period: duration(StartPeriod), retries: Retries },
});

const restart = (state: ContainerState, field: "Name" | "MaximumRetryCount") =>
  at(at(state.HostConfig, "RestartPolicy"), field);

/** The process of a container, and when it is started and ended. */
export const PROCESS: Attributes = {
  user: ofImage("User"),
  working_dir: ofImage("WorkingDir"),
  stop_signal: ofImage("StopSignal"),
  entrypoint: ofImage("Entrypoint"),
  command: {
    ...config("Cmd"),
    // An entrypoint of its own takes the image's command away.
    otherwise: ({ Cmd }, { entrypoint }) => (isStated(entrypoint) ? undefined : Cmd),
  },
  env: {
    declared: variables,
    found: ({ Config }) => variables(at(Config, "Env")),
    otherwise: ({ Env }) => variables(Env),
    addsToImage: true,
  },
  healthcheck: {
    declared: ({
      test,
      interval,
      timeout,
      start_period,
      retries,
    }: NonNullable<ContainerBlock["healthcheck"]>) => ({
      ...{ test, interval: duration(interval), timeout: duration(timeout) },
      ...{ start_period: duration(start_period), retries },
    }),
    found: ({ Config }) => inspected(at(Config, "Healthcheck") as Healthcheck | undefined),
    otherwise: ({ Healthcheck }) => inspected(Healthcheck),
    addsToImage: true,
  },
  hostname: {
    // The engine's own name for it is its short id, or with the machine's network the machine's name.
    found: ({ Id, Config, HostConfig }) =>
      at(HostConfig, "NetworkMode") === "host" ? undefined : unless(Id.slice(0, 12))(at(Config, "Hostname")),
  },
  domainname: config("Domainname"),
  stdin_open: config("OpenStdin"),
  tty: config("Tty"),
  stop_timeout: config("StopTimeout"),
  restart: { declared: unless("no"), found: (state) => unless("no")(restart(state, "Name")) },
  max_retry_count: { found: (state) => restart(state, "MaximumRetryCount") },
};
