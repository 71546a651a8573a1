import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { SecretText } from "../core/secret-text.ts";
import type { SecretStore } from "../core/secrets.ts";
import type { Deployment } from "./deployment.ts";
import { accessControlList, brokerClients, passwordFile } from "./mosquitto/access.ts";
import { mqttSecret } from "./mosquitto/definition.ts";
import { outsideOf } from "./outside.ts";
import { outsideSql } from "./postgres/roles.ts";
import { redisUser } from "./redis/users.ts";
import { databaseLogins, redisLogins, type Store, stores } from "./store-logins.ts";

/** A file that the operator of a server outside applies once. */
export interface SetupFile {
  readonly service: Store;
  readonly name: string;

  /** Holds what servers keep of passwords, and no password. */
  readonly content: string;
}

/** The needs of the deployment's programs and users at each server outside: users, rights, and the kept form of their passwords. */
export const setupFiles = (deployment: Deployment, secrets: SecretStore): readonly SetupFile[] =>
  stores
    .filter((store) => outsideOf(deployment, store) !== undefined)
    .flatMap((service) => SETUPS[service](deployment, secrets).map((file) => ({ service, ...file })));

type Setup = (deployment: Deployment, secrets: SecretStore) => readonly Omit<SetupFile, "service">[];

const SETUPS: Readonly<Record<Store, Setup>> = {
  postgres: (deployment, secrets) => [
    {
      name: "postgres.sql",
      content: outsideSql(deployment.postgres, databaseLogins(deployment), (secret) =>
        scramVerifier(secrets.value(secret)),
      ),
    },
  ],
  redis: (deployment, secrets) => [
    { name: "redis-users.acl", content: secrets.textOf(redisLogins(deployment).flatMap(redisUser)) },
  ],
  mosquitto: (deployment, secrets) => {
    const clients = brokerClients(deployment);
    return [
      { name: "mosquitto-acl", content: accessControlList(clients, []) },
      { name: "mosquitto-passwords", content: secrets.textOf(passwordFile(clients) satisfies SecretText) },
    ];
  },
};

/** The secrets that the servers outside know: they change there first. */
export const outsideSecrets = (deployment: Deployment): readonly string[] =>
  stores
    .filter((store) => outsideOf(deployment, store) !== undefined)
    .flatMap((store) => KNOWN[store](deployment));

const KNOWN: Readonly<Record<Store, (deployment: Deployment) => readonly string[]>> = {
  postgres: (deployment) => databaseLogins(deployment).map(({ secret }) => secret),
  redis: (deployment) => redisLogins(deployment).map(({ secret }) => secret),
  mosquitto: (deployment) => brokerClients(deployment).map(({ name }) => mqttSecret(name)),
};

/** As PostgreSQL makes it by default; the passwords behind it have 96 bits or more. */
const ITERATIONS = 4096;

/** `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey` (RFC 5803): who has it can check the password, and not log in with it. */
function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const keyed = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(keyed("Client Key")).digest("base64");
  const server = keyed("Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}
