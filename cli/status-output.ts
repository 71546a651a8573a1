import { z } from "zod";
import { ACTIONS } from "../runners/plan.ts";
import { waiver } from "../site/policy-settings.ts";
import { lastReadings } from "./last-readings.ts";

const runner = z
  .enum(["terraform", "compose", "stack"])
  .describe("the program that brings it up; stack is docker stack deploy, on a swarm");

/** A setting that differs between the configuration and what runs. */
const changeOutput = z.strictObject({
  setting: z
    .string()
    .describe("as the provider calls it, with the key below it where it has some: memory, env.DATABASE_HOST"),
  declared: z.string().exactOptional().describe("as the configuration has it; absent where it has none"),
  found: z.string().exactOptional().describe("as it runs; absent where it runs without"),
});

const container = z.strictObject({
  role: z.string(),
  container: z.string(),
  state: z
    .string()
    .describe(
      "as Docker says it: running, exited, …; of a task on a swarm: running, complete, pending, …; absent where there is none",
    ),
  health: z.string().describe("healthy, unhealthy, starting; done for a job that ended well"),
  node: z.string().exactOptional().describe("on a swarm, the host name of the node where it runs"),
  since: z.string().exactOptional().describe("when it was started, RFC 3339 in UTC"),
  restarts: z.int().exactOptional().describe("how often the engine started it again since it was made"),
  image: z
    .strictObject({ name: z.string(), created: z.string() })
    .exactOptional()
    .describe("absent where the engine has no image of that name"),
  usage: z
    .strictObject({
      memoryMiB: z.number(),
      cpuPercent: z.number().describe("mean, of one CPU; of two that are busy it is 200"),
      cpuSince: z
        .enum(["start", "look before", "second before"])
        .describe(
          "over which time: since the container's start; with --watch since the look before; of an engine elsewhere a second",
        ),
      memoryLimitMiB: z.number().exactOptional(),
      cpuLimit: z.number().exactOptional(),
    })
    .exactOptional()
    .describe("its use of its limits; absent where it does not run, or cannot be measured"),
  listens: z.array(z.string()).readonly().describe("address:port on the host, for each published port"),
  difference: z.string().exactOptional().describe("the difference from what was deployed, in one line"),
  changes: z
    .array(changeOutput)
    .readonly()
    .exactOptional()
    .describe("each setting that is not as configured"),
  trouble: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe("faults although the container is as deployed: restarts, ports that do not answer"),
});

/** How the containers of a deployment are: a part of what several verbs print. */
export const containersOutput = z.strictObject({
  well: z.boolean().describe("whether every service is healthy or done, without trouble"),
  containers: z.array(container).readonly(),
  unknown: z
    .array(z.string())
    .readonly()
    .describe("the facts that could not be found out, and so may be well or not"),
});

const warnings = z
  .array(z.string())
  .readonly()
  .describe("settings that are allowed, and facts that should be known although all works");

export const certificateOutput = z.strictObject({
  listener: z.string(),
  address: z.string().describe("address:port that was connected to"),
  certificate: z
    .strictObject({
      serial: z.string(),
      issuer: z.string(),
      names: z.array(z.string()).readonly(),
      validUntil: z.string().describe("RFC 3339 in UTC"),
      daysLeft: z.number(),
    })
    .exactOptional()
    .describe("absent where none was shown, see problems"),
  asPublished: z.boolean().describe("whether that is the certificate that was published last"),
  problems: z.array(z.string()).readonly(),
});

const storage = z.strictObject({
  databaseBytes: z.number().describe("of the application's database"),
  bytesPerDay: z
    .number()
    .exactOptional()
    .describe("that readings of the last four weeks brought; absent with less than a day of them"),
  freeBytes: z
    .number()
    .exactOptional()
    .describe("on the file system of the database; absent where nobody says it"),
  diskBytes: z.number().exactOptional().describe("its size"),
  daysUntilFull: z
    .number()
    .exactOptional()
    .describe("absent where it is not known, or as much will go as comes before"),
  levelsOff: z.boolean().describe("whether as much will go as comes before the disk is full"),
  weeksAggregatedEarly: z
    .int()
    .describe("weeks that went into hourly sums before their time, for want of room"),
  trouble: z
    .array(z.string())
    .readonly()
    .describe("readings are refused, or the disk is full in less than 14 days"),
});

const backupOutput = z.strictObject({
  repository: z.string(),
  last: z
    .strictObject({ at: z.string().describe("RFC 3339 in UTC"), id: z.string() })
    .exactOptional()
    .describe("absent before the first one"),
  verified: z
    .strictObject({ at: z.string().describe("RFC 3339 in UTC"), id: z.string() })
    .exactOptional()
    .describe("the last one that was restored and compared, and when; absent where there is none"),
  archive: z
    .strictObject({
      from: z.string().exactOptional().describe("RFC 3339 in UTC; absent before the first base backup"),
      until: z.string().exactOptional().describe("RFC 3339 in UTC; absent before anything was sent"),
      behind: z.int().describe("seconds since then: what would be lost with the machine now"),
      verified: z
        .strictObject({
          at: z.string().describe("RFC 3339 in UTC"),
          from: z.string().describe("RFC 3339 in UTC"),
          to: z.string().describe("RFC 3339 in UTC"),
        })
        .exactOptional()
        .describe(
          "when the log was last replayed on its base backup in a throw-away server, from where to where; absent where it was not yet, or failed since",
        ),
    })
    .exactOptional()
    .describe("any moment of this time can be restored; absent where backup.archive is false"),
  problems: z.array(z.string()).readonly().describe("too old, or what failed last"),
});

