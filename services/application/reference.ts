import { FILES } from "../../core/container-folders.ts";
import { hasRules, keepsOtherwise } from "../../site/retention.ts";
import type { Rights } from "../definition.ts";
import type { ParsedDeployment } from "../deployment.ts";
import type { InnerNetwork, Migration, Role } from "./settings.ts";

/** The settings of a program of the backend before a deployment says anything of it. */
export interface Given {
  readonly environment: Environment;
  readonly secrets: Secrets;
  readonly files: Files;
  readonly networks: readonly InnerNetwork[];
  readonly rights: Omit<Rights, "mosquitto">;
}

type Environment = ParsedDeployment["backend"]["environment"];
type Secrets = ParsedDeployment["backend"]["secrets"];
type Files = ParsedDeployment["backend"]["files"];

const database: Environment = {
  DATABASE_HOST: "{postgres.host}",
  DATABASE_PORT: "{postgres.port}",
  DATABASE_NAME: "{postgres.database}",
  DATABASE_USER: "{postgres.user}",
};
const redis: Environment = {
  REDIS_HOST: "{redis.host}",
  REDIS_PORT: "{redis.port}",
  REDIS_USER: "{redis.user}",
};
/** As a file: a thousand sensors are more than a variable may hold. */
const SENSORS = "sensors.json";
const sensors: Environment = {
  SENSORS_FILE: `${FILES}/${SENSORS}`,
  SILENT_AFTER_SECONDS: "{deployment.silentAfterSeconds}",
};
const sensorFile: Files = { [SENSORS]: { text: "{deployment.sensors}" } };
/** As a file, too: a class may name a thousand sensors. */
const RETENTION = "retention.json";
const databasePassword: Secrets = { DATABASE_PASSWORD: { value: "{postgres.password}", as: "file" } };
const redisPassword: Secrets = { REDIS_PASSWORD: { value: "{redis.password}", as: "file" } };

/** The settings of each program of the shipped backend (apps/backend); a deployment's own settings are laid over it. */
const programs = {
  api: {
    environment: {
      ...database,
      ...redis,
      ...sensors,
      PATH_PREFIX: "{backend.pathPrefix}",
      LISTEN_PORT: "{backend.port}",
      ALLOWED_HOSTS: "{http.hosts},{backend.host}",
      CORS_ORIGINS: "{http.corsOrigins}",
      TRUSTED_PROXIES: "{edge.address}",
      MAX_CONNECTIONS_PER_CLIENT: "{backend.connectionsPerSource}",
      RATE_LIMIT_PER_MINUTE: "{http.rateLimitPerMinute}",
      OPEN_WRITES: "{http.openWrites}",
    },
    secrets: {
      ...databasePassword,
      ...redisPassword,
      API_KEY: { value: "{backend.apiKey}", as: "file" },
      API_KEY_FORMER: { value: "{backend.formerApiKey}", as: "file" },
    },
    files: sensorFile,
    networks: ["data"],
    rights: {
      postgres: "granted",
      redis: "~exploreiot:* &exploreiot:* +@read +@write +@pubsub +@connection -@admin -@dangerous",
    },
  },
  ingest: {
    environment: {
      ...database,
      ...redis,
      ...sensors,
      MQTT_HOST: "{mosquitto.host}",
      MQTT_PORT: "{mosquitto.port}",
      MQTT_USER: "{mosquitto.user}",
      MQTT_TOPIC: "{topics.readings}",
      MQTT_STATUS_TOPIC: "{topics.status}",
      // A session of its own for each container; replicas share the work of one subscription.
      // The colon keeps it apart from every user name and device: over TLS those are client ids, too.
      MQTT_CLIENT_ID: "{mosquitto.user}:{deployment.name}-{role.name}",
      MQTT_SHARED_GROUP: "{role.group}",
      ALARM_WEBHOOK_URL: "{deployment.alarmWebhook}",
      LISTEN_PORT: "{backend.port}",
    },
    secrets: {
      ...databasePassword,
      ...redisPassword,
      MQTT_PASSWORD: { value: "{mosquitto.password}", as: "file" },
    },
    files: sensorFile,
    networks: ["broker", "data"],
    // It pushes what it stored, and says that it works. It can read nothing of what others keep.
    rights: {
      postgres: "granted",
      redis:
        "%W~exploreiot:ingest* &exploreiot:* +publish +set +zadd +zremrangebyscore +@connection -@admin -@dangerous",
    },
  },
  migrate: {
    environment: database,
    secrets: databasePassword,
    files: {},
    networks: ["data"],
    rights: { postgres: "owner", redis: "" },
  },
} satisfies Readonly<Record<string, Given>>;

