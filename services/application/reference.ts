import type { Rights } from "../definition.ts";
import type { ParsedDeployment } from "../deployment.ts";
import type { InnerNetwork, Migration, Role } from "./settings.ts";

/** What a program of the backend is given before a deployment says anything of it. */
export interface Given {
  readonly environment: Environment;
  readonly secrets: Secrets;
  readonly networks: readonly InnerNetwork[];
  readonly rights: Omit<Rights, "mosquitto">;
}

type Environment = ParsedDeployment["backend"]["environment"];
type Secrets = ParsedDeployment["backend"]["secrets"];

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
const databasePassword: Secrets = { DATABASE_PASSWORD: { value: "{postgres.password}", as: "file" } };
const redisPassword: Secrets = { REDIS_PASSWORD: { value: "{redis.password}", as: "file" } };

/** What each program of the shipped backend (apps/backend) is given; a deployment's own settings are laid over it. */
const programs = {
  api: {
    environment: {
      ...database,
      ...redis,
      PATH_PREFIX: "{backend.pathPrefix}",
      LISTEN_PORT: "{backend.port}",
      ALLOWED_HOSTS: "{http.hosts},{backend.host}",
      CORS_ORIGINS: "{http.corsOrigins}",
      TRUSTED_PROXIES: "{edge.address}",
      RATE_LIMIT_PER_MINUTE: "{http.rateLimitPerMinute}",
      OPEN_WRITES: "{http.openWrites}",
    },
    secrets: {
      ...databasePassword,
      ...redisPassword,
      API_KEY: { value: "{backend.apiKey}", as: "file" },
    },
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
      MQTT_HOST: "{mosquitto.host}",
      MQTT_PORT: "{mosquitto.port}",
      MQTT_USER: "{mosquitto.user}",
      MQTT_TOPIC: "{topics.readings}",
      MQTT_STATUS_TOPIC: "{topics.status}",
      // A session of its own for each container; replicas share the work of one subscription.
      // The colon keeps it apart from every user name and device: over TLS those are client ids, too.
      MQTT_CLIENT_ID: "{mosquitto.user}:{deployment.name}-{role.name}",
      MQTT_SHARED_GROUP: "{role.group}",
      LISTEN_PORT: "{backend.port}",
    },
    secrets: {
      ...databasePassword,
      ...redisPassword,
      MQTT_PASSWORD: { value: "{mosquitto.password}", as: "file" },
    },
    networks: ["broker", "data"],
    // It pushes what it stored, and asks whether Redis answers.
    rights: { postgres: "granted", redis: "&exploreiot:* +publish +@connection -@admin -@dangerous" },
  },
  migrate: {
    environment: database,
    secrets: databasePassword,
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
  networks: ["broker", "data"],
  rights: { postgres: "granted", redis: "" },
};

/** @param users names in the database, separated by commas, of the roles that run each program */
export function referenceSettings(
  kind: string | undefined,
  users: { readonly api: string; readonly ingest: string },
): Given {
  if (kind === undefined || !isReferenceKind(kind)) return nothing;
  if (kind !== "migrate") return programs[kind];
  const granted = { DATABASE_API_USERS: users.api, DATABASE_INGEST_USERS: users.ingest };
  return { ...programs.migrate, environment: { ...programs.migrate.environment, ...granted } };
}

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
    ALLOWED_HOSTS: "{http.hosts}",
    TRUSTED_PROXIES: "{edge.address}",
  },
  // None: anyone who writes on the page gives the key.
  secrets: {} satisfies Secrets,
};