export const statusOutput = z.strictObject({
  deployment: z.string(),
  state: z
    .enum(["not deployed", "down", "partly up", "up"])
    .describe(
      "nothing of it is there; its data is and nothing else; some of its containers are; all of them",
    ),
  asConfigured: z
    .boolean()
    .describe("whether all that the configuration decides is so, runs, and answers: exit code 0"),
  ...containersOutput.shape,
  resources: z
    .array(
      z.strictObject({
        kind: z
          .enum(["container", "network", "volume", "service", "secret", "config"])
          .describe("the last three: on a swarm"),
        name: z.string(),
        difference: z.string(),
        changes: z.array(changeOutput).readonly(),
      }),
    )
    .readonly()
    .describe(
      "networks and volumes that are not as configured, what has the deployment's labels and is not configured, and who else answers to a service's name",
    ),
  certificates: z
    .array(certificateOutput)
    .readonly()
    .describe("the certificate that each TLS listener serves"),
  firewall: z
    .strictObject({
      table: z.string(),
      state: z.enum(["applied", "unconfirmed", "reverted", "changed", "failing"]),
      reason: z.string().exactOptional(),
      secondsLeft: z.number().exactOptional(),
    })
    .exactOptional()
    .describe("absent where it is off, or does not run"),
  readings: lastReadings
    .exactOptional()
    .describe(
      "absent where they are not known, see unknown, and where the shipped backend is not there to be asked",
    ),
  storage: storage
    .exactOptional()
    .describe("absent where the database does not run, or is not that of the shipped backend"),
  backup: backupOutput
    .exactOptional()
    .describe("absent where the deployment makes none, or its container does not run"),
  bridge: z
    .strictObject({
      to: z.string().describe("host:port of the central broker"),
      site: z.string().describe("the name in this site's certificate"),
      connected: z.boolean(),
      waiting: z.int().describe("messages that the central broker has not acknowledged"),
      waitingBytes: z.int().describe("of their payloads"),
    })
    .exactOptional()
    .describe(
      "of the broker's last save, two seconds old at most; absent where there is no bridge, or it is not known, see unknown",
    ),
  outside: z
    .array(
      z.strictObject({
        service: z.string(),
        address: z.string().describe("host:port"),
        tls: z.boolean().describe("whether its certificate is checked; without TLS nobody is"),
      }),
    )
    .readonly()
    .exactOptional()
    .describe("servers that somebody else runs, in place of containers"),
  waived: z.array(waiver).readonly().describe("findings of rules that are accepted, each until a day"),
  warnings,
});

export const upOutput = z.strictObject({
  deployment: z.string(),
  runner,
  changed: z.boolean(),
  ...containersOutput.shape,
  warnings,
});

export const planOutput = z.strictObject({
  deployment: z.string(),
  runner,
  steps: z
    .array(
      z.strictObject({
        kind: z
          .enum(["container", "network", "volume", "service", "secret", "config"])
          .describe("the last three: on a swarm"),
        name: z.string(),
        action: z
          .enum(ACTIONS)
          .describe("of a service of a swarm: whether its new task starts first, or its old one stops first"),
        reasons: z.array(z.string()).readonly().describe("why, each as a person would say it"),
        changes: z.array(changeOutput).readonly().describe("the settings among the reasons"),
        awaySeconds: z
          .number()
          .exactOptional()
          .describe("how long a service is likely to be away; absent where it is not, or is not there yet"),
        standsStill: z.array(z.string()).readonly().describe("roles that cannot work meanwhile"),
      }),
    )
    .readonly(),
  dataInDanger: z.array(z.string()).readonly().describe("volumes whose data would be lost"),
  refused: z
    .array(z.string())
    .readonly()
    .describe(
      "those of them that up deletes with --replace-data alone, since no verified backup of the last hour has their data",
    ),
  backup: z
    .string()
    .exactOptional()
    .describe("where data is in danger: whether a fresh verified backup of it exists"),
  warnings,
});

export const synthOutput = z.strictObject({
  deployment: z.string(),
  path: z.string().describe("of the Terraform JSON"),
  containers: z.int(),
  warnings,
});

export type ContainerStatus = z.output<typeof container>;
export type StackStatus = z.output<typeof containersOutput>;
export type BackupReport = z.output<typeof backupOutput>;
export type StatusReport = z.output<typeof statusOutput>;
export type Storage = z.output<typeof storage>;
export type ListenerReport = z.output<typeof certificateOutput>;