type Kind = keyof typeof programs;

export const isReferenceKind = (text: string): text is Kind => Object.hasOwn(programs, text);

/** A role that runs something else gets no settings but those that the deployment names. */
const nothing: Given = {
  environment: {},
  secrets: {},
  files: {},
  networks: ["broker", "data"],
  rights: { postgres: "granted", redis: "" },
};

/**
 * @param users names in the database, separated by commas, of the roles that run each program
 * @param asked what a deployment says of the programs themselves: what it leaves out is given to none
 */
export function referenceSettings(
  kind: string | undefined,
  users: { readonly api: string; readonly ingest: string },
  { alarms, retention }: Pick<ParsedDeployment, "alarms" | "retention">,
): Given {
  if (kind === undefined || !isReferenceKind(kind)) return nothing;
  const given: Given = programs[kind];
  if (kind === "migrate") {
    const granted = { DATABASE_API_USERS: users.api, DATABASE_INGEST_USERS: users.ingest };
    return { ...given, environment: { ...given.environment, ...granted } };
  }
  const days = keepsOtherwise(retention) ? { RETENTION_DAYS: String(retention.rawDays) } : {};
  if (kind === "api") return { ...given, environment: { ...given.environment, ...days } };
  const rules = hasRules(retention);
  const secret = alarms.webhook?.secret;
  return {
    ...given,
    environment: {
      ...given.environment,
      ...days,
      ...(rules ? { RETENTION_FILE: `${FILES}/${RETENTION}` } : {}),
    },
    files: { ...given.files, ...(rules ? { [RETENTION]: { text: "{deployment.retention}" } } : {}) },
    secrets: {
      ...given.secrets,
      ...(secret === undefined ? {} : { ALARM_WEBHOOK_SECRET: { value: secret, as: "file" } }),
    },
  };
}

/** Where the shipped backend publishes alarms of sensors: below it, by the sensor's name. */
export const ALARM_TOPICS = "alarm/+";

/** Where devices say that they are online, and their last wills that they are not: below it, by the device's name. */
export const STATUS_TOPICS = "status/+";

// Healthy means able to work: /readyz asks what the role depends on, /healthz only whether the process is alive.
const program = (name: "api" | "ingest"): Role => ({
  name,
  command: ["python", "-m", "exploreiot", name],
  replicas: 1,
  publish: name === "api",
  health: { path: "/readyz" },
  environment: {},
  secrets: {},
  files: {},
});

export const referenceRoles: readonly Role[] = [program("api"), program("ingest")];

export const referenceMigration: Migration = {
  command: ["python", "-m", "exploreiot", "migrate"],
  environment: {},
  secrets: {},
  files: {},
};

/** How the shipped frontend (apps/frontend) is run. */
export const referenceFrontend = {
  environment: {
    PORT: "{frontend.port}",
    PUBLIC_BACKEND_URL: "{backend.publicUrl}",
    PUBLIC_API_PREFIX: "{backend.pathPrefix}",
    SILENT_AFTER_SECONDS: "{deployment.silentAfterSeconds}",
    ALLOWED_HOSTS: "{http.hosts}",
    TRUSTED_PROXIES: "{edge.address}",
    MAX_CONNECTIONS_PER_CLIENT: "{frontend.connectionsPerSource}",
  },
  // None: anyone who writes on the page gives the key.
  secrets: {} satisfies Secrets,
};
