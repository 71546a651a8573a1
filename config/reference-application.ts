import type { ParsedDeployment, Role } from "./schema.ts";

type Secrets = ParsedDeployment["backend"]["secrets"];

/** How the shipped backend (apps/backend) is run; a deployment's own environment is laid over it. */
export const referenceBackend = {
  environment: {
    DATABASE_HOST: "{postgres.host}",
    DATABASE_PORT: "{postgres.port}",
    DATABASE_NAME: "{postgres.database}",
    DATABASE_USER: "{postgres.user}",
    REDIS_HOST: "{redis.host}",
    REDIS_PORT: "{redis.port}",
    REDIS_USER: "{redis.user}",
    MQTT_HOST: "{mosquitto.host}",
    MQTT_PORT: "{mosquitto.port}",
    MQTT_USER: "{mosquitto.user}",
    MQTT_TOPIC: "{topics.readings}",
    MQTT_STATUS_TOPIC: "{topics.status}",
    // A session of its own for each container; replicas share the work of one subscription.
    // The colon keeps it apart from every user name and device: over TLS those are client ids, too.
    MQTT_CLIENT_ID: "{mosquitto.user}:{deployment.name}-{role.name}",
    MQTT_SHARED_GROUP: "{role.group}",
    PATH_PREFIX: "{backend.pathPrefix}",
    LISTEN_PORT: "{backend.port}",
    ALLOWED_HOSTS: "{http.hosts},{backend.host}",
    CORS_ORIGINS: "{http.corsOrigins}",
    TRUSTED_PROXIES: "{edge.address}",
    RATE_LIMIT_PER_MINUTE: "{http.rateLimitPerMinute}",
    OPEN_WRITES: "{http.openWrites}",
  },
  secrets: {
    DATABASE_PASSWORD: { value: "{postgres.password}", as: "file" },
    REDIS_PASSWORD: { value: "{redis.password}", as: "file" },
    MQTT_PASSWORD: { value: "{mosquitto.password}", as: "file" },
    API_KEY: { value: "{backend.apiKey}", as: "file" },
  } satisfies Secrets,
  // Healthy means able to work: /readyz asks what the role depends on, /healthz only whether the process is alive.
  roles: [
    {
      name: "api",
      command: ["python", "-m", "exploreiot", "api"],
      replicas: 1,
      publish: true,
      health: { path: "/readyz" },
    },
    {
      name: "ingest",
      command: ["python", "-m", "exploreiot", "ingest"],
      replicas: 1,
      publish: false,
      health: { path: "/readyz" },
    },
  ] satisfies Role[],
  migrate: { command: ["python", "-m", "exploreiot", "migrate"] },
};

/** How the shipped frontend (apps/frontend) is run. */
export const referenceFrontend = {
  environment: {
    PORT: "{frontend.port}",
    PUBLIC_BACKEND_URL: "{backend.publicUrl}",
    PUBLIC_API_PREFIX: "{backend.pathPrefix}",
    BACKEND_INTERNAL_URL: "{backend.internalUrl}",
    ALLOWED_HOSTS: "{http.hosts}",
  },
  secrets: { BACKEND_API_KEY: { value: "{backend.apiKey}", as: "file" } } satisfies Secrets,
};
